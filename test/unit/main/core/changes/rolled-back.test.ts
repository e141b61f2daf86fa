/** What is told of the roll-backs of a run, however many there were. */
import { expect, it } from 'vitest';
import { withRollback } from '../../../../../app/main/core/changes/run-views.js';
import type { RunSummary } from '../../../../../app/shared/domain/change.js';

const back = (id: string, state: RunSummary['state'], counts: Partial<RunSummary['counts']>): RunSummary =>
  ({ id, state, counts: { verified: 0, success: 0, undeliverable: 0, ...counts } }) as RunSummary;
const told = (...backs: readonly (RunSummary | string)[]) => {
  const ids = backs.map((each) => (typeof each === 'string' ? each : each.id));
  const run = { id: 'r', rolledBackBy: ids.at(-1) ?? null, rollbacks: ids } as unknown as RunSummary;
  const { rolledBackBy, rollbackBegun } = withRollback(
    run,
    (id) => backs.filter((each) => typeof each !== 'string').find((each) => each.id === id) ?? null,
  );
  return { rolledBackBy, rollbackBegun };
};

it('CH17 the latest that came to somebody counts, and a later one is begun beside it', () => {
  const came = back('b1', 'stopped', { verified: 1 });
  const nobody = back('b2', 'done', { undeliverable: 2 });
  expect(told(came)).toEqual({ rolledBackBy: 'b1', rollbackBegun: undefined });
  expect(told(nobody)).toEqual({ rolledBackBy: null, rollbackBegun: { id: 'b2', state: 'done' } });
  expect(told(came, nobody)).toEqual({ rolledBackBy: 'b1', rollbackBegun: { id: 'b2', state: 'done' } });
  expect(told(came, back('b3', 'done', { verified: 2 }))).toEqual({
    ...{ rolledBackBy: 'b3', rollbackBegun: undefined },
  });
  // One that was lost before it was written down has done nothing.
  expect(told(came, 'lost')).toEqual({ rolledBackBy: 'b1', rollbackBegun: undefined });
  expect(told('lost')).toEqual({ rolledBackBy: null, rollbackBegun: undefined });
});
