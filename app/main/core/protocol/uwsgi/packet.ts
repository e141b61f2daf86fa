/**
 * One datagram of a legion: four bytes in clear (109, the length of the clear dictionary, 0), then the dictionary,
 * encrypted. `openPacket` makes the checks of uWSGI in its order; what needs to know the other members (an unknown one
 * that is dead, replays) is for the election.
 */
import type { DropKind } from '../../../../shared/domain/legion.js';
import { invariant } from '../../../../shared/lib/assert.js';
import {
  announcementOf,
  encodeAnnouncement,
  MAX_VALOR,
  numberField,
  readFields,
  textField,
  uuidField,
  verifyMac,
  writeMac,
  type Announcement,
  type Fields,
} from './announcement.js';
import type { PacketCipher } from './cipher.js';

const HEADER = 4;
const MODIFIER = 109;

export type OpenContext = {
  readonly cipher: PacketCipher;
  readonly legion: string;
  /** Whose packets are our own when they come back; null while we only listen. */
  readonly self: {
    readonly name: string;
    readonly pid: number;
    readonly valor: number;
    readonly uuid: string;
  } | null;
  /** The uuids that were ours before: what we said under them may come back late. */
  readonly formerly?: ReadonlySet<string>;
  readonly nowS: number;
  readonly skewS: number;
  readonly maxFutureS: number;
};

/** `words` are for a log and hold nothing that was received. */
export type Dropped = { readonly ok: false; readonly kind: DropKind; readonly words: string };
export type Opened =
  { readonly ok: true; readonly announcement: Announcement; readonly clear: Buffer } | Dropped;

const dropped = (kind: DropKind, words: string): Dropped => ({ ok: false, kind, words });

/** The datagram. With `macKey`, the extension gets its MAC; without an extension there is no place for one. */
export function sealPacket(cipher: PacketCipher, announcement: Announcement, macKey: Buffer | null): Buffer {
  invariant(announcement.name !== '', 'an empty name hangs the stats server of uWSGI');
  invariant(announcement.valor >= 0 && announcement.valor <= MAX_VALOR, 'a valor has 16 bits');
  const clear = encodeAnnouncement(announcement);
  if (macKey) writeMac(clear, macKey);
  return sealClear(cipher, clear);
}

/** Any clear dictionary as a datagram. */
export function sealClear(cipher: PacketCipher, clear: Buffer): Buffer {
  const header = Buffer.from([MODIFIER, clear.length & 0xff, clear.length >> 8, 0]);
  return Buffer.concat([header, cipher.seal(clear)]);
}

/** Any bytes: an announcement to use, or why not. Never throws. */
export function openPacket(bytes: Buffer, context: OpenContext): Opened {
  if (bytes.length < HEADER) return dropped('short', 'fewer than 4 bytes');
  if (bytes[0] !== MODIFIER) return dropped('modifier', 'not a packet of a legion');
  const { cipher } = context;
  const body = bytes.subarray(HEADER);
  // The last block tells both; so a flood of large ones costs no more than one of small ones.
  const length = attempt(() => cipher.clearLength(body));
  if (length !== null && length !== bytes.readUInt16LE(1))
    return dropped('length', 'another length than its header says');
  const clear = length === null ? null : attempt(() => cipher.open(body));
  if (!clear) return dropped('decrypt', 'cannot be decrypted with the secret of this legion');
  const fields = attempt(() => readFields(clear));
  if (!fields) return dropped('dictionary', 'a cut entry or an empty key');
  const refused = refusedByFields(fields, context);
  if (refused) return refused;
  const decoded = announcementOf(fields);
  if (!decoded.ok) return decoded;
  const { announcement } = decoded;
  if (announcement.extension && !verifyMac(clear, cipher.macKey)) return dropped('mac', 'its MAC is wrong');
  return { ok: true, announcement, clear };
}

function refusedByFields(
  fields: Fields,
  { legion, self, formerly, nowS, skewS, maxFutureS }: OpenContext,
): Dropped | null {
  if (textField(fields, 'legion') !== legion) return dropped('legion', 'of another legion');
  const name = textField(fields, 'name');
  const uuid = uuidField(fields, 'uuid');
  if (
    self &&
    name === self.name &&
    numberField(fields, 'pid') === BigInt(self.pid) &&
    ((uuid === self.uuid && numberField(fields, 'valor') === BigInt(self.valor)) || formerly?.has(uuid))
  )
    return dropped('own', 'our own, come back');
  const unix = numberField(fields, 'unix');
  // No number is no time; it is dropped for that below.
  if (unix !== null && Number(unix) < nowS - skewS) return dropped('old', 'its time is too long ago');
  if (unix !== null && Number(unix) > nowS + maxFutureS) return dropped('future', 'its time is yet to come');
  return name === '' ? dropped('name', 'its name is empty') : null;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
