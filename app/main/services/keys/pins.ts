/**
 * Decisions on keys at rest and as a file to carry: read at start, written after each decision. Texts from a file are
 * checked whole before anything is taken over.
 */
import * as z from 'zod';
import { VERIFIED_BY, type VerifiedBy } from '../../../shared/domain/key.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { readPublicKey, type PublicKey } from '../../core/crypto/public-key.js';
import type { Keyring, KeptPin } from '../../core/keyring/keyring.js';
import { readName } from '../../core/protocol/bus/name.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Clock } from '../../ports/clock.js';
import type { Store } from '../../ports/store.js';

const KeptPinSchema = z.object({
  name: z.string(),
  pem: z.string(),
  firstSeenAt: z.number(),
  lastSeenAt: z.number(),
  decision: z
    .object({
      what: z.enum(['trusted', 'refused', 'kept']),
      at: z.number(),
      verifiedBy: z.enum(VERIFIED_BY).nullable(),
    })
    .nullable(),
});
const Kept = z.object({ version: z.literal(1), pins: z.array(KeptPinSchema) });

const ExportedPin = z.object({
  name: z.string().min(1),
  fingerprint: z.string(),
  publicKey: z.string(),
  verifiedBy: z.enum(VERIFIED_BY),
  trustedAt: z.string(),
});
const Exported = z.object({ legionConsolePins: z.literal(1), pins: z.array(ExportedPin).max(20_000) });

/** All pins, with what a person needs to check them, as JSON text. */
export function exportPins(pins: readonly KeptPin[]): string {
  const out: z.infer<typeof Exported> = {
    legionConsolePins: 1,
    pins: pins.flatMap(({ name, fingerprint, pem, decision }) =>
      decision?.what === 'trusted'
        ? [
            {
              name,
              fingerprint,
              publicKey: pem,
              verifiedBy: decision.verifiedBy ?? 'unverified',
              trustedAt: new Date(decision.at).toISOString(),
            },
          ]
        : [],
    ),
  };
  return `${JSON.stringify(out, null, 2)}\n`;
}

/** Throws AppError KEY_IMPORT_INVALID with the place; nothing was taken over then. */
export async function importPins(
  keyring: Keyring,
  text: string,
  clock: Clock,
): Promise<{ added: number; known: number; contradicts: string[] }> {
  const bad = (words: string): AppError => new AppError('KEY_IMPORT_INVALID', words);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad('the file is not valid JSON');
  }
  const file = Exported.safeParse(parsed);
  if (!file.success) {
    const issue = file.error.issues[0];
    throw bad(`${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'not readable'}`);
  }
  const read: { name: string; key: PublicKey; verifiedBy: VerifiedBy }[] = [];
  for (const [index, pin] of file.data.pins.entries()) {
    try {
      const key = readPublicKey(pin.publicKey);
      if (key.fingerprint !== pin.fingerprint.replace(/\s|=+$/g, ''))
        throw bad(`pins.${index}: fingerprint and key do not belong together`);
      read.push({ name: readName(pin.name), key, verifiedBy: pin.verifiedBy });
    } catch (error) {
      if (error instanceof ProtocolError) throw bad(`pins.${index}: ${error.message}`);
      throw error;
    }
    await breathe(clock, index);
  }
  const at = clock.now();
  const fresh = new Set(read.map(({ name }) => name).filter((name) => !keyring.holders().has(name)));
  if (keyring.room() < fresh.size) throw bad(`${fresh.size} new names are more than can be kept`);
  const result = { added: 0, known: 0, contradicts: [] as string[] };
  for (const { name, key, verifiedBy } of read) {
    const before = keyring.pairOf(name, key.fingerprint)?.decision;
    if (before?.what === 'trusted') result.known += 1;
    // A person's refusal here outweighs a file; another pin is for a person to weigh.
    else if (before?.what === 'refused') result.contradicts.push(name);
    else if (keyring.pinOf(name)) result.contradicts.push(name);
    else {
      keyring.restore({
        name,
        key,
        firstSeenAt: at,
        lastSeenAt: at,
        decision: { what: 'trusted', at, verifiedBy },
      });
      keyring.trust(name, key.fingerprint, verifiedBy, at);
      result.added += 1;
    }
  }
  return result;
}

/** Reads what was decided before. Rejects with AppError STORE_UNREADABLE; decisions are never silently lost. */
export async function loadPins(
  store: Store,
  storeKey: string,
  keyring: Keyring,
  clock: Clock,
): Promise<void> {
  let value: unknown;
  try {
    value = await store.read(storeKey);
  } catch (cause) {
    throw new AppError('STORE_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  if (value === undefined) return;
  const kept = Kept.safeParse(value);
  if (!kept.success) throw new AppError('STORE_UNREADABLE', 'the kept decisions on keys cannot be read');
  for (const [index, { pem, ...pin }] of kept.data.pins.entries()) {
    keyring.restore({ ...pin, key: readPublicKey(pem) });
    await breathe(clock, index);
  }
}
/** Ten thousand keys take a second to parse; others have their turn in between. */
const SLICE = 100;
const breathe = (clock: Clock, index: number): Promise<void> | undefined =>
  index % SLICE === SLICE - 1 ? new Promise<void>((resolve) => void clock.after(0, resolve)) : undefined;

export const pinsAtRest = (keyring: Keyring): z.infer<typeof Kept> => ({
  version: 1,
  pins: keyring.atRest().map(({ fingerprint: _, ...pin }) => pin),
});
