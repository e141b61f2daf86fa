/** What is known of a node where others push to it, too, and where answers come late or twice. */
import { describe, expect, it } from 'vitest';
import { createMemoryJournals } from '../../../../app/main/adapters/memory-journals.js';
import type { ChangeInput } from '../../../../app/shared/domain/change.js';
import type { Installer } from '../../../../app/main/ports/installer.js';
import { checkText } from '../../../../app/shared/i18n/index.js';
import {
  code,
  id,
  modes,
  settings,
  to,
  stage,
  states,
  finalOf,
  beat,
  ruby,
  pusher,
  back,
  sourceOf,
  type Node,
} from '../../../support/changes-in-memory.js';

/** `extensions.node.beat_interval` of a node, as pushed, checked and sent back. */
describe('what others did', () => {
  const twoConsoles = async (more: Parameters<typeof stage>[1] = {}) => {
    const staged = await stage([{ name: 'b' }], more);
    const other = staged.make({ ...id('other', 99), receiver: modes('on') });
    other.start();
    await staged.clock.advanceAsync(10_000);
    const push = async (from: Node, what: ChangeInput['what'], where = to('b')) => {
      const run = await from.changes.start({ what, where, confirm: '1' });
      await staged.clock.advanceAsync(9_000);
      return run;
    };
    const known = async (seconds: number, from: Node = staged.a) => {
      const { diff, targets } = await from.changes.check({ what: beat(seconds), where: to('b') });
      return [diff[0]!.before[0]?.source, diff[0]!.effect, targets.unknownBefore];
    };
    return { ...staged, other, push, known };
  };

  it('alone to a node is not seen: its result ends what was known of it', async () => {
    const { a, other, push, known } = await twoConsoles();
    await push(a, beat(1));
    expect(await known(1)).toEqual(['your-push', 'no-change', 0]);
    await push(other, beat(3));
    expect(await known(1)).toEqual(['this-machine', 'unknown', 1]);
    const again = await push(a, beat(1));
    expect(await finalOf(a, again.plan.id)).toEqual(['b verified']);
    expect(await a.changes.rollbackCheck(again.plan.id, {})).toMatchObject({ names: [], without: ['b'] });
  });

  it('to all in the open is known again after this console was started anew', async () => {
    const journals = createMemoryJournals();
    const { a, make, clock, stranger, push, known } = await twoConsoles({ journals });
    await push(a, beat(1));
    const raw = stranger();
    await clock.advanceAsync(100);
    const body = { function: 'update_settings', settings: { extensions: { node: { beat_interval: 7 } } } };
    await raw.say({ body: Buffer.from(JSON.stringify(body)) });
    await clock.advanceAsync(2_000);
    expect(await known(1)).toEqual(['observed-push', 'unknown', 1]);
    await a.stop();
    const again = make({ ...id('admin', 2), journals });
    again.start();
    await clock.advanceAsync(10_000);
    expect(await known(1, again)).toEqual(['observed-push', 'unknown', 1]);
  });

  it('with a gem is told with its version, which is shown and never sent back', async () => {
    const installer: Installer = {
      about: async () => ({ available: true, about: 'gem 3' }),
      install: async () => ({ ok: true, error: null, output: '' }),
    };
    const staged = await stage([{ name: 'b', installer }]);
    const { a, make, clock } = staged;
    const other = make({ ...id('other', 99) });
    other.start();
    await clock.advanceAsync(10_000);
    const install = async (from: Node, version: string) => {
      const what = { kind: 'gem', extension: 'http', version, reload: false } as const;
      const run = await from.changes.start({ what, where: to('b'), confirm: '1' });
      await clock.advanceAsync(9_000);
      return run;
    };
    await install(a, '1.0.0');
    await install(other, '1.5.0');
    const what = { kind: 'gem', extension: 'http', version: '1.0.0' } as const;
    const { diff } = await a.changes.check({ what, where: to('b') });
    expect(diff[0]).toMatchObject({
      before: [{ value: '"1.5.0"', source: 'observed-push', nodes: 1 }],
      effect: 'unknown',
    });
    const last = await install(a, '2.0.0');
    expect(await a.changes.rollbackCheck(last.plan.id, {})).toMatchObject({ names: [], without: ['b'] });
  });

  it('between plan and sending makes a change of what was to be none, and is what goes back', async () => {
    const { a, clock, push } = await twoConsoles();
    await push(a, beat(1));
    const c = { ...to('b', 'other') };
    const waves = [
      { size: '1', begins: 'auto', minVerified: 0, watchS: 0 },
      { size: 'rest', begins: 'ask', minVerified: 0, watchS: 0 },
    ] as const;
    const first = await a.changes.start({
      ...{ what: beat(1), where: c, confirm: '2' },
      how: { waves: [...waves], canary: 'other', stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(15_000);
    expect(states(a, first.plan.id)).toMatchObject({ b: 'queued' });
    await push(a, beat(3));
    await a.changes.goOn(first.plan.id, 'continued', 'looked at');
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, first.plan.id)).toContain('b verified');
    const back = await a.changes.rollbackCheck(first.plan.id, {});
    expect(back.names).toEqual(['b']);
    expect(back.bodies[0]!.what).toMatchObject({
      settings: expect.stringMatching(/"beat_interval":\s*3/) as string,
    });
  });

  it('is not confused with what this machine has: it gets back what it had before, too', async () => {
    const { a, push } = await twoConsoles({ receiver: modes('on') });
    const first = await push(a, beat(1), to('admin'));
    expect(await finalOf(a, first.plan.id)).toEqual(['admin verified']);
    expect(await a.changes.rollbackCheck(first.plan.id, {})).toMatchObject({ names: [], without: ['admin'] });
    const second = await push(a, beat(3), to('admin'));
    const { bodies } = await a.changes.rollbackCheck(second.plan.id, {});
    expect(JSON.stringify(bodies[0]!.what)).toMatch(/beat_interval[^\d]*1\D/);
  });

  it('is not what this machine took back by hand: that is known to nobody else', async () => {
    const { a, push } = await twoConsoles({ receiver: modes('on') });
    await push(a, beat(1), to('admin'));
    await a.receiver.undo(a.receiver.view().items[0]!.id);
    const last = await push(a, beat(3), to('admin'));
    expect(await a.changes.rollbackCheck(last.plan.id, {})).toMatchObject({ names: [], without: ['admin'] });
  });

  it('of ours in between is what goes back, also when an older run was tried again after it', async () => {
    const staged = await stage([]);
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    const older = await push(3);
    await ra.lives(9, 'sick');
    expect(await finalOf(a, older)).toEqual(['ra regressed']);
    await ra.lives(5);
    const last = await push(4);
    await ra.lives(9);
    expect(await back(a, last)).toEqual([3]);
    await a.changes.retry(older, { states: ['regressed'] });
    await ra.lives(9);
    expect((await a.changes.get(older))!.targets).toMatchObject([{ attempt: 2, state: 'verified' }]);
    expect(await back(a, last)).toEqual([3]);
  });

  it('is not what a slow node says after it was tried again: it answers twice', async () => {
    const staged = await stage([]);
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    ra.answers = false;
    const slow = await push(3, { deadlineS: 1 });
    await ra.lives(2);
    expect(await finalOf(a, slow)).toEqual(['ra no-answer']);
    await a.changes.retry(slow, {});
    await ra.lives(1);
    await ra.answer();
    await ra.lives(2);
    await ra.answer();
    await ra.lives(9);
    expect((await a.changes.get(slow))!.targets).toMatchObject([{ attempt: 2, state: 'verified', due: [] }]);
    expect(await back(a, slow)).toEqual([1]);
  });

  it('is not the late word on an older run of ours; what is there then, nobody knows', async () => {
    const staged = await stage([]);
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    ra.answers = false;
    const older = await push(3, { deadlineS: 1 });
    await ra.lives(2);
    const newer = await push(4);
    await ra.answer();
    await ra.lives(1);
    await ra.answer();
    await ra.lives(9);
    expect(await finalOf(a, newer)).toEqual(['ra verified']);
    expect((await a.changes.get(older))!.targets).toMatchObject([{ state: 'verified', late: true }]);
    expect(await sourceOf(a, 'ra')).toBe('unknown');
    expect(await back(a, newer)).toEqual([]);
  });

  it('right after a late word of a run that was over is told, too', async () => {
    const staged = await stage([]);
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    ra.answers = false;
    const older = await push(3, { deadlineS: 1 });
    await ra.lives(2);
    await a.changes.start({ what: settings({ transport: { x: 1 } }), where: to('ra') });
    await ra.lives(1);
    await ra.answer('keys: transport');
    await ra.lives(9);
    await ra.answer();
    await ra.lives(1);
    expect((await a.changes.get(older))!.targets).toMatchObject([{ state: 'success', late: true }]);
    expect(await sourceOf(a, 'ra')).toBe('your-push');
    await ra.answer();
    await ra.lives(1);
    expect(await sourceOf(a, 'ra')).not.toBe('your-push');
  });

  it('to all is not what a node has whose framework hears nothing of that', async () => {
    const staged = await stage([{ name: 'b' }]);
    const { a, clock } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    const body = { function: 'update_settings', settings: { extensions: { node: { beat_interval: 7 } } } };
    await ra.raw.say({ body: Buffer.from(JSON.stringify(body)) });
    await clock.advanceAsync(500);
    expect([await sourceOf(a, 'ra'), await sourceOf(a, 'b')]).toEqual(['your-push', 'observed-push']);
  });

  it('to all by us is not sent back to a node that hears nothing of that, and ends nothing there', async () => {
    const staged = await stage([{ name: 'b' }]);
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    const run = await a.changes.start({
      ...{ what: beat(3), where: { all: true }, confirm: 'test' },
      how: { mode: 'broadcast', deadlineS: 2 },
    });
    await ra.lives(9);
    expect((await finalOf(a, run.plan.id)).sort()).toEqual(['b verified', 'ra no-answer']);
    expect(await a.changes.rollbackCheck(run.plan.id, {})).toMatchObject({ names: [], without: ['b'] });
    expect([await sourceOf(a, 'ra'), await sourceOf(a, 'b')]).toEqual(['your-push', 'your-push']);
    await ra.answer();
    await ra.lives(1);
    expect((await a.changes.rollbackCheck(run.plan.id, {})).names).toEqual(['ra']);
  });

  it('or we with a reload ends nothing where it did not arrive, or where the gem could not be installed', async () => {
    const staged = await stage([{ name: 'b' }]);
    const { a, clock } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await a.changes.start({ what: beat(1), where: to('b') });
    await ra.lives(9);
    const gem = { kind: 'gem', extension: 'tiny', version: '1.0.0', reload: true } as const;
    const failed = await a.changes.start({ what: gem, where: to('b'), confirm: '1' });
    await ra.lives(2);
    expect(await finalOf(a, failed.plan.id)).toEqual(['b failed']);
    expect(await sourceOf(a, 'b')).toBe('your-push');
    ra.leave();
    await clock.advanceAsync(100);
    const what = settings({ transport: { x: 1 } }, true);
    const lost = await a.changes.start({ what, where: to('ra'), confirm: '1' });
    await clock.advanceAsync(2_000);
    expect(await finalOf(a, lost.plan.id)).toEqual(['ra undeliverable']);
    expect(await sourceOf(a, 'ra')).toBe('your-push');
  });

  it('by the function message may be there: nothing tells', async () => {
    const { a, clock, stranger, push, known } = await twoConsoles();
    await push(a, beat(1));
    const raw = stranger();
    await clock.advanceAsync(100);
    const body = { function: 'message', extensions: { node: { beat_interval: 7 } } };
    await raw.say({ body: Buffer.from(JSON.stringify(body)) });
    await clock.advanceAsync(500);
    expect(await known(1)).toEqual(['unknown', 'unknown', 1]);
  });

  it('and a node that got its values back and could not be tried again gets nothing twice', async () => {
    const staged = await stage([]);
    const { a, clock } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    const run = await push(3);
    await ra.lives(9, 'sick');
    expect(await finalOf(a, run)).toEqual(['ra regressed']);
    await ra.lives(5);
    await a.changes.rollback(run, {}, '1');
    await ra.lives(9);
    ra.leave();
    await clock.advanceAsync(100);
    await a.changes.retry(run, { states: ['regressed'] });
    await clock.advanceAsync(2_000);
    expect(await finalOf(a, run)).toEqual(['ra undeliverable']);
    expect(await back(a, run)).toEqual([]);
  });

  it('while a roll-back went out is no question after a crash: it is written down before it goes', async () => {
    const journals = createMemoryJournals();
    const staged = await stage([], {
      journals: {
        ...journals,
        open: (name) => {
          const journal = journals.open(name);
          return {
            ...journal,
            append: async (line) => {
              if (line['t'] === 'back') await new Promise<void>((go) => staged.clock.after(2_000, go));
              return journal.append(line);
            },
          };
        },
      },
    });
    const { a } = staged;
    const ra = ruby(staged, 'ra');
    const push = pusher(staged, ra);
    await ra.lives(5);
    await push(1);
    await ra.lives(9);
    const run = await push(3);
    await ra.lives(9);
    const before = ra.got.length;
    await a.changes.rollback(run, {}, '1');
    await ra.lives(1);
    expect(ra.got.length).toBe(before);
    await ra.lives(9);
    expect(ra.got.length).toBe(before + 1);
    expect((await journals.open(run).read()).map((line) => line?.['t'])).toContain('back');
  });

  it('of ours in between that nobody answered for is no value to go back to, whatever its second attempt says', async () => {
    const { a, node, clock } = await stage([{ name: 'b', mode: 'ask' }]);
    const push = async (value: number) =>
      (await a.changes.start({ what: beat(value), where: to('b'), how: { deadlineS: 5 } })).plan.id;
    const agree = async () => {
      await clock.advanceAsync(1_000);
      await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, true);
      await clock.advanceAsync(9_000);
    };
    await push(1);
    await agree();
    const older = await push(3);
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, older)).toEqual(['b no-answer']);
    await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, false);
    await clock.advanceAsync(1_000);
    const last = await push(4);
    await agree();
    const none = { names: [], without: ['b'] };
    expect(await a.changes.rollbackCheck(last, {})).toMatchObject(none);
    await a.changes.retry(older, {});
    await agree();
    expect(await finalOf(a, older)).toEqual(['b verified']);
    expect(await a.changes.rollbackCheck(last, {})).toMatchObject(none);
  });

  it('of ours long ago that was tried again just now is known, however many changes came between', async () => {
    const { a, node, clock, push, known } = await twoConsoles();
    await node('b').receiver.setMode('settings', 'ask');
    const old = await a.changes.start({ what: beat(1), where: to('b'), how: { deadlineS: 5 } });
    await clock.advanceAsync(9_000);
    for (let value = 2; value < 24; value += 1) await push(a, beat(value), to('other'));
    await a.changes.retry(old.plan.id, {});
    await clock.advanceAsync(1_000);
    await node('b').receiver.decide(node('b').receiver.waiting().at(-1)!.id, true);
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, old.plan.id)).toEqual(['b verified']);
    expect(await known(1)).toEqual(['your-push', 'no-change', 0]);
  });

  it('of a roll-back that was stopped before it came to a node leaves that node to be rolled back', async () => {
    const { a, clock } = await stage([{ name: 'aa', mode: 'ask' }, { name: 'b' }]);
    const run = await a.changes.start({
      ...{ what: beat(3), where: to('aa', 'b'), confirm: '2' },
      how: { atMost: 1, deadlineS: 20, stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(60_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['aa no-answer', 'b verified']);
    const given = { settings: JSON.stringify({ extensions: { node: { beat_interval: 2 } } }) };
    const back = await a.changes.rollback(run.plan.id, given, '2');
    await clock.advanceAsync(3_000);
    expect(states(a, back.plan.id)).toEqual({ aa: 'sent', b: 'queued' });
    await expect(a.changes.rollback(run.plan.id, given, '1')).rejects.toThrow(code('RUN_STATE'));
    await a.changes.end(back.plan.id);
    await clock.advanceAsync(3_000);
    expect((await a.changes.rollbackCheck(run.plan.id, given)).names).toEqual(['b']);
    const again = await a.changes.rollback(run.plan.id, given, '1');
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, again.plan.id)).toEqual(['b verified']);
  });

  it('right after ours, told by the same words once more, ends what was known, too', async () => {
    const { a, stranger, clock, known } = await twoConsoles();
    const raw = stranger();
    await clock.advanceAsync(100);
    const run = await a.changes.start({ what: beat(1), where: to('b') });
    await clock.advanceAsync(1_000);
    expect(states(a, run.plan.id)).toEqual({ b: 'success' });
    const { detail } = (await a.changes.get(run.plan.id))!.targets[0]!;
    const result = { action: 'update_settings', status: 'success', detail, error: null, node: 'b' };
    await raw.say({
      routingKey: 'node.b.update_result',
      body: Buffer.from(JSON.stringify({ ...result, timestamp: new Date(clock.now()).toISOString() })),
    });
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
    expect((await known(1))[1]).toBe('unknown');
  });

  it('does not take a late word from the run that it answers', async () => {
    const { a, clock } = await stage([{ name: 'b', mode: 'ask' }]);
    const first = await a.changes.start({ what: beat(1), where: to('b'), how: { deadlineS: 5 } });
    await clock.advanceAsync(7_000);
    expect(await finalOf(a, first.plan.id)).toEqual(['b no-answer']);
    const second = await a.changes.start({ what: settings({ transport: { x: 1 } }), where: to('b') });
    await clock.advanceAsync(1_000);
    expect((await a.changes.get(second.plan.id))!.targets[0]!.state).toBe('failed');
    const result = { action: 'update_settings', status: 'success', error: null, node: 'b' } as const;
    a.changes.heardResult('b', {
      ...{ result: { ...result, detail: 'keys: extensions' }, correlationId: undefined, at: clock.now() },
    });
    await clock.advanceAsync(1_000);
    expect((await a.changes.get(first.plan.id))!.targets[0]).toMatchObject({ state: 'success', late: true });
  });

  it('of ours after a run is told before the run goes back over it', async () => {
    const { a, push } = await twoConsoles();
    await push(a, beat(1));
    const first = await push(a, beat(3));
    await push(a, beat(4));
    const { names, notes } = await a.changes.rollbackCheck(first.plan.id, {});
    expect([names, notes]).toEqual([
      ['b'],
      [{ severity: 'warning', code: 'rollback-newer', facts: { count: 1 } }],
    ]);
    expect(checkText(notes[0]!)).toContain('later change');
  });
});
