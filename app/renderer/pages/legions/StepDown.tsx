/** Stepping down: what will happen and who will probably follow; then the wait, and who did, or the way back. */
import { useEffect, useState } from 'react';
import type { Legion } from '../../../shared/domain/legion.js';
import { formatDelay, text, visible } from '../../../shared/i18n/index.js';
import { Button, Dialog } from '../../components/index.js';
import { ActError, EnvBand, EnvWord, useActing } from '../../parts/acting.js';
import { ask, useCall } from '../../store/connection.js';
import { say } from '../../store/ui.js';

type Props = { readonly open: boolean; readonly legion: Legion; readonly onClose: () => void };
type Outcome = { readonly lord: string | null; readonly ms: number };

const WAIT_S = 15;

export function StepDown({ open, legion, onClose }: Props) {
  const acting = useActing();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const { name } = legion;
  const close = (): void => {
    if (acting.isBusy) return;
    setOutcome(null);
    acting.clear();
    onClose();
  };
  const stepDown = async (): Promise<void> => setOutcome(await ask('legion.stepDown', { name }));
  const comeBack = (): void =>
    acting.run(
      () => ask('legion.return', { name }),
      () => {
        say(text('legionPage.returned', { name: visible(name, 40) }));
        setOutcome(null);
        onClose();
      },
    );
  return (
    <Dialog
      open={open}
      onOpen={(isOpen) => !isOpen && close()}
      title={text('stepDown.title', { name: visible(name, 40) })}
      className="act"
    >
      <EnvBand />
      <div className="act-body" aria-live="polite">
        {outcome === null && !acting.isBusy && <Before legion={legion} />}
        {outcome === null && acting.isBusy && <Waiting />}
        {outcome !== null && <After outcome={outcome} />}
      </div>
      <ActError error={acting.error} />
      <div className="foot">
        <EnvWord />
        <span className="sp" />
        {outcome === null ? (
          <>
            <Button large look="quiet" disabled={acting.isBusy} onClick={close}>
              {text('shell.cancel')}
            </Button>
            <Button
              large
              look="primary"
              disabled={acting.isBusy || !legion.isLord}
              onClick={() => acting.run(stepDown)}
            >
              {text('stepDown.do')}
            </Button>
          </>
        ) : outcome.lord === null ? (
          <>
            <Button large look="quiet" disabled={acting.isBusy} onClick={close}>
              {text('stepDown.stay')}
            </Button>
            <Button large look="primary" disabled={acting.isBusy} onClick={comeBack}>
              {text('legionPage.return', { valor: legion.valor })}
            </Button>
          </>
        ) : (
          <Button large onClick={close}>
            {text('shell.close')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Before({ legion }: { readonly legion: Legion }) {
  const { name, uuid, hooks } = legion;
  const { data } = useCall('legion.whatIf', uuid === null ? null : { name, fallen: [uuid] });
  const unlord = hooks.filter(({ event, isOn }) => event === 'unlord' && isOn).length;
  return (
    <>
      <p>{text('stepDown.what', { hooks: unlord })}</p>
      {data && (
        <p className="b5">
          {data.lord && data.holdsQuorum
            ? text('stepDown.next', { name: visible(data.lord.name), votes: data.votes })
            : text('stepDown.nobody')}
        </p>
      )}
    </>
  );
}

function Waiting() {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setPassed((seconds) => Math.min(WAIT_S, seconds + 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <>
      <p>{text('stepDown.waiting')}</p>
      <progress max={WAIT_S} value={passed} aria-label={text('stepDown.waiting')} />
    </>
  );
}

function After({ outcome: { lord, ms } }: { readonly outcome: Outcome }) {
  if (lord !== null)
    return <p className="b5">{text('stepDown.took', { name: visible(lord), age: formatDelay(ms) })}</p>;
  return (
    <>
      <p className="b5">{text('stepDown.none')}</p>
      <p className="t2">{text('stepDown.none.why')}</p>
    </>
  );
}
