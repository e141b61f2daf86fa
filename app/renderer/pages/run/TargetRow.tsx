/** One target of a run. It listens to its own index: another node's result does not draw it again. */
import { ArrowRight, ChevronDown, ChevronRight } from 'lucide-react';
import { memo, type MouseEvent } from 'react';
import type { RunTarget } from '../../../shared/domain/change.js';
import { formatAge, formatAgeShort, formatDelay, text, visible } from '../../../shared/i18n/index.js';
import { Foreign, Icon, ResultWord, Ticks } from '../../components/index.js';
import { useFleetTime } from '../../store/clock.js';
import { targetAt, useTarget } from '../../store/run.js';
import type { RunColumn } from './columns.js';
import { emptyRow, rowAttributes, type RowPlace } from '../../parts/grid.js';
import { detailOf } from '../../parts/run-detail.js';
import { tookMs, type Line } from './select.js';
import { Tries } from './Tries.js';

type Common = RowPlace & { readonly columns: readonly RunColumn[] };
type Props = Common & {
  readonly target: number;
  readonly isFolded: boolean;
  readonly isSelected: boolean;
  readonly isPeeked: boolean;
  readonly onPick: (at: number, event: MouseEvent) => void;
};

export const TargetRow = memo(function TargetRow(props: Props) {
  const row = useTarget(props.target);
  const { index, isSelected, isPeeked } = props;
  if (!row) return <div {...emptyRow(props)} />;
  return (
    <div
      {...rowAttributes(props)}
      className={`tr${isSelected || isPeeked ? ' sel' : ''}${props.isFolded ? ' beneath' : ''}`}
      aria-selected={isSelected}
      onClick={(event) => props.onPick(index, event)}
    >
      {props.columns.map(({ id }) => (
        <Cell key={id} id={id} row={row} />
      ))}
    </div>
  );
});

/** Many with the same words: one line, which opens. */
export const FoldRow = memo(function FoldRow(
  props: Common & {
    readonly line: Extract<Line, { kind: 'fold' }>;
    readonly onToggle: (id: string, at: number) => void;
  },
) {
  const { line, index, columns } = props;
  const first = targetAt(line.indices[0] ?? -1);
  const count = line.indices.length;
  const names = line.indices.slice(0, 2).flatMap((index) => targetAt(index)?.name ?? []);
  if (!first) return null;
  return (
    <div {...rowAttributes(props)} className="tr fold" onClick={() => props.onToggle(line.id, index)}>
      {columns.map(({ id }) => {
        if (id === 'name')
          return (
            <span key={id} role="gridcell" className="row fold-names">
              <button
                type="button"
                className="icon-btn fold-button"
                tabIndex={-1}
                aria-expanded={line.isOpen}
                aria-label={text('run.folded.open', { count })}
              >
                <Icon of={line.isOpen ? ChevronDown : ChevronRight} size={14} />
              </button>
              <b className="b6 num">{text('run.folded', { count })}</b>
              <span className="t3 el">
                {text('run.folded.names', {
                  names: names.map((name) => visible(name, 30)).join(', '),
                  more: count - names.length,
                })}
              </span>
            </span>
          );
        if (id === 'result')
          return (
            <span key={id} role="gridcell">
              <ResultWord state={line.state} />
            </span>
          );
        if (id === 'detail') return <Detail key={id} row={first} />;
        return <span key={id} role="gridcell" />;
      })}
    </div>
  );
});

function Cell({ id, row }: { readonly id: RunColumn['id']; readonly row: RunTarget }) {
  switch (id) {
    case 'wave':
      return (
        <span role="gridcell" className="t3 num">
          {row.wave}
        </span>
      );
    case 'name':
      return (
        <span role="gridcell" className="row name-cell">
          <Foreign className="el b5" max={60}>
            {row.name}
          </Foreign>
        </span>
      );
    case 'result':
      return (
        <span role="gridcell">
          <ResultWord state={row.state} />
        </span>
      );
    case 'took':
      return <Took row={row} />;
    case 'beats':
      return <Beats row={row} />;
    case 'pid':
      return <Pid row={row} />;
    case 'version':
      return <Version row={row} />;
    case 'detail':
      return <Detail row={row} />;
    case 'try':
      return <Tries row={row} />;
  }
}

const NONE = <span className="t3">–</span>;

function Took({ row }: { readonly row: RunTarget }) {
  const words = useFleetTime((now) => {
    const ms = tookMs(row, now);
    // One unit is exact enough for what is still under way.
    return ms === null
      ? ''
      : row.resultAt === null
        ? formatAgeShort(ms)
        : ms < 60_000
          ? formatDelay(ms)
          : formatAge(ms);
  });
  return (
    <span role="gridcell" className="r num nw">
      {words === '' ? NONE : words}
    </span>
  );
}

const TICKS = 24;
const PLACES = Array.from({ length: TICKS }, (_, i) => i);

function Beats({ row }: { readonly row: RunTarget }) {
  const isProof =
    row.state === 'verified' || row.state === 'success' || row.state === 'no-change' || row.beats > 0;
  const label = text('run.beats.count', { count: row.beats });
  return (
    <span role="gridcell" className="beats-since">
      {row.beats > 0 ? (
        <Ticks
          places={PLACES.slice(0, Math.min(TICKS, row.beats))}
          count={TICKS}
          width={120}
          stroke={1.5}
          label={label}
        />
      ) : (
        <span className="t3">
          {isProof || row.state === 'sent' || row.state === 'failed' ? text('run.beats.none') : '–'}
        </span>
      )}
    </span>
  );
}

function Pid({ row }: { readonly row: RunTarget }) {
  const { pidBefore, pidAfter } = row;
  if (pidBefore === null && pidAfter === null) return <span role="gridcell">{NONE}</span>;
  if (pidBefore === null || pidAfter === null || pidBefore === pidAfter)
    return (
      <span role="gridcell" className="t3 num">
        {pidBefore !== null && pidAfter !== null
          ? text('run.pid.same', { pid: String(pidAfter) })
          : String(pidAfter ?? pidBefore)}
      </span>
    );
  return <Moved before={String(pidBefore)} after={String(pidAfter)} />;
}

const Moved = ({ before, after }: { readonly before: string; readonly after: string }) => (
  <span role="gridcell" className="row num moved">
    <span className="sr">
      {text('run.pid.moved', { before: visible(before, 40), after: visible(after, 40) })}
    </span>
    <span className="t3 el" aria-hidden="true">
      {visible(before, 40)}
    </span>
    <span className="t3">
      <Icon of={ArrowRight} size={12} />
    </span>
    <span className="el" aria-hidden="true">
      {visible(after, 40)}
    </span>
  </span>
);

function Version({ row }: { readonly row: RunTarget }) {
  const { versionBefore: before, versionAfter: after } = row;
  const shown = after ?? before;
  if (shown === null) return <span role="gridcell">{NONE}</span>;
  const isNew = after !== null && after !== before;
  return (
    <span
      role="gridcell"
      className={`num el ${isNew ? 't2' : 't3'}`}
      title={
        isNew && before !== null
          ? text('run.pid.moved', { before: visible(before, 40), after: visible(after, 40) })
          : undefined
      }
    >
      {visible(shown, 40)}
    </span>
  );
}

function Detail({ row }: { readonly row: RunTarget }) {
  const words = useFleetTime((now) => detailOf(row, now).words);
  const { tone } = detailOf(row, 0);
  return (
    <span role="gridcell" className={`el ${tone}`} title={words === '' ? undefined : words}>
      {words}
    </span>
  );
}
