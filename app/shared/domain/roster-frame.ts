/**
 * The one hot stream of the contract: the roster, as parallel columns.
 * A snapshot first, then numbered deltas. Rows are known by their slot (`index`), which stays theirs until
 * the row is gone. Ages are milliseconds before the frame's `at`, so that numbers stay short; -1 is "unknown".
 */
import * as z from 'zod';

const ints = z.array(z.number());

export const RosterColumns = z.object({
  index: ints,
  name: z.array(z.string()),
  /** By name prefix: `c-114` is in `c`. */
  group: z.array(z.string()),
  /** Index into NODE_STATES. */
  state: ints,
  /** Bits of BADGES. */
  badges: ints,
  lastBeatAgo: ints,
  stateAgo: ints,
  firstSeenAgo: ints,
  /** Since the sender's process started, from its uptime. */
  startedAgo: ints,
  intervalMs: ints,
  /** Median absolute deviation of the gaps. */
  jitterMs: ints,
  /** Sender's clock minus ours. `null`: it sent no time. */
  skewMs: z.array(z.number().nullable()),
  /** Its own status word, or null. */
  word: z.array(z.string().nullable()),
  version: z.array(z.string().nullable()),
  pid: ints,
  memoryMb: ints,
  threads: ints,
  extensions: ints,
  workers: ints,
  /** State changes in the last 24 h. */
  changes: ints,
  /** Index into TRUST_STATES: what is known of its key. */
  key: ints,
});
export type RosterColumns = z.infer<typeof RosterColumns>;

export const RosterFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), seq: z.number(), at: z.number(), rows: RosterColumns }),
  z.object({
    type: z.literal('delta'),
    seq: z.number(),
    at: z.number(),
    /** Rows of which only the last beat and perhaps the state moved. */
    beats: z.object({ index: ints, lastBeatAgo: ints, state: ints, stateAgo: ints }),
    /** Rows that are new or changed in another column; complete. */
    rows: RosterColumns,
    gone: ints,
  }),
]);
export type RosterFrame = z.infer<typeof RosterFrame>;

export const emptyColumns = (): RosterColumns => ({
  index: [],
  name: [],
  group: [],
  state: [],
  badges: [],
  lastBeatAgo: [],
  stateAgo: [],
  firstSeenAgo: [],
  startedAgo: [],
  intervalMs: [],
  jitterMs: [],
  skewMs: [],
  word: [],
  version: [],
  pid: [],
  memoryMb: [],
  threads: [],
  extensions: [],
  workers: [],
  changes: [],
  key: [],
});
