/** What is pushed, why a run is held and what a rehearsal found, as words; the same for window, log and command line. */
import type { CheckNote, Hold, ShownWhat } from '../domain/change.js';
import { isTextKey, text } from './text.js';
import { visible } from './visible.js';

const MAX_WORD = 300;

/** One line: `settings transport.pool and 2 more`, `lex-http 0.9.1`. */
export function whatText(what: ShownWhat): string {
  if (what.kind === 'gem')
    return text('what.gem', {
      extension: visible(what.extension, 80),
      version: visible(what.version ?? 'none', 40),
    });
  const [first] = what.keys;
  return text('what.settings', {
    key: visible(first ?? '', 80),
    count: what.keys.length,
    restart: what.restart ? 'yes' : 'no',
  });
}

export const holdText = (hold: Pick<Hold, 'why' | 'rule' | 'gate'>): string =>
  text(`hold.${hold.why}`, { wave: hold.gate ?? '', rule: hold.rule ?? 'failed' });

/** One finding of a rehearsal. Words of others that stand in it are made visible and cut. */
export function checkText({ code, facts }: Pick<CheckNote, 'code' | 'facts'>): string {
  const key = `check.${code}`;
  if (!isTextKey(key)) return visible(code, 60);
  const values: Record<string, string | number> = { lost: 'none', nearest: 'none', filters: 'none' };
  for (const [name, fact] of Object.entries(facts))
    values[name] = typeof fact === 'string' ? visible(fact, MAX_WORD) : fact;
  return text(key, values);
}
