/** Packets of real uWSGI processes: opened, read to what was recorded, and made again to the byte. */
import { getCipherInfo } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decodeAnnouncement,
  encodeAnnouncement,
  NO_UUID,
  verifyMac,
  type Announcement,
} from '../../../app/main/core/protocol/uwsgi/announcement.js';
import { cipherNamed, createPacketCipher, whyRefused } from '../../../app/main/core/protocol/uwsgi/cipher.js';
import { decodeDictionary, encodeDictionary } from '../../../app/main/core/protocol/uwsgi/dictionary.js';
import { openPacket, sealPacket } from '../../../app/main/core/protocol/uwsgi/packet.js';
import { CipherName } from '../../../app/shared/domain/legion-cipher.js';
import { readIni } from '../../../app/main/core/legion-config/ini.js';
import { captures, otherCiphers, probed, type Choice, type RecordedEntry } from './vectors.js';

const cipherOf = ({ cipher, secret, iv_text }: Choice) => createPacketCipher({ cipher, secret, iv: iv_text });
const bytesOf = (value: RecordedEntry[1]): Buffer =>
  typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value.hex, 'hex');
const asRecorded = (entries: RecordedEntry[]) =>
  entries.map(([key, value]) => ({ key, value: bytesOf(value) }));
const fieldsOf = (entries: RecordedEntry[]): Record<string, string> =>
  Object.fromEntries(entries.map(([key, value]) => [key, bytesOf(value).toString('utf8')]));

const legions = [
  ...captures,
  ...otherCiphers
    .filter(({ cipher }) => cipherNamed(cipher))
    .map((one) => [`one of ${one.cipher}`, { ...one, legion: 'clusterip', packets: [one] }] as const),
];

describe.each(legions)('packets of real nodes: %s', (_, capture) => {
  const cipher = cipherOf(capture);

  it('open to the clear bytes and the entries that were recorded', () => {
    expect(capture.packets.length).toBeGreaterThan(0);
    for (const packet of capture.packets) {
      const clear = cipher.open(Buffer.from(packet.hex, 'hex').subarray(4));
      if (packet.plain_hex) expect(clear.toString('hex')).toBe(packet.plain_hex);
      expect(decodeDictionary(clear)).toEqual(asRecorded(packet.dict));
      expect(encodeDictionary(asRecorded(packet.dict))).toEqual(clear);
    }
  });

  it('are announcements of this legion, and made again are the same bytes', () => {
    for (const packet of capture.packets) {
      const bytes = Buffer.from(packet.hex, 'hex');
      const said = fieldsOf(packet.dict);
      const opened = openPacket(bytes, {
        cipher,
        legion: capture.legion,
        self: null,
        nowS: Number(said['unix']),
        skewS: 60,
        maxFutureS: 60,
      });
      if (!opened.ok) throw new Error(opened.words);
      expect(opened.announcement).toEqual({
        legion: said['legion'],
        valor: Number(said['valor']),
        unix: Number(said['unix']),
        lord: Number(said['lord']),
        name: said['name'],
        pid: Number(said['pid']),
        uuid: said['uuid'],
        checksum: BigInt(said['checksum'] ?? ''),
        lordValor: Number(said['lord_valor']),
        lordUuid: said['lord_uuid'],
        scroll: said['scroll'] ?? null,
        dead: 'dead' in said,
        extension: null,
      } satisfies Record<keyof Announcement, unknown>);
      expect(encodeAnnouncement(opened.announcement)).toEqual(opened.clear);
      expect(sealPacket(cipher, opened.announcement, null)).toEqual(bytes);
      expect(sealPacket(cipher, opened.announcement, cipher.macKey)).toEqual(bytes);
      expect(verifyMac(opened.clear, cipher.macKey)).toBe(false);
    }
  });

  it('cannot be used with another secret, or after one changed bit', () => {
    const stranger = cipherOf({ ...capture, secret: 'another' });
    for (const packet of capture.packets) {
      const bytes = Buffer.from(packet.hex, 'hex');
      const context = { legion: capture.legion, self: null, nowS: 0, skewS: 0, maxFutureS: Infinity };
      expect(openPacket(bytes, { ...context, cipher: stranger }).ok).toBe(false);
      bytes[bytes.length - 1]! ^= 1;
      const opened = openPacket(bytes, { ...context, cipher });
      // One in 256 garbled blocks ends like a padding; then the length is another.
      expect(opened.ok ? null : opened.kind).toMatch(/^(decrypt|length)$/);
    }
  });
});

describe('recorded legions', () => {
  it('are of each cipher that is offered', () => {
    expect(new Set(legions.map(([, { cipher }]) => cipher))).toEqual(new Set(CipherName.options));
  });

  it('begin with packets that vote for nobody and end with dead ones', () => {
    const [, capture] = captures.find(([name]) => name === 'aes128-short')!;
    const read = (hex: string): Announcement => {
      const decoded = decodeAnnouncement(cipherOf(capture).open(Buffer.from(hex, 'hex').subarray(4)));
      if (!decoded.ok) throw new Error(decoded.words);
      return decoded.announcement;
    };
    expect(read(capture.packets[0]!.hex)).toMatchObject({
      lordUuid: NO_UUID,
      lordValor: 0,
      checksum: 0n,
      dead: false,
    });
    expect(read(capture.packets.at(-1)!.hex)).toMatchObject({ dead: true });
  });

  it.each(captures.filter(([, { option_value }]) => option_value))(
    '%s are defined by an option that is read as uWSGI reads it',
    (_, { option_value = '', legion, cipher, secret, iv_text }) => {
      const value = option_value.replace('<addr>', '127.0.0.1:4242').replace('<valor>', '98');
      expect(readIni(`legion = ${value}`)).toMatchObject({
        legions: [{ name: legion, valor: 98, cipher, secret, iv: iv_text }],
        problems: [],
      });
    },
  );
});

describe('other ciphers', () => {
  const refused = otherCiphers.filter(({ cipher }) => !cipherNamed(cipher));

  it.each(refused)('$cipher is refused by name, with a reason', ({ cipher, ...choice }) => {
    expect(['foreign', 'outdated']).toContain(whyRefused(cipher));
    expect(() => cipherOf({ ...choice, cipher })).toThrow(
      expect.objectContaining({ code: 'LEGION_CIPHER', details: { why: whyRefused(cipher), name: cipher } }),
    );
  });

  it.each(refused)(
    'a packet of $cipher is not opened with any of ours, but for DES with a short secret',
    ({ hex, ...choice }) => {
      for (const cipher of CipherName.options) {
        const opened = openPacket(Buffer.from(hex, 'hex'), {
          cipher: cipherOf({ ...choice, cipher }),
          legion: 'clusterip',
          self: null,
          nowS: 0,
          skewS: 0,
          maxFutureS: Infinity,
        });
        // With two keys of zeros, encrypting three times is encrypting once.
        expect(opened.ok).toBe(choice.cipher === 'des-cbc' && cipher === 'des-ede3-cbc');
      }
    },
  );

  it.each([...new Set(probed.map(({ cipher }) => cipher))])(
    '%s is one of ours, or known for a reason',
    (cipher) => {
      const [platform, legacy] = [false, true].map((wanted) =>
        probed.some((one) => one.cipher === cipher && one.legacy_provider === wanted && one.nodes_joined),
      );
      if (cipherNamed(cipher)) expect(platform || legacy).toBe(true);
      else if (whyRefused(cipher) === 'outdated') expect(platform).toBe(false);
      else if (whyRefused(cipher) === 'aead') expect(platform || legacy).toBe(false);
      else if (!platform && !legacy) expect(whyRefused(cipher)).toBe('unknown');
      else expect(['stream', 'foreign']).toContain(whyRefused(cipher));
    },
  );

  it.each(['AES256', 'aes192', 'aes128', 'AES-128-CBC', 'DES3', 'des-EDE3-cbc'])(
    '%s names what OpenSSL means by it',
    (alias) => {
      expect(cipherNamed(alias)).not.toBeNull();
      expect(getCipherInfo(alias.toLowerCase())?.name).toBe(getCipherInfo(cipherNamed(alias) ?? '')?.name);
    },
  );
});
