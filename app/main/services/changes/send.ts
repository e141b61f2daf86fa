/** Hands one batch of targets to the bus. What became of each is answered as entries of the journal. */
import { AppError } from '../../../shared/errors/app-error.js';
import { correlationOf } from '../../core/changes/match.js';
import { bodyFor, type Run, type RunEntry } from '../../core/changes/run-state.js';
import { restarts } from '../../core/changes/what.js';
import { changeEnvelope } from '../../core/protocol/bus/change-messages.js';
import type { ChangeDeps } from './types.js';

const MAX_WORDS = 300;

/** Never rejects. `bodies`: the messages of the run, encoded once. */
export async function sendAttempt(
  name: string,
  { bus, clock, random, cluster, seal }: ChangeDeps,
  { run, bodies }: { readonly run: Run; readonly bodies: readonly Buffer[] },
  indexes: readonly number[],
): Promise<RunEntry[]> {
  const { plan } = run;
  const isBroadcast = plan.mode === 'broadcast';
  const ended = { sent: [] as number[], gone: [] as number[], doubt: [] as number[] };
  const unsent = new Map<string, number[]>();

  const publish = async (index: number, which: readonly number[]): Promise<void> => {
    const { attempt, name: to } = run.targets[index]!;
    const ids = { messageId: random.uuid(), correlationId: correlationOf(name, plan.id, attempt) };
    const body = bodies[plan.bodyOf[index] ?? 0]!;
    try {
      await bus.publish(seal(changeEnvelope(isBroadcast ? null : to, body, ids, clock.now())));
      ended.sent.push(...which);
    } catch (error) {
      const { code, message } =
        error instanceof AppError ? error : { code: 'INTERNAL', message: String(error) };
      if (code === 'BUS_UNROUTABLE') ended.gone.push(...which);
      // The link broke before the confirm: perhaps it went out.
      else if (code === 'BUS_LOST') ended.doubt.push(...which);
      else unsent.set(message, [...(unsent.get(message) ?? []), ...which]);
    }
  };

  for (const index of indexes) {
    const target = run.targets[index]!;
    if (restarts(bodyFor(run, target))) cluster.expectReload(target.name);
  }
  if (isBroadcast && indexes.length > 0) await publish(indexes[0]!, indexes);
  else await Promise.all(indexes.map((index) => publish(index, [index])));

  const at = clock.now();
  const entries: RunEntry[] = [];
  for (const t of ['sent', 'gone', 'doubt'] as const)
    if (ended[t].length > 0) entries.push({ t, at, n: ended[t] });
  for (const [error, n] of unsent) entries.push({ t: 'unsent', at, n, error: error.slice(0, MAX_WORDS) });
  return entries;
}
