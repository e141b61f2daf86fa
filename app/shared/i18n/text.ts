/**
 * A key and its values become a sentence. Messages are parsed once and kept; they must be whole sentences,
 * since word order belongs to the language. Tags as in `<to-silent>12 are silent</to-silent>` mark stretches
 * that a view turns into links: see `parts`.
 */
import { IntlMessageFormat } from 'intl-messageformat';
import { en, type TextKey } from './en.js';

export type { TextKey } from './en.js';
export type Values = Readonly<Record<string, string | number>>;
/** A stretch of a sentence: plain, or marked with the tag that names it. */
export type Part = string | { readonly tag: string; readonly text: string };

export const LOCALE = 'en';

const parsed = new Map<TextKey, IntlMessageFormat>();
const tagNames = new Map<TextKey, readonly string[]>();

export const isTextKey = (key: string): key is TextKey => Object.hasOwn(en, key);

/** The message as plain text; tags vanish, what they enclose stays. */
export function text(key: TextKey, values: Values = {}): string {
  return parts(key, values)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('');
}

/** The message in stretches, so that a view can make links of the tagged ones. */
export function parts(key: TextKey, values: Values = {}): Part[] {
  const marks = Object.fromEntries(
    tagsOf(key).map((tag) => [
      `to-${tag}`,
      (chunks: readonly string[]): Part => ({ tag, text: chunks.join('') }),
    ]),
  );
  const out: unknown = messageOf(key).format({ ...values, ...marks } as Record<string, string>);
  return Array.isArray(out) ? (out as Part[]) : [String(out)];
}

function messageOf(key: TextKey): IntlMessageFormat {
  const known = parsed.get(key);
  if (known) return known;
  const message = new IntlMessageFormat(en[key], LOCALE);
  parsed.set(key, message);
  return message;
}

function tagsOf(key: TextKey): readonly string[] {
  const known = tagNames.get(key);
  if (known) return known;
  const tags = [...new Set([...en[key].matchAll(/<to-([a-z]+)>/g)].map((match) => match[1] ?? ''))];
  tagNames.set(key, tags);
  return tags;
}
