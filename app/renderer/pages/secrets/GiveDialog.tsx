/** Before a secret is handed over: to whom, to which key in full, and what will happen. */
import { text, visible } from '../../../shared/i18n/index.js';
import { Fingerprint, FingerprintWords } from '../../components/index.js';
import { ActDialog } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';
import type { Secrets } from '../../../shared/domain/secret.js';

type Props = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly request: Secrets['requests'][number];
};

export function GiveDialog({ open, onClose, request }: Props) {
  const name = visible(request.name, 60);
  return (
    <ActDialog
      open={open}
      onClose={onClose}
      title={text(`secretPage.give.title.${request.wants}`, { name })}
      verb={text('secretPage.give.do')}
      isBlocked={request.fingerprint === null}
      act={() => ask('request.give', { id: request.id })}
      done={text(`secretPage.done.given.${request.wants}`, { name })}
    >
      <p className="t2">{text(`secretPage.give.why.${request.wants}`, { name })}</p>
      {request.fingerprint !== null && (
        <div className="one-key">
          <p className="lab b6">{text('secretPage.give.key', { name })}</p>
          <Fingerprint value={request.fingerprint} />
          <FingerprintWords value={request.fingerprint} />
        </div>
      )}
      <p className="t3 lab">{text('secretPage.give.audit')}</p>
    </ActDialog>
  );
}
