/** The sentence of the node list: how many are listed and how they are. Its counts are of the very rows below. */
import { useEffect, useMemo, useState } from 'react';
import type { Filter } from '../../../shared/filter/index.js';
import { formatClock, parts, text, visible } from '../../../shared/i18n/index.js';
import { Sentence } from '../../components/index.js';
import { nodesHref } from '../../route.js';
import { usePrefs } from '../../store/prefs.js';
import { onRosterFrame, rosterRows } from '../../store/roster.js';
import { isPast, useSession, useShown } from '../../store/session.js';
import { countStates } from '../../parts/node-order.js';

export function NodesSentence({
  slots,
  filter,
}: {
  readonly slots: readonly number[];
  readonly filter: Filter;
}) {
  const total = useShown((session) => session.summary.total, 0);
  const past = useSession(isPast);
  const asOf = useSession((state) => state.live?.link.asOf ?? null);
  const utc = usePrefs((prefs) => prefs.utc);
  const beat = useSecond();
  const counts = useMemo(
    () => countStates(rosterRows(), slots),
    // Rows change in place; `beat` says when to count again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [slots, beat],
  );
  const group = onlyGroup(filter);
  const lead =
    counts.silent > 0 ? 'silent' : counts.late > 0 ? 'late' : counts.troubled > 0 ? 'troubled' : 'none';
  const first =
    group !== null
      ? text('nodes.say.group', { count: slots.length, group: visible(group, 40) })
      : filter.conditions.length > 0
        ? text('nodes.say.match', { count: slots.length, total })
        : text('nodes.say.all', { total: slots.length });
  return (
    <p className="say">
      {past && asOf !== null && `${text('nodes.say.past', { at: formatClock(asOf, { utc }) })} `}
      {first}{' '}
      <Sentence
        parts={parts(past && asOf !== null ? 'nodes.say.states.past' : 'nodes.say.states', {
          ...counts,
          lead,
        })}
        link={(state, words) => (
          <a className={state} href={nodesHref(`${withoutStates(filter)} state:${state}`.trim())}>
            {words}
          </a>
        )}
      />
    </p>
  );
}

const onlyGroup = (filter: Filter): string | null => {
  const [only] = filter.conditions;
  if (filter.conditions.length !== 1 || only?.kind !== 'values' || only.field !== 'group' || only.negated)
    return null;
  return only.values.length === 1 ? (only.values[0]?.text ?? null) : null;
};

/** The filter's conditions other than those about the state, as text. */
const withoutStates = (filter: Filter): string =>
  filter.conditions
    .filter((condition) => condition.kind !== 'values' || condition.field !== 'state')
    .map((condition) => filter.source.slice(condition.at, condition.end))
    .join(' ');

/** Grows once a second while frames come. */
function useSecond(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onRosterFrame(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setCount((old) => old + 1);
      }, 1000);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return count;
}
