/**
 * What is heard of changes: results, which answer something of ours or are filed as observed, and pushes of others on
 * their way over exchange `node`. Observed ones are kept in a journal of their own.
 */
import type { JsonObject } from '../../../shared/lib/json.js';
import { maskText } from '../../../shared/lib/mask-text.js';
import type { ObservedPush } from '../../core/changes/knowledge.js';
import { fits, readCorrelation, type HeardResult } from '../../core/changes/match.js';
import { createObserved } from '../../core/changes/observed.js';
import { bodyFor, type Target } from '../../core/changes/run-state.js';
import { detailOf, maskSettings, shownWhat, type What, wordsWithout } from '../../core/changes/what.js';
import { OBSERVED, type RunBook } from './run-book.js';
import type { RunEngine } from './run-engine.js';
import type { ChangeDeps } from './types.js';

const MAX_PUSHES = 100;
/** Somebody else's push so long before a result may be what it answers. */
const SHARED_MS = 60_000;
const MAX_DETAIL = 2_000;
const MAX_ERROR = 4_000;
const KEPT_WORDS = 500;

export function createEars(deps: ChangeDeps, book: RunBook, engine: RunEngine) {
  const { log, random, cluster } = deps;
  const observed = createObserved(
    (at) => `o-${at.toString(36)}-${Buffer.from(random.bytes(2)).toString('hex')}`,
  );
  const journal = deps.journals.open(OBSERVED);
  /** Newest first. */
  const pushes: ObservedPush[] = [];

  const keep = (line: JsonObject): void => {
    journal.append(line).catch((error: unknown) => log.debug({ error }, 'an observed result was not kept'));
  };
  const restore = (line: JsonObject | null): void => {
    const { at, node, action, status, detail, error } = line ?? {};
    if (typeof at !== 'number' || typeof node !== 'string' || typeof status !== 'string') return;
    if (action !== 'update_settings' && action !== 'update_gem') return;
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    observed.result(node, { action, status, detail: text(detail), error: text(error), node }, at);
  };

  return {
    observed,
    pushes: (): readonly ObservedPush[] => pushes,
    load: async (): Promise<void> => (await journal.read()).forEach(restore),

    /** A message of a run of this console that came back to us. */
    isOurs(correlationId: string | undefined): boolean {
      const echo = readCorrelation(correlationId);
      return echo !== null && book.has(echo.runId);
    },

    /** An UpdateResult was heard. True: it answers something of ours. */
    result(node: string, heard: Omit<HeardResult, 'skewMs'>): boolean {
      const { result, at } = heard;
      if (result.action === 'message') return false;
      const kind = result.action === 'update_gem' ? 'gem' : 'settings';
      const { action, status, detail, error } = result;
      const ok = status === 'success';
      const whole = { ...heard, skewMs: cluster.skewMs(node) };
      // An id of ours that comes back says which run is meant, also when another one asked this node since.
      const echo = readCorrelation(heard.correlationId);
      const run = echo ? null : engine.latestAt(kind, node);
      const target = run?.byName.get(node);
      const id = echo && book.has(echo.runId) ? echo.runId : run?.plan.id;
      if (id !== undefined && (echo || (run && target && fits(run, target, whole)))) {
        const isShared = pushes.some(
          (push) =>
            kind === 'settings' && at - push.at < SHARED_MS && (push.target === null || push.target === node),
        );
        engine.heard(id, (found) => {
          const answered = found.byName.get(node);
          if (!answered || !fits(found, answered, whole) || isRepeat(answered, ok)) return null;
          return {
            ...{ t: 'result', at, n: answered.index, ok },
            detail: kept(detail, MAX_DETAIL, bodyFor(found, answered)),
            error:
              kept(error, MAX_ERROR, bodyFor(found, answered)) ?? (ok ? null : status.slice(0, KEPT_WORDS)),
            ...(isShared ? { shared: true } : {}),
          };
        });
        return true;
      }
      observed.result(node, result, at);
      keep({
        at,
        node,
        action,
        status: status.slice(0, KEPT_WORDS),
        detail: kept(detail, KEPT_WORDS),
        error: kept(error, KEPT_WORDS),
      });
      return false;
    },

    /** Somebody's push was seen on its way. `target` null: to all. */
    push(what: What, target: string | null, correlationId: string | undefined, at: number): void {
      const echo = readCorrelation(correlationId);
      if (echo && book.has(echo.runId)) return;
      if (what.kind === 'settings') {
        pushes.unshift({ at, target, settings: maskSettings(what.settings), restart: what.restart });
        if (pushes.length > MAX_PUSHES) pushes.pop();
      }
      observed.push(shownWhat(what), detailOf(what), echo?.from || null, at);
    },
  };
}

/** Words of a node as they may lie in a file: without passwords, and without what was secret in the change itself. */
function kept(words: string | null | undefined, max: number, sent?: What): string | null {
  if (words === null || words === undefined) return null;
  const cut = words.slice(0, max);
  return maskText(sent?.kind === 'settings' ? wordsWithout(cut, sent.settings) : cut);
}

/** The same word again, or a third one: nothing new, and nothing to write down. */
const isRepeat = ({ state, resultAt, contradicted }: Target, ok: boolean): boolean =>
  state !== 'queued' && resultAt !== null && (contradicted !== null || ok === (state !== 'failed'));
