/** What is told of a roll-back while it has not come to anybody, and after it was lost on its way. */
import { describe, expect, it } from 'vitest';
import { createMemoryJournals } from '../../../../app/main/adapters/memory-journals.js';
import type { Journals } from '../../../../app/main/ports/journal.js';
import type { JsonObject } from '../../../../app/shared/lib/json.js';
import { back, beat, code, finalOf, id, stage, to, type Node } from '../../../support/changes-in-memory.js';

describe('CH17 a roll-back', () => {
  /** `b` had 1 and has 3 now; the console wrote both down. `gate` is asked before each line. */
  const changed = async () => {
    const memory = createMemoryJournals();
    const ways: { gate: (name: string, line: JsonObject) => Promise<void> } = { gate: async () => undefined };
    const journals: Journals = {
      ...memory,
      open: (name) => ({
        ...memory.open(name),
        async append(line) {
          await ways.gate(name, line);
          await memory.open(name).append(line);
        },
      }),
    };
    const { a, make, clock } = await stage([{ name: 'b' }], { journals });
    const push = async (value: number) => {
      const run = await a.changes.start({ what: beat(value), where: to('b') });
      await clock.advanceAsync(9_000);
      return run.plan.id;
    };
    await push(1);
    const run = await push(3);
    return {
      ...{ a, clock, run, ways },
      /** The console ends here, whatever it was at, and is started anew. */
      crash: async () => {
        await a.stop();
        const again = make({ ...id('admin', 2), journals: memory });
        again.start();
        await clock.advanceAsync(10_000);
        return again;
      },
    };
  };
  const never = (): Promise<void> => new Promise(() => undefined);
  const told = (node: Node, run: string) => {
    const { rolledBackBy, rollbackBegun = null } = node.changes.list().runs.find((one) => one.id === run)!;
    return { rolledBackBy, rollbackBegun };
  };
  const nothing = { rolledBackBy: null, rollbackBegun: null };

  it('that ended with the console before its plan was written is told as lost, and offered again', async () => {
    const { a, clock, run, ways, crash } = await changed();
    ways.gate = async (_name, line) => (line['t'] === 'plan' ? never() : undefined);
    void a.changes.rollback(run, {}, '1');
    await clock.advanceAsync(1_000);
    expect(told(a, run)).toEqual(nothing);
    const again = await crash();
    expect(told(again, run)).toEqual(nothing);
    const { decisions } = again.changes.head((await again.changes.get(run))!);
    expect(decisions.map(({ what }) => what)).toEqual(['started', 'rolled-back', 'rollback-lost']);
    expect(again.kinds()).toContain('run.rollback-lost');
    expect(await back(again, run)).toEqual([1]);
    const { plan } = await again.changes.rollback(run, {}, '1');
    await clock.advanceAsync(9_000);
    expect(await finalOf(again, plan.id)).toEqual(['b verified']);
    expect(told(again, run)).toEqual({ rolledBackBy: plan.id, rollbackBegun: null });
  });

  it('that is held before it came to anybody is begun, and no more', async () => {
    const { a, clock, run, ways, crash } = await changed();
    ways.gate = async (_name, line) => {
      if (line['t'] === 'attempt') throw new Error('ENOSPC');
    };
    const { plan } = await a.changes.rollback(run, {}, '1');
    await clock.advanceAsync(1_000);
    expect(told(a, run)).toEqual({ ...nothing, rollbackBegun: { id: plan.id, state: 'held' } });
    const again = await crash();
    expect(told(again, run)).toEqual({ ...nothing, rollbackBegun: { id: plan.id, state: 'held' } });
    expect(again.changes.head((await again.changes.get(run))!)).toMatchObject({
      ...{ rolledBackBy: null, rollbackBegun: { id: plan.id } },
    });
    await expect(again.changes.rollback(run, {}, '1')).rejects.toThrow(code('RUN_STATE'));
    await again.changes.goOn(plan.id, 'resumed', undefined);
    await clock.advanceAsync(9_000);
    expect(told(again, run)).toEqual({ rolledBackBy: plan.id, rollbackBegun: null });
  });

  it('whose plan cannot be written is told as lost at once', async () => {
    const { a, clock, run, ways } = await changed();
    ways.gate = async (_name, line) => {
      if (line['t'] === 'plan') throw new Error('ENOSPC');
    };
    await expect(a.changes.rollback(run, {}, '1')).rejects.toThrow(code('JOURNAL_UNWRITABLE'));
    expect((await a.changes.get(run))!.decisions.at(-1)).toMatchObject({ what: 'rollback-lost', by: null });
    expect(told(a, run)).toEqual(nothing);
    ways.gate = async () => undefined;
    await a.changes.rollback(run, {}, '1');
    await clock.advanceAsync(9_000);
    expect(await back(a, run)).toEqual([]);
  });
});
