/** How many targets are in each state, counted from the rows beneath; each shows exactly those. */
import { X } from 'lucide-react';
import { RESULT_STATES, type ResultCounts, type ResultState } from '../../../shared/domain/change.js';
import { formatNumber, text } from '../../../shared/i18n/index.js';
import { Check, Icon, ResultMark } from '../../components/index.js';
import { setParams } from '../../route.js';
import type { RunFilter } from './select.js';

/** From what went well to what waits; the last two only where there are any. */
const ORDER: readonly ResultState[] = [
  'verified',
  'success',
  'failed',
  'sent',
  'regressed',
  'undeliverable',
  'no-answer',
  'queued',
  'no-change',
  'skipped',
];
const RARE: ReadonlySet<ResultState> = new Set(['no-change', 'skipped']);

export function Chips(props: {
  readonly counts: ResultCounts;
  readonly filter: RunFilter;
  readonly folds: boolean;
  readonly canFold: boolean;
  readonly onFold: (folds: boolean) => void;
}) {
  const { counts, filter, folds, canFold, onFold } = props;
  const all = RESULT_STATES.reduce((sum, state) => sum + counts[state], 0);
  const chip = (state: ResultState) => {
    const count = counts[state];
    const isOn = filter.state === state;
    return (
      <button
        key={state}
        type="button"
        className={`chip${isOn ? ' on' : ''}${count === 0 ? ' zero' : ''}`}
        aria-pressed={isOn}
        title={text(`result.${state}.about`)}
        onClick={() => setParams({ state: isOn ? null : state })}
      >
        <ResultMark state={state} {...(count === 0 ? { tone: 'unk' } : {})} />
        <b>{formatNumber(count)}</b> {text(`result.${state}`)}
      </button>
    );
  };
  return (
    <div className="chips">
      <div className="chip-list num" role="group" aria-label={text('run.filter')}>
        <button
          type="button"
          className={`chip${filter.state === null ? ' on' : ''}`}
          aria-pressed={filter.state === null}
          onClick={() => setParams({ state: null })}
        >
          <b>{formatNumber(all)}</b> {text('run.filter.all', { count: all })}
        </button>
        {ORDER.filter((state) => !RARE.has(state) || counts[state] > 0 || filter.state === state).map(chip)}
        {filter.wave !== null && (
          <button
            type="button"
            className="chip on"
            onClick={() => setParams({ wave: null })}
            aria-label={`${text('run.filter.wave', { wave: filter.wave })}. ${text('run.filter.dropWave')}`}
          >
            {text('run.filter.wave', { wave: filter.wave })}
            <Icon of={X} size={12} />
          </button>
        )}
      </div>
      {canFold && <Check label={text('run.fold')} checked={folds} onChange={onFold} />}
    </div>
  );
}
