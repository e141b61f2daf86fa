/**
 * The one way into the Api from outside: looks the procedure up, parses what came in, runs it, and turns
 * whatever is thrown into an error fit for a wire. Frames and plain HTTP both go through here; pacing and
 * carrying are theirs.
 */
import { randomUUID } from 'node:crypto';
import { type Api, contract, isProcedure, type Procedure } from '../../shared/contract/contract.js';
import { AppError } from '../../shared/errors/app-error.js';
import { toWireError, type WireError } from '../../shared/errors/wire.js';
import type { Log } from '../ports/log.js';

export type Door = {
  /** Runs a call. Rejects with AppError for what the caller did or the world refused; anything else is a bug. */
  call(procedure: string, input: unknown, signal: AbortSignal): Promise<unknown>;
  /** Opens a stream; throws AppError at once when there is no such stream or its input is wrong. */
  open(procedure: string, input: unknown, signal: AbortSignal): AsyncIterable<unknown>;
  /** The error as it may leave the process. A bug is logged here, once, under the reportId it is given. */
  refuse(error: unknown, procedure: string): WireError;
};

type Run = (input: unknown, signal: AbortSignal) => unknown;

/** Outputs are checked everywhere but in production, where a large snapshot should cost nothing extra. */
export function createDoor(
  api: Api,
  log: Log,
  checksOutput = process.env['NODE_ENV'] !== 'production',
): Door {
  const prepare = (
    name: string,
    kind: 'call' | 'stream',
    input: unknown,
  ): { procedure: Procedure; run: Run; input: unknown } => {
    if (!isProcedure(name) || contract[name].kind !== kind) {
      throw new AppError('PROCEDURE_UNKNOWN', `there is no ${kind} of this name`, {
        details: { procedure: name.slice(0, 64) },
      });
    }
    const parsed = contract[name].input.safeParse(input ?? {});
    if (!parsed.success) {
      const issues = parsed.error.issues.slice(0, 10);
      throw new AppError('CONTRACT_INPUT_INVALID', issues.map((issue) => issue.message).join('; '), {
        details: {
          procedure: name,
          path: issues[0]?.path.join('.') ?? '',
          paths: issues.map((issue) => issue.path.join('.')),
        },
      });
    }
    // The table of the contract proves input and procedure belong together; the compiler cannot follow that.
    return { procedure: name, run: api[name] as unknown as Run, input: parsed.data };
  };

  const checked = (procedure: Procedure, output: unknown): unknown => {
    if (checksOutput) contract[procedure].output.parse(output);
    return output;
  };

  return {
    async call(name, input, signal) {
      const ready = prepare(name, 'call', input);
      return checked(ready.procedure, await ready.run(ready.input, signal));
    },

    open(name, input, signal) {
      const ready = prepare(name, 'stream', input);
      const items = ready.run(ready.input, signal) as AsyncIterable<unknown>;
      return checksOutput ? checkEach(items, (output) => checked(ready.procedure, output)) : items;
    },

    refuse(error, procedure) {
      if (error instanceof AppError) return toWireError(error);
      const reportId = randomUUID().slice(0, 8);
      log.error(
        { err: error, procedure: procedure.slice(0, 64), reportId },
        'a procedure failed unexpectedly',
      );
      return toWireError(error, reportId);
    },
  };
}

async function* checkEach(
  items: AsyncIterable<unknown>,
  check: (output: unknown) => unknown,
): AsyncIterable<unknown> {
  for await (const item of items) yield check(item);
}
