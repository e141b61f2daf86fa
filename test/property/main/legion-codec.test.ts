/** Packets and .ini files of legions: what goes in comes out, and no bytes and no text break the reader. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DROP_KINDS } from '../../../app/shared/domain/legion.js';
import { readIni, writeIni } from '../../../app/main/core/legion-config/ini.js';
import {
  decodeAnnouncement,
  encodeAnnouncement,
  NO_MAC,
  NO_UUID,
  type Announcement,
} from '../../../app/main/core/protocol/uwsgi/announcement.js';
import { createPacketCipher, type PacketCipher } from '../../../app/main/core/protocol/uwsgi/cipher.js';
import {
  bytesOf,
  decodeDictionary,
  encodeDictionary,
  textOf,
} from '../../../app/main/core/protocol/uwsgi/dictionary.js';
import {
  openPacket,
  sealClear,
  sealPacket,
  type OpenContext,
} from '../../../app/main/core/protocol/uwsgi/packet.js';
import { CipherName } from '../../../app/shared/domain/legion-cipher.js';
import { HOOK_ACTIONS, HOOK_EVENTS, LegionOptions } from '../../../app/shared/domain/legion-options.js';

const NOW = 1_795_232_336;
const ciphers = CipherName.options.map((cipher) =>
  createPacketCipher({ cipher, secret: 'a secret of a legion', iv: 'some iv' }),
);
const cipher = fc.constantFrom(...ciphers);
const contextOf = (used: PacketCipher, legion = 'clusterip'): OpenContext => ({
  cipher: used,
  legion,
  self: null,
  nowS: NOW,
  skewS: 60,
  maxFutureS: 60,
});

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), bytes(60).map(textOf));
const seconds = fc.integer({ min: NOW - 60, max: NOW + 60 });
const uuid = fc.oneof(fc.uuid(), fc.constant(NO_UUID));
const announcement: fc.Arbitrary<Announcement> = fc.record({
  legion: text,
  valor: fc.integer({ min: 0, max: 65_535 }),
  unix: seconds,
  lord: fc.nat(),
  name: text.filter((name) => name !== ''),
  pid: fc.nat(),
  uuid,
  checksum: fc.bigInt({ min: 0n, max: 10n ** 19n - 1n }),
  lordValor: fc.nat(),
  lordUuid: uuid,
  scroll: fc.option(text),
  dead: fc.boolean(),
  extension: fc.option(fc.record({ seq: fc.nat(), atMs: fc.maxSafeNat(), mac: fc.constant(NO_MAC) })),
});
const key = fc.oneof(
  fc.constantFrom(
    'legion',
    'valor',
    'unix',
    'name',
    'pid',
    'uuid',
    'lord_uuid',
    'dead',
    'scroll',
    'x-lc-mac',
    'x-lc-seq',
  ),
  bytes(12).map((raw) => `k${raw.toString('latin1')}`),
);
const entry = fc.record({
  key,
  value: fc.oneof(
    bytes(50),
    fc.constantFrom('clusterip', String(NOW), 'alpha', '', '-1').map((raw) => Buffer.from(raw)),
  ),
});

describe('a dictionary', () => {
  it('of any entries comes back, and cut anywhere but between two entries it is refused', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const whole = encodeDictionary(entries);
        expect(decodeDictionary(whole)).toEqual(entries);
        const ends = new Set(entries.map((_, index) => encodeDictionary(entries.slice(0, index)).length));
        for (let at = 0; at < whole.length; at += 1) {
          if (ends.has(at)) expect(encodeDictionary(decodeDictionary(whole.subarray(0, at))).length).toBe(at);
          else expect(() => decodeDictionary(whole.subarray(0, at))).toThrow('dictionary');
        }
      }),
    );
  });

  it('of any bytes is read to the same bytes, or refused', () => {
    fc.assert(
      fc.property(bytes(200), (raw) => {
        let entries: ReturnType<typeof decodeDictionary>;
        try {
          entries = decodeDictionary(raw);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ProtocolError', code: 'SCHEMA' });
          return;
        }
        expect(encodeDictionary(entries)).toEqual(raw);
      }),
    );
  });

  it('has a text for any bytes, which gives the bytes back', () => {
    fc.assert(fc.property(bytes(80), (raw) => bytesOf(textOf(raw)).equals(raw)));
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (raw) => textOf(Buffer.from(raw)) === raw));
  });
});

describe('a packet', () => {
  it('of any announcement opens to the same one, with a MAC and without', () => {
    fc.assert(
      fc.property(announcement, cipher, fc.boolean(), (said, used, isSigned) => {
        const wanted = isSigned ? said : { ...said, extension: null };
        const packet = sealPacket(used, wanted, isSigned ? used.macKey : null);
        const opened = openPacket(packet, contextOf(used, said.legion));
        if (!opened.ok) throw new Error(opened.words);
        const { extension, ...rest } = opened.announcement;
        expect({ ...rest, extension: extension && { ...extension, mac: NO_MAC } }).toEqual(wanted);
        expect(sealPacket(used, opened.announcement, null)).toEqual(packet);
        expect(decodeAnnouncement(encodeAnnouncement(wanted))).toEqual({ ok: true, announcement: wanted });
      }),
    );
  });

  it('that is cut anywhere is refused', () => {
    fc.assert(
      fc.property(announcement, cipher, fc.nat(), (said, used, at) => {
        const packet = sealPacket(used, said, used.macKey);
        const opened = openPacket(packet.subarray(0, at % packet.length), contextOf(used, said.legion));
        expect(opened.ok ? null : opened.kind).toMatch(/^(short|decrypt|length)$/);
      }),
    );
  });

  it('of any bytes, in cipher or in clear, is dropped for a known reason or opened, and never throws', () => {
    const hostile = fc.oneof(
      fc.tuple(cipher, bytes(300)),
      fc.tuple(cipher, bytes(300)).map(([used, raw]) => [used, sealClear(used, raw)] as const),
      fc
        .tuple(cipher, fc.array(entry, { maxLength: 15 }))
        .map(([used, entries]) => [used, sealClear(used, encodeDictionary(entries))] as const),
      fc.tuple(cipher, announcement, fc.array(entry, { maxLength: 3 })).map(([used, said, more]) => {
        const clear = encodeAnnouncement({ ...said, legion: 'clusterip' });
        return [used, sealClear(used, Buffer.concat([clear, encodeDictionary(more)]))] as const;
      }),
    );
    fc.assert(
      fc.property(hostile, ([used, raw]) => {
        const opened = openPacket(raw, contextOf(used));
        if (!opened.ok) {
          expect(DROP_KINDS).toContain(opened.kind);
          return;
        }
        expect(opened.announcement.legion).toBe('clusterip');
        expect(opened.announcement.name).not.toBe('');
        expect(opened.announcement.valor).toBeLessThan(65_536);
        expect(Math.abs(opened.announcement.unix - NOW)).toBeLessThanOrEqual(60);
        expect([opened.announcement.uuid.length, opened.announcement.lordUuid.length]).toEqual([36, 36]);
      }),
      { numRuns: 500 },
    );
  });

  it('with a MAC is refused after any change of its clear bytes', () => {
    const signed = announcement.filter(({ extension }) => extension !== null);
    fc.assert(
      fc.property(signed, fc.nat(), fc.integer({ min: 1, max: 255 }), (said, at, flip) => {
        const used = ciphers[0]!;
        const opened = openPacket(sealPacket(used, said, used.macKey), contextOf(used, said.legion));
        if (!opened.ok) throw new Error(opened.words);
        const clear = Buffer.from(opened.clear);
        clear[at % clear.length]! ^= flip;
        const changed = openPacket(sealClear(used, clear), contextOf(used, said.legion));
        // Renaming the key of the MAC makes it the packet of a real node, as leaving it out would.
        expect(changed.ok && changed.announcement.extension !== null).toBe(false);
      }),
    );
  });
});

const printable = (maxLength: number, minLength = 0) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength })
    .map((raw) => raw.replace(/[\u0000-\u001f\u007f]/g, '').replace(/ +$/, ''))
    .filter((line) => line.length >= minLength);
const word = printable(20, 1)
  .map((raw) => raw.replace(/\s/g, ''))
  .filter((raw) => raw !== '');
const port = fc.integer({ min: 1, max: 65_535 });
const times = fc.integer({ min: 1, max: 86_400 });
const options: fc.Arbitrary<LegionOptions> = fc.record({
  name: word,
  listen: fc.record({ address: fc.ipV4(), port }),
  multicast: fc.boolean(),
  nodes: fc.array(fc.record({ host: fc.oneof(fc.ipV4(), fc.domain()), port }), { maxLength: 3 }),
  valor: fc.integer({ min: 0, max: 65_535 }),
  cipher: fc.constantFrom(...CipherName.options),
  secret: word,
  iv: fc.option(printable(20, 1)),
  quorum: fc.integer({ min: 0, max: 65_535 }),
  freqS: times,
  toleranceS: times,
  skewS: times,
  deathOnLordErrorS: fc.integer({ min: 0, max: 86_400 }),
  scroll: fc.option(printable(40, 1)),
  hooks: fc.array(
    fc.record({
      event: fc.constantFrom(...HOOK_EVENTS),
      action: fc.constantFrom(...HOOK_ACTIONS),
      argument: printable(40),
    }),
    { maxLength: 4 },
  ),
});

describe('an .ini file', () => {
  it('of any legion is read as the same legion', () => {
    fc.assert(
      fc.property(options, (legion) => {
        expect(LegionOptions.parse(legion)).toEqual(legion);
        const read = readIni(writeIni(legion));
        expect(read.legions).toEqual([legion]);
        expect(read.problems.filter(({ kind }) => kind !== 'placeholder')).toEqual([]);
        // It is read all the same, and said that nothing here can do it.
        const alarms = legion.hooks.filter(({ action }) => action === 'alarm');
        expect(read.ignored.map(({ kind }) => kind)).toEqual(alarms.map(() => 'alarm'));
      }),
    );
  });

  it('of any lines is read without a mistake of ours, and every legion read is one', () => {
    const option = fc.constantFrom(
      'legion',
      'legion-mcast',
      'legion-node',
      'legion-lord',
      'legion-freq',
      'legion-cron',
    );
    const value = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom('a 1.2.3.4:5 98 aes128:secret', 'a cmd:x', 'a b:5', '__proto__ x', 'a :1 1 bf: '),
    );
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.tuple(option, value).map(([name, given]) => `${name} = ${given}`),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const { legions, problems } = readIni(lines.join('\n'));
        for (const legion of legions) expect(LegionOptions.safeParse(legion).success).toBe(true);
        for (const problem of problems) expect(problem.text).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});
