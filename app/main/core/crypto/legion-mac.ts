/**
 * What our own members of a legion add to its packets, which have no integrity: a MAC by the whole secret, of which the
 * cipher uses only the first bytes. Where it stands in a packet is for the protocol.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export const MAC_LENGTH = 32;

export const deriveMacKey = (secret: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'legion-console announcement', 32));

/** Lower-case hexadecimal digits over all parts, as one text. */
export function macOf(key: Buffer, parts: readonly Buffer[]): string {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex').slice(0, MAC_LENGTH);
}

/** Takes as long for a MAC that is nearly right. */
export const isSameMac = (ours: string, theirs: string): boolean =>
  ours.length === theirs.length &&
  timingSafeEqual(Buffer.from(ours, 'latin1'), Buffer.from(theirs, 'latin1'));
