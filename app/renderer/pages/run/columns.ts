/** The columns of a run's table: which there is room for, and how wide they are. */
import type { RunSort } from './select.js';

export type RunColumn = {
  readonly id: 'wave' | 'name' | 'result' | 'took' | 'beats' | 'pid' | 'version' | 'detail' | 'try';
  readonly width: string;
  readonly sort?: RunSort;
  readonly isNumber?: boolean;
};

const column = (id: RunColumn['id'], width: string, over: Partial<RunColumn> = {}): RunColumn => ({
  id,
  width,
  ...over,
});
const WAVE = column('wave', '40px', { sort: 'order' });
const NAME = column('name', 'minmax(112px, 0.35fr)', { sort: 'name' });
const RESULT = column('result', '124px', { sort: 'result' });
const TOOK = column('took', '64px', { sort: 'took', isNumber: true });
const BEATS = column('beats', '140px');
const PID = column('pid', '128px');
const VERSION = column('version', '96px');
const DETAIL = column('detail', 'minmax(0, 1fr)');
const TRY = column('try', '36px', { sort: 'try', isNumber: true });

/** `room`: the width that the table has, px. A single wave needs no column. */
export function runColumns(room: number, hasWaves: boolean): readonly RunColumn[] {
  const all =
    room < 560
      ? [NAME, RESULT, DETAIL]
      : room < 760
        ? [WAVE, NAME, RESULT, TOOK, DETAIL, TRY]
        : room < 1000
          ? [WAVE, NAME, RESULT, TOOK, BEATS, DETAIL, TRY]
          : [WAVE, NAME, RESULT, TOOK, BEATS, PID, VERSION, DETAIL, TRY];
  return hasWaves ? all : all.filter(({ id }) => id !== 'wave');
}
