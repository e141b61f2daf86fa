/**
 * Wrapped hand-over of Vault tokens between consoles, version 2 of LegionIO's exchange: what the messages say, what of it
 * is signed, and every check with its reason. Pure: keys, times and chance come in. Who holds a token, and what is done
 * about a reason, is the services'. Rules VW1-VW9 are in docs/spec/vault.md.
 */
import * as z from 'zod';
import type { PublicKey } from '../crypto/public-key.js';
import { openText, sealText } from '../crypto/sealed-text.js';
import { isSignedBy, signText } from '../crypto/signature.js';
import { ProtocolError } from '../protocol/protocol-error.js';

/** How long a question is open, a wrapping token lives, clocks may differ, and one node waits for its next token. */
export const OPEN_MS = 60_000;
export const WRAP_TTL_S = 60;
/** A token that was made for another node lives no longer. */
export const MAX_TTL_S = 86_400;
/** A nonce is known as used for so long. */
const USED_MS = 600_000;
const MAX_USED = 5_000;
const MAX_OPEN = 20;
/** Vault tells whole seconds in `sys/health`, and how its clock stands was measured a while ago. */
const CREATED_ROOM_MS = 3_000;

const Nonce = z.string().regex(/^[0-9a-f]{32}$/);
const Signature = z.string().min(1).max(2_048);
export const Question = z.object({
  v: z.literal(2),
  nonce: Nonce,
  /** Epoch ms, by the asker's clock. */
  at: z.number().int(),
  signature: Signature,
});
export type Question = z.infer<typeof Question>;
export const Answer = z.object({
  v: z.literal(2),
  nonce: Nonce,
  sealed: z.string().max(32_768),
  signature: Signature,
});
export type Answer = z.infer<typeof Answer>;

/** Why what came was not used, as the asker tells the giver. */
export const FAILURES = ['used', 'path', 'time', 'other', 'held', 'unpinned', 'vault'] as const;
export type Failure = (typeof FAILURES)[number];
export const Failed = z.object({
  v: z.literal(2),
  nonce: Nonce,
  failed: z.enum(FAILURES),
  signature: Signature,
});
export type Failed = z.infer<typeof Failed>;

/** What is inside `sealed`. */
const Inside = z.object({
  wrapping: z.string().min(1).max(8_192),
  creationPath: z.string().max(1_024),
  accessor: z.string().min(1).max(256),
});
export type Inside = z.infer<typeof Inside>;

/** JSON, so that no name can end a field early. */
const signed = (kind: 'question' | 'answer' | 'failure', ...fields: readonly (string | number)[]): string =>
  JSON.stringify(['legion-console vault handover', 2, kind, ...fields]);

export type Asker = { readonly name: string; readonly fingerprint: string };
const questionText = ({ name, fingerprint }: Asker, { nonce, at }: Pick<Question, 'nonce' | 'at'>): string =>
  signed('question', 'push_vault_token', name, fingerprint, nonce, at);
type Between = { readonly giver: string; readonly asker: Asker };
const answerText = ({ giver, asker }: Between, { nonce, sealed }: Pick<Answer, 'nonce' | 'sealed'>): string =>
  signed('answer', 'receive_vault_token', giver, asker.name, asker.fingerprint, nonce, sealed);
const failureText = (
  { giver, asker }: { readonly giver: string; readonly asker: string },
  { nonce, failed }: Pick<Failed, 'nonce' | 'failed'>,
): string => signed('failure', 'fail_vault_token', giver, asker, nonce, failed);
/** What the sealed text is bound to, besides the signature. */
const aboutText = ({ giver, asker }: Between, nonce: string): string =>
  signed('answer', giver, asker.name, nonce);

/** `nonce`: 16 bytes of chance. */
export function makeQuestion(asker: Asker, privatePem: string, nonce: Uint8Array, at: number): Question {
  const parts = { nonce: Buffer.from(nonce).toString('hex'), at };
  return { v: 2, ...parts, signature: signText(privatePem, questionText(asker, parts)) };
}

export function makeAnswer(
  giver: { readonly name: string; readonly privatePem: string },
  asker: { readonly name: string; readonly key: PublicKey },
  nonce: string,
  inside: Inside,
  chance: Uint8Array,
): Answer {
  const between = { giver: giver.name, asker: { name: asker.name, fingerprint: asker.key.fingerprint } };
  const sealed = sealText(asker.key, JSON.stringify(inside), aboutText(between, nonce), chance);
  const signature = signText(giver.privatePem, answerText(between, { nonce, sealed }));
  return { v: 2, nonce, sealed, signature };
}

export function makeFailure(
  between: { readonly giver: string; readonly asker: string },
  privatePem: string,
  nonce: string,
  failed: Failure,
): Failed {
  return { v: 2, nonce, failed, signature: signText(privatePem, failureText(between, { nonce, failed })) };
}

/** VW2 Why a question is not answered. `key`: the one that is pinned for this name, or would have to be. */
export function whyNotAnswer(
  { nonce, at, signature }: Question,
  { name, key, now }: { readonly name: string; readonly key: PublicKey; readonly now: number },
): 'clock' | 'signature' | null {
  if (Math.abs(now - at) > OPEN_MS) return 'clock';
  const text = questionText({ name, fingerprint: key.fingerprint }, { nonce, at });
  return isSignedBy(key.key, text, signature) ? null : 'signature';
}

/** VW5 Why an answer is not opened. `pinned`: the key that is pinned for the giver's name; null: none is. */
export function whyNotOpen(
  answer: Answer,
  between: Between,
  pinned: PublicKey | null,
): 'unpinned' | 'signature' | null {
  if (pinned === null) return 'unpinned';
  return isSignedBy(pinned.key, answerText(between, answer), answer.signature) ? null : 'signature';
}

/** VW8 Whether the asker itself says so. */
export const isFailureOf = (
  { nonce, failed, signature }: Failed,
  between: { readonly giver: string; readonly asker: string },
  pinned: PublicKey,
): boolean => isSignedBy(pinned.key, failureText(between, { nonce, failed }), signature);

/** What was sealed to us. Throws ProtocolError CIPHER. */
export function openAnswer({ nonce, sealed }: Answer, between: Between, privatePem: string): Inside {
  const plain = openText(privatePem, sealed, aboutText(between, nonce));
  try {
    return Inside.parse(JSON.parse(plain));
  } catch {
    throw new ProtocolError('CIPHER', 'not what a giver seals');
  }
}

/** VW6 The paths at which tokens are made; one that was opened and wrapped again has another. */
const CREATION = /^auth\/token\/create(?:-orphan|\/[^/]+)$/;
/** A path that a wrapping token of ours may have. */
export const isCreationPath = (path: string): boolean => CREATION.test(path);

export function whyNotUnwrap(
  found: { readonly creationPath: string; readonly createdAt: number | null },
  expected: {
    readonly creationPath: string;
    readonly askedAt: number;
    /** Vault's clock minus ours; null: not known, then its clock may be off as much as a peer's. */
    readonly skewMs: number | null;
  },
): 'path' | 'time' | null {
  if (!isCreationPath(expected.creationPath) || found.creationPath !== expected.creationPath) return 'path';
  const room = expected.skewMs === null ? OPEN_MS : CREATED_ROOM_MS;
  const earliest = expected.askedAt + (expected.skewMs ?? 0) - room;
  return found.createdAt === null || found.createdAt < earliest ? 'time' : null;
}

/** The nonces that were answered, and when each node was: bounded in time and number. Times are steady ms. */
export function createAnswered() {
  const used = new Map<string, number>();
  const byNode = new Map<string, number>();
  const forget = (up: number): void => {
    for (const [nonce, at] of used) if (up - at >= USED_MS) used.delete(nonce);
    for (const [id, at] of byNode) if (up - at >= OPEN_MS) byNode.delete(id);
  };
  return {
    /** VW2 `node`: one key of one name. */
    whyNot(nonce: string, node: string, up: number): 'replayed' | 'often' | 'full' | null {
      forget(up);
      if (used.has(nonce)) return 'replayed';
      if (byNode.has(node)) return 'often';
      return used.size >= MAX_USED ? 'full' : null;
    },
    /** How long ago this nonce was answered; Infinity: never, or long ago. */
    ago: (nonce: string, up: number): number => up - (used.get(nonce) ?? -Infinity),
    add(nonce: string, node: string, up: number): void {
      used.set(nonce, up);
      byNode.set(node, up);
    },
    /** Nothing left us for it: it may ask again at once, by another question. */
    failed: (node: string): void => void byNode.delete(node),
  };
}

export type OwnQuestion = {
  /** Epoch ms. */
  readonly at: number;
  /** Of the key that we signed it with. */
  readonly fingerprint: string;
  /** Whose answer to it was looked at; null: nobody's. Each question has one answer. */
  readonly takenFrom: string | null;
};

/** Our own questions. Times are steady ms. */
export function createQuestions() {
  const open = new Map<string, OwnQuestion & { readonly up: number }>();
  return {
    put(nonce: string, question: Omit<OwnQuestion, 'takenFrom'>, up: number): void {
      open.set(nonce, { ...question, up, takenFrom: null });
      for (const oldest of open.keys()) {
        if (open.size <= MAX_OPEN) break;
        open.delete(oldest);
      }
    },
    /** VW5 null: it is none of ours, or too old. */
    find(nonce: string, up: number): OwnQuestion | null {
      const found = open.get(nonce);
      return found && up - found.up <= OPEN_MS ? found : null;
    },
    take(nonce: string, giver: string): void {
      const found = open.get(nonce);
      if (found) open.set(nonce, { ...found, takenFrom: giver });
    },
  };
}
