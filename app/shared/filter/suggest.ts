/** What could stand where the cursor is: fields first, then the values this field has. Pure; the view draws it. */
import { FIELD_NAMES, fieldOf, isFieldName } from './fields.js';

/** `insert` replaces the text from `from` up to the cursor. `field` is set when a field is offered. */
export type Suggestion = { readonly insert: string; readonly label: string; readonly from: number };

const MAX = 8;

/**
 * Suggestions for the word that ends at `cursor`. `known` gives the values seen for free-text fields
 * (groups, versions, words, names), most common first.
 */
export function suggest(
  source: string,
  cursor: number,
  known: (field: string) => readonly string[],
): readonly Suggestion[] {
  const before = source.slice(0, cursor);
  const wordAt = /\S*$/.exec(before)?.index ?? cursor;
  const start = before[wordAt] === '-' ? wordAt + 1 : wordAt;
  const word = before.slice(start);
  const colon = word.indexOf(':');
  if (colon < 0) {
    const typed = word.toLowerCase();
    return FIELD_NAMES.filter((field) => field.startsWith(typed))
      .slice(0, MAX)
      .map((field) => ({ insert: `${field}:`, label: `${field}:`, from: start }));
  }
  const field = word.slice(0, colon).toLowerCase();
  if (!isFieldName(field)) return [];
  const spec = fieldOf(field);
  const from = start + Math.max(colon, word.lastIndexOf(',')) + 1;
  const typed = before.slice(from).toLowerCase();
  if (spec.kind === 'choice' || spec.kind === 'text') {
    const values = spec.kind === 'choice' ? spec.choices : known(field);
    return values
      .filter(
        (value) => value.toLowerCase().startsWith(typed.replace(/^"/, '')) && value.toLowerCase() !== typed,
      )
      .slice(0, MAX)
      .map((value) => ({
        insert: /[\s,"\\~]/.test(value) ? JSON.stringify(value) : value,
        label: value,
        from,
      }));
  }
  const examples = {
    duration: ['>30s', '>5m', '>2h', '<1d'],
    size: ['>200MB', '<1GB'],
    number: ['>0', '>10'],
  }[spec.kind];
  return examples
    .filter((value) => value.startsWith(typed) && value !== typed)
    .map((value) => ({ insert: value, label: value, from }));
}
