/**
 * The filter language of the node list, from text to conditions:
 *
 *   filter    := condition*                            all of them must hold
 *   condition := ['-'] field ':' value (',' value)*    one of the values must hold
 *              | ['-'] field ':' ('>'|'<'|'>='|'<=') number [unit]
 *              | ['-'] text                            part of the name
 *   value     := ['~'] (word | '"' … '"')              with ~: a pattern of * and ?
 *
 * Any text either gives a filter or says where it stops making sense.
 */
import { text as say } from '../i18n/text.js';
import { visible } from '../i18n/visible.js';
import { FIELD_NAMES, fieldOf, isFieldName, UNITS, type FieldName } from './fields.js';

export type Value = { readonly text: string; readonly isPattern: boolean };
export type Comparison = '>' | '<' | '>=' | '<=';

/** One condition, with its place in the text: from `at` up to `end`. */
export type Condition = { readonly at: number; readonly end: number; readonly negated: boolean } & (
  | { readonly kind: 'values'; readonly field: FieldName; readonly values: readonly Value[] }
  | { readonly kind: 'compare'; readonly field: FieldName; readonly op: Comparison; readonly than: number }
  | { readonly kind: 'text'; readonly text: string }
);

export type Filter = { readonly source: string; readonly conditions: readonly Condition[] };
export type ParsedFilter =
  | { readonly ok: true; readonly filter: Filter }
  | { readonly ok: false; readonly at: number; readonly message: string };

const MAX_LENGTH = 2000;

/** A place in the text where it stops making sense; caught in `parseFilter`. */
class Mistake extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a filter. `at` of a mistake counts UTF-16 units from the start, as text fields do. */
export function parseFilter(source: string): ParsedFilter {
  if (source.length > MAX_LENGTH) {
    return { ok: false, at: MAX_LENGTH, message: say('filter.error.long', { max: MAX_LENGTH }) };
  }
  const conditions: Condition[] = [];
  try {
    for (let at = skipSpace(source, 0); at < source.length;) {
      const condition = readCondition(source, at);
      conditions.push(condition);
      at = skipSpace(source, condition.end);
    }
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, at: error.at, message: error.message };
    throw error;
  }
  return { ok: true, filter: { source, conditions } };
}

/** The text of one condition, as it stands in the filter. */
export const conditionText = (filter: Filter, condition: Condition): string =>
  filter.source.slice(condition.at, condition.end);

/** The filter's text without this condition. */
export const withoutCondition = (filter: Filter, condition: Condition): string =>
  `${filter.source.slice(0, condition.at)}${filter.source.slice(condition.end)}`
    .replace(/ {2,}/g, ' ')
    .trim();

/** `field:value,value` with quotes where the language needs them. */
export const writeCondition = (field: FieldName, values: readonly string[]): string =>
  `${field}:${values.map(quoted).join(',')}`;

const quoted = (value: string): string =>
  value !== '' && !/[\s,"\\~<>]/.test(value) ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;

function readCondition(source: string, at: number): Condition {
  const negated = source[at] === '-' && at + 1 < source.length && !isSpace(source[at + 1]);
  const start = negated ? at + 1 : at;
  const colon = /^([a-zA-Z]+):/.exec(source.slice(start, start + 40));
  if (!colon) {
    const { text, end } = readWord(source, start, false);
    return { kind: 'text', at, end, negated, text: text.toLowerCase() };
  }
  const field = colon[1]?.toLowerCase() ?? '';
  if (!isFieldName(field)) {
    throw new Mistake(
      start,
      say('filter.error.field', { field: visible(field, 40), fields: FIELD_NAMES.join(', ') }),
    );
  }
  const valueAt = start + colon[0].length;
  if (valueAt >= source.length || isSpace(source[valueAt])) {
    throw new Mistake(valueAt, say('filter.error.missing', { field }));
  }
  const { kind } = fieldOf(field);
  return kind === 'choice' || kind === 'text'
    ? readValues(source, at, valueAt, negated, field)
    : readComparison(source, at, valueAt, negated, field, kind);
}

function readValues(source: string, at: number, from: number, negated: boolean, field: FieldName): Condition {
  const spec = fieldOf(field);
  const values: Value[] = [];
  let end = from;
  for (;;) {
    const isPattern = source[end] === '~';
    const valueAt = isPattern ? end + 1 : end;
    const word = readWord(source, valueAt, true);
    if (word.end === valueAt) throw new Mistake(valueAt, say('filter.error.missing', { field }));
    const value = spec.kind === 'choice' ? word.text.toLowerCase() : word.text;
    if (spec.kind === 'choice' && !isPattern && !spec.choices.includes(value)) {
      const values = spec.choices.join(', ');
      throw new Mistake(valueAt, say('filter.error.value', { value: visible(word.text, 40), field, values }));
    }
    values.push({ text: value, isPattern });
    end = word.end;
    if (source[end] !== ',') break;
    end += 1;
  }
  return { kind: 'values', at, end, negated, field, values };
}

function readComparison(
  source: string,
  at: number,
  from: number,
  negated: boolean,
  field: FieldName,
  kind: 'duration' | 'size' | 'number',
): Condition {
  const example = say(`filter.example.${kind}`);
  const { text, end } = readWord(source, from, false);
  const match = /^(>=|<=|>|<)(.*)$/s.exec(text);
  if (!match) throw new Mistake(from, say('filter.error.compare', { field, example }));
  const [, op = '', amount = ''] = match;
  const number = /^(\d{1,12}(?:\.\d{1,6})?)([a-zA-Z]*)$/.exec(amount);
  const unit = (number?.[2] ?? '').toLowerCase();
  const factor = Object.hasOwn(UNITS[kind], unit) ? UNITS[kind][unit] : undefined;
  if (!number || factor === undefined) {
    throw new Mistake(from + op.length, say('filter.error.number', { value: visible(amount, 40), example }));
  }
  return { kind: 'compare', at, end, negated, field, op: op as Comparison, than: Number(number[1]) * factor };
}

/** A bare word up to a space (or comma), or a quoted one with \" and \\ inside. */
function readWord(source: string, at: number, commaEnds: boolean): { text: string; end: number } {
  if (source[at] !== '"') {
    let end = at;
    while (end < source.length && !isSpace(source[end]) && !(commaEnds && source[end] === ',')) end += 1;
    return { text: source.slice(at, end), end };
  }
  let text = '';
  for (let i = at + 1; i < source.length; i += 1) {
    if (source[i] === '"') return { text, end: i + 1 };
    if (source[i] === '\\' && i + 1 < source.length) i += 1;
    text += source[i];
  }
  throw new Mistake(at, say('filter.error.quote'));
}

const isSpace = (char: string | undefined): boolean => char !== undefined && /\s/.test(char);

function skipSpace(source: string, from: number): number {
  let at = from;
  while (isSpace(source[at])) at += 1;
  return at;
}
