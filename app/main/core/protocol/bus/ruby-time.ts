/**
 * Ruby's default text of a time, as beats carry it: `2026-11-21 03:37:49 +0000` (LegionIO 1.4 and 1.9).
 * Read by hand: ten thousand of these come per second, and Date.parse leaves this form to the engine.
 */
const digits = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let i = from; i < to; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
};

// A fleet in one zone says the same second thousands of times.
let lastText = '';
let lastValue: number | null = null;

/** Epoch ms, or null when the text is not such a time. */
export function parseRubyTime(text: string): number | null {
  if (text === lastText) return lastValue;
  const value = parse(text);
  lastText = text;
  lastValue = value;
  return value;
}

function parse(text: string): number | null {
  if (text.length !== 25 || text[4] !== '-' || text[10] !== ' ' || text[19] !== ' ') return null;
  const sign = text[20] === '+' ? 1 : text[20] === '-' ? -1 : NaN;
  const offset = sign * (digits(text, 21, 23) * 60 + digits(text, 23, 25)) * 60_000;
  const utc = Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
  );
  const value = utc - offset;
  return Number.isFinite(value) ? value : null;
}

/** The same text in UTC, whole seconds. */
export function formatRubyTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000`;
}
