/**
 * What others push to this console: what it may change here, what waits for a person, what was applied and can be
 * undone. Times are epoch ms; values that look secret are masked.
 */
import * as z from 'zod';
import { ShownWhat } from './change.js';

/** The three runner functions that change a node. */
export const RECEIVED_KINDS = ['settings', 'gem', 'message'] as const;
export type ReceivedKind = (typeof RECEIVED_KINDS)[number];

/** `off`: answered with a failed result at once. `ask`: a person decides. `on`: obeyed. */
export const RECEIVE_MODES = ['off', 'ask', 'on'] as const;
export type ReceiveMode = (typeof RECEIVE_MODES)[number];

export const RECEIVED_STATES = ['waiting', 'working', 'applied', 'failed', 'refused', 'undone'] as const;

export const Received = z.object({
  id: z.string(),
  kind: z.enum(RECEIVED_KINDS),
  at: z.number(),
  /** Who says to have sent it; the bus does not sign. null: it does not say. */
  from: z.string().nullable(),
  /** Sent to this node alone, or to all. */
  audience: z.enum(['us', 'all']),
  what: ShownWhat,
  state: z.enum(RECEIVED_STATES),
  stateAt: z.number(),
  detail: z.string().nullable(),
  error: z.string().nullable(),
  /** What it changed here; `before` null: there was nothing. JSON texts, masked. */
  changes: z.array(
    z.object({
      path: z.string(),
      before: z.string().nullable(),
      after: z.string(),
      takesEffect: z.boolean(),
    }),
  ),
  canUndo: z.boolean(),
  /** Of an installer: its last lines. */
  output: z.string().nullable(),
});
export type Received = z.infer<typeof Received>;

export const Receive = z.object({
  at: z.number(),
  modes: z.object({
    settings: z.enum(RECEIVE_MODES),
    gem: z.enum(RECEIVE_MODES),
    message: z.enum(RECEIVE_MODES),
  }),
  /** `section.key` patterns that may be changed from the network. */
  allow: z.array(z.string()),
  /** The installer's words: its version, or why there is none. */
  installer: z.object({ available: z.boolean(), about: z.string() }),
  /** Our own settings in LegionIO's layout: JSON text, masked. */
  settings: z.string(),
  /** Waiting ones first, then newest first; at most 200. */
  items: z.array(Received),
});
export type Receive = z.infer<typeof Receive>;

/** What a second person reads before approving somebody else's run. */
export const ApprovalRequest = z.object({
  runId: z.string(),
  profile: z.string(),
  by: z.string(),
  console: z.string(),
  hash: z.string(),
  what: ShownWhat,
  nodes: z.number().int(),
  firstNames: z.array(z.string()),
  broadcast: z.boolean(),
  createdAt: z.number(),
  until: z.number(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;
