/** What is pushed to us: turns, limits, and what happens when something fails. */
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import { createEventLog } from '../../../../app/main/core/history/event-log.js';
import type { Delivery, Envelope } from '../../../../app/main/core/protocol/amqp.js';
import type { Bus } from '../../../../app/main/ports/bus.js';
import type { Installed, Installer } from '../../../../app/main/ports/installer.js';
import type { Store } from '../../../../app/main/ports/store.js';
import { createReceiver, type ReceiverSettings } from '../../../../app/main/services/receiver/index.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { seededRandom, silentLog } from '../../../support/fake-parts.js';
import type { ReceiveMode } from '../../../../app/shared/domain/received.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;

/** An installer that ends when the test says so. */
function slowInstaller() {
  const open: ((ended: Installed) => void)[] = [];
  const asked: string[] = [];
  const installer: Installer = {
    about: async () => ({ available: true, about: 'gem 3' }),
    install: (name) => {
      asked.push(name);
      return new Promise((resolve) => open.push(resolve));
    },
  };
  const end = (ended: Partial<Installed> = {}) =>
    open.shift()?.({ ok: true, error: null, output: '', ...ended });
  return { installer, asked, end };
}

function stage(
  mode: ReceiveMode,
  more: { installer?: Installer; store?: Store; settings?: Partial<ReceiverSettings> } = {},
) {
  const clock = createFakeClock();
  const sent: Record<string, unknown>[] = [];
  const events = createEventLog();
  let refusal: Error | null = null;
  const calls = { rejoin: 0, changed: 0 };
  const bus = {
    publish: async ({ body }: Envelope) => {
      if (refusal) throw refusal;
      sent.push(JSON.parse(body.toString()) as Record<string, unknown>);
    },
  } as unknown as Bus;
  const receiver = createReceiver(
    {
      ...{ name: 'us', profileId: 'test', isReadOnly: false, chosen: [] },
      modes: { settings: mode, gem: mode, message: mode },
      allow: ['extensions.*', 'credentials.*'],
      base: { extensions: { node: { beat_interval: 2 } } },
      ...more.settings,
    },
    {
      ...{ bus, clock, events, log: silentLog, random: seededRandom(1), isLive: () => true },
      installer: more.installer ?? slowInstaller().installer,
      store: more.store ?? createMemoryStore(),
      onChanged: () => (calls.changed += 1),
      onUndone: () => undefined,
      rejoin: async () => void (calls.rejoin += 1),
    },
  );
  const push = (body: Record<string, unknown>, size = 100): void => {
    const name = String(body['function']);
    const delivery = {
      ...{ exchange: '', routingKey: 'node.us', properties: { headers: {} }, body: Buffer.alloc(size) },
    } as unknown as Delivery;
    receiver.hear(
      { type: 'function', name, body } as unknown as Parameters<typeof receiver.hear>[0],
      delivery,
      clock.now(),
    );
  };
  return {
    ...{ receiver, clock, sent, calls },
    block: (error: Error | null) => (refusal = error),
    gem: (extension: string) => push({ function: 'update_gem', extension, version: '1.0' }),
    settings: (settings: object, size?: number, restart = false) =>
      push({ function: 'update_settings', settings, restart }, size),
    states: () =>
      receiver
        .view()
        .items.map(({ state }) => state)
        .toReversed(),
    id: (index: number) => receiver.view().items.toReversed()[index]!.id,
    settle: () => clock.advanceAsync(0),
  };
}
const a = (value: unknown) => ({ extensions: { a: value } });

describe('what is pushed while something is being installed', () => {
  it('is worked on at its turn, and can no longer be decided', async () => {
    const { installer, asked, end } = slowInstaller();
    const { receiver, gem, settle, states, id, sent } = stage('on', { installer });
    gem('one');
    gem('two');
    await settle();
    expect(states()).toEqual(['working', 'working']);
    expect(asked).toEqual(['lex-one']);
    await expect(receiver.decide(id(1), false)).rejects.toThrow(code('RECEIVED_DECIDED'));
    end();
    await settle();
    end({ ok: false, error: 'no such gem', output: 'from https://u:hunter2@gems' });
    await settle();
    expect(states()).toEqual(['applied', 'failed']);
    expect(receiver.view().items[0]).toMatchObject({
      output: 'from https://u:•••@gems',
      error: 'no such gem',
    });
    expect(sent).toMatchObject([{ status: 'success' }, { status: 'failed', error: 'no such gem' }]);
  });

  it('fails when too many wait for their turn', async () => {
    const { installer } = slowInstaller();
    const { gem, settle, states, sent } = stage('on', { installer });
    for (let n = 0; n < 103; n += 1) gem(`g${n}`);
    await settle();
    expect(states().filter((state) => state === 'working')).toHaveLength(100);
    expect(sent).toHaveLength(3);
    expect(sent[0]).toMatchObject({ status: 'failed', error: 'too many changes wait on this console' });
  });

  it('is refused when the console leaves; what has begun may end first', async () => {
    const { installer, asked, end } = slowInstaller();
    const { receiver, clock, gem, settle, states, sent, calls } = stage('on', { installer });
    gem('one');
    gem('two');
    await settle();
    let isStopped = false;
    const stopping = receiver.stop().then(() => (isStopped = true));
    gem('three');
    await settle();
    expect(states()).toEqual(['working', 'refused', 'refused']);
    expect(isStopped).toBe(false);
    end();
    await stopping;
    expect(states()).toEqual(['applied', 'refused', 'refused']);
    expect(asked).toEqual(['lex-one']);
    expect(calls.rejoin).toBe(0);
    expect(sent.map(({ status }) => status).sort()).toEqual(['failed', 'failed', 'success']);
    expect(clock.pending()).toBe(0);
  });

  it('holds nobody up for more than two seconds when the console leaves', async () => {
    const { receiver, clock, gem, settle } = stage('on');
    gem('one');
    await settle();
    const stopping = receiver.stop();
    await clock.advanceAsync(2_000);
    await stopping;
    expect(clock.pending()).toBe(0);
  });
});

describe('what waits for a person', () => {
  it('still waits after a crash of the console, and is answered then', async () => {
    const store = createMemoryStore();
    const first = stage('ask', { store });
    first.settings({ extensions: { node: { beat_interval: 5 } } });
    await first.clock.advanceAsync(100);
    const again = stage('ask', { store });
    await again.receiver.load();
    const [item] = again.receiver.waiting();
    expect(item).toMatchObject({ kind: 'settings', state: 'waiting' });
    await again.receiver.decide(item!.id, true);
    await again.clock.advanceAsync(100);
    expect(again.sent).toMatchObject([{ action: 'update_settings', status: 'success' }]);
    expect(again.receiver.own.beatIntervalS()).toBe(5);
  });

  it('is answered after a crash in the middle of it, and whoever looks sees what became of it', async () => {
    const store = createMemoryStore();
    const first = stage('on', { store });
    first.gem('lex-http');
    first.settings({ extensions: { node: { beat_interval: 5 } } });
    await first.clock.advanceAsync(100);
    expect(first.sent).toEqual([]);
    const again = stage('on', { store });
    await again.receiver.load();
    await again.clock.advanceAsync(100);
    expect(again.sent).toMatchObject([
      { action: 'update_gem', status: 'failed', error: expect.stringContaining('does not know whether') },
      { action: 'update_settings', status: 'failed', error: expect.stringContaining('before it was done') },
    ]);
    expect(again.states()).toEqual(['failed', 'failed']);
    // Once: the third process has nothing to tell.
    const third = stage('on', { store });
    await third.receiver.load();
    await third.clock.advanceAsync(100);
    expect(third.sent).toEqual([]);
  });

  it('is bounded in number, and the list keeps its length', async () => {
    const { receiver, settings, settle, states, sent } = stage('ask');
    for (let n = 0; n < 350; n += 1) settings(a(n));
    await settle();
    expect(receiver.waiting()).toHaveLength(100);
    expect(states()).toHaveLength(200);
    expect(sent).toHaveLength(250);
    expect(sent[0]).toMatchObject({ error: 'too many changes wait for a person on this console' });
  });

  it('is bounded in bytes', async () => {
    const { receiver, settings, settle } = stage('ask');
    for (let n = 0; n < 12; n += 1) settings(a(n), 900_000);
    await settle();
    expect(receiver.waiting()).toHaveLength(8);
  });

  it('is listed cut, however large it is', () => {
    const { receiver, settings } = stage('ask');
    settings(a('x'.repeat(500_000)));
    settings({
      extensions: Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, 'y'.repeat(99)])),
    });
    const [many, long] = receiver.view().items;
    expect(JSON.stringify(long).length).toBeLessThan(20_000);
    expect(JSON.stringify(many).length).toBeLessThan(60_000);
    expect(many?.what).toMatchObject({ keys: { length: 200 } });
    expect(many?.changes).toHaveLength(200);
    expect(long?.changes[0]?.after).toMatch(/^"x+…$/);
  });

  it('shows what it would change now, also after another was accepted or taken back', async () => {
    const { receiver, settings, settle } = stage('ask');
    const beat = (seconds: number) => settings({ extensions: { node: { beat_interval: seconds } } });
    const before = () => receiver.waiting().map(({ changes }) => changes[0]?.before);
    beat(3);
    beat(4);
    const [first] = receiver.waiting();
    const shown = before();
    await receiver.decide(first!.id, true);
    await settle();
    expect(before()).toEqual(['{"beat_interval":3}']);
    await receiver.undo(first!.id);
    expect(before()).toEqual([shown[1]]);
  });

  it('is shown without what a secret section holds, and an answer does not quote it', async () => {
    const { receiver, settings, settle, sent } = stage('ask', { settings: { allow: ['credentials.*'] } });
    settings({ credentials: { bob: 'hunter2' } });
    await receiver.decide(receiver.waiting()[0]!.id, true);
    expect(JSON.stringify([receiver.view(), sent])).not.toContain('hunter2');
    settings({ credentials: { bob: 'hunter2' }, other: { hunter2: 1 } });
    // Nobody could accept it, so nobody is asked.
    expect(receiver.waiting()).toEqual([]);
    await settle();
    expect(receiver.view().items[0]?.error).toMatch(/^other\.••• may not be changed/);
    expect(JSON.stringify(sent)).not.toContain('hunter2');
    expect(sent).toMatchObject([{ status: 'success' }, { status: 'failed' }]);
  });
});

describe('what was applied', () => {
  it('is not listed shorter because others push what is refused', async () => {
    const { settings, states, settle, receiver } = stage('on');
    settings(a(1));
    await settle();
    for (let n = 0; n < 300; n += 1) settings({ cache: { n } });
    await settle();
    expect(states()).toHaveLength(200);
    expect(receiver.view().items.filter(({ canUndo }) => canUndo)).toHaveLength(1);
  });

  it('stays as it was when taking it back cannot be kept', async () => {
    const memory = createMemoryStore();
    let isFull = false;
    const store: Store = {
      ...memory,
      write: async (key, value) => {
        if (isFull) throw new Error('no space left');
        await memory.write(key, value);
      },
    };
    const { receiver, settings, settle, states, id, calls, sent } = stage('on', { store });
    settings(a(1));
    await settle();
    isFull = true;
    await expect(receiver.undo(id(0))).rejects.toThrow(code('STORE_UNREADABLE'));
    await expect(receiver.setMode('gem', 'off')).rejects.toThrow(code('STORE_UNREADABLE'));
    settings(a(2));
    await settle();
    expect(states()).toEqual(['applied', 'failed']);
    expect(receiver.own.tree()).toMatchObject(a(1));
    expect(receiver.view()).toMatchObject({ modes: { gem: 'on' }, items: [{}, { canUndo: true }] });
    expect(sent[1]).toMatchObject({ status: 'failed', error: 'it could not be kept on this machine' });
    expect(calls.changed).toBe(1);
    isFull = false;
    await receiver.undo(id(0));
    expect(receiver.own.tree()).not.toMatchObject(a(1));
  });

  it('is the same after a restart, at most 200 of it with a way back', async () => {
    const store = createMemoryStore();
    const first = stage('on', { store });
    for (let n = 0; n < 210; n += 1) {
      first.settings({ extensions: { [`k${n % 205}`]: n } });
      await first.settle();
    }
    const again = stage('on', { store });
    await again.receiver.load();
    expect(again.receiver.own.tree()).toEqual(first.receiver.own.tree());
    expect(again.states()).toHaveLength(200);
  });
});

describe('the receiver', () => {
  it('does not wait for the installer to tell about itself', async () => {
    let tell = (_: { available: boolean; about: string }): void => undefined;
    const installer: Installer = {
      ...slowInstaller().installer,
      about: () => new Promise((resolve) => (tell = resolve)),
    };
    const { receiver, settle } = stage('on', { installer });
    await receiver.load();
    const before = receiver.rev();
    tell({ available: true, about: 'gem 9' });
    await settle();
    expect(receiver.view().installer.about).toBe('gem 9');
    expect(receiver.rev()).toBeGreaterThan(before);
  });

  it('keeps reports that cannot be sent, in order, until the link says so', async () => {
    const { receiver, settings, settle, block, sent } = stage('on');
    block(new Error('blocked'));
    settings(a(1));
    settings({ cache: { x: 1 } });
    await settle();
    expect(sent).toEqual([]);
    block(null);
    receiver.linkUp();
    await settle();
    expect(sent.map(({ status }) => status)).toEqual(['success', 'failed']);
  });
});
