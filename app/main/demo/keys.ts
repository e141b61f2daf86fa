/**
 * Keys for nodes that do not exist: well-formed RSA public keys with a modulus of chance, since nobody has to decrypt
 * with them and ten thousand real pairs would take an hour. Who is pinned, new, changed or without a key is a story.
 */
import { createPublicKey } from 'node:crypto';
import type { Random } from '../ports/random.js';

const EXPONENT = 'AQAB';
const MODULUS_BYTES = 256;

/** A public key of 2048 bits, as SPKI PEM, that no private key belongs to. */
function madeUpKey(random: Random): string {
  const modulus = Buffer.from(random.bytes(MODULUS_BYTES));
  modulus[0] = (modulus[0] ?? 0) | 0x80;
  modulus[MODULUS_BYTES - 1] = (modulus[MODULUS_BYTES - 1] ?? 0) | 1;
  const jwk = { kty: 'RSA', n: modulus.toString('base64url'), e: EXPONENT };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}

export type DemoRole = 'pinned' | 'new' | 'changed' | 'missing' | 'asker';

/** What the story makes of the node at this place. */
export function demoRole(index: number, size: number): DemoRole {
  if (size <= 12) return ({ 4: 'missing', 6: 'changed', 9: 'new', 11: 'asker' } as const)[index] ?? 'pinned';
  if (index === size - 1) return 'asker';
  if (index === Math.floor(size * 0.3)) return 'missing';
  if (index === Math.floor(size * 0.4)) return 'changed';
  return index >= size - 12 ? 'new' : 'pinned';
}

export type DemoKeys = {
  /** The key that the node shows at present; null: it shows none. */
  readonly shown: (index: number, hasChanged: boolean) => string | null;
  /** Decisions on keys as they are kept: what somebody trusted before the demo began. */
  readonly pins: unknown;
};

export function createDemoKeys(names: readonly string[], random: Random, now: number): DemoKeys {
  const size = names.length;
  const keys = new Map<string, string>();
  const keyOf = (index: number, version: number): string => {
    const id = `${index}.${version}`;
    const known = keys.get(id) ?? madeUpKey(random);
    keys.set(id, known);
    return known;
  };
  const isPinned = (index: number): boolean => ['pinned', 'changed'].includes(demoRole(index, size));
  const at = now - 40 * 86_400_000;
  const decision = { what: 'trusted', at, verifiedBy: 'voice' };
  const kept = (pem: string) => ({ pem, firstSeenAt: at, lastSeenAt: at });
  return {
    shown: (index, hasChanged) => {
      const role = demoRole(index, size);
      return role === 'missing' ? null : keyOf(index, role === 'changed' && hasChanged ? 1 : 0);
    },
    pins: {
      version: 1,
      pins: names.flatMap((name, index) =>
        isPinned(index) ? [{ ...kept(keyOf(index, 0)), name, decision }] : [],
      ),
    },
  };
}
