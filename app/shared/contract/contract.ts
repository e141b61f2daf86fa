/**
 * The only description of what a window, a script or the command line may ask of the node, and hear from it.
 * A call has one answer, a stream has many. Values are JSON values; times are epoch milliseconds.
 * Secrets have no place in any type here.
 */
import * as z from 'zod';
import { ConsoleEvent, EventFrame } from '../domain/event.js';
import { ConfigReport, Health, HistoryPage } from '../domain/health.js';
import { NodeDetail, NodeRow } from '../domain/node.js';
import { RosterFrame } from '../domain/roster-frame.js';
import { ConnectInput, SavedProfile, Session } from '../domain/session.js';

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: 'call', input, output }) as const;
const stream = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) =>
  ({ kind: 'stream', input, output }) as const;

const Nothing = z.object({});
const Name = z.string().min(1).max(1024);
const Ok = z.object({ ok: z.literal(true) });

export const contract = {
  /** Everything about the connection and the sentence; a whole Session each time, at most 4 per second. */
  'session.watch': stream(Nothing, Session),
  'session.get': call(Nothing, Session),
  /** Leaves what it is connected to and joins this cluster. Answers when the attempt has begun; watch the steps. */
  'session.connect': call(ConnectInput, Ok),
  'session.demo': call(z.object({ size: z.union([z.literal(12), z.literal(500), z.literal(10000)]) }), Ok),
  'session.leave': call(Nothing, Ok),
  /** Tries at once instead of waiting for the next attempt. */
  'session.reconnect': call(Nothing, Ok),

  'profile.list': call(Nothing, z.object({ profiles: z.array(SavedProfile) })),
  /** Reads the text of a profile file and says what is in it; keeps nothing. */
  'profile.check': call(
    z.object({ text: z.string().max(65536) }),
    z.object({ profile: SavedProfile.nullable(), problems: z.array(z.string()) }),
  ),
  'profile.forget': call(z.object({ profileName: z.string().max(60) }), Ok),

  'roster.watch': stream(Nothing, RosterFrame),
  /** The remembered beats of the rows in view: for each name, how long before `at` each beat came, newest first. */
  'roster.beats': call(
    z.object({ names: z.array(Name).max(200) }),
    z.object({ at: z.number(), ago: z.array(z.array(z.number())) }),
  ),
  /** Nodes that match the filter language of the Nodes page, in order of severity and name. */
  'node.list': call(
    z.object({
      filter: z.string().max(2000).optional(),
      limit: z.number().int().min(1).max(100000).optional(),
    }),
    z.object({ at: z.number(), total: z.number().int(), nodes: z.array(NodeRow) }),
  ),
  'node.get': call(z.object({ name: Name }), NodeDetail),
  /** Removes it from this console only; it comes back with its next beat. */
  'node.forget': call(z.object({ name: Name }), Ok),

  'event.watch': stream(z.object({ limit: z.number().int().min(1).max(5000).optional() }), EventFrame),
  'event.list': call(
    z.object({ limit: z.number().int().min(1).max(5000).optional(), area: z.string().optional() }),
    z.object({ events: z.array(ConsoleEvent) }),
  ),

  'history.get': call(
    z.object({ rangeMs: z.number().min(60_000).max(86_400_000), points: z.number().int().min(2).max(300) }),
    HistoryPage,
  ),
  'health.get': call(Nothing, Health),
  'config.get': call(Nothing, ConfigReport),

  /** A fresh one-time address of this console for a browser; null where there is no web host. */
  'host.link': call(Nothing, z.object({ url: z.string().nullable() })),
} as const;

type Contract = typeof contract;
export type Procedure = keyof Contract;
export type CallName = { [K in Procedure]: Contract[K]['kind'] extends 'call' ? K : never }[Procedure];
export type StreamName = Exclude<Procedure, CallName>;

export type In<K extends Procedure> = z.output<Contract[K]['input']>;
export type Out<K extends Procedure> = z.output<Contract[K]['output']>;

/** What the main process implements and everybody else calls. */
export type Api = {
  [K in Procedure]: Contract[K]['kind'] extends 'stream'
    ? (input: In<K>, signal: AbortSignal) => AsyncIterable<Out<K>>
    : (input: In<K>, signal: AbortSignal) => Promise<Out<K>>;
};

export const isProcedure = (name: string): name is Procedure => Object.hasOwn(contract, name);
