/**
 * Foreign text made safe to look at. What peers send may hold control characters, direction overrides or
 * nothing at all; each is replaced by a mark that can be seen, and the whole is cut. Markup is no concern
 * here: views insert text as text.
 */

/** Controls, separators, zero-width and direction characters, tags, lone surrogates. */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

/** The text with every invisible character written as ‹U+202E›, cut at `max` characters. */
export function visible(foreign: string, max = 300): string {
  const cut = foreign.length > max ? `${foreign.slice(0, max)}…` : foreign;
  return cut.replace(UNSEEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/** As `visible`, with line breaks and tabs kept: for raw messages and logs. */
export const visibleBlock = (foreign: string, max = 9000): string =>
  visible(
    foreign.replaceAll('\r\n', '\n').replace(/[\n\t]/g, (char) => (char === '\n' ? '\uF8FE' : '\uF8FF')),
    max,
  )
    .replaceAll('\uF8FE', '\n')
    .replaceAll('\uF8FF', '  ');

/** A long name cut in the middle, where names differ least: "averyveryl…name-114". */
export function cutMiddle(name: string, max: number): string {
  if (name.length <= max) return name;
  const head = Math.ceil((max - 1) / 2);
  return `${name.slice(0, head)}…${name.slice(name.length - (max - 1 - head))}`;
}
