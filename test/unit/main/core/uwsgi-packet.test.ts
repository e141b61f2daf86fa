/** Packets of a legion, one by one: what is dropped, in which order, and what our own members add. */
import { describe, expect, it } from 'vitest';
import { DROP_KINDS, type DropKind } from '../../../../app/shared/domain/legion.js';
import { CipherName } from '../../../../app/shared/domain/legion-cipher.js';
import {
  decodeAnnouncement,
  encodeAnnouncement,
  MAX_VALOR,
  NO_MAC,
  NO_UUID,
  verifyMac,
  type Announcement,
} from '../../../../app/main/core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../../../../app/main/core/protocol/uwsgi/cipher.js';
import {
  bytesOf,
  decodeDictionary,
  encodeDictionary,
  MAX_DICTIONARY,
  textOf,
  type Entry,
} from '../../../../app/main/core/protocol/uwsgi/dictionary.js';
import {
  openPacket,
  sealClear,
  sealPacket,
  type OpenContext,
} from '../../../../app/main/core/protocol/uwsgi/packet.js';
import { chance } from '../../../support/chance.js';

const CIPHERS = CipherName.options;
const NOW = 1_795_232_336;
const UUID = 'd9e48089-e73c-48fb-a00a-2e98f17c6034';
const cipher = createPacketCipher({ cipher: 'aes-256-cbc', secret: 'a secret of some length', iv: null });
const anAnnouncement = (over: Partial<Announcement> = {}): Announcement => ({
  legion: 'clusterip',
  valor: 98,
  unix: NOW,
  lord: 0,
  name: 'alpha',
  pid: 3951,
  uuid: UUID,
  checksum: 2657n,
  lordValor: 98,
  lordUuid: UUID,
  scroll: null,
  dead: false,
  extension: null,
  ...over,
});
const ours = anAnnouncement({ extension: { seq: 7, atMs: NOW * 1000 + 250, mac: NO_MAC } });
const context: OpenContext = {
  cipher,
  legion: 'clusterip',
  self: null,
  nowS: NOW,
  skewS: 60,
  maxFutureS: 60,
};

const entry = (key: string, value: string): Entry => ({ key, value: Buffer.from(value, 'latin1') });
/** The packet of a real node with some entries replaced, added, or (null) left out. */
const made = (over: Record<string, string | null>, from = anAnnouncement()): Buffer => {
  const rest = { ...over };
  const entries = decodeDictionary(encodeAnnouncement(from)).flatMap(({ key, value }) => {
    if (!(key in rest)) return [{ key, value }];
    const given = rest[key];
    delete rest[key];
    return typeof given === 'string' ? [entry(key, given)] : [];
  });
  const added = Object.entries(rest).flatMap(([key, value]) => (value === null ? [] : [entry(key, value)]));
  return sealClear(cipher, encodeDictionary([...entries, ...added]));
};
const kindOf = (bytes: Buffer, over: Partial<OpenContext> = {}): DropKind | 'ok' => {
  const opened = openPacket(bytes, { ...context, ...over });
  return opened.ok ? 'ok' : opened.kind;
};
const opened = (bytes: Buffer): Announcement => {
  const read = openPacket(bytes, context);
  if (!read.ok) throw new Error(read.words);
  return read.announcement;
};

describe('a packet of a legion', () => {
  const good = sealPacket(cipher, anAnnouncement(), null);
  const withLength = (length: number): Buffer => {
    const bytes = Buffer.from(good);
    bytes.writeUInt16LE(length, 1);
    return bytes;
  };
  const self = { name: 'alpha', pid: 3951, valor: 98, uuid: UUID };
  const cases: [string, DropKind | 'ok', Buffer, Partial<OpenContext>?][] = [
    ['nothing at all is too short', 'short', Buffer.alloc(0)],
    ['three bytes are too short', 'short', Buffer.from([109, 0, 0])],
    ['another modifier is not ours', 'modifier', Buffer.concat([Buffer.from([0]), good.subarray(1)])],
    ['a header alone cannot be decrypted', 'decrypt', good.subarray(0, 4)],
    ['half a block cannot be decrypted', 'decrypt', good.subarray(0, -8)],
    ['another length in the header is a wrong length', 'length', withLength(12)],
    ['a cut entry is no dictionary', 'dictionary', sealClear(cipher, Buffer.from([6, 0, 0x6c]))],
    ['an empty key is no dictionary', 'dictionary', sealClear(cipher, Buffer.from([0, 0, 0, 0]))],
    ['another legion is not ours', 'legion', made({ legion: 'clusterip2' })],
    ['a missing legion is not ours', 'legion', made({ legion: null })],
    ['an empty dictionary has no legion', 'legion', sealClear(cipher, Buffer.alloc(0))],
    ['our own packet is ours', 'own', good, { self }],
    ['our own packet is ours however old', 'own', good, { self, nowS: NOW + 999 }],
    ['our name with another pid is somebody else', 'ok', good, { self: { ...self, pid: 1 } }],
    ['our name with another valor is somebody else', 'ok', good, { self: { ...self, valor: 97 } }],
    ['our uuid under another name is somebody else', 'ok', good, { self: { ...self, name: 'beta' } }],
    ['our name with another uuid is somebody else', 'ok', good, { self: { ...self, uuid: NO_UUID } }],
    [
      'what we said under a uuid that we gave up is ours, whatever our valor was',
      'own',
      good,
      { self: { ...self, uuid: NO_UUID, valor: 0 }, formerly: new Set([UUID]) },
    ],
    [
      'a uuid that we gave up under another name is somebody else',
      'ok',
      good,
      { self: { ...self, name: 'beta', uuid: NO_UUID }, formerly: new Set([UUID]) },
    ],
    ['61 seconds ago is too old', 'old', made({ unix: String(NOW - 61) })],
    ['60 seconds ago is not', 'ok', made({ unix: String(NOW - 60) })],
    ['no time is too old', 'old', made({ unix: null })],
    ['61 seconds ahead is the future', 'future', made({ unix: String(NOW + 61) })],
    ['60 seconds ahead is not', 'ok', made({ unix: String(NOW + 60) })],
    [
      'the future is allowed to those who ask for it',
      'ok',
      made({ unix: '1895232336' }),
      { maxFutureS: Infinity },
    ],
    ['an empty name is refused', 'name', made({ name: '' })],
    ['a missing name is refused', 'name', made({ name: null })],
    ['a sign is no digit', 'number', made({ valor: '-1' })],
    ['a blank is no digit', 'number', made({ valor: ' 1' })],
    ['20 digits are too many', 'number', made({ checksum: '1'.repeat(20) })],
    ['an empty number is none', 'number', made({ pid: '' })],
    ['a time in words is no number', 'number', made({ unix: 'now' })],
    ['a lord’s valor in words is no number', 'number', made({ lord_valor: 'x' })],
    ['65,536 is no valor', 'valor', made({ valor: String(MAX_VALOR + 1) })],
    ['65,535 is one', 'ok', made({ valor: String(MAX_VALOR) })],
    ['a wrong MAC is refused', 'mac', sealPacket(cipher, ours, null)],
    ['an empty MAC is refused', 'mac', made({ 'x-lc-mac': '' })],
    ['unknown keys are ignored', 'ok', made({ 'x-other': 'value', 'x-empty': '' })],
    [
      'modifier 2 is not looked at',
      'ok',
      Buffer.concat([good.subarray(0, 3), Buffer.from([9]), good.subarray(4)]),
    ],
  ];
  it.each(cases)('%s: %s', (_, kind, bytes, over) => expect(kindOf(bytes, over)).toBe(kind));

  it.each(CIPHERS)('%s: is decrypted only where its last block and its header allow it', (name) => {
    const real = createPacketCipher({ cipher: name, secret: 'a secret of some length', iv: 'an iv' });
    let decrypted = 0;
    const counting = {
      ...real,
      open(bytes: Buffer): Buffer {
        decrypted += bytes.length;
        return real.open(bytes);
      },
    };
    const next = chance(7);
    const noise = (size: number): Buffer => Buffer.from(Array.from({ length: size }, () => next() * 256));
    const kinds = new Map<string, number>();
    for (let run = 0; run < 3_000; run += 1) {
      const bytes = Buffer.concat([Buffer.from([109, 0, 0, 0]), noise(Math.floor(next() * 9) * 8)]);
      // What uWSGI does: all of it is decrypted, then the lengths are compared.
      let size = -1;
      try {
        size = real.open(bytes.subarray(4)).length;
      } catch {
        // It cannot be.
      }
      const kind = kindOf(bytes, { cipher: counting });
      expect(kind).toBe(size < 0 ? 'decrypt' : size === 0 ? 'legion' : 'length');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(kinds.size).toBeGreaterThan(1);
    const large = Buffer.concat([Buffer.from([109, 1, 2, 0]), noise(65_496)]);
    expect(['decrypt', 'length']).toContain(kindOf(large, { cipher: counting }));
    expect(decrypted).toBe(0);
    for (const size of [0, 1, 7, 8, 15, 16, 17, 300]) {
      const sealed = real.seal(Buffer.alloc(size, 1));
      expect(real.clearLength(sealed)).toBe(size);
      expect(real.open(sealed)).toHaveLength(size);
    }
  });

  it('is dropped for the first reason that applies', () => {
    const wrongs = { legion: 'x', unix: '1', name: '', checksum: '-', valor: '65536', 'x-lc-mac': '' };
    const right = { legion: 'clusterip', unix: String(NOW), name: 'alpha', checksum: '1', valor: '1' };
    const order: (readonly [DropKind, keyof typeof wrongs])[] = [
      ['legion', 'legion'],
      ['old', 'unix'],
      ['name', 'name'],
      ['number', 'checksum'],
      ['valor', 'valor'],
      ['mac', 'x-lc-mac'],
    ];
    expect(order.map(([kind]) => DROP_KINDS.indexOf(kind))).toEqual([5, 7, 9, 11, 12, 13]);
    let over: Record<string, string> = wrongs;
    for (const [kind, key] of order) {
      expect(kindOf(made(over))).toBe(kind);
      over = { ...over, ...Object.fromEntries(Object.entries(right).filter(([name]) => name === key)) };
    }
  });

  it('says why without quoting anything that was received', () => {
    const read = openPacket(made({ name: 'hunter2', valor: 'hunter2', legion: 'hunter2' }), context);
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it.each(['0', '', '1', 'no'])('with dead = “%s” is dead', (value) =>
    expect(opened(made({ dead: value })).dead).toBe(true),
  );

  it('takes the last of doubled keys', () => {
    const clear = Buffer.concat([
      encodeAnnouncement(anAnnouncement()),
      encodeDictionary([entry('valor', '5'), entry('name', 'beta')]),
    ]);
    expect(opened(sealClear(cipher, clear))).toMatchObject({ valor: 5, name: 'beta' });
  });

  it('is the same in any order of its keys', () => {
    const entries = decodeDictionary(encodeAnnouncement(anAnnouncement())).reverse();
    expect(opened(sealClear(cipher, encodeDictionary(entries)))).toEqual(anAnnouncement());
  });

  it('has a uuid of NULs when it is of another length, and its other numbers are 0 when missing', () => {
    const read = made({
      uuid: `${UUID}0`,
      lord_uuid: '',
      pid: null,
      lord: null,
      checksum: null,
      lord_valor: null,
    });
    expect(opened(read)).toMatchObject({
      uuid: NO_UUID,
      lordUuid: NO_UUID,
      pid: 0,
      lord: 0,
      checksum: 0n,
      lordValor: 0,
    });
  });

  it('keeps a checksum of 19 digits whole', () => {
    const checksum = '9'.repeat(19);
    expect(opened(made({ checksum })).checksum).toBe(BigInt(checksum));
  });

  it('keeps a name that is no text to the byte', () => {
    for (const name of ['\xff\xfe', 'a\xc3', '\xed\xb2\x80', 'béta', '\xf0\x9f\x98\x80\x80']) {
      const bytes = Buffer.from(name, 'latin1');
      expect(bytesOf(textOf(bytes))).toEqual(bytes);
      const read = opened(made({ name }));
      expect(opened(sealPacket(cipher, read, null))).toEqual(read);
    }
    expect(textOf(Buffer.from('béta'))).toBe('béta');
  });

  it('is never made without a name, with a valor of 17 bits, or longer than its header can say', () => {
    const bad = [
      { name: '' },
      { valor: MAX_VALOR + 1 },
      { valor: -1 },
      { scroll: 'x'.repeat(MAX_DICTIONARY) },
    ];
    for (const over of bad) expect(() => sealPacket(cipher, anAnnouncement(over), null)).toThrow('invariant');
  });
});

describe('what our own members add', () => {
  const sealed = sealPacket(cipher, ours, cipher.macKey);

  it('stands after the standard keys and before dead', () => {
    const keys = decodeDictionary(encodeAnnouncement({ ...ours, dead: true, scroll: 'ip=1' })).map(
      ({ key }) => key,
    );
    expect(keys.slice(10)).toEqual(['scroll', 'x-lc-seq', 'x-lc-at', 'x-lc-mac', 'dead']);
  });

  it('is read with a right MAC of 32 hexadecimal digits', () => {
    const { extension, ...rest } = opened(sealed);
    expect(extension).toMatchObject({
      seq: 7,
      atMs: NOW * 1000 + 250,
      mac: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect({ ...rest, extension: null }).toEqual(anAnnouncement());
  });

  it('depends on the whole secret, not only on what the cipher uses of it', () => {
    const [long, longer] = ['x', 'y'].map((end) =>
      createPacketCipher({ cipher: 'aes-128-cbc', secret: `sixteen bytes...${end}`, iv: null }),
    );
    const bytes = sealPacket(long!, ours, long!.macKey);
    expect(kindOf(bytes, { cipher: long! })).toBe('ok');
    expect(kindOf(bytes, { cipher: longer! })).toBe('mac');
  });

  it('covers dead, and entries that somebody appended', () => {
    const clear = openPacket(sealed, context);
    if (!clear.ok) throw new Error(clear.words);
    expect(verifyMac(clear.clear, cipher.macKey)).toBe(true);
    for (const more of [
      entry('dead', '1'),
      entry('valor', '1'),
      entry('x-lc-mac', opened(sealed).extension!.mac),
    ]) {
      const longer = Buffer.concat([clear.clear, encodeDictionary([more])]);
      expect(kindOf(sealClear(cipher, longer))).toBe('mac');
    }
    expect(opened(sealPacket(cipher, { ...ours, dead: true }, cipher.macKey)).dead).toBe(true);
  });

  it('fits into a packet far below 1,400 bytes', () => {
    const long = {
      ...ours,
      name: 'n'.repeat(255),
      legion: 'l'.repeat(255),
      scroll: 's'.repeat(500),
      dead: true,
    };
    expect(sealPacket(cipher, long, cipher.macKey).length).toBeLessThan(1400);
  });
});

describe('an announcement in clear', () => {
  it('is decoded without looking at its legion, age or MAC', () => {
    expect(decodeAnnouncement(encodeAnnouncement(ours))).toEqual({ ok: true, announcement: ours });
    expect(decodeAnnouncement(Buffer.from([1]))).toMatchObject({ ok: false, kind: 'dictionary' });
  });
});
