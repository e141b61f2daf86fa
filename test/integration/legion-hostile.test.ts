/**
 * Anybody can send to the port of a legion. Whatever comes, in whatever form and number: it is counted by kind and shown,
 * nobody becomes a member by it who should not, and the console goes on announcing once per period.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  encodeAnnouncement,
  NO_MAC,
  NO_UUID,
  type Announcement,
} from '../../app/main/core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../../app/main/core/protocol/uwsgi/cipher.js';
import { encodeDictionary } from '../../app/main/core/protocol/uwsgi/dictionary.js';
import { sealClear } from '../../app/main/core/protocol/uwsgi/packet.js';
import type { DropKind } from '../../app/shared/domain/legion.js';
import { describeInNamespaces } from '../support/describe-with-uwsgi.js';
import { startPlacedConsole } from '../support/console-on-network.js';
import { aStage, type InnerSeat, type Stage } from '../support/legion-stage.js';
import { aNetwork } from '../support/netns.js';
import { until } from '../support/until.js';
import { freeUdpPort } from '../support/uwsgi.js';

const uuidOf = (digit: number): string => `${String(digit).padStart(8, '0')}-0000-4000-8000-000000000000`;
let nextUuid = 1;

/** One console and the ear alone, and whoever wants to send to it. */
async function attacked() {
  const stage = await aStage(['o1']);
  onTestFinished(stage.end);
  const o1 = await stage.ours('o1', 50);
  await stage.onlyLord(o1);
  const socket = createSocket('udp4');
  onTestFinished(() => new Promise<void>((closed) => void socket.close(() => closed())));
  const cipher = createPacketCipher(stage.rules);
  const nowS = (): number => Math.floor(Date.now() / 1_000);
  const says = (over: Partial<Announcement> = {}): Announcement => ({
    ...{ legion: 'web', valor: 7, unix: nowS(), lord: 0, name: 'intruder', pid: 1, uuid: uuidOf(nextUuid++) },
    ...{ checksum: 0n, lordValor: 0, lordUuid: NO_UUID, scroll: null, dead: false, extension: null },
    ...over,
  });
  /** With keys changed, added again at the end, or taken out (null). */
  const altered = (changes: Readonly<Record<string, string | null>>, over: Partial<Announcement> = {}) => {
    const said = says(over);
    const entries = [
      ...Object.entries({
        ...{ legion: said.legion, valor: String(said.valor), unix: String(said.unix), lord: '0' },
        ...{ name: said.name, pid: '1', uuid: said.uuid, checksum: '0', lord_valor: '0', lord_uuid: NO_UUID },
      }).filter(([key]) => changes[key] !== null),
      ...Object.entries(changes).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])),
    ];
    return sealClear(
      cipher,
      encodeDictionary(entries.map(([key, value]) => ({ key, value: Buffer.from(value, 'latin1') }))),
    );
  };
  const sealed = (over: Partial<Announcement> = {}): Buffer =>
    sealClear(cipher, encodeAnnouncement(says(over)));
  const send = (bytes: Buffer): Promise<void> =>
    new Promise((sent, failed) =>
      socket.send(bytes, stage.port('o1'), '127.0.0.1', (error) => (error ? failed(error) : sent())),
    );
  const count = async (kind: DropKind): Promise<number> =>
    (await o1.get()).drops.find((drop) => drop.kind === kind)?.count ?? 0;
  const counted = (kind: DropKind, atLeast: number): Promise<unknown> =>
    until(async () => (await count(kind)) >= atLeast, 3_000).catch((cause: unknown) => {
      throw new Error(`not counted as ${kind}`, { cause });
    });
  return { stage, o1, cipher, send, sealed, altered, nowS, count, counted };
}

const names = async (o1: InnerSeat): Promise<string[]> => (await o1.get()).members.map(({ name }) => name);

/** Since then, one announce per period. */
async function announcesOn(stage: Stage, o1: InnerSeat, since: number): Promise<void> {
  const uuid = await o1.uuid();
  const times = await until(() => {
    const heard = stage.ear!.timesOf(uuid, since);
    return heard.length >= 4 ? heard : null;
  });
  const gaps = times.slice(1).map((at, place) => at - times[place]!);
  expect(Math.min(...gaps)).toBeGreaterThan(500);
  expect(Math.max(...gaps)).toBeLessThan(1_500);
}

describe('whatever is sent to a legion', () => {
  it('is refused where it is no packet of this legion, by what is wrong with it', async () => {
    const { stage, o1, cipher, send, sealed, altered, counted, nowS } = await attacked();
    const from = Date.now();
    const good = sealed();
    const other = createPacketCipher({ ...stage.rules, secret: 'quite-another-secret' });
    const cutEntry = Buffer.concat([
      encodeDictionary([{ key: 'legion', value: Buffer.from('web') }]),
      Buffer.from([5, 0, 1]),
    ]);
    const wrongLength = Buffer.from(good);
    wrongLength.writeUInt16LE(wrongLength.readUInt16LE(1) + 1, 1);
    const packets: readonly (readonly [DropKind, readonly Buffer[]])[] = [
      ['short', [Buffer.alloc(0), Buffer.from([109]), Buffer.from([109, 0, 0])]],
      ['modifier', [Buffer.concat([Buffer.from([0]), good.subarray(1)]), randomBytes(65_507).fill(1, 0, 1)]],
      [
        'decrypt',
        [
          Buffer.concat([Buffer.from([109]), randomBytes(65_506)]),
          good.subarray(0, good.length - 5),
          good.subarray(0, good.length - 16),
          good.subarray(0, 4),
          sealClear(other, Buffer.from('nothing')),
        ],
      ],
      ['length', [wrongLength]],
      ['dictionary', [sealClear(cipher, cutEntry), sealClear(cipher, Buffer.from([0, 0, 0, 0]))]],
      ['legion', [sealed({ legion: 'wob' }), sealed({ legion: '' }), altered({ legion: null })]],
      ['old', [sealed({ unix: nowS() - 65 }), altered({ unix: null })]],
      ['future', [sealed({ unix: nowS() + 100_000 })]],
      ['name', [sealed({ name: '' }), altered({ name: null })]],
      ['number', [altered({ valor: '-1' }), altered({ pid: '1'.repeat(20) }), altered({ checksum: '7 ' })]],
      ['valor', [altered({ valor: '65536' }), altered({ valor: '9'.repeat(19) })]],
      [
        'stranger-dead',
        [altered({ dead: '1' }), altered({ dead: '0' }), altered({ dead: '' }), sealed({ dead: true })],
      ],
      ['mac', [sealed({ extension: { seq: 1, atMs: Date.now(), mac: NO_MAC } })]],
    ];
    for (const [kind, each] of packets) {
      for (const packet of each) await send(packet);
      await counted(kind, each.length);
    }
    expect(await names(o1)).toEqual(['o1']);
    const { drops } = await o1.get();
    expect(drops.map(({ kind }) => kind).sort()).toEqual(packets.map(([kind]) => kind).sort());
    await announcesOn(stage, o1, from);
  });

  it('is our own when it comes back; the last of doubled keys counts; a dead one is dead whatever it says', async () => {
    const { stage, o1, send, sealed, altered, counted } = await attacked();
    const said = await until(() => stage.ear!.heard[0]);
    await send(said.bytes);
    await counted('own', 1);
    const uuid = uuidOf(nextUuid++);
    await send(altered({ valor: '9', name: 'doubled', valor2: 'x' }, { uuid, valor: 5, name: 'first' }));
    await until(async () => (await names(o1)).includes('doubled'));
    expect((await o1.get()).members.find(({ name }) => name === 'doubled')?.valor).toBe(9);
    await send(altered({ dead: '' }, { uuid, valor: 9, name: 'doubled' }));
    await until(async () => !(await names(o1)).includes('doubled'));
    // A dead word of one we know, without a scroll or a vote; and one of a name that shows nothing.
    await send(sealed({ name: '\u202e\u0000\n', uuid: uuidOf(nextUuid++) }));
    await until(async () => (await o1.get()).members.length === 2);
    // Its name stands in the environment of hooks, and they run all the same.
    await o1.ran('node-left');
  });

  it('keeps nobody alive when it is sent again, or from a clock that runs backwards', async () => {
    const { o1, send, sealed, nowS, count, counted } = await attacked();
    const uuid = uuidOf(nextUuid++);
    const packet = sealed({ uuid, name: 'ghost' });
    await send(packet);
    await until(async () => (await names(o1)).includes('ghost'));
    const first = Date.now();
    // Its last packet again and again, as somebody without the secret could.
    const again = setInterval(() => void send(packet).catch(() => undefined), 100);
    onTestFinished(() => clearInterval(again));
    await until(async () => !(await names(o1)).includes('ghost'), 10_000);
    expect(Date.now() - first).toBeLessThan(6_500);
    expect(await count('replay')).toBeGreaterThan(10);
    clearInterval(again);
    await send(sealed({ uuid: uuidOf(0), name: 'back', unix: nowS() }));
    await send(sealed({ uuid: uuidOf(0), name: 'back', unix: nowS() - 5 }));
    await counted('falling', 1);
  });

  it.each(['rubbish', 'a member’s packets'])(
    'in thousands per second, %s, does not keep us from announcing',
    async (what) => {
      const { stage, o1, sealed, count } = await attacked();
      const member = Array.from({ length: 20 }, () => sealed({ uuid: uuidOf(77), name: 'loud' }));
      const packets = what === 'rubbish' ? [randomBytes(260).fill(109, 0, 1), randomBytes(3)] : member;
      const from = Date.now();
      const sender = spawn(
        process.execPath,
        ['-e', FLOOD, String(stage.port('o1')), ...packets.map((each) => each.toString('base64'))],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      let out = '';
      sender.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await new Promise((ended) => sender.on('exit', ended));
      const sent = Number(out);
      const uuid = await o1.uuid();
      const times = stage.ear!.timesOf(uuid, from);
      const gaps = times.slice(1).map((at, place) => at - times[place]!);
      expect(sent).toBeGreaterThan(90_000);
      // One a period, and one more when the loud one is found to be silent.
      expect(times.length).toBeGreaterThanOrEqual(8);
      expect(times.length).toBeLessThanOrEqual(13);
      expect(Math.max(...gaps)).toBeLessThan(1_600);
      const refused = (await o1.get()).drops.reduce((sum, drop) => sum + drop.count, 0);
      // What the system's own buffer dropped before us is not ours to count.
      if (what === 'rubbish') expect(refused).toBeGreaterThan(sent / 2);
      else expect(await count('replay')).toBeGreaterThan(0);
    },
  );
});

/** 10,000 packets per second for 10 s, in small bursts. */
const FLOOD = `
const [port, ...packets] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
const bytes = packets.map((each) => Buffer.from(each, 'base64'));
const from = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const due = Math.min(100_000, (performance.now() - from) * 10);
  for (; sent < due; sent += 1) socket.send(bytes[sent % bytes.length], Number(port), '127.0.0.1');
  if (sent < 100_000) return;
  clearInterval(timer);
  console.log(sent);
  socket.close();
}, 5);`;

describe('a legion that cannot be heard', () => {
  it('says that its port is taken, and is heard when it is free', async () => {
    const stage = await aStage(['o1']);
    onTestFinished(stage.end);
    const holder = createSocket('udp4');
    await new Promise<void>((bound) => holder.bind(stage.port('o1'), '127.0.0.1', bound));
    const o1 = await stage.ours('o1', 50);
    const seen = await until(async () => {
      const legion = await o1.get();
      return legion.problem ? legion : null;
    });
    expect(seen).toMatchObject({ why: { kind: 'failed' }, problem: { code: 'LEGION_PORT' } });
    await new Promise<void>((closed) => void holder.close(() => closed()));
    await o1.ran('lord', 20_000);
    expect((await o1.get()).problem).toBeNull();
  });

  it.each([
    ['an address of another machine', { address: '192.0.2.9' }, 'LEGION_ADDRESS'],
    ['an interface that is not there', { address: '239.7.7.7', interface: '192.0.2.9' }, 'LEGION_MULTICAST'],
  ])('says so of %s', async (_what, over, code) => {
    const stage = await aStage(['o1']);
    onTestFinished(stage.end);
    const o1 = await stage.ours('o1', 50, [], { ...over, port: await freeUdpPort() });
    expect((await o1.get()).problem).toMatchObject({ code });
  });
});

describeInNamespaces('a machine on which a legion cannot be heard', () => {
  it('says that it may not open a low port, and that there is no way to the group', async () => {
    const network = aNetwork('o1');
    onTestFinished(network.end);
    const via = [...network.via('o1'), 'setpriv', '--bounding-set', '-net_bind_service'];
    const served = await startPlacedConsole(via);
    onTestFinished(served.end);
    const legion = { role: 'watch' as const, valor: 0, nodes: [], cipher: 'aes-256-cbc', port: 81 };
    const low = await served.call('legion.save', { ...legion, name: 'low', address: '' });
    expect(low.problem).toMatchObject({ code: 'LEGION_FORBIDDEN' });
    const group = { ...legion, name: 'group', address: '239.1.1.1', port: 4_000, interface: '10.99.0.1' };
    expect((await served.call('legion.save', group)).problem).toMatchObject({ code: 'LEGION_MULTICAST' });
  });
});
