/**
 * Which open action an UpdateResult belongs to. It carries node, action, status, detail and time but no reference to
 * what was sent (lex-node 0.3.2), so it has to fit in all of them; a correlation id, which consoles echo, decides alone.
 */
import type { UpdateResult } from '../protocol/bus/messages.js';
import { bodyFor, type Run, type Target } from './run-state.js';
import { detailOf, type What } from './what.js';

/** An answer so long after the deadline is none of ours. */
const LATE_MS = 3_600_000;
/** A second word on the same attempt comes soon or never. */
const TWICE_MS = 10_000;
/** Senders tell whole seconds. */
const SLACK_MS = 5_000;
/** Of a sender whose clock is not known. */
const UNKNOWN_SLACK_MS = 3_600_000;

export const actionOf = (kind: What['kind']): UpdateResult['action'] =>
  kind === 'settings' ? 'update_settings' : 'update_gem';

/** A correlation id of ours: who sent it, in which run, the how-manieth attempt. Names that are too long are left out. */
export function correlationOf(console: string, runId: string, attempt: number): string {
  const tail = `${runId}/${attempt}`;
  const name = Buffer.byteLength(console) + tail.length > 200 ? '' : console;
  return `legion-console/${name}/${tail}`;
}

/** null: it is none of a console's. `from` may be empty. */
export function readCorrelation(
  id: string | undefined,
): { from: string; runId: string; attempt: number } | null {
  const found = /^legion-console\/(.*)\/([a-z0-9-]{1,64})\/(\d{1,6})$/s.exec(id ?? '');
  return found && { from: found[1]!, runId: found[2]!, attempt: Number(found[3]) };
}

export type HeardResult = {
  readonly result: UpdateResult;
  readonly correlationId: string | undefined;
  readonly at: number;
  /** Sender's clock minus ours, ms; null when it is not known. */
  readonly skewMs: number | null;
};

/**
 * Which attempt of the target it answers: the last one that waits, then the oldest that was given up, then the last
 * again. null: none.
 */
export function fits(run: Run, target: Target, heard: HeardResult): number | null {
  const { attempt, due, resultAt, sentAt } = target;
  const { result } = heard;
  if (attempt === 0 || result.action !== actionOf(run.plan.kind)) return null;
  const last = due.find((one) => one.attempt === attempt);
  const echo = readCorrelation(heard.correlationId);
  if (echo) {
    // Nobody can answer what reached nobody.
    const reached = last !== undefined || resultAt !== null ? attempt : attempt - 1;
    return echo.runId === run.plan.id && echo.attempt > 0 && echo.attempt <= reached ? echo.attempt : null;
  }
  // Ruby nodes give none; another one is the echo of somebody else's question.
  if (heard.correlationId || !fitsDetail(bodyFor(run, target), result)) return null;
  const waiting = resultAt === null && last ? [last, ...due.filter((one) => one !== last)] : due;
  const again = resultAt === null ? [] : [{ attempt, sentAt: sentAt ?? 0 }];
  const isFor = (one: { readonly sentAt: number }, until: number): boolean =>
    heard.at <= until && fitsTime(one.sentAt, heard);
  const fitting =
    waiting.find((one) => isFor(one, one.sentAt + run.plan.deadlineMs + LATE_MS)) ??
    again.find((one) => isFor(one, (resultAt ?? 0) + TWICE_MS));
  return fitting?.attempt ?? null;
}

function fitsDetail(what: What, { detail, status }: UpdateResult): boolean {
  if (detail === null || detail === undefined || detail === detailOf(what)) return true;
  // A failed one names the gem without its version.
  return status !== 'success' && what.kind === 'gem' && detail === what.extension;
}

function fitsTime(sentAt: number, { result, at, skewMs }: HeardResult): boolean {
  if (!result.timestamp) return true;
  const said = Date.parse(result.timestamp);
  if (!Number.isFinite(said)) return false;
  const slack = skewMs === null ? UNKNOWN_SLACK_MS : SLACK_MS;
  const here = said - (skewMs ?? 0);
  return here >= sentAt - slack && here <= at + slack;
}
