/** How often a node was sent to; more than once opens what became of the earlier attempts. */
import type { RunTarget } from '../../../shared/domain/change.js';
import { formatClock, text, visible } from '../../../shared/i18n/index.js';
import { Popover, ResultWord } from '../../components/index.js';
import { usePrefs } from '../../store/prefs.js';

export function Tries({ row }: { readonly row: RunTarget }) {
  const utc = usePrefs((prefs) => prefs.utc);
  if (row.earlier.length === 0)
    return (
      <span role="gridcell" className="r t3 num">
        {row.attempt === 0 ? '–' : row.attempt}
      </span>
    );
  const name = visible(row.name, 60);
  return (
    <span role="gridcell" className="r num" onClick={(event) => event.stopPropagation()}>
      <Popover
        align="end"
        label={text('run.tries', { name })}
        trigger={
          <button
            type="button"
            className="verb-quiet tries"
            aria-label={text('run.tries.open', { count: row.attempt })}
          >
            {row.attempt}
          </button>
        }
      >
        <h2 className="h2">{text('run.tries', { name })}</h2>
        <ul className="try-list">
          {row.earlier.map((one) => (
            <li key={one.attempt}>
              <span className="t3 num">{text('run.try', { attempt: one.attempt })}</span>
              <ResultWord state={one.state} />
              <span className="t3 num">{formatClock(one.at, { utc })}</span>
              {one.error !== null && <span className="t2 wrap try-error">{visible(one.error, 300)}</span>}
            </li>
          ))}
          <li>
            <span className="t3 num">{text('run.try', { attempt: row.attempt })}</span>
            <ResultWord state={row.state} />
            <span className="t3 num">{formatClock(row.stateAt, { utc })}</span>
          </li>
        </ul>
      </Popover>
    </span>
  );
}
