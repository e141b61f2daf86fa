/**
 * How nodes that do not exist take a pushed change: they answer as LegionIO nodes do, some of them with a failure, and
 * some fall into trouble afterwards until the next change. And what was pushed to them before the demo began.
 */
import type { JsonObject } from '../../shared/lib/json.js';
import { applyEntry } from '../core/changes/run-apply.js';
import { createRun, type RunEntry, type RunPlan } from '../core/changes/run-state.js';
import { summaryOfRun } from '../core/changes/run-views.js';
import { detailOf, KNOWN_SECTIONS, readWhat, restarts, type What } from '../core/changes/what.js';
import type { Heard } from '../core/protocol/bus/decode.js';

/** Trouble after a change: in a small demo nobody, in a large one every fiftieth, from the thirty-fourth on. */
export const isFragile = (index: number, size: number): boolean => size > 12 && index % 50 === 33;
/** For these a gem cannot be found. */
const lacksGem = (index: number, size: number): boolean =>
  size <= 12 ? index === 10 : index >= 150 && index % 71 === 40;
/** Sections that exist there. */
const SECTIONS: ReadonlySet<string> = new Set([...KNOWN_SECTIONS, 'cache', 'data', 'logging']);

export type DemoAnswer = {
  readonly action: 'update_settings' | 'update_gem';
  readonly status: 'success' | 'failed';
  readonly detail: string | null;
  readonly error: string | null;
  readonly reloads: boolean;
};

/** What the node at this place of the fleet answers; null: it was not asked to change. */
export function answerChange(heard: Heard, index: number, size: number): DemoAnswer | null {
  if (heard.type !== 'function') return null;
  const { name, body } = heard;
  if (name === 'update_settings') {
    const { what } = readWhat({
      ...{
        kind: 'settings',
        settings: JSON.stringify(body['settings'] ?? null),
        restart: body['restart'] === true,
      },
    });
    const action = 'update_settings';
    const words = "undefined method `[]=' for module Legion::Settings";
    const isKnown = what?.kind === 'settings' && Object.keys(what.settings).every((key) => SECTIONS.has(key));
    if (!what || !isKnown) return { action, status: 'failed', detail: null, error: words, reloads: false };
    return { action, status: 'success', detail: detailOf(what), error: null, reloads: restarts(what) };
  }
  if (name !== 'update_gem') return null;
  const version = typeof body['version'] === 'string' ? body['version'] : null;
  const { what } = readWhat({
    ...{ kind: 'gem', extension: String(body['extension']), version, reload: body['reload'] !== false },
  });
  const action = 'update_gem';
  const gem = what?.kind === 'gem' ? what.extension : String(body['extension']);
  if (what && !lacksGem(index, size))
    return { action, status: 'success', detail: detailOf(what), error: null, reloads: restarts(what) };
  const wish = version === null ? '>= 0' : `= ${version}`;
  const error = `Unable to resolve dependency: user requested '${gem} (${wish})'`;
  return { action, status: 'failed', detail: gem, error, reloads: false };
}

/** Journals of what was pushed before: one change of settings today, one gem yesterday, both proven. */
export function earlierRuns(names: readonly string[], now: number): Record<string, JsonObject[]> {
  const settings: What = { kind: 'settings', settings: { transport: { prefetch: 2 } }, restart: false };
  const gem: What = { kind: 'gem', extension: 'lex-http', version: '0.9.0', reload: true };
  return Object.fromEntries([
    journalOf('earlier-1', gem, names, now - 26 * 3_600_000),
    journalOf('earlier-2', settings, names, now - 2 * 3_600_000),
  ]);
}

function journalOf(id: string, body: What, names: readonly string[], at: number): [string, JsonObject[]] {
  const plan: RunPlan = {
    ...{ id, kind: body.kind, mode: 'addressed', createdAt: at, by: 'demo', profile: 'demo' },
    ...{ bodies: [body], names, bodyOf: [], same: [] },
    waves: [{ size: names.length, begins: 'auto', minVerified: 0, watchS: 0 }],
    ...{ stop: { regressed: 2, failedShare: 0.05 }, atMost: 1_000, deadlineMs: 60_000 },
    ...{ canary: null, rollbackOf: null, approvalUntil: null, reason: null },
  };
  const n = names.map((_, index) => index);
  const entries: RunEntry[] = [
    { t: 'decision', at, what: 'started', by: 'demo', reason: null },
    { t: 'wave', at, wave: 1, jitterMs: null },
    { t: 'attempt', at, n },
    { t: 'sent', at: at + 20, n },
    ...n.map((index): RunEntry => ({
      ...{
        t: 'result',
        at: at + 100 + (index % 900),
        n: index,
        ok: true,
        detail: detailOf(body),
        error: null,
      },
    })),
    { t: 'verdict', at: at + 31_000, n, state: 'verified', why: null },
    { t: 'end', at: at + 31_000 },
  ];
  const run = createRun(plan);
  for (const entry of entries) applyEntry(run, entry);
  const lines = [{ t: 'plan', plan, masked: false }, ...entries, { t: 'closed', summary: summaryOfRun(run) }];
  return [id, lines as unknown as JsonObject[]];
}
