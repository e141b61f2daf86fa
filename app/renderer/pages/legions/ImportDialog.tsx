/**
 * Legions out of a uWSGI configuration: read first, shown with what is wrong and what is left out, then kept. What is
 * here already stays as it is.
 */
import { useId, useState } from 'react';
import type { Out } from '../../../shared/contract/contract.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Dialog, Foreign } from '../../components/index.js';
import { ActError, EnvBand, EnvWord, useActing } from '../../parts/acting.js';
import { legionHref } from '../../route.js';
import { ask } from '../../store/connection.js';
import { legionsStore } from '../../store/legions.js';
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
  const [outcome, setOutcome] = useState<Read | null>(null);
  /** As it was when the text was read: what is saved here comes into the store before the answer does. */
  const [here, setHere] = useState<ReadonlySet<string>>(new Set());
  const write = (next: string): void => {
    setWritten(next);
    setRead(null);
    acting.clear();
  };
  const look = (of: string): void =>
    acting.run(async () => {
      const found = await ask('legion.import', { text: of, save: false });
      setHere(new Set(legionsStore.getState().live?.legions.map(({ name }) => name)));
      setRead(found);
    });
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setTooLarge(file.size > MAX_BYTES);
    if (file.size > MAX_BYTES) return;
    const content = await file.text();
    write(content);
    look(content);
  };
  const leave = (saved: readonly string[]): void => {
    say(text('legionImport.saved', { count: saved.length }));
    onClose();
    const [first] = saved;
    if (first !== undefined) location.hash = legionHref(first);
  };
  const save = (): void => {
    let came: Read | null = null;
    acting.run(
      async () => {
        came = await ask('legion.import', { text: written, save: true });
      },
      () => {
        if (came === null) return;
        if (isAllSaved(came)) leave(came.saved);
        else setOutcome(came);
      },
    );
  };
  if (outcome !== null) return <Outcome of={outcome} onClose={() => leave(outcome.saved)} />;
  const isFound = read !== null && read.legions.length > 0;
  const fresh = read?.legions.filter(({ name }) => !here.has(name)).length ?? 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (fresh > 0) save();
        else if (read === null && written.trim() !== '') look(written);
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
      <div role="status">{read && <Preview read={read} here={here} />}</div>
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
          disabled={acting.isBusy || written.trim() === '' || (read !== null && fresh === 0)}
        >
          {isFound ? text('legionImport.save', { count: fresh }) : text('legionImport.read')}
        </Button>
      </div>
    </form>
  );
}

/** Each legion that was read is kept now. */
const isAllSaved = ({ legions, saved }: Read): boolean => legions.every(({ name }) => saved.includes(name));

/** What was saved, and of each that was not why: nothing is left out without a word. */
function Outcome({ of, onClose }: { readonly of: Read; readonly onClose: () => void }) {
  const { legions, saved, problems } = of;
  const left = legions.filter(({ name }) => !saved.includes(name));
  const reasons = problems.filter(({ line }) => line === 0);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className="legion-preview" role="status">
        <p className="b5">{text('legionImport.saved', { count: saved.length })}</p>
        <Names names={saved} />
        <Lines
          title={text('legionImport.left', { count: left.length })}
          lines={reasons.length > 0 ? reasons : left.map(({ name }) => ({ line: 0, text: name }))}
          isBad
        />
      </div>
      <div className="foot">
        <span className="sp" />
        <Button large type="submit" look="primary" autoFocus>
          {text('legionImport.close')}
        </Button>
      </div>
    </form>
  );
}

const Names = ({ names }: { readonly names: readonly string[] }) => (
  <ul>
    {names.map((name) => (
      <li key={name}>
        <Foreign max={60}>{name}</Foreign>
      </li>
    ))}
  </ul>
);

function Preview({ read, here }: { readonly read: Read; readonly here: ReadonlySet<string> }) {
  const { legions, problems, ignored } = read;
  const isNew = legions.some(({ name }) => !here.has(name));
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
            </span>{' '}
            {here.has(legion.name) && <span className="bdg">{text('legionImport.here')}</span>}
          </li>
        ))}
      </ul>
      {isNew && <p className="t2">{text('legionImport.watch')}</p>}
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
      <div className="legion-lines" tabIndex={0} role="region" aria-label={props.title}>
        <ul>
          {props.lines.map(({ line, text: said }, place) => (
            <li key={place}>
              {line > 0 && <span className="t3 num nw">{text('legionImport.line', { line })}</span>}
              <span className={line > 0 ? '' : 'legion-line-whole'}>{visible(said, 300)}</span>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
