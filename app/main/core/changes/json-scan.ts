/**
 * Looks through JSON text before it is parsed, for what JSON.parse does not tell: where a mistake stands, keys that
 * stand twice, keys that programs take for part of their own objects, and how deep it goes. One pass, no recursion.
 */
export type JsonFault =
  | { readonly code: 'json'; readonly line: number; readonly column: number; readonly word: string }
  | { readonly code: 'too-deep'; readonly limit: number }
  | { readonly code: 'forbidden-key' | 'duplicate-key'; readonly path: string }
  /** It would be sent as another number: too large, too exact, or a fraction that JSON writes as a whole number. */
  | { readonly code: 'number'; readonly path: string; readonly word: string; readonly sent: string };

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_FAULTS = 20;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPES = 'bfnrt"\\/';

type Level = { readonly keys: Set<string> | null; key: string };

/** Empty: the text is JSON, and none of its keys is doubled or forbidden. At most 20 faults; a syntax fault is the last. */
export function scanJson(text: string, maxDepth: number): JsonFault[] {
  const faults: JsonFault[] = [];
  const levels: Level[] = [];
  let at = 0;

  const broken = (word: string): JsonFault[] => {
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    return [...faults, { code: 'json', line, column: at - before.lastIndexOf('\n'), word }];
  };
  const skip = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at += 1;
  };
  const found = (): string => (at >= text.length ? 'the text ends' : `found ${JSON.stringify(text[at])}`);
  /** The end of the string that begins here, or -1 with `at` on the mistake. */
  const stringEnd = (): number => {
    let end = at + 1;
    for (; end < text.length; end += 1) {
      const char = text[end]!;
      if (char === '"') return end + 1;
      if (char < ' ') break;
      if (char !== '\\') continue;
      end += 1;
      if (text[end] === 'u' && /^[\da-fA-F]{4}$/.test(text.slice(end + 1, end + 5))) end += 4;
      else if (!ESCAPES.includes(text[end] ?? ' ')) break;
    }
    at = end;
    return -1;
  };
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const readKey = (level: Level): boolean => {
    const end = text[at] === '"' ? stringEnd() : -1;
    if (end < 0) return false;
    const key = JSON.parse(text.slice(at, end)) as string;
    at = end;
    level.key = key;
    const path = levels.map((each) => each.key).join('.');
    if (FORBIDDEN.has(key) && faults.length < MAX_FAULTS) faults.push({ code: 'forbidden-key', path });
    else if (level.keys?.has(key) && faults.length < MAX_FAULTS) faults.push({ code: 'duplicate-key', path });
    level.keys?.add(key);
    skip();
    if (text[at] !== ':') return false;
    at += 1;
    return true;
  };

  for (;;) {
    // A value begins here.
    skip();
    const char = text[at];
    if (char === '{' || char === '[') {
      if (levels.length >= maxDepth) return [...faults, { code: 'too-deep', limit: maxDepth }];
      const level: Level = { keys: char === '{' ? new Set() : null, key: '' };
      levels.push(level);
      at += 1;
      skip();
      if (text[at] !== (char === '{' ? '}' : ']')) {
        if (char === '{' && !readKey(level)) return broken(found());
        continue;
      }
    } else if (char === '"') {
      const end = stringEnd();
      if (end < 0) return broken(found());
      at = end;
    } else {
      const from = at;
      if (!take(NUMBER) && !take(WORD)) return broken(found());
      const word = text.slice(from, at);
      if (!survives(word) && faults.length < MAX_FAULTS)
        faults.push({
          ...{
            code: 'number',
            path: levels
              .map((each) => each.key)
              .filter(Boolean)
              .join('.'),
          },
          ...{ word: word.slice(0, 60), sent: JSON.stringify(Number(word)) },
        });
    }
    // A value has ended: what it stands in goes on or ends too.
    for (;;) {
      skip();
      const level = levels.at(-1);
      if (!level) return at < text.length ? broken(found()) : faults;
      const next = text[at];
      if (next === ',') {
        at += 1;
        skip();
        if (level.keys && !readKey(level)) return broken(found());
        break;
      }
      // The bracket of an empty one was not passed yet; of any other it is the same place.
      if (next !== (level.keys ? '}' : ']')) return broken(found());
      at += 1;
      levels.pop();
    }
  }
}

/** A word, or a number that means the same after it was read and written: 1e3 and 0.10 do; 1.0 would be a whole one. */
function survives(word: string): boolean {
  if (/^[a-z]/.test(word)) return true;
  const number = Number(word);
  const isWhole = !/[.eE]/.test(word);
  if (isWhole)
    return BigInt(word) === (Number.isSafeInteger(number) ? BigInt(number) : null) && word !== '-0';
  if (!Number.isFinite(number) || Object.is(number, -0)) return false;
  const digits = (text: string): string =>
    text
      .replace(/[eE].*$/, '')
      .replace(/[-.]/g, '')
      .replace(/^0+|0+$/g, '');
  if (digits(word) !== digits(String(number))) return false;
  return word.includes('.') ? !Number.isInteger(number) : true;
}
