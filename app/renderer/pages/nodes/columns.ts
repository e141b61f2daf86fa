/** The columns of the node list: widths, when they show, and their text for copies and exports. */
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import {
  formatAgeShort,
  formatDuration,
  formatInterval,
  formatMb,
  formatMoment,
  formatNumber,
  formatSkew,
  text,
} from '../../../shared/i18n/index.js';
import type { SortKey } from '../../parts/node-order.js';

export type ColumnId = SortKey | 'beats';

export type Column = {
  readonly id: ColumnId;
  /** A track of the grid template. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Shown unless the reader decides otherwise; `room` says what there is place for. */
  readonly isShown: (room: Room) => boolean;
  /** The plain text of a cell; `now` is the fleet's time. Empty where the node does not say. */
  readonly text: (row: RosterRow, now: number) => string;
};

export type Room = { readonly window: number; readonly hasPeek: boolean };

const never = (): boolean => false;
const always = (): boolean => true;
/** The panel takes up to half of a small window; state, name and last beat stay. */
const hasRoom = ({ window, hasPeek }: Room): boolean => !hasPeek || window >= 1100;
const num = (value: number, format: (value: number) => string = formatNumber): string =>
  value < 0 ? '' : format(value);
const since = (at: number, now: number): string => (at < 0 ? '' : formatAgeShort(now - at));

export const COLUMNS: readonly Column[] = [
  { id: 'state', width: '104px', isShown: always, text: (row) => text(`state.${row.state}`) },
  { id: 'name', width: 'minmax(96px, 1fr)', isShown: always, text: (row) => row.name },
  {
    id: 'group',
    width: '88px',
    isShown: (room) => !room.hasPeek || room.window >= 1440,
    text: (row) => row.group,
  },
  {
    id: 'lastBeat',
    width: '64px',
    isNumber: true,
    isShown: ({ window, hasPeek }) => !hasPeek || window >= 800,
    text: (row, now) => since(row.lastBeatAt, now),
  },
  { id: 'beats', width: '124px', isShown: (room) => room.window >= 1440, text: () => '' },
  {
    id: 'interval',
    width: '60px',
    isNumber: true,
    isShown: (room) => !room.hasPeek,
    text: (row) => num(row.intervalMs, formatInterval),
  },
  {
    id: 'jitter',
    width: '64px',
    isNumber: true,
    isShown: never,
    text: (row) => num(row.jitterMs, (ms) => `±${formatDuration(ms)}`),
  },
  {
    id: 'skew',
    width: '68px',
    isNumber: true,
    isShown: never,
    text: (row) => (row.skewMs === null ? '' : formatSkew(row.skewMs)),
  },
  { id: 'word', width: '96px', isShown: never, text: (row) => row.word ?? '' },
  { id: 'version', width: '60px', isNumber: true, isShown: hasRoom, text: (row) => row.version ?? '' },
  { id: 'pid', width: '60px', isNumber: true, isShown: never, text: (row) => num(row.pid, String) },
  {
    id: 'uptime',
    width: '52px',
    isNumber: true,
    isShown: hasRoom,
    text: (row, now) => since(row.startedAt, now),
  },
  {
    id: 'memory',
    width: '72px',
    isNumber: true,
    isShown: (room) => !room.hasPeek && room.window >= 1440,
    text: (row) => num(row.memoryMb, formatMb),
  },
  { id: 'threads', width: '60px', isNumber: true, isShown: never, text: (row) => num(row.threads) },
  { id: 'extensions', width: '76px', isNumber: true, isShown: never, text: (row) => num(row.extensions) },
  { id: 'workers', width: '60px', isNumber: true, isShown: never, text: (row) => num(row.workers) },
  {
    id: 'key',
    width: '88px',
    isShown: (room) => !room.hasPeek && room.window >= 1100,
    text: (row) => text(`trust.${row.key}`),
  },
  {
    id: 'firstSeen',
    width: '76px',
    isNumber: true,
    isShown: never,
    text: (row, now) => since(row.firstSeenAt, now),
  },
  { id: 'changes', width: '64px', isNumber: true, isShown: never, text: (row) => num(row.changes) },
];

/** Columns the reader cannot do without. */
export const FIXED_COLUMNS: ReadonlySet<ColumnId> = new Set(['state', 'name']);

/** `chosen` holds what the reader decided; `fixed` is the column the filter has fixed to one value. */
export function shownColumns(
  chosen: Readonly<Record<string, boolean>>,
  room: Room,
  fixed: ColumnId | null,
): readonly Column[] {
  return COLUMNS.filter((column) => column.id !== fixed && (chosen[column.id] ?? column.isShown(room)));
}

export const columnLabel = (id: ColumnId, span = ''): string =>
  id === 'beats'
    ? span === ''
      ? text('nodes.col.beats.plain')
      : text('nodes.col.beats', { span })
    : text(`nodes.col.${id}`);

/** Tab-separated rows with a heading, for the clipboard. Line breaks and tabs in foreign text become spaces. */
export function toTsv(rows: readonly RosterRow[], columns: readonly Column[], now: number): string {
  const used = columns.filter((column) => column.id !== 'beats');
  const line = (cells: readonly string[]): string =>
    cells.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t');
  return [
    line(used.map((column) => columnLabel(column.id))),
    ...rows.map((row) => line(used.map((column) => column.text(row, now)))),
  ].join('\n');
}

/** Every field of the rows as CSV, under a heading that says what was filtered and when. */
export function toCsv(rows: readonly RosterRow[], filter: string, now: number): string {
  const cells = (values: readonly (string | number | null)[]): string => values.map(csvCell).join(',');
  const fields = rows.map((row) => exported(row));
  const heading = Object.keys(exported(undefined));
  return [
    `# ${text('nodes.title')}, ${formatMoment(now, true)} UTC, ${filter.replace(/\s+/g, ' ') || '-'}`,
    cells(heading),
    ...fields.map((row) => cells(Object.values(row))),
  ].join('\r\n');
}

export const toJson = (rows: readonly RosterRow[], filter: string, now: number): string =>
  JSON.stringify({ at: now, filter, nodes: rows.map((row) => exported(row)) }, null, 2);

const orNull = (value: number | undefined): number | null =>
  value === undefined || value < 0 ? null : value;

const exported = (row: RosterRow | undefined): Readonly<Record<string, string | number | null>> => ({
  name: row?.name ?? '',
  group: row?.group ?? '',
  state: row?.state ?? '',
  stateSince: orNull(row?.stateSince),
  lastBeatAt: orNull(row?.lastBeatAt),
  intervalMs: orNull(row?.intervalMs),
  jitterMs: orNull(row?.jitterMs),
  skewMs: row?.skewMs ?? null,
  status: row?.word ?? null,
  version: row?.version ?? null,
  pid: orNull(row?.pid),
  startedAt: orNull(row?.startedAt),
  memoryMb: orNull(row?.memoryMb),
  threads: orNull(row?.threads),
  extensions: orNull(row?.extensions),
  workers: orNull(row?.workers),
  firstSeenAt: orNull(row?.firstSeenAt),
  changes: orNull(row?.changes),
  key: row?.key ?? '',
});

/** Text of peers must not become a formula in somebody's spreadsheet. */
function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const tame = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
