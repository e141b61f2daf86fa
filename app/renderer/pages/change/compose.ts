/**
 * From the draft in the form to what is handed to the node, and what in the form cannot be handed over yet. The rules
 * of a change are the node's; here only what a field cannot hold is named. Pure but for the masked values.
 */
import type { ChangeHow, ChangeInput, ChangeKind, ChangeWhere } from '../../../shared/domain/change.js';
import { WaveSpec } from '../../../shared/domain/change.js';
import { writeCondition } from '../../../shared/filter/index.js';
import { newRow, type ChangeDraft, type RowType, type SettingRow } from '../../store/change-draft.js';
import { MASK, scalarsOf, unveil } from '../../store/veil.js';

/** `row`: of the form; `wave`: its place. The text is `change.problem.<code>`. */
export type Problem = {
  readonly step: 'what' | 'where' | 'how';
  readonly code:
    | 'extension'
    | 'version'
    | 'section'
    | 'key'
    | 'number'
    | 'object'
    | 'list'
    | 'twice'
    | 'again'
    | 'wave'
    | 'amount';
  readonly row?: number;
  readonly wave?: number;
  readonly field?: 'stopRegressed' | 'stopFailed' | 'atMost' | 'deadlineS';
  readonly path?: string;
};
export type Composed = { readonly input: ChangeInput; readonly problems: readonly Problem[] };

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

export function compose(kind: ChangeKind, draft: ChangeDraft): Composed {
  const what =
    kind === 'gem'
      ? {
          what: {
            kind,
            extension: draft.extension.trim(),
            version: draft.isPinned ? draft.version.trim() : null,
            reload: draft.reload,
          },
          problems: gemProblems(draft),
        }
      : composeSettings(draft);
  const how = composeHow(draft);
  return {
    input: { what: what.what, where: composeWhere(draft), how: how.how },
    problems: [...what.problems, ...how.problems],
  };
}

function gemProblems(draft: ChangeDraft): Problem[] {
  const isMissing = (value: string): boolean => value.trim() === '';
  return [
    ...(isMissing(draft.extension) ? [{ step: 'what', code: 'extension' } as const] : []),
    ...(draft.isPinned && isMissing(draft.version) ? [{ step: 'what', code: 'version' } as const] : []),
  ];
}

function composeSettings(draft: ChangeDraft) {
  const read = draft.mode === 'json' ? { text: draft.json, problems: [] } : composeRows(draft.rows);
  const { text, missing } = unveil(read.text);
  const again = missing.map((path): Problem => ({ step: 'what', code: 'again', path }));
  return {
    what: { kind: 'settings' as const, settings: text, restart: draft.restart },
    problems: [...read.problems, ...again],
  };
}

const isBlank = (row: SettingRow): boolean => row.section === '' && row.key === '' && row.value === '';

/** JSON written by hand, so that order and doubled keys stay what they are. */
export function composeRows(rows: readonly SettingRow[]): { text: string; problems: Problem[] } {
  const problems: Problem[] = [];
  const sections = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const row of rows) {
    if (isBlank(row)) continue;
    const wrong = (code: Problem['code']): void => void problems.push({ step: 'what', code, row: row.id });
    const [section, key] = [row.section.trim(), row.key.trim()];
    const path = `${section}\u0000${key}`;
    if (section === '') wrong('section');
    else if (key === '') wrong('key');
    else if (seen.has(path)) wrong('twice');
    seen.add(path);
    const token = tokenOf(row.type, row.value);
    if (token === null) wrong(row.type === 'number' || row.type === 'list' ? row.type : 'object');
    const lines = sections.get(section) ?? [];
    sections.set(section, lines);
    lines.push(`    ${JSON.stringify(key)}: ${token ?? 'null'}`);
  }
  const text = [...sections].map(
    ([name, lines]) => `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`,
  );
  return { text: text.length === 0 ? '{}' : `{\n${text.join(',\n')}\n}`, problems };
}

/** The value as JSON; null when it does not fit its type. */
function tokenOf(type: RowType, value: string): string | null {
  if (type === 'string' || value.startsWith(MASK)) return JSON.stringify(value);
  const typed = value.trim();
  switch (type) {
    case 'null':
      return 'null';
    case 'boolean':
      return typed === 'true' ? 'true' : 'false';
    case 'number':
      return NUMBER.test(typed) ? typed : null;
    case 'object':
    case 'list':
      return isJsonOf(type, typed) ? typed.replaceAll('\n', '\n    ') : null;
  }
}

function isJsonOf(type: 'object' | 'list', typed: string): boolean {
  try {
    const value: unknown = JSON.parse(typed);
    return typeof value === 'object' && value !== null && Array.isArray(value) === (type === 'list');
  } catch {
    return false;
  }
}

/** The same settings as rows, or why the form cannot show them as they are. */
export function rowsOf(
  json: string,
):
  | { readonly ok: true; readonly rows: SettingRow[] }
  | { readonly ok: false; readonly why: 'json' | 'section' | 'number' } {
  if (json.trim() === '') return { ok: true, rows: [newRow()] };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { ok: false, why: 'json' };
  }
  const isObject = (one: unknown): one is Record<string, unknown> =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!isObject(value) || Object.values(value).some((section) => !isObject(section)))
    return { ok: false, why: 'section' };
  // 1.0 is not 1 for a node, and a large number would be rounded.
  const isExact = scalarsOf(json).every(({ start, end }) => {
    const token = json.slice(start, end);
    return !/^-?\d/.test(token) || String(Number(token)) === token;
  });
  if (!isExact) return { ok: false, why: 'number' };
  const rows = Object.entries(value as Record<string, Record<string, unknown>>).flatMap(([section, keys]) =>
    Object.entries(keys).map(([key, each]) => newRow({ section, key, ...typed(each) })),
  );
  return { ok: true, rows: rows.length === 0 ? [newRow()] : rows };
}

function typed(value: unknown): { type: RowType; value: string } {
  if (typeof value === 'string') return { type: 'string', value };
  if (value === null) return { type: 'null', value: '' };
  if (typeof value === 'number' || typeof value === 'boolean')
    return { type: typeof value === 'number' ? 'number' : 'boolean', value: String(value) };
  return { type: Array.isArray(value) ? 'list' : 'object', value: JSON.stringify(value, null, 2) };
}

/** Names as people paste them: one to a line, or parted by commas, semicolons and spaces. */
export const namesIn = (pasted: string): string[] =>
  [
    ...new Set(
      pasted
        .split(/[\s,;]+/)
        .map((name) => name.slice(0, 1024))
        .filter(Boolean),
    ),
  ].slice(0, 50_000);

/** The filter it stands for; null: names or all. */
export function filterOf(draft: ChangeDraft): string | null {
  if (draft.by === 'filter' || draft.by === 'view') return draft.filter;
  if (draft.by === 'group') return draft.group === '' ? '' : writeCondition('group', [draft.group]);
  return null;
}

function composeWhere(draft: ChangeDraft): ChangeWhere {
  const filter = filterOf(draft);
  const to: ChangeWhere =
    draft.by === 'all'
      ? { all: true }
      : filter === null
        ? { names: draft.by === 'selection' ? [...draft.selection] : namesIn(draft.pasted) }
        : // No filter at all would be everybody, and nobody said so.
          filter.trim() === ''
          ? { names: [] }
          : { filter };
  return {
    ...to,
    ...(draft.includeSelf && { includeSelf: true }),
    ...(draft.silent !== 'usual' && { silent: draft.silent }),
    ...(draft.unknown === 'send' && { unknown: 'send' as const }),
  };
}

function composeHow(draft: ChangeDraft): { how: ChangeHow; problems: Problem[] } {
  const problems: Problem[] = [];
  const amount = (
    field: NonNullable<Problem['field']>,
    least: number,
    most: number,
    whole = true,
  ): number => {
    const value = Number(draft[field].trim().replace(',', '.'));
    const isGood =
      draft[field].trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!isGood) problems.push({ step: 'how', code: 'amount', field });
    return isGood ? value : least;
  };
  const deadlineS = amount('deadlineS', 1, 86_400, false);
  if (draft.isBroadcast && draft.by === 'all') return { how: { mode: 'broadcast', deadlineS }, problems };
  draft.waves.forEach((wave, index) => {
    if (!WaveSpec.safeParse(wave).success || /^0+%?$/.test(wave.size))
      problems.push({ step: 'how', code: 'wave', wave: index });
  });
  const regressed = amount('stopRegressed', 1, 1_000_000);
  const failedShare = amount('stopFailed', 0, 100, false) / 100;
  const atMost = amount('atMost', 1, 10_000);
  const waves = draft.waves.filter((wave) => WaveSpec.safeParse(wave).success);
  return {
    how: {
      mode: 'addressed',
      ...(waves.length > 0 && { waves: [...waves] }),
      stop: { regressed, failedShare },
      atMost,
      deadlineS,
      // Its field is not there with one wave.
      ...(waves.length > 1 && draft.canary.trim() !== '' && { canary: draft.canary.trim() }),
    },
    problems,
  };
}
