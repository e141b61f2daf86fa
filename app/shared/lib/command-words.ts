/** The words of a command that no shell reads, and the same words for one that does. */

/**
 * Words apart at blanks; quotes hold one together, also in its middle. Nothing is expanded. null: a quote is left open.
 */
export function wordsOf(text: string): string[] | null {
  const words: string[] = [];
  const word = /\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+)/y;
  while (word.lastIndex < text.trimEnd().length) {
    const found = word.exec(text)?.[1];
    if (found === undefined) return null;
    words.push(
      found.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
        double === undefined ? (single ?? '') : double.replace(/\\(["\\])/g, '$1'),
      ),
    );
  }
  return words;
}

/** For `/bin/sh`, which then does with them what is done without it; as it stands when a quote is left open. */
export function quoted(text: string): string {
  return (wordsOf(text) ?? [text])
    .map((word) => (/^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
