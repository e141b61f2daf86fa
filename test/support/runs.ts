/** Runs for tests: a plan with a few words, a machine that is driven by hand, and a fleet that answers as it is told. */
import { applyEntry } from '../../app/main/core/changes/run-apply.js';
import { nextEntries } from '../../app/main/core/changes/run-decide.js';
import { createRun, type Look, type RunEntry, type RunPlan } from '../../app/main/core/changes/run-state.js';
import type { What } from '../../app/main/core/changes/what.js';

export const aSettings: What = { kind: 'settings', settings: { transport: { prefetch: 4 } }, restart: false };
export const aGem: What = { kind: 'gem', extension: 'lex-http', version: '0.9.1', reload: true };

const WAVE = { begins: 'auto', minVerified: 0.95, watchS: 0 } as const;

/** `sizes`: nodes per wave. */
export function aPlan(sizes: readonly number[], fields: Partial<RunPlan> = {}): RunPlan {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const body = fields.bodies?.[0] ?? aSettings;
  return {
    ...{ id: 'run-1', kind: body.kind, mode: 'addressed', createdAt: 0, by: 'anna', profile: 'test' },
    ...{ bodies: [body], bodyOf: [], same: [] },
    names: Array.from({ length: total }, (_, index) => `n-${index}`),
    waves: sizes.map((size) => ({ size, ...WAVE })),
    ...{ stop: { regressed: 2, failedShare: 0.05 }, atMost: 1_000, deadlineMs: 60_000 },
    ...{ canary: null, rollbackOf: null, approvalUntil: null, reason: null },
    ...fields,
  };
}

/** A run by hand: time, nodes and answers are the test's; every entry it took is in `journal`. */
export function drive(plan: RunPlan) {
  const run = createRun(plan);
  const journal: RunEntry[] = [];
  const nodes = new Map<string, Look>(
    plan.names.map((name) => [
      name,
      {
        state: 'healthy',
        beats: 10,
        pid: 100,
        startedAt: -1_000_000,
        version: '1.9.43',
        intervalMs: 1_000,
        jitterMs: 5,
      },
    ]),
  );
  const busy = new Set<string>();
  let at = 1_000;
  let canSend = true;
  const put = (...entries: RunEntry[]): void => {
    for (const entry of entries) {
      journal.push(entry);
      applyEntry(run, entry);
    }
  };
  const settle = (): void => {
    for (;;) {
      const around = {
        look: (name: string) => nodes.get(name) ?? null,
        isBusy: (name: string) => busy.has(name),
        canSend,
      };
      const entries = nextEntries(run, at, around);
      if (entries.length === 0) return;
      put(...entries);
    }
  };
  const indexOf = (name: string): number => plan.names.indexOf(name);
  const drive = {
    run,
    journal,
    nodes,
    busy,
    put,
    settle,
    at: () => at,
    block: (isBlocked: boolean) => (canSend = !isBlocked),
    wait(ms: number) {
      at += ms;
      settle();
    },
    /** The broker confirms (or returns) whatever is on its way. */
    confirm(gone: readonly string[] = []) {
      const pending = run.targets.filter((target) => target.pending);
      const sent = pending.filter(({ name }) => !gone.includes(name)).map(({ index }) => index);
      const returned = pending.filter(({ name }) => gone.includes(name)).map(({ index }) => index);
      if (sent.length > 0) put({ t: 'sent', at, n: sent });
      if (returned.length > 0) put({ t: 'gone', at, n: returned });
      settle();
    },
    answer(name: string, ok = true, error: string | null = ok ? null : 'no') {
      put({ t: 'result', at, n: indexOf(name), ok, detail: ok ? 'keys: transport' : null, error });
      settle();
    },
    answerAll(ok = true) {
      for (const { name, state } of run.targets) if (state === 'sent') drive.answer(name, ok);
    },
    /** So many more good beats of everybody, or of those named. */
    beat(count: number, names: readonly string[] = plan.names) {
      for (const name of names) change(name, { beats: (nodes.get(name)?.beats ?? 0) + count });
      settle();
    },
    change: (name: string, fields: Partial<Look>) => {
      change(name, fields);
      settle();
    },
    state: (name: string) => run.byName.get(name)!.state,
    target: (name: string) => run.byName.get(name)!,
    sentTo: () =>
      journal.flatMap((entry) => (entry.t === 'attempt' ? entry.n.map((index) => plan.names[index]!) : [])),
  };
  function change(name: string, fields: Partial<Look>): void {
    const node = nodes.get(name);
    if (node) nodes.set(name, { ...node, ...fields });
  }
  return drive;
}
