/**
 * The runs of one profile and their journals: what lives is in memory, what is over is a line until somebody opens it.
 * Everything is written before it is acted on; what was read back is what was written.
 */
import * as z from 'zod';
import { RunSummary } from '../../../shared/domain/change.js';
import type { JsonObject } from '../../../shared/lib/json.js';
import { applyEntry } from '../../core/changes/run-apply.js';
import { createRun, isOver, type Run, RunEntry, type RunPlan } from '../../core/changes/run-state.js';
import { hasSecrets, maskSettings, type What } from '../../core/changes/what.js';
import { summaryOfRun } from '../../core/changes/run-views.js';
import type { Journal, Journals } from '../../ports/journal.js';
import type { Log } from '../../ports/log.js';
import type { Store } from '../../ports/store.js';

/** Older ones are removed when a profile is joined. */
const KEPT_RUNS = 200;
/** Runs that are over and were looked at lately. */
const OPENED = 4;
/** Not a run. */
export const OBSERVED = 'observed';

const What = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('settings'),
    settings: z.record(z.string(), z.record(z.string(), z.unknown())),
    restart: z.boolean(),
  }),
  z.object({
    kind: z.literal('gem'),
    extension: z.string(),
    version: z.string().nullable(),
    reload: z.boolean(),
  }),
]);
const Plan = z.object({
  id: z.string(),
  kind: z.enum(['settings', 'gem']),
  mode: z.enum(['addressed', 'broadcast']),
  createdAt: z.number(),
  by: z.string().nullable(),
  profile: z.string(),
  bodies: z.array(What).min(1),
  names: z.array(z.string()),
  bodyOf: z.array(z.number().int()),
  same: z.array(z.number().int()),
  waves: z
    .array(
      z.object({
        size: z.number().int(),
        begins: z.enum(['auto', 'ask']),
        minVerified: z.number(),
        watchS: z.number(),
      }),
    )
    .min(1),
  stop: z.object({ regressed: z.number(), failedShare: z.number() }),
  atMost: z.number(),
  deadlineMs: z.number(),
  canary: z.string().nullable(),
  rollbackOf: z.string().nullable(),
  approvalUntil: z.number().nullable(),
  reason: z.string().nullable(),
});
const First = z.object({ t: z.literal('plan'), plan: Plan, masked: z.boolean() });
const Closed = z.object({ t: z.literal('closed'), summary: RunSummary });

export type OpenRun = {
  readonly run: Run;
  readonly journal: Journal;
  /** The values that look secret are gone: nothing can be sent any more. */
  readonly isForgotten: boolean;
};

export type RunBook = ReturnType<typeof createRunBook>;

export function createRunBook(journals: Journals, secrets: Store, log: Log) {
  const open = new Map<string, OpenRun>();
  /** Newest last. */
  const closed = new Map<string, RunSummary>();
  const looked = new Map<string, OpenRun>();
  const secretKey = (id: string): string => `change.${id}`;

  /** Reads one journal. null: it does not begin with a plan, so nothing can be made of it. */
  const read = async (id: string): Promise<OpenRun | null> => {
    const journal = journals.open(id);
    const lines = await journal.read();
    const first = First.safeParse(lines[0]);
    if (!first.success) {
      log.warn({ id }, 'a journal of a change cannot be read');
      return null;
    }
    const { plan, masked } = first.data;
    const kept = masked ? z.array(What).safeParse(await secrets.read(secretKey(id))) : null;
    const bodies = kept?.success ? kept.data : plan.bodies;
    const run = createRun({ ...plan, bodies });
    let torn = 0;
    for (const line of lines.slice(1)) {
      const entry = RunEntry.safeParse(line);
      if (entry.success) applyEntry(run, entry.data);
      else if (line?.['t'] !== 'closed') torn += 1;
    }
    if (torn > 0) log.warn({ id, lines: torn }, 'lines of a journal of a change cannot be read');
    return { run, journal, isForgotten: masked && !kept?.success };
  };

  let loading: Promise<void> = Promise.resolve();
  async function loadAll(): Promise<void> {
    const names = (await journals.list()).filter((name) => name !== OBSERVED);
    const old = names.slice(0, Math.max(0, names.length - KEPT_RUNS));
    for (const id of names) {
      const last = Closed.safeParse(await journals.last(id));
      if (last.success && old.includes(id)) {
        await journals.remove(id);
        await secrets.remove(secretKey(id));
      } else if (last.success) closed.set(id, last.data.summary);
      else {
        // One that cannot be read is named, and the others live on.
        const found = await read(id).catch((error: unknown) => {
          log.error({ error, id }, 'a journal of a change cannot be read');
          return null;
        });
        if (found) open.set(id, found);
      }
    }
  }

  return {
    open: (): ReadonlyMap<string, OpenRun> => open,

    /** Reads what is there. Rejects when the folder cannot be read. */
    load(): Promise<void> {
      const read = loadAll();
      // Who asks for a run meanwhile waits.
      loading = read.catch(() => undefined);
      return read;
    },

    /** Writes the plan down; values that look secret go where only this user may read. */
    async begin(plan: RunPlan): Promise<OpenRun> {
      const masked = plan.bodies.some(hasSecrets);
      if (masked) await secrets.write(secretKey(plan.id), plan.bodies);
      const bodies = masked ? plan.bodies.map(maskedWhat) : plan.bodies;
      const journal = journals.open(plan.id);
      await journal.append({ t: 'plan', plan: { ...plan, bodies }, masked } as unknown as JsonObject);
      const entry = { run: createRun(plan), journal, isForgotten: false };
      open.set(plan.id, entry);
      return entry;
    },

    /** A run that is over becomes a line; its secrets are forgotten unless it may be tried again. */
    async close(id: string): Promise<void> {
      const entry = open.get(id);
      if (!entry || !isOver(entry.run)) return;
      const summary = summaryOfRun(entry.run);
      await entry.journal.append({ t: 'closed', summary } as unknown as JsonObject);
      open.delete(id);
      closed.set(id, summary);
      remember(looked, id, entry);
      const { failed, undeliverable, regressed } = summary.counts;
      if (
        failed + undeliverable + regressed + summary.counts['no-answer'] === 0 &&
        entry.run.plan.bodies.some(hasSecrets)
      )
        await secrets.remove(secretKey(id));
    },

    /** A run in full: living, or read from its journal. null: there is none. */
    async find(id: string): Promise<OpenRun | null> {
      await loading;
      const known = open.get(id) ?? looked.get(id);
      if (known) return known;
      if (!closed.has(id)) return null;
      const entry = await read(id);
      if (entry) remember(looked, id, entry);
      return entry;
    },

    /** One that is over and was looked at lately: what is still decided about it is decided there. */
    looked: (id: string): OpenRun | null => looked.get(id) ?? null,

    /** It lives again: somebody tries the rest once more. */
    reopen(entry: OpenRun): void {
      const { id } = entry.run.plan;
      closed.delete(id);
      looked.delete(id);
      open.set(id, entry);
    },

    /** As it stands now. */
    summary(id: string): RunSummary | null {
      const entry = open.get(id);
      return entry ? summaryOfRun(entry.run) : (closed.get(id) ?? null);
    },
    has: (id: string): boolean => open.has(id) || closed.has(id),
    /** Newest first. */
    summaries: (): RunSummary[] =>
      [...closed.values(), ...[...open.values()].map(({ run }) => summaryOfRun(run))].sort(
        (a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1),
      ),
  };
}

function remember(looked: Map<string, OpenRun>, id: string, entry: OpenRun): void {
  looked.delete(id);
  looked.set(id, entry);
  if (looked.size > OPENED) looked.delete(looked.keys().next().value!);
}

const maskedWhat = (what: What): What =>
  what.kind === 'settings' ? { ...what, settings: maskSettings(what.settings) } : what;
