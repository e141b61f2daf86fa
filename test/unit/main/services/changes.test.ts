/** Changes between whole nodes on the broker in memory, in virtual time. */
import { describe, expect, it } from 'vitest';
import { createMemoryJournals } from '../../../../app/main/adapters/memory-journals.js';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import type { ChangeInput } from '../../../../app/shared/domain/change.js';
import type { Installer } from '../../../../app/main/ports/installer.js';
import type { Journals } from '../../../../app/main/ports/journal.js';
import { changeNeeds } from '../../../../app/main/services/change-needs.js';
import { checkText } from '../../../../app/shared/i18n/index.js';
import { WAVE_PRESETS } from '../../../../app/shared/domain/waves.js';
import { aCluster } from '../../../support/a-cluster.js';
import {
  code,
  id,
  modes,
  settings,
  INTERVAL,
  to,
  stage,
  states,
  finalOf,
  ruby,
  type Node,
} from '../../../support/changes-in-memory.js';

describe('a pushed settings change', () => {
  it('is applied, reported with success, verified by three beats, and can be undone where it was applied', async () => {
    const { a, node, clock } = await stage();
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(500);
    expect(states(a, run.plan.id)).toEqual({ b: 'success' });
    const [item] = node('b').receiver.view().items;
    expect(item).toMatchObject({
      state: 'applied',
      from: 'admin',
      audience: 'us',
      canUndo: true,
      detail: 'keys: extensions',
    });
    expect(item?.changes).toEqual([
      {
        path: 'extensions.node',
        before: '{"enabled":true,"beat_interval":2}',
        after: '{"beat_interval":1}',
        takesEffect: true,
      },
    ]);
    await clock.advanceAsync(4_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
    expect(a.kinds()).toContain('run.done');
    await node('b').receiver.undo(item!.id);
    expect(node('b').receiver.own.tree()).toMatchObject({
      extensions: { node: { enabled: true, beat_interval: 2 } },
    });
    expect(node('b').kinds()).toContain('received.undone');
  });

  it('with a restart is reported after the node has left the bus and joined it again', async () => {
    const { a, node, clock } = await stage();
    const run = await a.changes.start({ what: settings(INTERVAL, true), where: to('b') });
    await clock.advanceAsync(8_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
    expect(node('b').link().state).toBe('live');
    expect(a.roster.state.counts[0]).toBeGreaterThan(0);
  });

  it('with a canary and without waves for it is told that the canary goes with all others', async () => {
    const { a } = await stage([{ name: 'b' }, { name: 'c' }]);
    const notes = async (how: ChangeInput['how'], ...names: string[]) =>
      (await a.changes.check({ what: settings(INTERVAL), where: to(...names), how })).notes.filter((one) =>
        one.code.startsWith('canary'),
      );
    const alone = { severity: 'warning', code: 'canary-alone', facts: { name: 'c' } };
    expect(await notes({ canary: 'c' }, 'b', 'c')).toEqual([alone]);
    expect(await notes({ canary: 'c', waves: [...WAVE_PRESETS.once] }, 'b', 'c')).toEqual([alone]);
    expect(checkText({ ...alone })).toMatch(
      /^A canary needs at least two waves: “c” goes with all others here\./,
    );
    expect(await notes({ canary: 'c', waves: [...WAVE_PRESETS.careful] }, 'b', 'c')).toEqual([]);
    expect(await notes({ canary: 'c' }, 'c')).toEqual([]);
    expect(await notes({ canary: 'x' }, 'b', 'c')).toEqual([
      { severity: 'error', code: 'canary-unknown', facts: { name: 'x' } },
    ]);
  });

  it('to a name without a queue is undeliverable before any time has passed', async () => {
    const { a, clock } = await stage();
    const check = await a.changes.check({ what: settings(INTERVAL), where: to('ghost') });
    expect(check.notes[0]).toMatchObject({ severity: 'error', code: 'names-unknown' });
    const typo = await a.changes.check({ what: settings(INTERVAL), where: to('b', 'stat:zzz') });
    expect(checkText(typo.notes[0]!)).toMatch(/^No node is called stat:zzz; filters are state:, name:, /);
    const how = { waves: WAVE_PRESETS.careful.toReversed() };
    const upside = await a.changes.check({ what: settings(INTERVAL), where: to('b'), how });
    expect(checkText(upside.notes[0]!)).toContain('Write the waves as 25%,5%,1,rest.');
    await expect(a.changes.start({ what: settings(INTERVAL), where: to('ghost') })).rejects.toThrow(
      code('TARGETS_UNKNOWN'),
    );
    const run = await a.changes.start({
      what: settings(INTERVAL),
      where: { names: ['ghost'], unknown: 'send' },
    });
    await clock.advanceAsync(0);
    expect(await finalOf(a, run.plan.id)).toEqual(['ghost undeliverable']);
  });

  it('that is switched off there, or refused by a person, fails with its words', async () => {
    const { a, node, clock } = await stage([
      { name: 'off', mode: 'off' },
      { name: 'ask', mode: 'ask' },
    ]);
    const run = await a.changes.start({
      what: settings(INTERVAL),
      where: to('off', 'ask'),
      how: { stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(500);
    expect(states(a, run.plan.id)).toEqual({ off: 'failed', ask: 'sent' });
    expect(changeNeeds(node('ask')).map(({ kind }) => kind)).toEqual(['change-asked']);
    const [item] = node('ask').receiver.waiting();
    await node('ask').receiver.decide(item!.id, false);
    await clock.advanceAsync(500);
    const targets = (await a.changes.get(run.plan.id))!.targets;
    expect(targets.map(({ name, error }) => `${name}: ${error}`).sort()).toEqual([
      'ask: refused by the person at this console',
      'off: update_settings is switched off on this console',
    ]);
    await expect(node('ask').receiver.decide(item!.id, true)).rejects.toThrow(code('RECEIVED_DECIDED'));
  });

  it('beyond the allow list changes nothing at all and fails with what is allowed', async () => {
    const { a, node, clock } = await stage();
    const what = settings({ extensions: { demo: { x: 1 } }, crypt: { dynamic_keys: false } });
    const run = await a.changes.start({ what, where: to('b') });
    await clock.advanceAsync(500);
    expect((await a.changes.get(run.plan.id))!.targets[0]).toMatchObject({ state: 'failed' });
    expect((await a.changes.get(run.plan.id))!.targets[0]!.error).toMatch(
      /^crypt\.dynamic_keys may not be changed/,
    );
    expect(node('b').receiver.own.tree()).not.toHaveProperty('extensions.demo');
  });

  it('sent twice is no change the second time, since the value is known from the first', async () => {
    const { a, clock } = await stage();
    for (const expected of ['b verified', 'b no-change']) {
      const run = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
      await clock.advanceAsync(8_000);
      expect(await finalOf(a, run.plan.id)).toEqual([expected]);
    }
    const check = await a.changes.check({
      what: settings({ extensions: { node: { beat_interval: 5 } } }),
      where: to('b'),
    });
    expect(check.diff).toMatchObject([
      {
        path: 'extensions.node',
        before: [{ value: '{"beat_interval":1}', source: 'your-push', nodes: 1 }],
        effect: 'change',
      },
    ]);
    expect(check.rollback).toEqual({ possible: 1, partly: 0, of: 1 });
  });

  it('is unknown again after a reload, ours or another’s: nodes read their files anew in the same process', async () => {
    const installer: Installer = {
      about: async () => ({ available: true, about: 'gem 3' }),
      install: async () => ({ ok: true, error: null, output: '' }),
    };
    const { a, clock } = await stage([{ name: 'b', installer }]);
    const value = { what: settings({ extensions: { node: { beat_interval: 1 } } }), where: to('b') };
    const effect = async () => (await a.changes.check(value)).diff.map(({ before }) => before[0]?.source);
    const push = async (what: ChangeInput['what']) => {
      await a.changes.start({ what, where: to('b'), confirm: '1' });
      await clock.advanceAsync(20_000);
    };
    await push(value.what);
    expect(await effect()).toEqual(['your-push']);
    await push(settings({ cache: { size: 1 } }, true));
    expect(await effect()).not.toContain('your-push');
    expect((await a.changes.check(value)).rollback.possible).toBe(0);
    await push(value.what);
    expect(await effect()).toEqual(['your-push']);
    await push({ kind: 'gem', extension: 'http', version: '1.0.0', reload: true });
    expect(await effect()).not.toContain('your-push');
  });

  it('surely changes where one value differs, though of another nothing is known and it cannot go back', async () => {
    const { a, clock } = await stage();
    const check = async (beat: number) => {
      const values = { extensions: { node: { beat_interval: beat } }, cache: { size: 9 } };
      const { targets, rollback } = await a.changes.check({ what: settings(values), where: to('b') });
      return { change: targets.change, unknown: targets.unknownBefore, rollback };
    };
    expect(await check(1)).toEqual({ change: 0, unknown: 1, rollback: { possible: 0, partly: 0, of: 1 } });
    await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(8_000);
    const rollback = { possible: 1, partly: 1, of: 1 };
    expect(await check(1)).toEqual({ change: 0, unknown: 1, rollback });
    expect(await check(5)).toEqual({ change: 1, unknown: 0, rollback });
  });

  it('is rolled back with the values from before, on exactly those that took it', async () => {
    const { a, node, clock } = await stage([{ name: 'b' }, { name: 'c', mode: 'off' }]);
    const first = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(8_000);
    const second = await a.changes.start({
      what: settings({ extensions: { node: { beat_interval: 3 } } }),
      where: to('b', 'c'),
      how: { stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(20_000);
    const back = await a.changes.rollback(second.plan.id, {}, undefined);
    expect(back.plan).toMatchObject({ names: ['b'], rollbackOf: second.plan.id });
    await clock.advanceAsync(9_000);
    expect(node('b').receiver.own.tree()).toMatchObject({ extensions: { node: { beat_interval: 1 } } });
    expect((await a.changes.get(second.plan.id))!.rollbacks).toEqual([back.plan.id]);
    await expect(a.changes.rollback(second.plan.id, {}, undefined)).rejects.toThrow(code('RUN_STATE'));
    await expect(a.changes.rollback(first.plan.id, {}, undefined)).rejects.toThrow(code('ROLLBACK_UNKNOWN'));
  });
});

describe('a pushed gem', () => {
  it('is installed by the installer of the node, or fails with its words', async () => {
    const asked: string[] = [];
    const installer: Installer = {
      about: async () => ({ available: true, about: 'gem 3' }),
      install: async (name, version) => {
        asked.push(`${name} ${version}`);
        return name === 'lex-http'
          ? { ok: true, error: null, output: 'Successfully installed' }
          : { ok: false, error: 'no such gem', output: 'ERROR: no such gem' };
      },
    };
    const { a, node, clock } = await stage([{ name: 'b', installer }]);
    const good = await a.changes.start({
      what: { kind: 'gem', extension: 'http', version: '0.9.1' },
      where: to('b'),
    });
    await clock.advanceAsync(10_000);
    expect(await finalOf(a, good.plan.id)).toEqual(['b verified']);
    const bad = await a.changes.start({
      what: { kind: 'gem', extension: 'lex-nope', version: '1.0' },
      where: to('b'),
    });
    await clock.advanceAsync(1_000);
    expect((await a.changes.get(bad.plan.id))!.targets[0]).toMatchObject({
      state: 'failed',
      error: 'no such gem',
      detail: 'lex-nope',
    });
    expect(asked).toEqual(['lex-http 0.9.1', 'lex-nope 1.0']);
    expect(node('b').receiver.view().installer).toEqual({ available: true, about: 'gem 3' });
  });

  it('meets a plain answer where there is no installer', async () => {
    const { a, clock } = await stage();
    const run = await a.changes.start({
      what: { kind: 'gem', extension: 'http', version: '0.9.1' },
      where: to('b'),
    });
    await clock.advanceAsync(1_000);
    expect((await a.changes.get(run.plan.id))!.targets[0]).toMatchObject({
      state: 'failed',
      error: 'no installer here',
    });
  });
});

describe('what a message of raw AMQP asks', () => {
  const raw = (body: object, name = 'b') => ({
    exchange: '',
    routingKey: `node.${name}`,
    properties: { contentType: 'application/json', headers: { legion_protocol_version: '2.0' } },
    body: Buffer.from(JSON.stringify(body)),
  });
  const results = (heard: readonly { routingKey: string; body: Buffer }[]) =>
    heard
      .filter(({ routingKey }) => routingKey === 'node.b.update_result')
      .map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);

  it.each([
    [
      { function: 'update_settings', settings: { extensions: { demo: { a: 1 } } } },
      'success',
      'keys: extensions',
    ],
    [{ function: 'update_settings', settings: {} }, 'success', 'keys: '],
    [{ function: 'update_settings', settings: { extensions: 3 } }, 'failed', null],
    [{ function: 'update_gem', extension: '../x' }, 'failed', '../x'],
    [{ function: 'message', extensions: { demo: { a: 1 } }, role: 'x' }, 'success', 'keys: extensions'],
  ] as const)('%j ends in one UpdateResult', async (body, status, detail) => {
    const { clock, stranger } = await stage();
    const other = stranger();
    await clock.advanceAsync(100);
    await other.say(raw(body));
    await clock.advanceAsync(500);
    expect(results(other.heard)).toMatchObject([{ node: 'b', status, detail }]);
  });

  it('is answered a thousand times a second at most, and a node that does not beat answers nothing', async () => {
    const { clock, stranger, node, make } = await stage([{ name: 'b', mode: 'off' }]);
    const quiet = make({ ...id('quiet', 99), beating: false, receiver: modes('on') });
    quiet.start();
    const other = stranger();
    await clock.advanceAsync(1_000);
    const push = { function: 'update_settings', settings: { extensions: { demo: { a: 1 } } } };
    for (let n = 0; n < 1_100; n += 1) await other.say(raw(push));
    await other.say(raw(push, 'quiet'));
    await clock.advanceAsync(900);
    expect(results(other.heard)).toHaveLength(1_000);
    expect(node('b').observer.counters().refused.get('RATE')?.count).toBe(100);
    expect(other.heard.some(({ routingKey }) => routingKey.includes('quiet'))).toBe(false);
    expect(quiet.receiver.view().items).toEqual([]);
  });

  it('keys that programs take for their own are refused, and nothing is polluted', async () => {
    const { clock, stranger, node } = await stage();
    const other = stranger();
    await clock.advanceAsync(100);
    const body = Buffer.from(
      '{"function":"update_settings","settings":{"extensions":{"__proto__":{"polluted":1}}}}',
    );
    await other.say({ ...raw({}), body });
    await clock.advanceAsync(500);
    expect(results(other.heard)).toMatchObject([{ status: 'failed' }]);
    expect(node('b').receiver.own.tree()).not.toHaveProperty('polluted');
  });

  it('what was applied outlives the console, and so does the way back', async () => {
    const store = createMemoryStore();
    const cluster = aCluster();
    const first = cluster.node({ ...id('b', 1), store, receiver: modes('on') });
    const other = cluster.stranger();
    first.start();
    await cluster.clock.advanceAsync(6_000);
    await other.say(raw({ function: 'update_settings', settings: INTERVAL }));
    await cluster.clock.advanceAsync(500);
    await first.stop();
    const again = cluster.node({ ...id('b', 2), store, receiver: modes('on') });
    again.start();
    await cluster.clock.advanceAsync(6_000);
    expect(again.receiver.own.beatIntervalS()).toBe(1);
    const [item] = again.receiver.view().items;
    await again.receiver.undo(item!.id);
    expect(again.receiver.own.beatIntervalS()).toBe(2);
  });
});

describe('a run', () => {
  const slow = {
    how: {
      waves: [1, 1].map((size) => ({
        size: String(size),
        begins: 'auto' as const,
        minVerified: 1,
        watchS: 30,
      })),
    },
  };

  it('is held after a restart of the console, and nobody gets it twice', async () => {
    const journals = createMemoryJournals();
    const { a, clock, make, node } = await stage([{ name: 'b' }, { name: 'c' }], { journals });
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b', 'c'), ...slow });
    await clock.advanceAsync(2_000);
    await a.stop();
    const again = make({ ...id('admin', 2), journals });
    again.start();
    await clock.advanceAsync(10_000);
    expect(again.changes.living(run.plan.id)).toMatchObject({ state: 'held', hold: { why: 'restart' } });
    expect(changeNeeds(again).map(({ kind }) => kind)).toEqual(['run-held']);
    const took = (name: string) => node(name).receiver.view().items.length;
    expect(took('b') + took('c')).toBe(1);
    await again.changes.goOn(run.plan.id, 'resumed', undefined);
    await clock.advanceAsync(90_000);
    expect(await finalOf(again, run.plan.id)).toEqual(['b verified', 'c verified']);
    expect(took('b') + took('c')).toBe(2);
  });

  it('is never told of as running while it is read after a restart: it is held before anybody asks', async () => {
    const memory = createMemoryJournals();
    const { a, clock, make } = await stage([{ name: 'b' }, { name: 'c' }], { journals: memory });
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b', 'c'), ...slow });
    await clock.advanceAsync(2_000);
    await a.stop();
    const journals: Journals = {
      ...memory,
      open: (name) => ({
        ...memory.open(name),
        async append(entry) {
          if (entry['t'] === 'restart') await new Promise<void>((resolve) => clock.after(500, resolve));
          await memory.open(name).append(entry);
        },
      }),
    };
    const again = make({ ...id('admin', 2), journals });
    again.start();
    const got = again.changes.get(run.plan.id);
    await clock.advanceAsync(200);
    expect(again.changes.list().runs).toEqual([]);
    expect([again.changes.openRuns(), again.changes.living(run.plan.id)]).toEqual([[], null]);
    await clock.advanceAsync(500);
    await again.changes.loaded();
    expect(await got).toMatchObject({ state: 'held', hold: { why: 'restart' } });
    expect(again.changes.list().runs).toMatchObject([{ state: 'held' }]);
  });

  it('gets back the time that nobody listened, and no more, however often the console is started anew', async () => {
    const journals = createMemoryJournals();
    const { a, clock, make } = await stage([{ name: 'b', mode: 'ask' }], { journals });
    const how = { deadlineS: 60 };
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b'), how });
    await clock.advanceAsync(1_000);
    await a.stop();
    for (let restart = 2; restart < 7; restart += 1) {
      await clock.advanceAsync(1_000);
      const again = make({ ...id('admin', restart), journals });
      again.start();
      await clock.advanceAsync(9_000);
      await again.stop();
    }
    const last = make({ ...id('admin', 9), journals });
    last.start();
    await clock.advanceAsync(1_000);
    const { sentAt, deadlineAt } = last.changes.living(run.plan.id)!.targets[0]!;
    // Five times a second, and what may lie between two lines that it lives.
    expect(deadlineAt! - sentAt!).toBeGreaterThanOrEqual(65_000);
    expect(deadlineAt! - sentAt!).toBeLessThan(60_000 + 6 * 6_000);
  });

  it('is held when our link is lost, judges nobody meanwhile, and goes on by hand only', async () => {
    const { a, clock, broker } = await stage([{ name: 'b' }, { name: 'c' }]);
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b', 'c'), ...slow });
    await clock.advanceAsync(2_000);
    broker.kick('admin', 'by a test');
    await clock.advanceAsync(90_000);
    expect(a.changes.living(run.plan.id)).toMatchObject({ state: 'held', hold: { why: 'link' } });
    expect(Object.values(states(a, run.plan.id))).not.toContain('regressed');
    await a.changes.goOn(run.plan.id, 'resumed', undefined);
    await clock.advanceAsync(90_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified', 'c verified']);
  });

  it('sends nothing that could not be written down, and says so', async () => {
    let isBroken = false;
    const memory = createMemoryJournals();
    const journals: Journals = {
      ...memory,
      open: (name) => ({
        ...memory.open(name),
        append: async (entry) => {
          if (isBroken) throw new Error('ENOSPC: no space left on device');
          await memory.open(name).append(entry);
        },
      }),
    };
    const { a, clock, node } = await stage([{ name: 'b' }, { name: 'c' }], { journals });
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b', 'c'), how: { atMost: 1 } });
    isBroken = true;
    await clock.advanceAsync(2_000);
    const took = () => node('b').receiver.view().items.length + node('c').receiver.view().items.length;
    const before = took();
    expect(a.changes.living(run.plan.id)).toMatchObject({ state: 'held', hold: { why: 'journal' } });
    await expect(a.changes.start({ what: settings(INTERVAL), where: to('b') })).rejects.toThrow(
      code('JOURNAL_UNWRITABLE'),
    );
    isBroken = false;
    await clock.advanceAsync(10_000);
    expect(took()).toBe(before);
    // What was heard meanwhile was not lost.
    await a.changes.goOn(run.plan.id, 'resumed', undefined);
    await clock.advanceAsync(30_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified', 'c verified']);
  });

  it('at a gate without its evidence goes on only with a reason', async () => {
    const { a, clock } = await stage([{ name: 'b', mode: 'off' }, { name: 'c' }]);
    const run = await a.changes.start({
      what: settings(INTERVAL),
      where: to('b', 'c'),
      how: { ...slow.how, canary: 'b', stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(3_000);
    expect(a.changes.living(run.plan.id)!.hold).toMatchObject({ why: 'evidence', gate: 2 });
    await expect(a.changes.goOn(run.plan.id, 'continued', ' ')).rejects.toThrow(code('REASON_MISSING'));
    await a.changes.goOn(run.plan.id, 'continued', 'b is scrapped');
    await clock.advanceAsync(60_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b failed', 'c verified']);
    expect(a.changes.head((await a.changes.get(run.plan.id))!).decisions).toMatchObject([
      { what: 'started', by: 'anna' },
      { what: 'hold-evidence', by: null },
      { what: 'continued', by: 'anna', reason: 'b is scrapped' },
    ]);
  });

  it('keeps values that look secret out of its journal, sends them, and forgets them when it is done', async () => {
    const journals = createMemoryJournals();
    const store = createMemoryStore();
    const { a, clock, node } = await stage([{ name: 'b' }], { journals, store });
    const what = settings({ extensions: { mail: { password: 'hunter2-canary' } } });
    const run = await a.changes.start({ what, where: to('b') });
    expect(JSON.stringify(await store.read(`change.${run.plan.id}`))).toContain('hunter2-canary');
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
    expect(node('b').receiver.own.tree()).toMatchObject({
      extensions: { mail: { password: 'hunter2-canary' } },
    });
    for (const name of await journals.list())
      expect(JSON.stringify(await journals.open(name).read())).not.toContain('hunter2-canary');
    expect(await store.read(`change.${run.plan.id}`)).toBeUndefined();
    const shown = JSON.stringify([
      a.changes.list(),
      a.changes.head(run),
      await a.changes.input(run.plan.id),
      node('b').receiver.view(),
    ]);
    expect(shown).not.toContain('hunter2-canary');
  });
});

describe('words of a node', () => {
  it('that quote a secret it was sent are masked in the row and in the journal', async () => {
    const journals = createMemoryJournals();
    const { a, clock, stranger } = await stage([{ name: 'b', mode: 'ask' }], { journals });
    const other = stranger();
    await clock.advanceAsync(100);
    const what = settings({ extensions: { mail: { password: 'hunter2-canary' } } });
    const run = await a.changes.start({ what, where: to('b') });
    await clock.advanceAsync(300);
    const said = {
      action: 'update_settings',
      status: 'failed',
      detail: null,
      error: 'no user for hunter2-canary',
      node: 'b',
    };
    await other.say({ routingKey: 'node.b.update_result', body: Buffer.from(JSON.stringify(said)) });
    await clock.advanceAsync(1_000);
    const [target] = (await a.changes.get(run.plan.id))!.targets;
    expect(target).toMatchObject({ state: 'failed' });
    expect(target!.error).toContain('no user for');
    for (const name of await journals.list())
      expect(JSON.stringify(await journals.open(name).read())).not.toContain('hunter2-canary');
  });
});

describe('what was there before', () => {
  it('is not known any more after a push that nobody answered, and a roll-back does not make it up', async () => {
    const { a, node, clock } = await stage();
    const push = async (interval: number) => {
      const run = await a.changes.start({
        what: settings({ extensions: { node: { beat_interval: interval } } }),
        where: to('b'),
        how: { deadlineS: 5 },
      });
      await clock.advanceAsync(8_000);
      return run.plan.id;
    };
    const value = { what: settings({ extensions: { node: { beat_interval: 1 } } }), where: to('b') };
    await push(1);
    expect((await a.changes.check(value)).targets.noChange).toBe(1);
    await node('b').receiver.setMode('settings', 'ask');
    await push(4);
    expect((await a.changes.check(value)).targets).toMatchObject({ noChange: 0, unknownBefore: 1 });
    await node('b').receiver.setMode('settings', 'on');
    const last = await push(6);
    await expect(a.changes.rollback(last, {}, undefined)).rejects.toThrow(code('ROLLBACK_UNKNOWN'));
  });

  it('an answer that comes after the console was started anew still counts', async () => {
    const journals = createMemoryJournals();
    const { a, node, clock, make } = await stage([{ name: 'b', mode: 'ask' }], { journals });
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b'), how: { deadlineS: 5 } });
    await clock.advanceAsync(8_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b no-answer']);
    await a.stop();
    const again = make({ ...id('admin', 2), journals });
    again.start();
    await clock.advanceAsync(10_000);
    await node('b').receiver.decide(node('b').receiver.view().items[0]!.id, true);
    await clock.advanceAsync(8_000);
    expect(await finalOf(again, run.plan.id)).toEqual(['b verified']);
  });
});

describe('a run and others beside it', () => {
  const mute = { receiver: modes('ask') };
  const took = (node: Node) => node.receiver.view().items.length;

  it('comes back to life once, however many ask at the same time', async () => {
    const { a, node, clock } = await stage([{ name: 'b', mode: 'off' }]);
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b failed']);
    const before = took(node('b'));
    const both = await Promise.allSettled([
      a.changes.retry(run.plan.id, {}),
      a.changes.retry(run.plan.id, {}),
    ]);
    await clock.advanceAsync(1_000);
    expect(took(node('b'))).toBe(before + 1);
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('never sends to a node that owes an answer of this kind to another run', async () => {
    const { a, node, clock } = await stage([{ name: 'b', mode: 'ask' }]);
    const start = (value: number) =>
      a.changes.start({ what: settings({ extensions: { demo: { value } } }), where: to('b') });
    await Promise.all([start(1), start(2), start(3)]);
    await clock.advanceAsync(2_000);
    expect(took(node('b'))).toBe(1);
    await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, true);
    await clock.advanceAsync(2_000);
    expect(took(node('b'))).toBe(2);
  });

  it('is not tried again on so many members of a legion at once that its quorum falls', async () => {
    const { a, clock } = await stage([
      { name: 'b', mode: 'off' },
      { name: 'c', mode: 'off' },
    ]);
    const run = await a.changes.start({
      ...{ what: settings(INTERVAL, true), where: to('b', 'c'), confirm: '2' },
      how: { stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(10_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b failed', 'c failed']);
    const web = { name: 'web', nodes: new Set(['b', 'c']), members: 3, quorum: 2 };
    Object.assign(a.legions, { nodes: () => [web] });
    const retry = (...names: string[]) =>
      a.changes.retry(run.plan.id, { names, confirm: String(names.length) });
    await expect(retry('b', 'c')).rejects.toThrow(code('RUN_QUORUM'));
    await expect(retry('c')).resolves.toMatchObject({ counts: { queued: 1 } });
  });

  it('is not tried again while another run has taken as many of that legion away as may fall', async () => {
    const { a, node, clock } = await stage([
      { name: 'b', mode: 'off' },
      { name: 'c', mode: 'ask' },
    ]);
    const start = async (name: string) =>
      (await a.changes.start({ what: settings(INTERVAL, true), where: to(name), confirm: '1' })).plan.id;
    const refused = await start('b');
    await clock.advanceAsync(10_000);
    expect(await finalOf(a, refused)).toEqual(['b failed']);
    const web = { name: 'web', nodes: new Set(['b', 'c']), members: 3, quorum: 2 };
    Object.assign(a.legions, { nodes: () => [web] });
    const other = await start('c');
    await clock.advanceAsync(1_000);
    const retry = () => a.changes.retry(refused, { confirm: '1' });
    await expect(retry()).rejects.toThrow(code('RUN_QUORUM'));
    await node('c').receiver.decide(node('c').receiver.waiting()[0]!.id, true);
    await clock.advanceAsync(30_000);
    expect(await finalOf(a, other)).toEqual(['c verified']);
    await expect(retry()).resolves.toMatchObject({ counts: { queued: 1 } });
  });

  it('is tried again on members of a legion one by one, once they are in order again', async () => {
    const staged = await stage([]);
    const { a } = staged;
    const both = [ruby(staged, 'ra'), ruby(staged, 'rb')];
    const live = async (seconds: number, status?: string) => {
      for (let second = 0; second < seconds; second += 1) {
        await staged.clock.advanceAsync(500);
        await Promise.all(both.map(({ beats }) => beats(status)));
        await staged.clock.advanceAsync(500);
      }
    };
    await live(5);
    const { plan } = await a.changes.start({
      ...{ what: settings(INTERVAL, true), where: to('ra', 'rb'), confirm: '2' },
      how: { stop: { regressed: 9, failedShare: 1 } },
    });
    await live(9, 'sick');
    expect(await finalOf(a, plan.id)).toEqual(['ra regressed', 'rb regressed']);
    const web = { name: 'web', nodes: new Set(['ra', 'rb']), members: 3, quorum: 2 };
    Object.assign(a.legions, { nodes: () => [web] });
    const retry = (...names: string[]) =>
      a.changes.retry(plan.id, { names, confirm: String(names.length), states: ['regressed'] });
    await expect(retry('ra')).rejects.toThrow(code('RUN_QUORUM'));
    await live(9);
    await expect(retry('ra', 'rb')).rejects.toThrow(code('RUN_QUORUM'));
    await expect(retry('ra')).resolves.toMatchObject({ counts: { queued: 1 } });
    await expect(retry('rb')).rejects.toThrow(code('RUN_QUORUM'));
  });

  it('that is tried again does not take the answer that a newer run waits for', async () => {
    const { a, node, clock } = await stage([
      { name: 'b', mode: 'ask' },
      { name: 'c', mode: 'off' },
    ]);
    const first = await a.changes.start({
      what: settings(INTERVAL),
      where: to('b', 'c'),
      how: { deadlineS: 5, stop: { regressed: 9, failedShare: 1 } },
    });
    await clock.advanceAsync(1_000);
    await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, true);
    await clock.advanceAsync(9_000);
    expect((await finalOf(a, first.plan.id)).sort()).toEqual(['b verified', 'c failed']);
    const second = await a.changes.start({
      what: settings({ extensions: { demo: { x: 1 } } }),
      where: to('b'),
    });
    await clock.advanceAsync(500);
    await a.changes.retry(first.plan.id, { names: ['c'] });
    await clock.advanceAsync(500);
    await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, true);
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, second.plan.id)).toEqual(['b verified']);
  });

  it('is rolled back once, however many ask at the same time', async () => {
    const { a, node, clock } = await stage();
    for (const beat_interval of [1, 3]) {
      await a.changes.start({ what: settings({ extensions: { node: { beat_interval } } }), where: to('b') });
      await clock.advanceAsync(15_000);
    }
    const [last] = a.changes.list().runs;
    const before = took(node('b'));
    await Promise.allSettled([
      a.changes.rollback(last!.id, {}, undefined),
      a.changes.rollback(last!.id, {}, undefined),
    ]);
    await clock.advanceAsync(5_000);
    expect(took(node('b'))).toBe(before + 1);
  });

  it('what is heard while its last line is written is not lost', async () => {
    let slow: (() => void)[] | null = null;
    const memory = createMemoryJournals();
    const journals: Journals = {
      ...memory,
      open: (name) => ({
        ...memory.open(name),
        async append(entry) {
          if (slow && entry['t'] === 'closed') await new Promise<void>((resolve) => slow?.push(resolve));
          await memory.open(name).append(entry);
        },
      }),
    };
    const { a, node, clock } = await stage([{ name: 'b', mode: 'ask' }], { journals });
    slow = [];
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b'), how: { deadlineS: 2 } });
    await clock.advanceAsync(4_000);
    expect(slow).toHaveLength(1);
    await node('b').receiver.decide(node('b').receiver.waiting()[0]!.id, true);
    await clock.advanceAsync(100);
    slow.forEach((go) => go());
    slow = null;
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
  });

  it('what was heard until the end is written down before the console is gone', async () => {
    const journals = createMemoryJournals();
    const { a, clock, make } = await stage([{ name: 'b' }], { journals });
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(0);
    await a.stop();
    const again = make({ ...id('admin', 2), journals, ...mute });
    again.start();
    await clock.advanceAsync(8_000);
    expect((await again.changes.get(run.plan.id))!.targets[0]).toMatchObject({ attempt: 1, pending: false });
  });
});

describe('confirmation', () => {
  const production = {
    changes: { profile: { name: 'prod-eu', kind: 'production', readOnly: false } },
  } as const;

  it('of anything in production is the number of nodes, and of a restart the name of the profile', async () => {
    const { a } = await stage([{ name: 'b' }], production);
    const one = { what: settings(INTERVAL), where: to('b') };
    await expect(a.changes.start(one)).rejects.toThrow(code('CONFIRM_MISSING'));
    await expect(a.changes.start({ ...one, confirm: '2' })).rejects.toThrow(code('CONFIRM_WRONG'));
    await expect(a.changes.start({ ...one, confirm: '1' })).resolves.toMatchObject({ state: 'running' });
    const restart = { ...one, what: settings(INTERVAL, true) };
    await expect(a.changes.start({ ...restart, confirm: '1' })).rejects.toThrow(code('CONFIRM_WRONG'));
    await expect(a.changes.start({ ...restart, confirm: 'prod-eu' })).resolves.toMatchObject({
      state: 'running',
    });
  });

  it('does not help a profile that only watches', async () => {
    const readOnly = {
      changes: { profile: { name: 'x', kind: 'local', readOnly: true } },
      keys: { isReadOnly: true },
    } as const;
    const { a } = await stage([{ name: 'b' }], readOnly);
    await expect(a.changes.start({ what: settings(INTERVAL), where: to('b') })).rejects.toThrow(
      code('PROFILE_READ_ONLY'),
    );
  });

  it('of the broadest reach may need a second person on a console whose key is trusted', async () => {
    const { a, node, clock } = await stage([{ name: 'b' }], {
      changes: { profile: { name: 'prod', kind: 'production', readOnly: false }, secondPerson: true },
    });
    const start = (): ReturnType<typeof a.changes.start> =>
      a.changes.start({ what: settings(INTERVAL, true), where: to('b'), confirm: 'prod' });
    const run = await start();
    const runId = run.plan.id;
    await clock.advanceAsync(2_000);
    expect(run.state).toBe('waiting');
    expect(node('b').receiver.view().items).toEqual([]);
    const text = await a.changes.approvalText(runId);
    expect(node('b').changes.readRequest(text)).toMatchObject({
      runId,
      nodes: 1,
      firstNames: ['b'],
      profile: 'prod',
    });
    const signed = node('b').changes.signRequest(text);
    await expect(a.changes.approve(runId, signed)).rejects.toThrow(code('APPROVAL_UNTRUSTED'));
    await expect(a.changes.approve(runId, a.changes.signRequest(text))).rejects.toThrow(code('APPROVAL_OWN'));
    await a.keys.trust('b', node('b').keys.own().fingerprint!, 'voice', undefined);
    await expect(a.changes.approve(runId, 'nonsense')).rejects.toThrow(code('APPROVAL_UNREADABLE'));
    const other = await start();
    await expect(a.changes.approve(other.plan.id, signed)).rejects.toThrow(code('APPROVAL_WRONG'));
    const forged = signed.replace(/"runId": "[^"]*"/, `"runId": "${other.plan.id}"`);
    expect(forged).not.toBe(signed);
    await expect(a.changes.approve(other.plan.id, forged)).rejects.toThrow(code('APPROVAL_WRONG'));
    await a.changes.approve(runId, signed);
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, runId)).toEqual(['b verified']);
    const late = node('b').changes.signRequest(await a.changes.approvalText(other.plan.id));
    await clock.advanceAsync(3_600_000);
    await expect(a.changes.approve(other.plan.id, late)).rejects.toThrow(code('APPROVAL_NOT_WANTED'));
    expect((await a.changes.get(other.plan.id))!.state).toBe('stopped');
  });

  it('a roll-back of the broadest reach needs the second person again: what goes back is another change', async () => {
    const installed: string[] = [];
    const installer: Installer = {
      about: async () => ({ available: true, about: 'gem 3' }),
      install: async (name, version) => {
        installed.push(`${name} ${String(version)}`);
        return { ok: true, error: null, output: '' };
      },
    };
    const { a, node, clock } = await stage([{ name: 'b', installer }], {
      changes: { profile: { name: 'prod', kind: 'production', readOnly: false }, secondPerson: true },
    });
    const run = await a.changes.start({
      ...{ what: { kind: 'gem', extension: 'tiny', version: '1.0.0', reload: true }, where: to('b') },
      confirm: 'prod',
    });
    await a.keys.trust('b', node('b').keys.own().fingerprint!, 'voice', undefined);
    await a.changes.approve(
      run.plan.id,
      node('b').changes.signRequest(await a.changes.approvalText(run.plan.id)),
    );
    await clock.advanceAsync(9_000);
    expect(await finalOf(a, run.plan.id)).toEqual(['b verified']);
    const back = await a.changes.rollback(run.plan.id, { version: '6.6.6' }, 'prod');
    await clock.advanceAsync(2_000);
    expect(back.state).toBe('waiting');
    expect(installed).toEqual(['lex-tiny 1.0.0']);
  });

  it('a broadcast is for all, never for some', async () => {
    const { a, node, clock } = await stage([{ name: 'b' }, { name: 'c' }]);
    const start = a.changes.start({
      ...{ what: settings(INTERVAL), where: to('b'), how: { mode: 'broadcast' }, confirm: 'test' },
    });
    await expect(start).rejects.toThrow(code('CHANGE_INVALID'));
    await clock.advanceAsync(2_000);
    expect(node('c').receiver.view().items).toEqual([]);
  });
});

describe('what others push', () => {
  it('is rebuilt from the results that answer nothing of ours', async () => {
    const { a, clock, stranger } = await stage();
    const other = stranger();
    await clock.advanceAsync(100);
    for (const name of ['x-1', 'x-2', 'x-3'])
      await other.say({
        routingKey: `node.${name}.update_result`,
        body: Buffer.from(
          JSON.stringify({
            action: 'update_settings',
            status: 'success',
            detail: 'keys: cache',
            error: null,
            node: name,
          }),
        ),
      });
    await clock.advanceAsync(500);
    expect(a.changes.list().runs).toMatchObject([
      { state: 'observed', kind: 'settings', total: 3, counts: { success: 3 }, what: { keys: ['cache'] } },
    ]);
  });

  it('of another console is seen in the open, with its values as those from before', async () => {
    const { a, clock, node } = await stage([{ name: 'b' }, { name: 'c' }]);
    await node('c').changes.start({
      ...{ what: settings({ extensions: { demo: { a: 1 } } }), where: { all: true } },
      ...{ how: { mode: 'broadcast' }, confirm: 'test' },
    });
    await clock.advanceAsync(1_000);
    expect(a.changes.list().runs).toMatchObject([
      { state: 'observed', by: 'c', what: { keys: ['extensions.demo'] } },
    ]);
    const check = await a.changes.check({
      what: settings({ extensions: { demo: { a: 2 } } }),
      where: to('b'),
    });
    expect(check.diff[0]?.before).toMatchObject([{ value: '{"a":1}', source: 'observed-push' }]);
  });

  it('ten thousand results that nobody asked for, opposite words and wrong times harm no run', async () => {
    const { a, clock, stranger } = await stage([{ name: 'b', mode: 'ask' }]);
    const other = stranger();
    await clock.advanceAsync(100);
    const run = await a.changes.start({ what: settings(INTERVAL), where: to('b') });
    await clock.advanceAsync(300);
    const say = (fields: object) =>
      other.say({
        routingKey: 'node.b.update_result',
        body: Buffer.from(
          JSON.stringify({
            action: 'update_settings',
            status: 'success',
            detail: 'keys: extensions',
            error: null,
            node: 'b',
            ...fields,
          }),
        ),
      });
    await say({ timestamp: '1970-01-01T00:00:00Z' });
    await say({ detail: 'keys: other' });
    for (let index = 0; index < 10_000; index += 1)
      void say({ node: `ghost-${index}` }).catch(() => undefined);
    await clock.advanceAsync(1_000);
    expect(states(a, run.plan.id)).toEqual({ b: 'sent' });
    const observed = a.changes.list().runs.filter(({ state }) => state === 'observed');
    expect(observed.reduce((sum, { total }) => sum + total, 0)).toBe(10_002);
  });
});
