/** What is in a profile file, before anything of it is kept or used. */
import type { SavedProfile } from '../../../shared/domain/session.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Dialog } from '../../components/index.js';

export type Imported = {
  readonly fileName: string;
  readonly profile: SavedProfile | null;
  readonly problems: readonly string[];
};

type Props = {
  readonly imported: Imported | null;
  readonly onClose: () => void;
  readonly onUse: (profile: SavedProfile) => void;
};

export function ImportDialog({ imported, onClose, onUse }: Props) {
  const profile = imported?.profile ?? null;
  return (
    <Dialog
      open={imported !== null}
      onOpen={(open) => !open && onClose()}
      title={text(profile ? 'connect.import.title' : 'connect.import.bad')}
    >
      <p className="t3 lab">{visible(imported?.fileName ?? '', 100)}</p>
      {profile && (
        <dl className="facts" style={{ marginTop: 8 }}>
          {Object.entries(profile)
            .filter(([, value]) => value !== undefined && value !== '')
            .map(([key, value]) => (
              <div key={key}>
                <dt>{key}</dt>
                <dd className="wrap">{visible(String(value), 200)}</dd>
              </div>
            ))}
        </dl>
      )}
      {imported && imported.problems.length > 0 && (
        <ul className="problems">
          {imported.problems.map((problem) => (
            <li key={problem}>{visible(problem, 300)}</li>
          ))}
        </ul>
      )}
      <div className="foot">
        <Button large onClick={onClose}>
          {text('shell.cancel')}
        </Button>
        {profile && (
          <Button large look="primary" onClick={() => onUse(profile)}>
            {text('connect.import.use')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
