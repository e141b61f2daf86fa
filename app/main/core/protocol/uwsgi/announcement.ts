/**
 * What a member of a legion says once per period: the ten standard keys of uWSGI, a scroll if it has one, what our own
 * members add (`x-lc-…`, which uWSGI ignores), and `dead`. Reads any order, takes the last of doubled keys and ignores
 * unknown ones, as uWSGI does; but its numbers must be numbers. Which packets are used at all is for `packet.ts`.
 */
import { isSameMac, MAC_LENGTH, macOf } from '../../crypto/legion-mac.js';
import { bytesOf, decodeDictionary, encodeDictionary, textOf, type Entry } from './dictionary.js';

export type Announcement = {
  readonly legion: string;
  readonly valor: number;
  /** Sender's clock, whole seconds. */
  readonly unix: number;
  /** 0, or when its lord hooks were done, seconds. */
  readonly lord: number;
  readonly name: string;
  readonly pid: number;
  /** 36 characters, one per byte, so that comparing them compares bytes. */
  readonly uuid: string;
  readonly checksum: bigint;
  readonly lordValor: number;
  /** NO_UUID while it votes for nobody. */
  readonly lordUuid: string;
  readonly scroll: string | null;
  readonly dead: boolean;
  /** What our own members tell each other; null from a real uWSGI node. `atMs`: the sender's clock, epoch ms. */
  readonly extension: { readonly seq: number; readonly atMs: number; readonly mac: string } | null;
};

/** What a `uuid` or `lord_uuid` counts as that is missing or not 36 bytes long. */
export const NO_UUID = '\0'.repeat(36);
export const MAX_VALOR = 0xffff;
/** A place for the MAC, until `writeMac`. */
export const NO_MAC = '0'.repeat(MAC_LENGTH);

const MAC_KEY = 'x-lc-mac';

/** The clear dictionary, to the byte as uWSGI writes it. */
export function encodeAnnouncement(announcement: Announcement): Buffer {
  const { scroll, extension, dead } = announcement;
  return encodeDictionary([
    text('legion', announcement.legion),
    number('valor', announcement.valor),
    number('unix', announcement.unix),
    number('lord', announcement.lord),
    text('name', announcement.name),
    number('pid', announcement.pid),
    { key: 'uuid', value: Buffer.from(announcement.uuid, 'latin1') },
    number('checksum', announcement.checksum),
    number('lord_valor', announcement.lordValor),
    { key: 'lord_uuid', value: Buffer.from(announcement.lordUuid, 'latin1') },
    ...(scroll === null ? [] : [text('scroll', scroll)]),
    ...(extension === null
      ? []
      : [
          number('x-lc-seq', extension.seq),
          number('x-lc-at', extension.atMs),
          { key: MAC_KEY, value: Buffer.from(extension.mac, 'latin1') },
        ]),
    ...(dead ? [number('dead', 1)] : []),
  ]);
}

const text = (key: string, value: string): Entry => ({ key, value: bytesOf(value) });
const number = (key: string, value: number | bigint): Entry => ({
  key,
  value: Buffer.from(value.toString(), 'latin1'),
});

/** The last value of each key, undecoded: some packets are dropped before their numbers are read. */
export type Fields = ReadonlyMap<string, Buffer>;
export type Unreadable = {
  readonly ok: false;
  readonly kind: 'dictionary' | 'number' | 'valor';
  readonly words: string;
};
export type Decoded = { readonly ok: true; readonly announcement: Announcement } | Unreadable;

/** Throws ProtocolError SCHEMA. */
export const readFields = (clear: Buffer): Fields =>
  new Map(decodeDictionary(clear).map(({ key, value }) => [key, value]));

export const textField = (fields: Fields, key: string): string => textOf(fields.get(key) ?? EMPTY);

/** 0 when it is missing, as uWSGI has it; null when it is anything but 1 to 19 digits. */
export function numberField(fields: Fields, key: string): bigint | null {
  const value = fields.get(key);
  if (!value) return 0n;
  if (value.length === 0 || value.length > 19) return null;
  let small = 0;
  for (const byte of value) {
    if (byte < 0x30 || byte > 0x39) return null;
    small = small * 10 + byte - 0x30;
  }
  return value.length < 16 ? BigInt(small) : BigInt(value.toString('latin1'));
}

export function uuidField(fields: Fields, key: string): string {
  const value = fields.get(key);
  return value?.length === NO_UUID.length ? value.toString('latin1') : NO_UUID;
}

/** Any clear text: an announcement, or why not. Neither its MAC nor its legion is looked at. */
export function decodeAnnouncement(clear: Buffer): Decoded {
  try {
    return announcementOf(readFields(clear));
  } catch (error) {
    return { ok: false, kind: 'dictionary', words: error instanceof Error ? error.message : '' };
  }
}

export function announcementOf(fields: Fields): Decoded {
  let bad: string | null = null;
  const big = (key: string): bigint => {
    const value = numberField(fields, key);
    if (value === null) bad ??= key;
    return value ?? 0n;
  };
  const small = (key: string): number => Number(big(key));
  const mac = fields.get(MAC_KEY);
  const announcement: Announcement = {
    legion: textField(fields, 'legion'),
    valor: small('valor'),
    unix: small('unix'),
    lord: small('lord'),
    name: textField(fields, 'name'),
    pid: small('pid'),
    uuid: uuidField(fields, 'uuid'),
    checksum: big('checksum'),
    lordValor: small('lord_valor'),
    lordUuid: uuidField(fields, 'lord_uuid'),
    scroll: fields.has('scroll') ? textField(fields, 'scroll') : null,
    dead: fields.has('dead'),
    extension: mac ? { seq: small('x-lc-seq'), atMs: small('x-lc-at'), mac: mac.toString('latin1') } : null,
  };
  if (bad !== null) return { ok: false, kind: 'number', words: `${String(bad)} is not 1 to 19 digits` };
  if (announcement.valor > MAX_VALOR)
    return { ok: false, kind: 'valor', words: `a valor of more than ${MAX_VALOR}` };
  return { ok: true, announcement };
}

const EMPTY = Buffer.alloc(0);

/**
 * What the MAC covers: the whole dictionary but the entry of the MAC. Were only what stands before it covered, a holder
 * of the cipher’s key alone could append entries that win over the first ones. Null with no such entry, or two.
 */
function macPlace(clear: Buffer): { covered: readonly Buffer[]; mac: Buffer } | null {
  let at = 0;
  let found: { covered: readonly Buffer[]; mac: Buffer } | null = null;
  for (const { key, value } of decodeDictionary(clear)) {
    const end = at + 4 + key.length + value.length;
    if (key === MAC_KEY) {
      if (found) return null;
      found = { covered: [clear.subarray(0, at), clear.subarray(end)], mac: value };
    }
    at = end;
  }
  return found;
}

/** Whether there is one MAC, and it is right. Throws ProtocolError SCHEMA. */
export function verifyMac(clear: Buffer, macKey: Buffer): boolean {
  const place = macPlace(clear);
  return place !== null && isSameMac(macOf(macKey, place.covered), place.mac.toString('latin1'));
}

/** Writes the MAC into its place; without an extension there is none and nothing happens. */
export function writeMac(clear: Buffer, macKey: Buffer): void {
  const place = macPlace(clear);
  if (place) place.mac.write(macOf(macKey, place.covered), 'latin1');
}
