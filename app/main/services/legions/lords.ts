/** Who led when, and who came and went: for the timeline. Kept on disk, so that it outlives the console. */
import * as z from 'zod';
import type { LegionTimeline } from '../../../shared/domain/legion.js';
import type { JsonObject } from '../../../shared/lib/json.js';
import type { Clock } from '../../ports/clock.js';
import type { Journal } from '../../ports/journal.js';
import type { Log } from '../../ports/log.js';

const Line = z.discriminatedUnion('t', [
  z.object({ t: z.literal('lord'), at: z.number(), lord: z.string().nullable(), why: z.string().nullable() }),
  z.object({
    t: z.literal('mark'),
    at: z.number(),
    name: z.string(),
    what: z.enum(['joined', 'left', 'died']),
    isSelf: z.boolean(),
  }),
  /** The console was not there until now. */
  z.object({ t: z.literal('away'), at: z.number() }),
]);
type Line = z.infer<typeof Line>;
type Change = { readonly at: number; readonly lord: string | null; readonly why: string | null };
type Mark = LegionTimeline['marks'][number];

const MAX_LINES = 20_000;
const DAY_MS = 86_400_000;
const COUNTED_MS = 1_000;
/** More marks than this in a picture are noise. */
const MAX_MARKS = 500;
/** A crowd that comes and goes by the thousand is not written down one by one. */
const MARKS_PER_MINUTE = 200;
const MINUTE_MS = 60_000;
/** As one that the console was not there to see. */
export const AWAY = 'away';

export type Lords = ReturnType<typeof createLords>;

export function createLords(journal: Journal, clock: Clock, log: Log) {
  let changes: Change[] = [];
  let marks: Mark[] = [];
  let isTold = false;
  let minute = { from: -Infinity, marks: 0 };
  let leaves = { at: -Infinity, by: new Map<string, number>() };

  const add = (line: Line): void => {
    take(line);
    journal.append(line as unknown as JsonObject).catch((error: unknown) => {
      if (!isTold) log.warn({ error }, 'the story of a legion cannot be written');
      isTold = true;
    });
  };
  const take = (line: Line): void => {
    if (line.t === 'lord') changes.push({ at: line.at, lord: line.lord, why: line.why });
    else if (line.t === 'away') changes.push({ at: line.at, lord: null, why: AWAY });
    else marks.push({ at: line.at, name: line.name, what: line.what, isSelf: line.isSelf });
    if (changes.length > MAX_LINES) changes = changes.slice(-MAX_LINES / 2);
    if (marks.length > MAX_LINES) marks = marks.slice(-MAX_LINES / 2);
  };

  return {
    /** What was written before. Never rejects. */
    async load(): Promise<void> {
      const lines = await journal.read().catch((error: unknown) => {
        log.warn({ error }, 'the story of a legion cannot be read');
        return [];
      });
      for (const line of lines) {
        const read = Line.safeParse(line);
        if (read.success) take(read.data);
      }
    },
    lord(lord: string | null, why: string | null, at = clock.now()): void {
      const last = changes.at(-1);
      if (last?.lord === lord && last.why === why) return;
      add({ t: 'lord', at, lord, why: lord === null ? why : null });
    },
    mark(name: string, what: Mark['what'], isSelf: boolean): void {
      const at = clock.now();
      if (Math.abs(at - minute.from) > MINUTE_MS) minute = { from: at, marks: 0 };
      minute.marks += 1;
      if (isSelf || minute.marks <= MARKS_PER_MINUTE) add({ t: 'mark', at, name, what, isSelf });
    },
    /** We no longer look. */
    away: (): void => add({ t: 'away', at: clock.now() }),

    leavesToday(name: string): number {
      const now = clock.now();
      // Asked for each member of each picture: counted once a second for all.
      if (Math.abs(now - leaves.at) > COUNTED_MS) {
        leaves = { at: now, by: new Map() };
        for (const mark of marks)
          if (mark.what !== 'joined' && mark.at >= now - DAY_MS)
            leaves.by.set(mark.name, (leaves.by.get(mark.name) ?? 0) + 1);
      }
      return leaves.by.get(name) ?? 0;
    },

    timeline(rangeMs: number): LegionTimeline {
      const to = clock.now();
      const from = to - rangeMs;
      const bands: LegionTimeline['bands'] = [];
      changes.forEach((change, place) => {
        const until = changes[place + 1]?.at ?? to;
        if (until < from || change.why === AWAY) return;
        bands.push({ from: Math.max(from, change.at), to: until, lord: change.lord, why: change.why });
      });
      return { from, to, bands, marks: marks.filter(({ at }) => at >= from).slice(-MAX_MARKS) };
    },
  };
}
