/** Words on attempts before the last: late, echoed or not, and after a retry that reached nobody. */
import { describe, expect, it } from 'vitest';
import { createMemoryJournals } from '../../../../app/main/adapters/memory-journals.js';
import { back, beat, finalOf, id, pusher, ruby, stage, to } from '../../../support/changes-in-memory.js';

describe('CH8 a word on an attempt before the last', () => {
  /** A console that asks a person has two attempts of the same change before it, neither answered in time. */
  const twoAttempts = async () => {
    const journals = createMemoryJournals();
    const staged = await stage([{ name: 'b' }], { journals });
    const { a, clock } = staged;
    const b = staged.node('b');
    const first = await a.changes.start({ what: beat(1), where: to('b') });
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, first.plan.id)).toEqual(['b verified']);
    await b.receiver.setMode('settings', 'ask');
    const run = (await a.changes.start({ what: beat(3), where: to('b'), how: { deadlineS: 2 } })).plan.id;
    await clock.advanceAsync(4_000);
    await a.changes.retry(run, {});
    await clock.advanceAsync(4_000);
    const items = [...b.receiver.waiting()].sort((x, y) => x.at - y.at);
    expect(items).toHaveLength(2);
    return {
      ...{ a, clock, run },
      decide: async (attempt: 1 | 2, accept: boolean) => {
        await b.receiver.decide(items[attempt - 1]!.id, accept);
        await clock.advanceAsync(500);
        return (await a.changes.get(run))!.targets[0]!;
      },
      lines: async () => (await journals.open(run).read()).map((line) => line?.['t']),
      observed: () => a.changes.list().runs.filter(({ state }) => state === 'observed'),
    };
  };

  it('with the id that it was sent is a success of the target; that of the last contradicts it', async () => {
    const { a, run, decide, observed } = await twoAttempts();
    expect(await decide(1, true)).toMatchObject({
      ...{ state: 'success', attempt: 2, late: true, due: [{ attempt: 2 }] },
    });
    expect(await decide(2, false)).toMatchObject({ state: 'failed', contradicted: 'success', due: [] });
    expect(await back(a, run)).toEqual([1]);
    expect(observed()).toEqual([]);
  });

  it('with the id contradicts what the last attempt came to, and both are kept', async () => {
    const { a, run, decide } = await twoAttempts();
    expect(await decide(2, false)).toMatchObject({ state: 'failed', due: [{ attempt: 1 }] });
    expect(await decide(1, true)).toMatchObject({ state: 'failed', contradicted: 'success', due: [] });
    expect(await back(a, run)).toEqual([1]);
  });

  it('that failed is written down with that attempt, and takes nothing from the last', async () => {
    const { a, clock, run, decide, lines } = await twoAttempts();
    expect((await decide(2, true)).state).toBe('success');
    const target = await decide(1, false);
    expect(target).toMatchObject({ state: 'success', contradicted: null, due: [] });
    expect(target.earlier).toMatchObject([
      { attempt: 1, state: 'failed', error: expect.stringMatching(/./) },
    ]);
    expect((await lines()).filter((line) => line === 'owed')).toHaveLength(1);
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run)).toEqual(['b verified']);
  });

  it('said twice is written down once, and an id of ours that fits nothing is not lost', async () => {
    const { a, clock, run, decide, lines, observed } = await twoAttempts();
    await decide(1, true);
    const before = (await lines()).length;
    const say = (attempt: number) =>
      a.changes.heardResult('b', {
        result: { action: 'update_settings', status: 'success', detail: 'keys: extensions', node: 'b' },
        ...{ correlationId: `legion-console/admin/${run}/${attempt}`, at: clock.now() },
      });
    say(1);
    await clock.advanceAsync(100);
    expect((await lines()).length).toBe(before);
    say(7);
    await clock.advanceAsync(100);
    expect(observed()).toMatchObject([{ total: 1 }]);
  });
});

describe('CH8 after a retry that reached nobody', () => {
  const lost = async () => {
    const journals = createMemoryJournals();
    const staged = await stage([], { journals });
    const { a, clock } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    ra.answers = false;
    const run = await push(3, { deadlineS: 1 });
    await ra.lives(2);
    ra.leave();
    await clock.advanceAsync(100);
    await a.changes.retry(run, {});
    await clock.advanceAsync(1_000);
    expect(await finalOf(a, run)).toEqual(['ra undeliverable']);
    return { ...staged, journals, ra, run };
  };

  it('the word on the attempt before it counts, and what was there before is known', async () => {
    const { a, ra, run } = await lost();
    expect(await back(a, run)).toEqual([1]);
    await ra.answer();
    await ra.lives(1);
    expect((await a.changes.get(run))!.targets).toMatchObject([{ state: 'success', late: true, due: [] }]);
    expect(await back(a, run)).toEqual([1]);
    expect(a.changes.list().runs.filter(({ state }) => state === 'observed')).toEqual([]);
  });

  it('a failed one stands with the attempt before it: nobody took the change', async () => {
    const { a, ra, run } = await lost();
    await ra.answer('keys: extensions', 'failed');
    await ra.lives(1);
    const [target] = (await a.changes.get(run))!.targets;
    expect(target).toMatchObject({ state: 'undeliverable', earlier: [{ state: 'failed' }], due: [] });
    expect(await back(a, run)).toEqual([]);
    expect(a.changes.list().runs.filter(({ state }) => state === 'observed')).toEqual([]);
  });

  it('the word counts after this console was started anew, too', async () => {
    const { a, make, clock, journals, ra, run } = await lost();
    await clock.advanceAsync(5_000);
    await a.stop();
    const again = make({ ...id('admin', 2), journals });
    again.start();
    await ra.lives(5);
    await ra.answer();
    await ra.lives(1);
    expect((await again.changes.get(run))!.targets).toMatchObject([{ state: 'success', late: true }]);
  });
});
