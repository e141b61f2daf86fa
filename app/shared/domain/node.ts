/** One node in full: for lists as JSON, the peek panel and the node page. Times are epoch ms. */
import * as z from 'zod';
import { TRUST_STATES } from './key.js';
import { BADGES, NODE_STATES } from './node-state.js';

const NodeMetrics = z.object({
  memoryMb: z.number().nullable(),
  cpuUserS: z.number().nullable(),
  cpuSystemS: z.number().nullable(),
  threads: z.number().nullable(),
  extensions: z.number().nullable(),
  uptimeS: z.number().nullable(),
  workers: z.number().nullable(),
});
export const NodeRow = z.object({
  name: z.string(),
  group: z.string(),
  state: z.enum(NODE_STATES),
  stateSince: z.number(),
  badges: z.array(z.enum(BADGES)),
  /** The node's own status word. */
  status: z.string().nullable(),
  pid: z.number().nullable(),
  version: z.string().nullable(),
  firstSeenAt: z.number(),
  lastBeatAt: z.number().nullable(),
  /** What is known of its key; `missing`: it showed none. */
  key: z.enum(TRUST_STATES),
  intervalMs: z.number(),
  jitterMs: z.number().nullable(),
  skewMs: z.number().nullable(),
  metrics: NodeMetrics,
});
export type NodeRow = z.infer<typeof NodeRow>;

export const NodeDetail = NodeRow.extend({
  /** Beats that should have come since the last one. */
  missed: z.number().int(),
  /** Gaps between its last beats, ms, oldest first; at most 60. -1 marks a gap that was our own outage. */
  gaps: z.array(z.number()),
  /** Memory of its last beats in MB, oldest first. */
  memory: z.array(z.number()),
  hostname: z.string().nullable(),
  /** Pids lately heard under this name, newest first. */
  pids: z.array(z.number()),
  /** The sender's part `rabbitmq_cluster`, as text, cut; null when it sends none. */
  broker: z.string().nullable(),
  /** How many other nodes run the most common version, if it is another one. */
  commonVersion: z.object({ version: z.string(), count: z.number().int() }).nullable(),
  /** Others that fell silent within 2 intervals of it. */
  silentWith: z.array(z.string()),
  /** The last message heard, redacted and cut at 8 KB; only kept while somebody looks at the node. */
  raw: z.string().nullable(),
  changes: z.number().int(),
});
export type NodeDetail = z.infer<typeof NodeDetail>;
