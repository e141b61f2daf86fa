/**
 * What every deciding or sending part shares: whether one may, the environment's word, doing it and saying how it
 * went, and the dialog that stands before anything is sent.
 */
import { useState, type ReactNode } from 'react';
import { AppError } from '../../shared/errors/app-error.js';
import { errorText, formatNumber, text } from '../../shared/i18n/index.js';
import { Button, Dialog, Field } from '../components/index.js';
import { isPast, useSession } from '../store/session.js';
import { say } from '../store/ui.js';

export type May = {
  /** False in a profile that only watches: what decides or sends is not there at all. */
  readonly act: boolean;
  /** Why nothing can be sent now, or null. */
  readonly whyNot: string | null;
};

export function useMay(): May {
  const isReadOnly = useSession((state) => state.live?.profile.readOnly ?? true);
  const past = useSession(isPast);
  const isOff = useSession((state) => state.live?.link.state === 'off');
  return { act: !isReadOnly, whyNot: past || isOff ? text('act.noLink') : null };
}

/** The word of the environment, in its colour; on everything that decides or sends. */
export function EnvWord() {
  const kind = useSession((state) =>
    state.live && state.live.mode !== 'idle' ? state.live.profile.kind : null,
  );
  if (kind === null) return null;
  // Dialogs stand outside the frame that carries the colour.
  return (
    <span className="env-word" data-kind={kind}>
      {text(`kind.${kind}`)}
    </span>
  );
}

/** The band at the window's edge goes on along every dialog that acts. */
export function EnvBand() {
  const kind = useSession((state) => state.live?.profile.kind);
  return <span className="env-band" data-kind={kind} aria-hidden="true" />;
}

type Acting = {
  readonly isBusy: boolean;
  readonly error: AppError | null;
  /** Does it; afterwards `done`. A second call while one runs is ignored. */
  readonly run: (work: () => Promise<unknown>, done?: () => void) => void;
  readonly clear: () => void;
};

export function useActing(): Acting {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const run: Acting['run'] = (work, done) => {
    if (isBusy) return;
    setBusy(true);
    setError(null);
    work().then(
      () => {
        setBusy(false);
        done?.();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason)));
      },
    );
  };
  return { isBusy, error, run, clear: () => setError(null) };
}

/** What went wrong and what next, in two lines. */
export function ActError({ error }: { readonly error: AppError | null }) {
  if (error === null) return null;
  const { what, next } = errorText(error.code, error.details);
  return (
    <p className="act-error" role="alert">
      <span className="b5">{what}</span> {next}
    </p>
  );
}

export const copyText = (value: string): void =>
  void navigator.clipboard?.writeText(value).then(() => say(text('shell.copied')));

/**
 * Asks before something is sent or undone: what will happen, to whom, in which environment. `type`: the number that
 * has to be typed where many are reached.
 */
export function ActDialog(props: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly verb: string;
  readonly act: () => Promise<unknown>;
  readonly done?: string;
  readonly type?: number | null;
  readonly isBlocked?: boolean;
  /** Nothing is sent, so it can be done without a link. */
  readonly isLocal?: boolean;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const acting = useActing();
  const may = useMay();
  const whyNot = props.isLocal === true ? null : may.whyNot;
  const [typed, setTyped] = useState('');
  const wanted = props.type ?? null;
  const isTyped = wanted === null || typed.replace(/\D/g, '') === String(wanted);
  const close = (): void => {
    if (acting.isBusy) return;
    setTyped('');
    acting.clear();
    props.onClose();
  };
  const act = (): void =>
    acting.run(props.act, () => {
      if (props.done !== undefined) say(props.done);
      setTyped('');
      props.onClose();
    });
  return (
    <Dialog
      open={props.open}
      onOpen={(open) => !open && close()}
      title={props.title}
      className={`act ${props.className ?? ''}`.trim()}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isTyped && props.isBlocked !== true && whyNot === null) act();
        }}
      >
        <EnvBand />
        <div className="act-body">{props.children}</div>
        {wanted !== null && (
          <Field
            label={text('act.type', { number: formatNumber(wanted) })}
            inputMode="numeric"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {whyNot !== null && <p className="t2">{whyNot}</p>}
        <ActError error={acting.error} />
        <div className="foot">
          <EnvWord />
          <span className="sp" />
          <Button large look="quiet" onClick={close}>
            {text('shell.cancel')}
          </Button>
          <Button
            large
            type="submit"
            look="primary"
            disabled={!isTyped || acting.isBusy || props.isBlocked === true || whyNot !== null}
          >
            {props.verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
