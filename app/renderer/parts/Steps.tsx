/** The six steps that open the link, with their times, and for a failed one the cause, the broker's words, the remedy. */
import { Check, Minus, X } from 'lucide-react';
import type { Link, LinkStep } from '../../shared/domain/link.js';
import { errorText, formatDuration, text, visible } from '../../shared/i18n/index.js';
import { Button, Icon, StatusMark } from '../components/index.js';
import { say } from '../store/ui.js';

export function Steps({ link }: { readonly link: Link }) {
  return (
    <>
      <ol className="steps" aria-label={text('connect.steps')}>
        {link.steps.map((step) => (
          <li key={step.id} data-state={step.state}>
            <StepMark state={step.state} isOutage={link.asOf !== null} />
            <span className={step.state === 'waiting' || step.state === 'skipped' ? 't3' : 'b5'}>
              {text(`step.${step.id}`)}
            </span>
            <span className="t3 el">{step.note === null ? '' : visible(step.note, 160)}</span>
            <span className="t3 num">
              {step.ms === null ? text(`step.${step.state}`) : formatDuration(step.ms)}
            </span>
          </li>
        ))}
      </ol>
      {link.error && link.state !== 'live' && <StepFailure error={link.error} />}
    </>
  );
}

function StepFailure({ error }: { readonly error: NonNullable<Link['error']> }) {
  const { what, next } = errorText(error.code, error.details);
  const details = JSON.stringify(error, null, 2);
  const copy = (): void => void navigator.clipboard?.writeText(details).then(() => say(text('shell.copied')));
  return (
    <div className="step-failure" role="alert">
      <p className="b6">{what}</p>
      <p className="t2">{next}</p>
      {error.message !== '' && (
        <>
          <p className="lab t3">{text('connect.steps.own')}</p>
          <p className="mono wrap">{visible(error.message)}</p>
        </>
      )}
      <div className="row" style={{ gap: 8, marginTop: 8 }}>
        <span className="t3 lab">
          {text('shell.code', { code: error.code })}
          {error.reportId && `, ${text('shell.report', { id: error.reportId })}`}
        </span>
        <Button look="quiet" onClick={copy}>
          {text('shell.copyDetails')}
        </Button>
      </div>
    </div>
  );
}

/** An outage is ours and passes: amber. Red is for what never worked. */
function StepMark({ state, isOutage }: { readonly state: LinkStep['state']; readonly isOutage: boolean }) {
  switch (state) {
    case 'done':
      return (
        <span className="c-ok">
          <Icon of={Check} />
        </span>
      );
    case 'failed':
      return (
        <span className={isOutage ? 'c-late' : 'c-lost'}>
          <Icon of={X} />
        </span>
      );
    case 'skipped':
      return (
        <span className="t3">
          <Icon of={Minus} />
        </span>
      );
    default:
      return (
        <span className="step-wait">
          <StatusMark state={state === 'running' ? 'updating' : 'unheard'} />
        </span>
      );
  }
}
