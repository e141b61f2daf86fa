/**
 * Secret-looking values in JSON that a person types: once entered, the text holds a numbered mask, `"••• 3"`, and the
 * value is kept apart, in memory only, until it is handed over. Works on text that is not finished yet. A mask moved
 * under a key that does not look secret gives nothing back: its value would then be shown.
 */
import { looksSecret } from '../../shared/lib/looks-secret.js';
import { maskText } from '../../shared/lib/mask-text.js';

export const MASK = '•••';

/** Mask as a JSON token to value as a JSON token. `anywhere`: it masks itself, as an address with a password in it. */
type Kept = { readonly raw: string; readonly anywhere: boolean };
const kept = new Map<string, Kept>();
let serial = 0;

export type Scalar = { readonly path: readonly string[]; readonly start: number; readonly end: number };

const WORD = /[^\s{}[\]:,"]+/y;
const COLON = /\s*:/y;

/** Every value that is no object or list, with the keys above it. Of broken text, as much as can be told. */
export function scalarsOf(text: string, above: readonly string[] = []): Scalar[] {
  const out: Scalar[] = [];
  const levels: string[] = [];
  let key = '';
  const pathHere = (): string[] =>
    [...above, ...levels, ...(key === '' ? [] : [key])].filter((one) => one !== '');
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? '';
    if (char === '{' || char === '[') {
      levels.push(key);
      key = '';
      at += 1;
    } else if (char === '}' || char === ']') {
      levels.pop();
      key = '';
      at += 1;
    } else if (char === ',') {
      // In a list the key above stays; in an object the next one is read anyway.
      key = '';
      at += 1;
    } else if (char === '"') {
      const end = stringEnd(text, at);
      COLON.lastIndex = end;
      if (COLON.test(text)) {
        key = wordOf(text.slice(at, end));
        at = COLON.lastIndex;
      } else {
        out.push({ path: pathHere(), start: at, end });
        at = end;
      }
    } else {
      WORD.lastIndex = at;
      const isWord = WORD.test(text);
      if (isWord) out.push({ path: pathHere(), start: at, end: WORD.lastIndex });
      at = isWord ? WORD.lastIndex : at + 1;
    }
  }
  return out;
}

/** Behind the closing quote; an open string ends with its line. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') return at + 1;
    if (char === '\n') return at;
    if (char === '\\') at += 1;
  }
  return text.length;
}

function wordOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token.replaceAll('"', '');
  }
}

export const isSecretPath = (path: readonly string[]): boolean => path.some(looksSecret);

/** The text with secret-looking values masked; the values are kept. Masks that stand there stay. */
export function veil(text: string, above: readonly string[] = []): string {
  return replace(text, above, (token, path) => {
    if (token.includes(MASK) || token === 'null' || token === 'true' || token === 'false') return token;
    if (isSecretPath(path)) return token === '""' ? token : keep(token, MASK, false);
    const word = token.startsWith('"') ? wordOf(token) : token;
    const masked = maskText(word);
    return masked === word ? token : keep(token, masked, true);
  });
}

function keep(raw: string, shown: string, anywhere: boolean): string {
  for (const [mask, one] of kept) if (one.raw === raw && one.anywhere === anywhere) return mask;
  serial += 1;
  const mask = JSON.stringify(shown.replaceAll(MASK, `${MASK} ${serial}`));
  kept.set(mask, { raw, anywhere });
  return mask;
}

/** The text with the values back in their places, and the paths of masks whose value is not here any more. */
export function unveil(text: string): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const whole = replace(text, [], (token, path) => {
    if (!token.includes(MASK)) return token;
    const one = kept.get(token);
    if (one && (one.anywhere || isSecretPath(path))) return one.raw;
    missing.push(path.join('.'));
    return token;
  });
  return { text: whole, missing };
}

/** Forgets every value; masks that stand in drafts have to be entered again. */
export const forgetVeiled = (): void => kept.clear();

function replace(
  text: string,
  above: readonly string[],
  make: (token: string, path: readonly string[]) => string,
): string {
  let out = '';
  let from = 0;
  for (const { path, start, end } of scalarsOf(text, above)) {
    const token = text.slice(start, end);
    const made = make(token, path);
    if (made === token) continue;
    out += text.slice(from, start) + made;
    from = end;
  }
  return out + text.slice(from);
}
