/** Whole services in one legion: roles, hooks, hand-over, sleep; in virtual time. */
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import { createPacketCipher } from '../../../../app/main/core/protocol/uwsgi/cipher.js';
import { openPacket, sealPacket } from '../../../../app/main/core/protocol/uwsgi/packet.js';
import type { Clock } from '../../../../app/main/ports/clock.js';
import type { LegionInput } from '../../../../app/shared/domain/legion.js';
import { legionStage, SECRET } from '../../../support/legions.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
type Console = ReturnType<ReturnType<typeof legionStage>['console']>;
const lords = (all: readonly Console[]) => all.map((each) => each.web().isLord);

describe('consoles in one legion', () => {
  it('elect the highest valor, and each says who and with how many votes', async () => {
    const { web } = legionStage();
    const all = await web(['a', 'b', 'c']);
    expect(lords(all)).toEqual([true, false, false]);
    for (const each of all) expect(each.web()).toMatchObject({ votes: 3, lord: { name: 'a' } });
    expect(all[2]!.web().next).toEqual({ name: 'b', votes: 2 });
    expect(all[2]!.web().members.map(({ name, votesFor, isSelf }) => [name, votesFor, isSelf])).toEqual([
      ['a', 'a', false],
      ['b', 'a', false],
      ['c', 'a', true],
    ]);
  });

  it('EL20 announce at their period, where no real node has to come first', async () => {
    const { web, clock, packets } = legionStage();
    await web(['a', 'b', 'c']);
    const said = new Map<number, Set<number>>();
    packets((port) => {
      said.set(port, (said.get(port) ?? new Set()).add(clock.uptime()));
      return 5;
    });
    await clock.advanceAsync(20_000);
    for (const times of said.values()) {
      const gaps = [...times].slice(1).map((at, place) => at - [...times][place]!);
      expect(gaps.length).toBeGreaterThan(17);
      expect(Math.min(...gaps)).toBeGreaterThan(985);
      expect(Math.max(...gaps)).toBeLessThan(1_015);
    }
  });

  it('EL31 follow a lord whose clock is set back, and nobody takes its place', async () => {
    const { console, clock, web } = legionStage();
    let back = 0;
    const all = await web(['a', 'b', 'c'], {}, (host) =>
      console(host, host === 'a' ? { clock: { ...clock, now: () => clock.now() - back } } : {}),
    );
    back = 25_000;
    for (let step = 0; step < 300; step += 1) {
      await clock.advanceAsync(100);
      expect(lords(all)).toEqual([true, false, false]);
    }
  });

  it('step down and say who took over, stay voters, and come back when they are told', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c']);
    const stepping = all[0]!.legions.stepDown('web');
    await clock.advanceAsync(3_000);
    expect(await stepping).toMatchObject({ lord: 'b' });
    await clock.advanceAsync(3_000);
    expect(lords(all)).toEqual([false, true, false]);
    expect(all[0]!.web()).toMatchObject({ announcedValor: 0, valor: 100, role: 'standby' });
    await expect(all[0]!.legions.stepDown('web')).rejects.toThrow(code('LEGION_NOT_LORD'));
    await all[0]!.legions.comeBack('web');
    await clock.advanceAsync(6_000);
    expect(lords(all)).toEqual([true, false, false]);
  });

  it('change their valor under a new uuid, and never are two lords meanwhile for longer than a period', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c']);
    const before = all[0]!.web().uuid;
    const changing = all[0]!.legions.role('web', { role: 'standby', valor: 50 });
    for (let step = 0; step < 60; step += 1) {
      await clock.advanceAsync(100);
      expect(lords(all).filter(Boolean).length).toBeLessThan(2);
    }
    await changing;
    expect(all[0]!.web().uuid).not.toBe(before);
    expect(lords(all)).toEqual([false, true, false]);
    await expect(all[0]!.legions.role('web', { role: 'standby', valor: 0 })).rejects.toThrow(
      code('LEGION_VALOR'),
    );
  });

  it('keep their part in the vote when something beside it is changed, or nothing at all', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b', 'c']);
    const { uuid } = a!.web();
    const shown = a!.web();
    await a!.legions.role('web', { role: 'standby', handOverBeforeSleep: false });
    await a!.legions.role('web', { role: 'standby', valor0OnBattery: true });
    await a!.legions.save({
      ...{ name: 'web', role: 'standby', valor: 100, address: '', port: 1, cipher: shown.cipher },
      ...{ nodes: [2, 3].map((port) => ({ host: '127.0.0.1', port })), planned: 3, busWitness: true },
      hooks: [{ event: 'lord', action: 'log', argument: 'x' }],
    });
    expect(a!.web()).toMatchObject({
      ...{ uuid, isLord: true, handOverBeforeSleep: false, valor0OnBattery: true, planned: 3 },
      ...{ busWitness: true, hooks: [{ argument: 'x', isOn: false }] },
    });
    await clock.advanceAsync(6_000);
    expect(a!.web()).toMatchObject({ uuid, isLord: true });
  });

  it('know their own goodbye when the group brings it back, and call nobody dead for it', async () => {
    const stage = legionStage();
    const nodes = [1, 2].map((port) => ({ host: '127.0.0.1', port }));
    stage.packets(() => 5);
    const [a] = await stage.web(['a', 'b'], { nodes });
    for (let time = 0; time < 3; time += 1) {
      const stepping = a!.legions.stepDown('web');
      await stage.clock.advanceAsync(4_000);
      await stepping;
      await a!.legions.comeBack('web');
      await stage.clock.advanceAsync(4_000);
    }
    const { drops, warnings } = a!.web();
    expect(drops.map(({ kind }) => kind)).toEqual(['own']);
    expect(warnings.filter(({ kind }) => kind === 'dead-mark')).toEqual([]);
  });

  it('say how long each reason without a lord lasted', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { quorum: 2 });
    b!.cut();
    await clock.advanceAsync(20_000);
    await a!.legions.save({
      ...{ name: 'web', role: 'standby', valor: 100, address: '', port: 1, cipher: 'aes-256-cbc' },
      nodes: [{ host: '127.0.0.1', port: 2 }],
      quorum: 0,
    });
    await clock.advanceAsync(6_000);
    const bands = a!.legions.timeline('web', 60_000).bands;
    const without = bands.filter(({ lord }) => lord === null).map(({ why, from, to }) => [why, to - from]);
    expect(without.every(([, ms]) => Number(ms) > 0)).toBe(true);
    expect(without[0]![0]).toBe('quorum');
    expect(Number(without[0]![1])).toBeGreaterThan(10_000);
  });

  it('hand over before a sleep, and lead nothing when they wake until all agree', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c']);
    all[0]!.power.suspend();
    await clock.advanceAsync(200);
    expect(lords(all)).toEqual([false, true, false]);
    all[0]!.power.resume();
    await clock.advanceAsync(1_500);
    expect(lords(all)).toEqual([false, true, false]);
    await clock.advanceAsync(5_000);
    expect(lords(all)).toEqual([true, false, false]);
  });

  it('are arbiters while on battery, where that is wished', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b'], { valor0OnBattery: true });
    all[0]!.onBattery(true);
    await clock.advanceAsync(6_000);
    expect(lords(all)).toEqual([false, true]);
    expect(all[0]!.web().announcedValor).toBe(0);
    all[0]!.onBattery(false);
    await clock.advanceAsync(6_000);
    expect(lords(all)).toEqual([true, false]);
  });

  it('leave with a word when the console ends, and another leads at once', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c']);
    const stopping = all[0]!.legions.stop();
    await clock.advanceAsync(200);
    await stopping;
    expect(all[1]!.web().isLord).toBe(true);
  });

  it('let go of a lord early when its queue goes with its voice; not when it was gone before, nor while it speaks', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c'], { busWitness: true, toleranceS: 30 });
    for (const each of all.slice(1)) each.gone.add('a');
    await clock.advanceAsync(10_000);
    expect(lords(all)).toEqual([true, false, false]);
    all[0]!.cut();
    await clock.advanceAsync(4_000);
    expect(lords(all).slice(1)).toEqual([false, false]);
    all[0]!.cut(false);
    for (const each of all.slice(1)) each.gone.delete('a');
    await clock.advanceAsync(10_000);
    for (const each of all.slice(1)) each.gone.add('a');
    all[0]!.cut();
    await clock.advanceAsync(4_000);
    expect(lords(all).slice(1)).toEqual([true, false]);
  });

  describe('beside a lord whose machine left many nodes behind', () => {
    const many = Array.from({ length: 40 }, (_, index) => `a.${index}`);
    /** `beat`: those that the roster does not call silent. All that are not in `there` are gone, in the end all. */
    async function aMachine(beat: readonly string[], there: readonly string[]) {
      const { web, clock } = legionStage();
      const all = await web(['a', 'b', 'c'], { busWitness: true, toleranceS: 30 });
      const asked = new Set<string>();
      let alive = new Set(there);
      for (const each of all.slice(1)) {
        each.busNodes((host) => (host === 'a' ? many : [host]));
        each.busHears((name) => beat.includes(name));
        each.busAnswers(async (name) => {
          if (name.startsWith('a.')) asked.add(name);
          return !alive.has(name);
        });
      }
      await clock.advanceAsync(5_000);
      return {
        asked,
        /** Its voice goes, and all nodes but these. Says whether another leads then. */
        async falls(left: readonly string[]): Promise<boolean> {
          alive = new Set(left);
          all[0]!.cut();
          await clock.advanceAsync(4_000);
          return all[1]!.web().isLord;
        },
      };
    }

    it('ask for those that were heard last, and let go of it', async () => {
      const { asked, falls } = await aMachine(['a.39'], ['a.39']);
      expect(await falls([])).toBe(true);
      expect([...asked].sort()).toEqual(many.slice(-16));
    });

    it('ask for one that lives, however long ago it beat, and keep it', async () => {
      const { asked, falls } = await aMachine(['a.0', 'a.39'], ['a.0', 'a.39']);
      expect(await falls(['a.0'])).toBe(false);
      expect([...asked].sort()).toEqual(['a.0', ...many.slice(-15)]);
      expect(await falls([])).toBe(true);
    });

    it('keep it where more may live than are asked for', async () => {
      const { asked, falls } = await aMachine(many.slice(0, 17), ['a.0']);
      expect(await falls([])).toBe(false);
      expect(asked.size).toBe(0);
      const { falls: fewer } = await aMachine(many.slice(0, 16), ['a.0']);
      expect(await fewer([])).toBe(true);
    });
  });

  it('that end as lord say goodbye once, and nothing more under any uuid', async () => {
    const { web, clock, stranger } = legionStage();
    const cipher = createPacketCipher({ cipher: 'aes-256-cbc', secret: SECRET, iv: null });
    const said: { readonly uuid: string; readonly dead: boolean }[] = [];
    // A real uWSGI, as far as it matters: it agrees with whatever it hears.
    stranger(2, (bytes, say) => {
      const nowS = Math.floor(clock.now() / 1_000);
      const context = { cipher, legion: 'web', self: null, nowS, skewS: 30, maxFutureS: 30 };
      const opened = openPacket(bytes, context);
      if (!opened.ok) throw new Error(opened.words);
      const { announcement } = opened;
      said.push(announcement);
      const own = { name: 'r', pid: 7, valor: 20, uuid: 'f0000000-0000-4000-8000-000000000000' };
      say(1, sealPacket(cipher, { ...announcement, ...own, lord: 0, dead: false, extension: null }, null));
    });
    const [a] = await web(['a'], { nodes: [{ host: '127.0.0.1', port: 2 }] });
    await clock.advanceAsync(4_000);
    expect(a!.web()).toMatchObject({ isLord: true, votes: 2 });
    const { uuid } = a!.web();
    const before = said.length;
    const stopping = a!.legions.stop();
    await clock.advanceAsync(15_000);
    await stopping;
    expect(said.slice(before)).toEqual([expect.objectContaining({ uuid, dead: true })]);
  });

  it('that are told twice at once to be something else are one of them, and none after the end', async () => {
    const { web, clock } = legionStage();
    const all = await web(['a', 'b', 'c']);
    const changes = [50, 60].map((valor) => all[0]!.legions.role('web', { role: 'standby', valor }));
    await clock.advanceAsync(8_000);
    await Promise.all(changes);
    expect(all[1]!.web().members.map(({ valor }) => valor)).toEqual([90, 80, 60]);
    const late = all[0]!.legions.role('web', { role: 'standby', valor: 95 });
    const stopping = all[0]!.legions.stop();
    await clock.advanceAsync(8_000);
    await Promise.all([late, stopping]);
    expect(all[1]!.web().members).toHaveLength(2);
  });

  it('only hear as watchers, and nobody counts them', async () => {
    const { web, clock, console } = legionStage();
    const all = await web(['a', 'b']);
    const eye = console('eye');
    await eye.legions.save({
      ...{ name: 'web', role: 'watch', valor: 0, address: '', port: 9, nodes: [] },
      ...{ cipher: 'aes-256-cbc', secret: SECRET, freqS: 1, toleranceS: 4 },
    });
    await clock.advanceAsync(4_000);
    expect(eye.web()).toMatchObject({ uuid: null, isLord: false, announcedValor: null });
    expect(all[0]!.web().members).toHaveLength(2);
  });
});

describe('hooks', () => {
  const hooks = [
    { event: 'lord' as const, action: 'exec' as const, argument: 'ip addr add' },
    { event: 'unlord' as const, action: 'exec' as const, argument: 'ip addr del' },
    { event: 'death' as const, action: 'exec' as const, argument: 'bye' },
  ];
  const ran = (each: Console) => each.ran.map(({ argument }) => argument);
  /** Its unlord hook takes so long, and nobody else is lord before it is done. Says whether it was. */
  const undoing = (each: Console, next: Console, clock: Clock, ms: number) => {
    let isUndone = false;
    each.answers(async ({ argument }) => {
      if (argument === 'ip addr del') {
        await new Promise<void>((resolve) => clock.after(ms, resolve));
        expect(next.web().isLord).toBe(false);
        isUndone = true;
      }
      return { ok: true, code: 0, output: '' };
    });
    return () => isUndone;
  };
  const allOn = async (each: Console) => {
    for (const { id } of each.web().hooks) await each.legions.hook('web', id, true);
  };

  it('are not run until a person has switched them on, each by itself', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { hooks });
    expect(a!.web().isLord).toBe(true);
    expect(ran(a!)).toEqual([]);
    await a!.legions.hook('web', a!.web().hooks[1]!.id, true);
    const stepping = a!.legions.stepDown('web');
    await clock.advanceAsync(3_000);
    await stepping;
    expect(ran(a!)).toEqual(['ip addr del']);
    await expect(a!.legions.hook('web', 'no', true)).rejects.toThrow(code('HOOK_UNKNOWN'));
  });

  it('of a new text begin switched off; others stay as they were', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { hooks });
    await allOn(a!);
    const { config } = { config: a!.web() };
    const saving = a!.legions.save({
      ...{ name: 'web', role: 'standby', valor: config.valor, address: '', port: 1, cipher: config.cipher },
      nodes: [{ host: '127.0.0.1', port: 2 }],
      hooks: [hooks[0]!, { ...hooks[1]!, argument: 'rm -rf /' }],
    });
    await clock.advanceAsync(6_000);
    await saving;
    expect(a!.web().hooks.map(({ isOn }) => isOn)).toEqual([true, false]);
  });

  it('that are equal keep one switch each, and no save switches on another', async () => {
    const { web } = legionStage();
    const twice = [hooks[0]!, hooks[0]!, hooks[1]!];
    const [a] = await web(['a', 'b'], { hooks: twice });
    const before = a!.web().hooks;
    await a!.legions.hook('web', before[0]!.id, true);
    const saves = (given: readonly (typeof hooks)[number][]) =>
      a!.legions.save({
        ...{ name: 'web', role: 'standby', valor: 100, address: '', port: 1, cipher: 'aes-256-cbc' },
        ...{ nodes: [{ host: '127.0.0.1', port: 2 }], hooks: [...given] },
      });
    await saves(twice);
    const after = a!.web().hooks;
    expect(after.map(({ isOn }) => isOn)).toEqual([true, false, false]);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    await saves([...twice, hooks[0]!]);
    expect(a!.web().hooks.map(({ isOn }) => isOn)).toEqual([true, false, false, false]);
    expect(new Set(a!.web().hooks.map(({ id }) => id)).size).toBe(4);
  });

  it('undo what the lord hooks did before another is lord: unlord, then death, then the last word', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { hooks });
    await allOn(a!);
    const isUndone = undoing(a!, b!, clock, 2_000);
    const stopping = a!.legions.stop();
    await clock.advanceAsync(3_000);
    await stopping;
    expect(isUndone()).toBe(true);
    expect(ran(a!)).toEqual(['ip addr del', 'bye']);
    expect(b!.web().isLord).toBe(true);
  });

  it('name us as the lord where we take over', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { hooks });
    await allOn(a!);
    const back = a!.legions.comeBack('web');
    await clock.advanceAsync(6_000);
    await back;
    const taking = a!.ran.find(({ argument }) => argument === 'ip addr add');
    expect(taking?.env).toMatchObject({ LEGION_LORD: 'a', LEGION_EVENT: 'lord' });
  });

  it('are all done, however slow, before a changed valor or a removal says its last word', async () => {
    for (const act of ['role', 'remove'] as const) {
      const { web, clock } = legionStage();
      const [a, b] = await web(['a', 'b'], { hooks });
      await allOn(a!);
      const isUndone = undoing(a!, b!, clock, 9_000);
      const changing =
        act === 'remove' ? a!.legions.remove('web') : a!.legions.role('web', { role: 'standby', valor: 120 });
      await clock.advanceAsync(8_000);
      expect([isUndone(), b!.web().isLord]).toEqual([false, false]);
      await clock.advanceAsync(8_000);
      await changing;
      expect(isUndone()).toBe(true);
      expect(ran(a!)).toEqual(['ip addr del', 'bye', ...(act === 'role' ? ['ip addr add'] : [])]);
    }
  });

  it('EL15 that are slow are undone before they run again, where another was lord meanwhile', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { hooks });
    await allOn(b!);
    const done: string[] = [];
    b!.answers(async ({ argument }) => {
      if (argument === 'ip addr add') await new Promise<void>((resolve) => clock.after(9_000, resolve));
      done.push(argument);
      return { ok: true, code: 0, output: '' };
    });
    a!.cut();
    await clock.advanceAsync(6_000);
    a!.cut(false);
    await clock.advanceAsync(2_500);
    expect([a!.web().isLord, ran(b!)]).toEqual([true, ['ip addr add']]);
    void a!.legions.stop();
    await clock.advanceAsync(8_000);
    // The first run has ended since; what it set up is nobody’s until it was undone and set up anew.
    expect([b!.web().isLord, done]).toEqual([false, ['ip addr add', 'ip addr del']]);
    await clock.advanceAsync(9_000);
    expect(b!.web().isLord).toBe(true);
    expect(done).toEqual(['ip addr add', 'ip addr del', 'ip addr add']);
  });

  it('that are slow do not keep the last word of a process that ends', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { hooks });
    await allOn(a!);
    a!.answers(async () => {
      await new Promise<void>((resolve) => clock.after(60_000, resolve));
      return { ok: true, code: 0, output: '' };
    });
    void a!.legions.stepDown('web').catch(() => undefined);
    await clock.advanceAsync(1_000);
    const stopping = a!.legions.stop();
    await clock.advanceAsync(10_100);
    await stopping;
    expect(b!.web().members.map(({ name }) => name)).toEqual(['b']);
  });

  it('that fail again and again take the lord from others less and less often', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { hooks, deathOnLordErrorS: 8 });
    await allOn(a!);
    a!.answers(async () => ({ ok: false, code: 1, output: '' }));
    const back = a!.legions.comeBack('web');
    await clock.advanceAsync(6_000);
    await back;
    a!.ran.length = 0;
    await clock.advanceAsync(120_000);
    // At 8 s for each time it would be a dozen times.
    const tries = ran(a!).filter((argument) => argument === 'ip addr add').length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(5);
    expect(b!.web().isLord).toBe(true);
  });

  it('that fail are told, and we lead all the same; with death-on-lord-error we are dead for a while and come back', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], { hooks, deathOnLordErrorS: 8 });
    await allOn(a!);
    a!.answers(async () => ({ ok: false, code: 3, output: 'no such device' }));
    const back = a!.legions.comeBack('web');
    await clock.advanceAsync(5_000);
    await back;
    expect(a!.web()).toMatchObject({ isLord: false, why: { kind: 'suspended' } });
    expect(b!.web().isLord).toBe(true);
    expect(a!.web().hooks[0]!.last).toMatchObject({ ok: false, code: 3, output: 'no such device' });
    a!.answers(async () => ({ ok: true, code: 0, output: '' }));
    await clock.advanceAsync(14_000);
    expect(a!.web().isLord).toBe(true);
  });

  it('never run after we have left, and what a lost vote left behind is undone once', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['b', 'a'], { hooks });
    await allOn(b!);
    // The standby leaves slowly; meanwhile the lord goes, and the standby would win.
    b!.answers(async ({ argument }) => {
      if (argument === 'bye') await new Promise<void>((resolve) => clock.after(2_000, resolve));
      return { ok: true, code: 0, output: '' };
    });
    const leaving = b!.legions.stop();
    await clock.advanceAsync(500);
    const other = a!.legions.stop();
    await clock.advanceAsync(8_000);
    await Promise.all([leaving, other]);
    expect(ran(b!)).toEqual(['bye']);
  });

  it('of comings and goings hold up no take-over, and one that was switched off is not run any more', async () => {
    const { web, clock } = legionStage();
    const [a, b] = await web(['a', 'b'], {
      hooks: [...hooks, { event: 'node-left' as const, action: 'exec' as const, argument: 'slow' }],
    });
    await allOn(b!);
    b!.answers(async ({ argument }) => {
      if (argument === 'slow') await new Promise<void>((resolve) => clock.after(60_000, resolve));
      return { ok: true, code: 0, output: '' };
    });
    a!.cut();
    await clock.advanceAsync(8_000);
    expect(b!.web().isLord).toBe(true);
  });

  it('know legion, event, lord, valor and members, and nothing secret', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { hooks });
    await allOn(a!);
    const back = a!.legions.comeBack('web');
    await clock.advanceAsync(6_000);
    await back;
    const call = a!.ran.find(({ argument }) => argument === 'ip addr add')!;
    expect(call.env).toMatchObject({
      LEGION: 'web',
      LEGION_EVENT: 'lord',
      LEGION_VALOR: '100',
      LEGION_MEMBERS: 'b',
    });
    expect(JSON.stringify(call)).not.toContain(SECRET);
    expect(JSON.stringify(a!.events)).not.toContain(SECRET);
    expect(JSON.stringify(a!.legions.list())).not.toContain(SECRET);
  });
});

describe('what is kept', () => {
  it('is joined again by the next console of this profile, with its hooks as they were switched', async () => {
    const store = createMemoryStore();
    const { web, clock, console } = legionStage();
    const [a] = await web(['a', 'b'], { hooks: [{ event: 'lord', action: 'log', argument: 'x' }] }, (host) =>
      console(host, host === 'a' ? { store } : {}),
    );
    await a!.legions.hook('web', a!.web().hooks[0]!.id, true);
    const stopping = a!.legions.stop();
    await clock.advanceAsync(500);
    await stopping;
    const again = console('a', { store });
    await again.legions.load();
    await clock.advanceAsync(6_000);
    expect(again.web()).toMatchObject({ isLord: true, hooks: [{ isOn: true }] });
  });

  it('is not written over when it cannot be read, and a profile that only watches only hears', async () => {
    const { console, clock } = legionStage();
    const good = createMemoryStore();
    const first = console('a', { store: good });
    await first.legions.load();
    await first.legions.save({
      ...{
        name: 'web',
        role: 'standby',
        valor: 9,
        address: '',
        port: 1,
        cipher: 'aes-256-cbc',
        secret: SECRET,
      },
      nodes: [{ host: '127.0.0.1', port: 2 }],
    });
    const store = { ...good, read: () => Promise.reject(new Error('keychain is locked')) };
    const broken = console('a', { store });
    await broken.legions.load();
    const input: LegionInput = {
      name: 'x',
      role: 'watch',
      valor: 1,
      address: '',
      port: 3,
      nodes: [],
      cipher: 'bf',
    };
    await expect(broken.legions.save(input)).rejects.toThrow(code('STORE_UNREADABLE'));
    const eye = console('a', { store: good, isReadOnly: true });
    await eye.legions.load();
    await clock.advanceAsync(8_000);
    expect(eye.web()).toMatchObject({ role: 'watch', isLord: false, uuid: null });
  });

  it('a new legion gets a strong secret here, and its file has it; no window ever does', async () => {
    const { console } = legionStage();
    const a = console('a');
    await a.legions.save({
      ...{ name: 'new', role: 'watch', valor: 1, address: '', port: 3, nodes: [], cipher: 'aes-256-cbc' },
    });
    expect(a.legions.get('new').warnings).toEqual([]);
    expect(a.legions.export('new')).toMatch(/legion = new 0\.0\.0\.0:3 1 aes-256-cbc:\S{32} \S{16}/);
  });

  it.each([
    [{ toleranceS: 1 }, 'LEGION_INVALID'],
    [{ secret: 'two words' }, 'LEGION_INVALID'],
    [{ address: 'host.example' }, 'LEGION_INVALID'],
    [{ nodes: [] }, 'LEGION_INVALID'],
    [{ valor: 0 }, 'LEGION_VALOR'],
    [{ cipher: 'aes-256-gcm' }, 'LEGION_CIPHER'],
    [{ name: 'two words' }, 'LEGION_INVALID'],
  ])('%j is refused with %s, and nothing is kept', async (given, expected) => {
    const { console } = legionStage();
    const a = console('a');
    const input = {
      ...{ name: 'web', role: 'standby', valor: 1, address: '', port: 3, freqS: 1, toleranceS: 4 },
      ...{ nodes: [{ host: 'x', port: 1 }], cipher: 'aes-256-cbc', secret: SECRET, ...given },
    } as LegionInput;
    await expect((async () => a.legions.save(input))()).rejects.toThrow(code(expected));
    expect(a.legions.list()).toEqual([]);
  });

  it('is changed by nobody where the profile only watches', async () => {
    const { console } = legionStage();
    const a = console('a', { isReadOnly: true });
    const input: LegionInput = {
      name: 'web',
      role: 'watch',
      valor: 1,
      address: '',
      port: 3,
      nodes: [],
      cipher: 'bf',
    };
    await expect((async () => a.legions.save(input))()).rejects.toThrow(code('PROFILE_READ_ONLY'));
  });

  it('is a uWSGI file of one line each, and whoever watched goes out with the valor it came with', async () => {
    const { console } = legionStage();
    const a = console('a');
    await a.legions.load();
    const input: LegionInput = {
      ...{ name: 'web', role: 'watch', valor: 98, address: '', port: 1, cipher: 'aes-256-cbc' },
      ...{ nodes: [], secret: SECRET },
    };
    for (const bad of [
      { scroll: 'x\nlegion-lord = web cmd:id' },
      { iv: '1234567890123456\nx' },
      { hooks: [{ event: 'lord' as const, action: 'cmd' as const, argument: 'a\nb', shell: true }] },
    ])
      await expect(a.legions.save({ ...input, ...bad })).rejects.toThrow(code('LEGION_INVALID'));
    await a.legions.save({
      ...input,
      hooks: [{ event: 'lord', action: 'cmd', argument: 'echo $HOME; id', shell: false }],
    });
    const file = a.legions.export('web');
    expect(file).toContain(' 98 aes-256-cbc:');
    expect(file).toContain("cmd:echo '$HOME;' id");
  });

  it('is no uWSGI file where uWSGI would read something else, and says where and what to do', async () => {
    const { console } = legionStage();
    const a = console('a');
    await a.legions.load();
    const saved = async (over: Partial<LegionInput>): Promise<string> => {
      await a.legions.save({
        ...{ name: 'web', role: 'watch', valor: 98, address: '', port: 1, cipher: 'aes-256-cbc' },
        ...{ nodes: [], secret: SECRET, scroll: null, hooks: [], ...over },
      });
      return a.legions.export('web');
    };
    const lord = (argument: string) => ({
      hooks: [{ event: 'lord' as const, action: 'cmd' as const, argument, shell: true }],
    });
    const needle = `${SECRET}@(/etc/hunter2)`;
    await expect(saved({ secret: needle })).rejects.toThrow(code('LEGION_INVALID'));
    await expect(saved({ secret: needle })).rejects.not.toThrow('hunter2');
    await expect(saved({ scroll: '%(x)' })).rejects.toThrow(
      'scroll: uWSGI would put something else in for %(…)',
    );
    await expect(saved(lord('echo $(hostname)'))).rejects.toThrow(
      /^hooks\.0\.argument: .* put a blank after “\$\(” where a shell reads it/,
    );
    expect(await saved(lord('echo $( hostname) $(date +%s)'))).toContain(
      'cmd:echo $( hostname) $(date +%%s)',
    );
  });

  it('comes in from a uWSGI file as a watcher, with its hooks off and its mistakes named', async () => {
    const { console } = legionStage();
    const a = console('a');
    const text = [
      '[uwsgi]',
      `legion = web 10.0.0.1:4001 90 aes-128-cbc:${SECRET}`,
      'legion-node = web 10.0.0.2:4001',
      'legion-quorum = web 2',
      'legion-lord = web cmd:ip addr add 10.0.0.9/24 dev eth0',
      'legion-node = nobody 10.0.0.3:4001',
    ].join('\n');
    const seen = await a.legions.import(text, false);
    expect(seen).toMatchObject({ saved: [], legions: [{ name: 'web', role: 'watch', quorum: 2 }] });
    expect(seen.problems).toMatchObject([{ line: 6, isError: true }]);
    expect(JSON.stringify(seen)).not.toContain(SECRET);
    await a.legions.import(text, true);
    expect(a.web()).toMatchObject({
      role: 'watch',
      valor: 90,
      hooks: [{ event: 'lord', isOn: false, shell: true }],
    });
  });
});

describe('an import of more legions than can be kept', () => {
  it('says of the first ones why they were not saved, and how many more there are', async () => {
    const { console } = legionStage();
    const a = console('a');
    const text = Array.from({ length: 300 }, (_, at) => `legion = l${at} :${at + 1} 1 aes128:${SECRET}`);
    const { saved, problems } = await a.legions.import(text.join('\n'), true);
    expect(saved).toHaveLength(50);
    expect(problems).toHaveLength(201);
    expect(problems[0]?.text).toContain('l50: ');
    expect(problems[200]).toMatchObject({ line: 0, isError: true, text: '50 more problems are not listed.' });
  });
});

describe('a stats server of uWSGI', () => {
  const said = (over: object = {}): string =>
    JSON.stringify({
      legions: [
        {
          ...{ legion: 'web', uuid: 'f0000000-0000-0000-0000-000000000000', valor: 5, quorum: 2 },
          ...{ i_am_the_lord: 0, lord_uuid: '', members: [{ name: 'far', uuid: 'e1' }], ...over },
        },
      ],
    });

  it('is read once per period, and decides nothing', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { stats: ['10.0.0.1:9191', '/run/none.sock'] });
    expect(a!.web().witnesses).toMatchObject([
      { address: '10.0.0.1:9191', problem: 'connect ECONNREFUSED', at: null },
      { address: '/run/none.sock', problem: 'connect ECONNREFUSED' },
    ]);
    a!.stats.set('10.0.0.1:9191', said({ lord_uuid: a!.web().uuid }));
    await clock.advanceAsync(3_000);
    expect(a!.web().witnesses[0]).toMatchObject({
      ...{ problem: null, votesFor: 'a', agrees: true, isLord: false, members: 2, quorum: 2 },
    });
    a!.stats.set('10.0.0.1:9191', said({ lord_uuid: 'e1', i_am_the_lord: 1 }));
    await clock.advanceAsync(8_000);
    expect(a!.web()).toMatchObject({
      ...{ isLord: true, witnesses: [{ votesFor: 'far', agrees: false, differs: true }, {}] },
      warnings: expect.arrayContaining([
        { kind: 'witness-differs', address: '10.0.0.1:9191', votesFor: 'far' },
      ]) as unknown,
    });
  });

  it.each([
    ['no JSON', 'what it says is no JSON'],
    ['{"pid":1}', 'it is no stats server of uWSGI, or of one without legions'],
    ['{"legions":[]}', 'it is not in this legion'],
    ['{"legions":[{"legion":"web","uuid":7}]}', 'it is no stats server of uWSGI, or of one without legions'],
  ])('that says %s is told of in words', async (text, problem) => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { stats: ['10.0.0.1:9191'] });
    a!.stats.set('10.0.0.1:9191', text);
    await clock.advanceAsync(3_000);
    expect(a!.web().witnesses[0]).toMatchObject({ problem, agrees: null });
  });

  it('that answers with nonsense is asked again after half a minute, one that is gone each period', async () => {
    const { web, clock } = legionStage();
    const [a] = await web(['a', 'b'], { stats: ['10.0.0.1:9191', '10.0.0.2:9191'] });
    const asked = (place: string): number => a!.asked.filter((each) => each === place).length;
    a!.stats.set('10.0.0.1:9191', `{"legions":[${'{},'.repeat(5_000)}{}]}`);
    a!.asked.length = 0;
    await clock.advanceAsync(28_000);
    expect(asked('10.0.0.1:9191')).toBe(1);
    expect(asked('10.0.0.2:9191')).toBe(14);
    a!.stats.set('10.0.0.1:9191', said());
    await clock.advanceAsync(8_000);
    expect(a!.web().witnesses[0]).toMatchObject({ problem: null, members: 2 });
    expect(asked('10.0.0.1:9191')).toBeGreaterThan(2);
  });
});
