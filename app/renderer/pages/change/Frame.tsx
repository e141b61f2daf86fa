/**
 * The frame of making a change: the answer as a sentence, the steps down the left, the step in view, the summary
 * always at the right, and the way on at the foot. Ctrl/⌘ Enter goes on; nothing here sends.
 */
import { Check, CircleAlert } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { Button, Icon } from '../../components/index.js';
import { ActError, useMay } from '../../parts/acting.js';
import { href } from '../../route.js';
import { bringBack, hasAside } from '../../store/change-draft.js';
import { Summary } from './Summary.js';
import { STEPS, type Change, type StepId } from './use-change.js';

type Props = {
  readonly change: Change;
  readonly title: string;
  readonly say: string;
  /** One line under each step's name. */
  readonly notes: Partial<Record<StepId, string>>;
  readonly children: ReactNode;
  /** What the last step's button does, and its words. */
  readonly onSend: () => void;
  readonly sendLabel: string;
  readonly whyNot: string | null;
};

export function Frame(props: Props) {
  const { change } = props;
  const may = useMay();
  const body = useRef<HTMLDivElement>(null);
  const steps: readonly StepId[] = STEPS[change.kind];
  const at = steps.indexOf(change.step);
  const next = steps[at + 1];
  useStepFocus(change.step, body);

  const goOn = (): void => {
    // What is being typed counts too.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    if (next === undefined) return props.onSend();
    const isKnownBad = !change.checked.isBehind && change.isBad(change.step);
    if (!isKnownBad && !change.problems.some(({ step }) => isIn(change, step))) return change.go(next);
    change.go(change.step);
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    if (event.target instanceof HTMLElement && event.target.closest('[role="dialog"]')) return;
    event.preventDefault();
    goOn();
  };
  return (
    <div className="page change" onKeyDown={onKey}>
      <header className="head">
        <div className="bar">
          <h1>{props.title}</h1>
          {hasAside(change.kind) && (
            <Button look="quiet" onClick={() => bringBack(change.kind)}>
              {text('change.bringBack')}
            </Button>
          )}
          {may.act && (
            <Button look="quiet" onClick={change.reset}>
              {text('change.clear')}
            </Button>
          )}
          <a className="btn quiet" href={href('/changes')}>
            {text('change.leave')}
          </a>
        </div>
        <p className="say">{props.say}</p>
        <ActError error={change.failed} />
      </header>
      {may.act ? (
        <div className="change-in">
          <StepList change={change} notes={props.notes} />
          <div className="change-body" ref={body} tabIndex={-1}>
            <div className="change-step">{props.children}</div>
            <div className="change-foot">
              {at > 0 && (
                <Button large onClick={() => change.go(steps[at - 1] ?? 'what')}>
                  {text('change.back')}
                </Button>
              )}
              <span className="sp" />
              {next === undefined && props.whyNot !== null && (
                <span className="t2 why-not" id="why-not">
                  {props.whyNot}
                </span>
              )}
              <Button
                large
                look="primary"
                onClick={goOn}
                disabled={next === undefined && props.whyNot !== null}
                aria-describedby={next === undefined && props.whyNot !== null ? 'why-not' : undefined}
              >
                {next === undefined
                  ? props.sendLabel
                  : text('change.next', { step: text(`change.step.${next}`) })}
              </Button>
            </div>
          </div>
          <Summary change={change} />
        </div>
      ) : (
        <div className="empty-page">
          <p className="empty">
            <strong>{text('check.read-only')}</strong>
            {text('change.readOnly')}
          </p>
        </div>
      )}
    </div>
  );
}

const isIn = (change: Change, about: 'what' | 'where' | 'how'): boolean =>
  change.step === about || (about === 'how' && change.step === (change.kind === 'gem' ? 'waves' : 'where'));

/** A new step begins at its top, with the focus in it; the first look at the page takes nothing. */
function useStepFocus(step: StepId, body: React.RefObject<HTMLDivElement | null>): void {
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    body.current?.querySelector('.change-step')?.scrollTo({ top: 0 });
    body.current?.focus({ preventScroll: true });
  }, [step, body]);
}

function StepList({ change, notes }: { readonly change: Change; readonly notes: Props['notes'] }) {
  const steps: readonly StepId[] = STEPS[change.kind];
  return (
    <ol className="change-steps" aria-label={text('change.steps')}>
      {steps.map((step, index) => {
        const isBad = change.isBad(step) && change.isTried(step);
        const isDone = change.isTried(step) && !isBad && step !== change.step && step !== 'send';
        return (
          <li key={step}>
            <button
              type="button"
              aria-current={step === change.step ? 'step' : undefined}
              onClick={() => change.go(step)}
            >
              <span
                className="step-no"
                aria-hidden="true"
                data-state={isBad ? 'bad' : isDone ? 'done' : 'open'}
              >
                {isBad ? (
                  <Icon of={CircleAlert} size={14} />
                ) : isDone ? (
                  <Icon of={Check} size={14} />
                ) : (
                  index + 1
                )}
              </span>
              <span className="b5">{text(`change.step.${step}`)}</span>
              <span className="t3 lab step-note">
                {isBad ? text('change.step.bad') : (notes[step] ?? '')}
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
