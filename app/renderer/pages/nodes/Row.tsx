/** One row of the node list. It listens to its own slot: another node's beat does not draw it again. */
import { memo, useState, type MouseEvent } from 'react';
import { badgesOf } from '../../../shared/domain/node-state.js';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import { formatAge, formatDuration, text, visible, wordText } from '../../../shared/i18n/index.js';
import { Foreign, StatusMark, tickPlaces, Ticks, TONE, TrustWord } from '../../components/index.js';
import { emptyRow, rowAttributes, type RowPlace } from '../../parts/grid.js';
import { BadgeMark, LordMark } from '../../parts/index.js';
import { useFleetTime } from '../../store/clock.js';
import { useRow } from '../../store/roster.js';
import { useBeatsOf } from './beats.js';
import type { Column } from './columns.js';

export const TICKS = 30;
const TICKS_WIDTH = 120;

type Props = RowPlace & {
  readonly slot: number;
  readonly columns: readonly Column[];
  readonly isSelected: boolean;
  readonly isPeeked: boolean;
  readonly onPick: (index: number, event: MouseEvent) => void;
  readonly onToggle: (index: number) => void;
};

export const Row = memo(function Row(props: Props) {
  const row = useRow(props.slot);
  const { index, columns, isSelected, isPeeked } = props;
  if (!row) return <div {...emptyRow(props)} />;
  return (
    <div
      {...rowAttributes(props)}
      className={`tr${isSelected || isPeeked ? ' sel' : ''}`}
      aria-selected={isSelected}
      onClick={(event) => props.onPick(index, event)}
    >
      <span role="gridcell" className="chk-cell">
        <input
          type="checkbox"
          className="chk"
          tabIndex={-1}
          checked={isSelected}
          aria-label={text('nodes.select.row', { name: visible(row.name, 80) })}
          onClick={(event) => event.stopPropagation()}
          onChange={() => props.onToggle(index)}
        />
      </span>
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} />
      ))}
    </div>
  );
});

function Cell({ column, row }: { readonly column: Column; readonly row: RosterRow }) {
  switch (column.id) {
    case 'state':
      return <StateCell row={row} />;
    case 'name':
      return (
        <span role="gridcell" className="row name-cell">
          <Foreign className="b5 el" max={60}>
            {row.name}
          </Foreign>
          <LordMark node={row.name} />
          {badgesOf(row.badges).map((badge) => (
            <BadgeMark key={badge} badge={badge} row={row} />
          ))}
        </span>
      );
    case 'beats':
      return <BeatsCell row={row} />;
    case 'key':
      return (
        <span role="gridcell">
          <TrustWord trust={row.key} />
        </span>
      );
    default:
      return <TextCell column={column} row={row} />;
  }
}

function StateCell({ row }: { readonly row: RosterRow }) {
  const word = useFleetTime((now) =>
    row.state === 'troubled' && row.word !== null
      ? `“${wordText(row.word, 40)}”`
      : row.state === 'updating'
        ? text('row.updating', { age: formatAge(now - row.stateSince) })
        : text(`state.${row.state}`),
  );
  const [shown, setShown] = useState({ state: row.state, changes: 0 });
  if (shown.state !== row.state) setShown({ state: row.state, changes: shown.changes + 1 });
  // The cell fades from a tint once per change, never when it scrolls into view.
  const fade = shown.changes === 0 ? '' : ` fade-${shown.changes % 2}`;
  const isQuiet = row.state === 'healthy' || row.state === 'unheard' || row.state === 'left';
  return (
    <span role="gridcell" className={`row state-cell${fade}`}>
      <StatusMark state={row.state} />
      <span className={`el ${isQuiet ? 't2' : `b5 c-${TONE[row.state]}`}`}>{word}</span>
    </span>
  );
}

/** Columns whose value is of now stay dark; the rest is quiet, more so when the node is silent. */
const STRONG: ReadonlySet<string> = new Set(['lastBeat']);

function TextCell({ column, row }: { readonly column: Column; readonly row: RosterRow }) {
  const words = useFleetTime((now) => visible(column.text(row, now), 60));
  const isOld = row.state === 'silent' || row.state === 'left';
  const tone = STRONG.has(column.id) ? '' : isOld && column.id === 'uptime' ? 't3' : 't2';
  return (
    <span role="gridcell" className={`el ${column.isNumber ? 'r num' : ''} ${tone}`}>
      {words || <span className="t3">–</span>}
    </span>
  );
}

function BeatsCell({ row }: { readonly row: RosterRow }) {
  const ago = useBeatsOf(row.name);
  const places = ago ? tickPlaces(ago, Math.max(1, row.intervalMs), TICKS) : [];
  return (
    <span role="gridcell">
      <Ticks
        places={places}
        count={TICKS}
        width={TICKS_WIDTH}
        label={text('nodes.cell.beats', {
          count: places.length,
          span: formatDuration(TICKS * row.intervalMs),
        })}
      />
    </span>
  );
}
