/**
 * The one list of what never reaches a log: fields by their name, and passwords inside addresses wherever
 * they stand. Facts are copied, cut and made plain, so that what is written is what was meant.
 */
import { maskText } from '../../shared/lib/mask-text.js';

const SECRET_FIELD =
  /pass(word|phrase|wd)?$|secret|token(?!File)|authorization|cookie|private_?key|cluster_?key|credentials|^(pfx|p12|pem)$/i;
const MASK = '•••';
const MAX_DEPTH = 5;
const MAX_TEXT = 4000;
const MAX_ENTRIES = 100;

const redactText = (text: string): string =>
  maskText(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

/** A copy of the facts that may be written anywhere. */
export function redactFacts(facts: object): Record<string, unknown> {
  return copy(facts, 0) as Record<string, unknown>;
}

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Error) return copyError(value, depth);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => copy(entry, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, isSecret(key, entry) ? MASK : copy(entry, depth + 1)]),
  );
}

/** `secret: 'held'` and `tokens: 3` are facts; only texts and structures can hold a secret. */
const isSecret = (key: string, value: unknown): boolean =>
  SECRET_FIELD.test(key) && value !== null && value !== '' && ['string', 'object'].includes(typeof value);

function copyError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code: unknown = (error as { code?: unknown }).code;
  return {
    type: name,
    message: redactText(message),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(cause === undefined ? {} : { cause: copy(cause, depth + 1) }),
  };
}
