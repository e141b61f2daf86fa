/**
 * The dialog before anything goes to nodes: the environment's word, to how many and the first names, what changes and
 * what could be rolled back. The effort to confirm grows with reach, as the node asks for it; the node checks it again.
 */
import { useId, useState, type ReactNode } from 'react';
import type { ChangeCheck, CheckNote, Confirm, DiffRow, ShownWhat } from '../../shared/domain/change.js';
import { isConfirmed } from '../../shared/domain/reach.js';
import { AppError } from '../../shared/errors/app-error.js';
import { formatNumber, text, visible, visibleBlock, whatText } from '../../shared/i18n/index.js';
import { Button, Dialog, Field, Foreign } from '../components/index.js';
import { ActError, EnvBand, EnvWord, useMay } from './acting.js';
import { DiffTable } from './confirm-diff.js';
import { NoteList, SendError } from './confirm-notes.js';

const FIRST = 10;

export type SendFacts = {
  /** What goes out; several where not everybody gets the same. */
  readonly bodies: readonly { readonly what: ShownWhat; readonly nodes: number }[];
  /** To whom, in the order of sending. */
  readonly names: readonly string[];
  readonly isBroadcast?: boolean;
  readonly diff?: readonly DiffRow[];
  readonly notes?: readonly CheckNote[];
  readonly waves?: readonly number[];
  readonly rollback?: ChangeCheck['rollback'] | null;
};

type Frame = { readonly title: string; readonly onClose: () => void };
/** What is to be confirmed is still asked for. */
type Loading = Frame & { readonly error: AppError | null };

type Props = Frame & {
  readonly facts: SendFacts;
  readonly confirm: Confirm;
  /** `confirm`: what was typed, or what the button with the number stands for; empty where a key is enough. */
  readonly send: (confirm: string) => Promise<unknown>;
  readonly onSent: () => void;
  /** The node asks for another confirmation than was shown: look again. */
  readonly onStale?: () => void;
  readonly isBlocked?: boolean;
  /** Another verb than "Send to 40 nodes". */
  readonly verb?: string;
  readonly children?: ReactNode;
};

/** One dialog from its loading to its sending, so that the focus stays in it. */
export function ConfirmSend(props: Props | Loading) {
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog
      open
      onOpen={(open) => !open && !isBusy && props.onClose()}
      title={props.title}
      className="act confirm-send"
    >
      {'facts' in props ? (
        <ConfirmForm {...props} isBusy={isBusy} setBusy={setBusy} />
      ) : (
        <>
          {props.error ? <ActError error={props.error} /> : <p className="t3">{text('shell.loading')}</p>}
          <div className="foot">
            <Button large look="quiet" onClick={props.onClose}>
              {text('shell.cancel')}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function ConfirmForm(
  props: Props & { readonly isBusy: boolean; readonly setBusy: (isBusy: boolean) => void },
) {
  const { facts, confirm, isBusy, setBusy } = props;
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<AppError | null>(null);
  // With nobody to send to there is nothing to confirm.
  const hasToType = facts.names.length > 0 && (confirm.level === 'number' || confirm.level === 'profile');
  // One that comes while somebody types elsewhere leaves the focus there.
  const [isFirst] = useState(hasToType);
  const given = hasToType
    ? typed.trim().replace(confirm.level === 'number' ? /[,.\s]/g : /$^/, '')
    : confirm.expect;
  const isOpen = may.act && may.whyNot === null && props.isBlocked !== true && facts.names.length > 0;
  const mayGo = isOpen && isConfirmed(confirm, given);

  const send = (): void => {
    if (!mayGo || isBusy) return;
    setBusy(true);
    setError(null);
    props.send(given).then(props.onSent, (reason: unknown) => {
      setBusy(false);
      const problem = reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason));
      setError(problem);
      if (problem.code === 'CONFIRM_WRONG' || problem.code === 'CONFIRM_MISSING') props.onStale?.();
    });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
      }}
    >
      <EnvBand />
      <div className="act-body">
        <p className="lead">
          <EnvWord /> {reachText(facts)}
        </p>
        {facts.names.length > 0 && <FirstNames names={facts.names} />}
        {facts.diff && facts.diff.length > 0 ? (
          <DiffTable rows={facts.diff} />
        ) : (
          <Bodies bodies={facts.bodies} />
        )}
        {facts.rollback && <p className="t2">{rollbackText(facts.rollback)}</p>}
        <NoteList notes={(facts.notes ?? []).filter(({ severity }) => severity !== 'note')} />
        {props.children}
        {confirm.approval && <p className="t2">{text('confirm.approval')}</p>}
        {hasToType && (
          <Field
            label={text(confirm.level === 'number' ? 'confirm.type.number' : 'confirm.type.profile', {
              expect:
                confirm.level === 'number'
                  ? formatNumber(Number(confirm.expect))
                  : visible(confirm.expect, 60),
            })}
            autoFocus={isFirst}
            inputMode={confirm.level === 'number' ? 'numeric' : 'text'}
            className="confirm-type"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {may.whyNot !== null && <p className="t2">{may.whyNot}</p>}
        {!may.act && <p className="t2">{text('check.read-only')}</p>}
        <SendError error={error} />
      </div>
      <div className="foot">
        <Button large look="quiet" disabled={isBusy} onClick={props.onClose}>
          {text('shell.cancel')}
        </Button>
        <Button large type="submit" look="primary" autoFocus={!hasToType} disabled={!mayGo || isBusy}>
          {props.verb ?? sendVerb(facts, confirm)}
        </Button>
      </div>
    </form>
  );
}

export const sendVerb = (facts: Pick<SendFacts, 'names' | 'isBroadcast'>, confirm: Confirm): string =>
  text(confirm.approval ? 'confirm.verb.ask' : facts.isBroadcast ? 'confirm.verb.all' : 'confirm.verb', {
    count: facts.names.length,
    name: visible(facts.names[0] ?? '', 40),
  });

function reachText({ names, isBroadcast = false, waves }: SendFacts): string {
  if (isBroadcast) return text('confirm.reach.all', { count: names.length });
  const sizes = waves ?? [];
  return text('confirm.reach', {
    count: names.length,
    waves: sizes.length,
    sizes: sizes.map(formatNumber).join(' · '),
  });
}

export const rollbackText = ({ possible, partly, of }: ChangeCheck['rollback']): string =>
  text('confirm.rollback', {
    ...{ possible, partly, of },
    all: possible >= of ? 'yes' : possible === 0 ? 'none' : 'no',
  });

function FirstNames({ names }: { readonly names: readonly string[] }) {
  const id = useId();
  return (
    <div className="first-names">
      <ul aria-labelledby={id}>
        {names.slice(0, FIRST).map((name) => (
          <li key={name}>
            <Foreign max={32}>{name}</Foreign>
          </li>
        ))}
        {names.length > FIRST && (
          <li className="t3">{text('confirm.more', { count: names.length - FIRST })}</li>
        )}
      </ul>
      <span id={id} className="sr">
        {text('confirm.first')}
      </span>
    </div>
  );
}

/** The values that are sent, where there is no comparison to show. */
function Bodies({ bodies }: { readonly bodies: SendFacts['bodies'] }) {
  return (
    <ul className="bodies">
      {bodies.slice(0, 20).map(({ what, nodes }, index) => (
        <li key={index}>
          <span className="b5">{whatText(what)}</span>{' '}
          <span className="t3 lab">{text('confirm.body', { nodes })}</span>
          {what.kind === 'settings' && what.settings !== '' && (
            <pre className="mono body-text" tabIndex={0}>
              {visibleBlock(what.settings, 2000)}
            </pre>
          )}
        </li>
      ))}
      {bodies.length > 20 && (
        <li className="t3">{text('confirm.bodies.more', { count: bodies.length - 20 })}</li>
      )}
    </ul>
  );
}
