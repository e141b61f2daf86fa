/** What a legion is at rest, and what its service is given. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { HOOK_ACTIONS, HOOK_EVENTS, LEGION_ROLES } from '../../../shared/domain/legion.js';
import type { NewEvent } from '../../core/history/event-log.js';
import type { Clock } from '../../ports/clock.js';
import type { Datagrams } from '../../ports/datagrams.js';
import type { HookRunner } from '../../ports/hook-runner.js';
import type { Journals } from '../../ports/journal.js';
import type { Log } from '../../ports/log.js';
import type { Power } from '../../ports/power.js';
import type { Random } from '../../ports/random.js';
import type { StatsReader } from '../../ports/stats-reader.js';
import type { Store } from '../../ports/store.js';

const Hook = z.object({
  id: z.string(),
  event: z.enum(HOOK_EVENTS),
  action: z.enum(HOOK_ACTIONS),
  argument: z.string(),
  shell: z.boolean(),
  timeoutS: z.number(),
  isOn: z.boolean(),
});
export type Hook = z.infer<typeof Hook>;

/** As kept; with the secret, so only where this user alone may read. */
export const LegionConfig = z.object({
  name: z.string(),
  role: z.enum(LEGION_ROLES),
  valor: z.number().int().min(0).max(65_535),
  address: z.string(),
  port: z.number().int().min(1).max(65_535),
  interface: z.string(),
  nodes: z.array(z.object({ host: z.string().min(1), port: z.number().int().min(1).max(65_535) })),
  cipher: z.string(),
  secret: z.string(),
  iv: z.string().nullable(),
  freqS: z.number().min(0.05),
  toleranceS: z.number().min(0.1),
  skewS: z.number(),
  quorum: z.number(),
  planned: z.number().nullable(),
  scroll: z.string().nullable(),
  deathOnLordErrorS: z.number(),
  handOverBeforeSleep: z.boolean(),
  valor0OnBattery: z.boolean(),
  busWitness: z.boolean(),
  proxyDeath: z.boolean().default(false),
  /** Older ones had none. */
  stats: z.array(z.string()).default([]),
  hooks: z.array(Hook),
});
export type LegionConfig = z.infer<typeof LegionConfig>;

/** Its story on disk, under a name that a file may have: two legions never have the same. */
export function journalName(legion: string): string {
  const name = Buffer.from(legion, 'utf8').toString('hex');
  return name.length <= MAX_JOURNAL_NAME ? name : createHash('sha256').update(legion).digest('hex');
}
const MAX_JOURNAL_NAME = 60;

/** What the bus knows of the machines of a legion. */
export type BusView = {
  /** The node that beats on the machine of this host name; null: none is known. */
  nodeOn(host: string): string | null;
  /** All that may beat there, those that fell silent too: what the bus says of the machine they say together. */
  nodesOn(host: string): readonly string[];
  /** null: unknown, or no longer a member. */
  isHeard(node: string): boolean | null;
  /** The broker says that the queue of this node is gone. Rejects when it cannot be asked. */
  isGone(node: string): Promise<boolean>;
};

export type LegionDeps = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly datagrams: Datagrams;
  readonly hookRunner: HookRunner;
  readonly statsReader: StatsReader;
  readonly power: Power;
  /** Where only this user may read. */
  readonly secretStore: Store;
  readonly journals: Journals;
  readonly bus: BusView;
  record(event: NewEvent): void;
};

export type LegionSettings = {
  readonly profileId: string;
  readonly isReadOnly: boolean;
  /** Our host name and process id, as members call us. */
  readonly host: string;
  readonly pid: number;
  /** Legions to begin with, where none are kept (the demo). */
  readonly seed?: readonly LegionConfig[];
};
