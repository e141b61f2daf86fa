/**
 * What is heard of changes: results, which answer something of ours or are filed as observed, and pushes of others on
 * their way over exchange `node`. Observed ones are kept in a journal of their own.
 */
import * as z from 'zod';
import type { JsonObject } from '../../../shared/lib/json.js';
import { maskText } from '../../../shared/lib/mask-text.js';
import { ANSWERED_MS, type Elsewhere, type ObservedPush } from '../../core/changes/elsewhere.js';
import { hasSaid, isNewsOf } from '../../core/changes/attempts.js';
import { fits, readCorrelation, type HeardResult } from '../../core/changes/match.js';
import { createObserved } from '../../core/changes/observed.js';
import { isUnbound } from '../../core/protocol/bus/topology.js';
import { bodyFor, type Run, type Target } from '../../core/changes/run-state.js';
import {
  detailOf,
  MASK,
  maskSettings,
  type Sections,
  shownWhat,
  type What,
  wordsWithout,
} from '../../core/changes/what.js';
import { OBSERVED, type RunBook } from './run-book.js';
import type { RunEngine } from './run-engine.js';
import type { ChangeDeps } from './types.js';

/** Of a push that is larger only the keys are kept. */
const MAX_KEPT = 65_536;
const MAX_DETAIL = 2_000;
const MAX_ERROR = 4_000;
const KEPT_WORDS = 500;
/** After so many different words nothing is known of a node anyway. */
const MAX_SECONDS = 8;

const KeptResult = z.object({
  at: z.number(),
  node: z.string(),
  action: z.enum(['update_settings', 'update_gem']),
  status: z.string(),
  detail: z.string().nullish(),
  error: z.string().nullish(),
  /** A second word where one was due: it is told to nobody, and ends what was known. */
  second: z.boolean().optional(),
  /** How its node was then: it did not beat; it heard nothing in the open. */
  stranger: z.boolean().optional(),
  deaf: z.boolean().optional(),
});
const KeptPush = z.object({
  at: z.number(),
  target: z.string().nullable(),
  settings: z.record(z.string(), z.record(z.string(), z.unknown())),
  restart: z.boolean(),
  by: z.string().nullable(),
  unsure: z.boolean().optional(),
});

export function createEars(deps: ChangeDeps, book: RunBook, engine: RunEngine, elsewhere: Elsewhere) {
  const { log, random, cluster } = deps;
  const observed = createObserved(
    (at) => `o-${at.toString(36)}-${Buffer.from(random.bytes(2)).toString('hex')}`,
  );
  const journal = deps.journals.open(OBSERVED);
  const keep = (line: JsonObject): void => {
    journal.append(line).catch((error: unknown) => log.debug({ error }, 'an observed result was not kept'));
  };
  type Result = z.infer<typeof KeptResult>;
  const takeResult = ({ at, node, action, status, detail, error, second, ...then }: Result): void => {
    const words = { detail: detail ?? null, error: error ?? null };
    if (second !== true) observed.result(node, { action, status, ...words, node }, at);
    const kind = action === 'update_gem' ? 'gem' : 'settings';
    elsewhere.result({ at, node, kind, ok: status === 'success', detail: words.detail, ...then });
  };
  const takePush = (push: ObservedPush, by: string | null): void => {
    elsewhere.push(push);
    if (push.unsure === true) return;
    const what: What = { kind: 'settings', settings: push.settings, restart: push.restart };
    observed.push(shownWhat(what), detailOf(what), by, push.at);
  };
  const restore = (line: JsonObject | null): void => {
    const push = KeptPush.safeParse(line);
    if (push.success) return takePush(push.data, push.data.by);
    const result = KeptResult.safeParse(line);
    // Nobody has beaten yet when these are read; lines of before do not tell.
    if (result.success) takeResult({ ...result.data, stranger: result.data.stranger ?? false });
  };

  /** What was said after the answer to an attempt. Said again, it tells nothing new. */
  const seconds = new WeakMap<Target, { readonly to: number; readonly words: Set<string> }>();
  const isNews = (target: Target, words: string): boolean => {
    const to = target.resultAt ?? 0;
    const known = seconds.get(target);
    const heard = known?.to === to ? known.words : new Set<string>();
    if (heard.has(words) || heard.size >= MAX_SECONDS) return false;
    seconds.set(target, { to, words: heard.add(words) });
    return true;
  };

  return {
    observed,
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
      const asked = echo
        ? []
        : engine.askedAt(kind, node).filter((one) => {
            const target = one.byName.get(node);
            return target !== undefined && fits(one, target, whole) !== null;
          });
      const targetOf = (one: Run): Target => one.byName.get(node)!;
      // The newest that waits; then one with an attempt that was given up, since it is answered late; then a second word.
      const waiting = asked.find((one) => targetOf(one).resultAt === null);
      const owing = waiting ?? asked.find((one) => targetOf(one).due.length > 0);
      const run = owing ?? asked[0] ?? null;
      const id = echo && book.has(echo.runId) ? echo.runId : run?.plan.id;
      const file = (second: boolean, sent?: What): void => {
        const line = {
          ...{ at, node, action, status: status.slice(0, KEPT_WORDS) },
          ...{ detail: kept(detail, KEPT_WORDS, sent), error: kept(error, KEPT_WORDS, sent) },
          ...(second && { second }),
          ...(cluster.look(node) === null && { stranger: true }),
          ...(isUnbound(cluster.look(node)?.version) && { deaf: true }),
        };
        takeResult(line);
        keep(line);
      };
      if (id !== undefined) {
        // Nodes that echo no id answer once: a second word is about what somebody else sent.
        const answered = run?.byName.get(node);
        if (!owing && answered && answered.resultAt !== null && isNews(answered, `${status} ${detail ?? ''}`))
          file(true);
        const isShared =
          kind === 'settings' &&
          elsewhere.pushesTo(node).some((push) => push.unsure !== true && at - push.at < ANSWERED_MS);
        engine.heard(id, (found) => {
          const target = found.byName.get(node);
          const attempt = target ? fits(found, target, whole) : null;
          if (!target || attempt === null) {
            // It quotes an id of ours, and answers nothing that was sent.
            file(false, target && bodyFor(found, target));
            return null;
          }
          const isNew = isNewsOf(target, attempt, ok);
          const isDue = target.due.some((one) => one.attempt === attempt);
          const isAgain = (): boolean =>
            attempt === target.attempt ||
            hasSaid(target, attempt, ok) ||
            !isNews(target, `${attempt} ${status}`);
          if (!isNew && !isDue && isAgain()) return null;
          const body = bodyFor(found, target);
          const words = {
            detail: kept(detail, MAX_DETAIL, body),
            error: kept(error, MAX_ERROR, body) ?? (ok ? null : status.slice(0, KEPT_WORDS)),
          };
          if (!isNew) return { t: 'owed', at, n: [target.index], attempt, ok, ...words };
          const { index: n } = target;
          return { t: 'result', at, n, ok, ...words, attempt, ...(isShared ? { shared: true } : {}) };
        });
        return true;
      }
      file(false);
      return false;
    },

    /** Somebody's push was seen on its way. `target` null: to all. */
    push(
      what: What,
      target: string | null,
      { correlationId, unsure }: { readonly correlationId: string | undefined; readonly unsure: boolean },
      at: number,
    ): void {
      const echo = readCorrelation(correlationId);
      if (echo && book.has(echo.runId)) return;
      const by = echo?.from || null;
      if (what.kind === 'gem') return observed.push(shownWhat(what), detailOf(what), by, at);
      const push = {
        at,
        target,
        settings: keptSettings(what.settings),
        restart: what.restart,
        ...(unsure && { unsure }),
      };
      takePush(push, by);
      keep({ ...push, by } as unknown as JsonObject);
    },
  };
}

/** As they may lie in a file and in memory: masked, and of very large ones the keys alone. */
function keptSettings(settings: Sections): Sections {
  const masked = maskSettings(settings);
  if (JSON.stringify(masked).length <= MAX_KEPT) return masked;
  return Object.fromEntries(
    Object.entries(masked).map(([section, values]) => [
      section,
      Object.fromEntries(Object.keys(values).map((key) => [key, MASK])),
    ]),
  );
}

/** Words of a node as they may lie in a file: without passwords, and without what was secret in the change itself. */
function kept(words: string | null | undefined, max: number, sent?: What): string | null {
  if (words === null || words === undefined) return null;
  const cut = words.slice(0, max);
  return maskText(sent?.kind === 'settings' ? wordsWithout(cut, sent.settings) : cut);
}
