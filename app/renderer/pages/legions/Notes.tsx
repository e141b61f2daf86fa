/** What to look at, in words: our own part that failed or rests, with its way back; then the warnings. */
import type { Legion } from '../../../shared/domain/legion.js';
import { errorText, text, visible } from '../../../shared/i18n/index.js';
import { warningText } from '../../../shared/i18n/legion-text.js';
import { Button, StatusMark } from '../../components/index.js';
import { ActError, useActing, useMay } from '../../parts/acting.js';
import { setParams } from '../../route.js';
import { ask } from '../../store/connection.js';
import { say } from '../../store/ui.js';

export function Notes({ legion }: { readonly legion: Legion }) {
  const { warnings, why, problem } = legion;
  const isSuspended = why.kind === 'suspended';
  if (warnings.length === 0 && !isSuspended && problem === null) return null;
  return (
    <section className="legion-notes" aria-label={text('legionPage.warnings')}>
      {isSuspended && <Suspended legion={legion} />}
      {problem !== null && <Problem {...problem} />}
      <ul>
        {warnings.map((warning) => {
          const words = warningText(warning);
          return (
            <li key={words}>
              <StatusMark state={warning.kind === 'split' ? 'silent' : 'late'} />
              <span>{words}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Problem({ code, message }: { readonly code: string; readonly message: string }) {
  const may = useMay();
  const { what, next } = errorText(code);
  return (
    <div className="legion-note" role="alert">
      <p>
        <span className="b5">{what}</span> <span className="t2">{next}</span>
      </p>
      <p className="t3 lab wrap">{text('legionPage.failed.raw', { message: visible(message, 200) })}</p>
      {may.act && (
        <div className="row">
          <Button onClick={() => setParams({ do: 'settings' })}>{text('legionPage.settings')}</Button>
        </div>
      )}
    </div>
  );
}

function Suspended({ legion: { name } }: { readonly legion: Legion }) {
  const may = useMay();
  const acting = useActing();
  return (
    <div className="legion-note" role="alert">
      <p>
        <span className="b5">{text('legionPage.suspended')}</span>{' '}
        <span className="t2">{text('legionPage.suspended.why')}</span>
      </p>
      <div className="row">
        {may.act && (
          <Button
            disabled={acting.isBusy}
            onClick={() =>
              acting.run(
                () => ask('legion.return', { name }),
                () => say(text('legionPage.returned', { name: visible(name, 40) })),
              )
            }
          >
            {text('legionPage.suspended.return')}
          </Button>
        )}
        <Button look="quiet" onClick={() => setParams({ do: 'hooks' })}>
          {text('legionPage.suspended.hooks')}
        </Button>
      </div>
      <ActError error={acting.error} />
    </div>
  );
}
