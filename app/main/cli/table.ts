/**
 * Aligned plain text for a terminal. Every cell goes through `visible`: what a peer sent is text here, and
 * never a colour, a cursor movement or a line of its own.
 */
import { visible } from '../../shared/i18n/index.js';

const GAP = '  ';
const MAX_CELL = 120;

/** Rows below a heading; columns as wide as their widest cell, the last one ragged. Cells of `right` to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const shown = [head, ...rows].map((row) => row.map((cell) => visible(cell, MAX_CELL)));
  const widths = head.map((_, column) =>
    shown.reduce((width, row) => Math.max(width, widthOf(row[column] ?? '')), 0),
  );
  return shown
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, right.includes(column)))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Two columns, a name and its value each. */
export function fields(pairs: readonly (readonly [string, string])[]): string {
  const width = pairs.reduce((max, [name]) => Math.max(max, widthOf(name)), 0);
  return pairs.map(([name, value]) => `${pad(name, width, false)}${GAP}${visible(value, 1000)}`).join('\n');
}

/** As it has to be typed in a shell. */
export const shellWord = (word: string): string =>
  /^[\w.@%+-]+$/.test(word) ? word : `'${visible(word, 80).replaceAll("'", "'\\''")}'`;

const pad = (cell: string, width: number, toRight: boolean): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return toRight ? space + cell : cell + space;
};

/** Columns a terminal gives to the text: two for wide characters, none for combining ones. */
function widthOf(cell: string): number {
  let width = 0;
  for (const char of cell) {
    if (/\p{Mark}/u.test(char)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return width;
}
