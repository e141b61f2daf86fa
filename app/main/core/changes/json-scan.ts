/**
 * Looks through JSON text before it is parsed, for what JSON.parse does not tell: where a mistake stands, keys that
 * stand twice, keys that programs take for part of their own objects, and how deep it goes. One pass, no recursion.
 */
export type JsonFault =
  | { readonly code: 'json'; readonly line: number; readonly column: number; readonly word: string }
  | { readonly code: 'too-deep'; readonly limit: number }
  | { readonly code: 'forbidden-key' | 'duplicate-key'; readonly path: string };

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
    } else if (!take(NUMBER) && !take(WORD)) return broken(found());
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
