/** The changes that touched a node, newest first, with what became of each here. */
import { text } from '../../../shared/i18n/index.js';
import { Empty, Failure, ResultWord } from '../../components/index.js';
import { formatDay } from '../../parts/day.js';
import { runHref } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { useCall } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { detailOf } from '../../parts/run-detail.js';
import { runName } from '../../parts/run-words.js';

const EVERY_MS = 2000;

export function ChangesTab({ name }: { readonly name: string }) {
  const { data, error } = useCall('run.ofNode', { name }, EVERY_MS);
  if (!data) return error ? <Failure code={error.code} raw={error.message} /> : null;
  if (data.runs.length === 0)
    return <Empty title={text('node.changes.none')} why={text('node.changes.none.why')} />;
  return (
    <ul className="node-runs">
      {data.runs.map(({ run, target }) => {
        const detail = detailOf(target, target.stateAt).words;
        return (
          <li key={run.id}>
            <span className="t3 num">
              <Ago at={run.createdAt} />
            </span>
            <a className="verb el" href={runHref(run.id)}>
              {runName(run)}
            </a>
            <ResultWord state={target.state} />
            {detail !== '' && (
              <span className="t2 el node-run-detail" title={detail}>
                {detail}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Ago({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return <>{useFleetTime((now) => formatDay(at, now, utc))}</>;
}
