/** Legions out of a uWSGI configuration: read first, shown with what is wrong and what is left out, then kept. */
import { useId, useState } from 'react';
import type { Out } from '../../../shared/contract/contract.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Dialog, Foreign } from '../../components/index.js';
import { ActError, EnvBand, EnvWord, useActing } from '../../parts/acting.js';
import { legionHref } from '../../route.js';
import { ask } from '../../store/connection.js';
import { say } from '../../store/ui.js';

type Read = Out<'legion.import'>;
const MAX_BYTES = 1_000_000;

export function ImportDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpen={(isOpen) => !isOpen && onClose()}
      title={text('legionImport.title')}
      className="act legion-wide"
    >
      <Body onClose={onClose} />
    </Dialog>
  );
}

/** The text may hold secrets: it stays in this form and goes with it. */
function Body({ onClose }: { readonly onClose: () => void }) {
  const id = useId();
  const acting = useActing();
  const [written, setWritten] = useState('');
  const [isTooLarge, setTooLarge] = useState(false);
  const [read, setRead] = useState<Read | null>(null);
  const write = (next: string): void => {
    setWritten(next);
    setRead(null);
    acting.clear();
  };
  const look = (of: string): void =>
    acting.run(async () => setRead(await ask('legion.import', { text: of, save: false })));
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setTooLarge(file.size > MAX_BYTES);
    if (file.size > MAX_BYTES) return;
    const content = await file.text();
    write(content);
    look(content);
  };
  const save = (): void => {
    let saved: readonly string[] = [];
    acting.run(
      async () => {
        ({ saved } = await ask('legion.import', { text: written, save: true }));
      },
      () => {
        say(text('legionImport.saved', { count: saved.length }));
        onClose();
        const [first] = saved;
        if (first !== undefined) location.hash = legionHref(first);
      },
    );
  };
  const isFound = read !== null && read.legions.length > 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isFound) save();
        else if (written.trim() !== '') look(written);
      }}
    >
      <EnvBand />
      <p className="t2">{text('legionImport.why')}</p>
      <div className="field legion-import-field">
        <label htmlFor={id}>{text('legionImport.text')}</label>
        <textarea
          id={id}
          className="mono"
          rows={7}
          maxLength={MAX_BYTES}
          spellCheck={false}
          autoComplete="off"
          placeholder="[uwsgi]"
          value={written}
          onChange={(event) => write(event.target.value)}
        />
        {isTooLarge && <p className="field-error">{text('legionImport.tooLarge')}</p>}
      </div>
      <label className="btn file-btn">
        {text('legionImport.file')}
        <input
          type="file"
          className="sr"
          accept=".ini,.conf,.txt,text/plain"
          onChange={(event) => void choose(event.target.files?.[0])}
        />
      </label>
      <div role="status">{read && <Preview read={read} />}</div>
      <ActError error={acting.error} />
      <div className="foot">
        <EnvWord />
        <span className="sp" />
        <Button large look="quiet" disabled={acting.isBusy} onClick={onClose}>
          {text('shell.cancel')}
        </Button>
        <Button
          large
          type="submit"
          look="primary"
          disabled={acting.isBusy || written.trim() === '' || (read !== null && !isFound)}
        >
          {isFound ? text('legionImport.save', { count: read.legions.length }) : text('legionImport.read')}
        </Button>
      </div>
    </form>
  );
}

function Preview({ read: { legions, problems, ignored } }: { readonly read: Read }) {
  return (
    <div className="legion-preview">
      <p className="b5">{text('legionImport.found', { count: legions.length })}</p>
      <ul>
        {legions.map((legion) => (
          <li key={legion.name}>
            <Foreign className="b5" max={60}>
              {legion.name}
            </Foreign>{' '}
            <span className="t2">
              {text('legionImport.legion', {
                way: visible(legion.address === '' ? '0.0.0.0' : legion.address, 60),
                port: String(legion.port),
                nodes: legion.nodes.length,
                valor: legion.valor,
                quorum: legion.quorum ?? 0,
                hooks: legion.hooks?.length ?? 0,
              })}
            </span>
          </li>
        ))}
      </ul>
      {legions.length > 0 && <p className="t2">{text('legionImport.watch')}</p>}
      <Lines title={text('legionImport.problems', { count: problems.length })} lines={problems} isBad />
      <Lines title={text('legionImport.ignored', { count: ignored.length })} lines={ignored} />
    </div>
  );
}

function Lines(props: {
  readonly title: string;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
  readonly isBad?: boolean;
}) {
  if (props.lines.length === 0) return null;
  return (
    <>
      <h3 className={`h2 ${props.isBad === true ? 'c-late' : ''}`}>{props.title}</h3>
      <ul className="legion-lines">
        {props.lines.map(({ line, text: said }, place) => (
          <li key={place}>
            <span className="t3 num nw">{text('legionImport.line', { line })}</span>
            <span>{visible(said, 300)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
