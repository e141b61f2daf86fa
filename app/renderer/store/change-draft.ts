/**
 * A change as it stands in its form, one draft of each kind, kept for this window only: nothing typed is lost on the
 * way to another page or by a reload. Secret-looking values are masked in it (see veil) and are not kept.
 */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  CHANGE_KINDS,
  type ChangeInput,
  type ChangeKind,
  type WaveSpec,
} from '../../shared/domain/change.js';
import { WAVE_PRESETS, type WavePreset } from '../../shared/domain/waves.js';
import { forgetVeiled } from './veil.js';

export const ROW_TYPES = ['string', 'number', 'boolean', 'object', 'list', 'null'] as const;
export type RowType = (typeof ROW_TYPES)[number];
export type SettingRow = {
  readonly id: number;
  readonly section: string;
  readonly key: string;
  readonly type: RowType;
  /** A text as it is; of other types its JSON. Masked where it looks secret. */
  readonly value: string;
};
export const WHERE_BY = ['all', 'view', 'filter', 'selection', 'names', 'group'] as const;
export type WhereBy = (typeof WHERE_BY)[number];

export type ChangeDraft = {
  readonly mode: 'form' | 'json';
  readonly rows: readonly SettingRow[];
  readonly json: string;
  /** The file or the run it was taken from. */
  readonly from: string;
  readonly restart: boolean;
  readonly extension: string;
  readonly version: string;
  readonly isPinned: boolean;
  readonly reload: boolean;
  readonly by: WhereBy;
  readonly view: string;
  readonly filter: string;
  readonly group: string;
  readonly selection: readonly string[];
  readonly pasted: string;
  readonly includeSelf: boolean;
  readonly silent: 'usual' | 'skip' | 'send';
  readonly unknown: 'refuse' | 'send';
  readonly isBroadcast: boolean;
  readonly preset: WavePreset | 'custom';
  readonly waves: readonly WaveSpec[];
  readonly stopRegressed: string;
  /** Per cent. */
  readonly stopFailed: string;
  readonly atMost: string;
  readonly deadlineS: string;
  readonly canary: string;
  readonly reason: string;
};

let nextRow = 1;
export const newRow = (row: Partial<SettingRow> = {}): SettingRow => ({
  section: '',
  key: '',
  type: 'string',
  value: '',
  ...row,
  id: nextRow++,
});

const emptyDraft = (kind: ChangeKind): ChangeDraft => ({
  mode: 'form',
  rows: [newRow()],
  json: '',
  from: '',
  restart: false,
  extension: '',
  version: '',
  isPinned: true,
  reload: true,
  by: 'all',
  view: '',
  filter: '',
  group: '',
  selection: [],
  pasted: '',
  includeSelf: false,
  silent: 'usual',
  unknown: 'refuse',
  isBroadcast: false,
  preset: 'careful',
  waves: WAVE_PRESETS.careful,
  stopRegressed: '2',
  stopFailed: '5',
  atMost: kind === 'gem' ? '20' : '1000',
  deadlineS: kind === 'gem' ? '300' : '60',
  canary: '',
  reason: '',
});

const keyOf = (kind: ChangeKind): string => `legion-console.change.${kind}`;
const MOST = 1_000_000;

/** Only what has the shape of an empty one is taken over. */
function readKept(kind: ChangeKind): Partial<ChangeDraft> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(keyOf(kind)) ?? '{}');
    const usual: Readonly<Record<string, unknown>> = emptyDraft(kind);
    if (typeof found !== 'object' || found === null) return {};
    const fits = Object.entries(found).filter(
      ([name, value]) =>
        Object.hasOwn(usual, name) &&
        typeof value === typeof usual[name] &&
        Array.isArray(value) === Array.isArray(usual[name]),
    );
    const draft = Object.fromEntries(fits) as Partial<ChangeDraft>;
    return { ...draft, ...(draft.rows ? { rows: draft.rows.map((row) => newRow(row)) } : {}) };
  } catch {
    return {};
  }
}

const stores = Object.fromEntries(
  CHANGE_KINDS.map((kind) => [
    kind,
    createStore<ChangeDraft>()(() => ({ ...emptyDraft(kind), ...readKept(kind) })),
  ]),
) as Readonly<Record<ChangeKind, StoreApi<ChangeDraft>>>;
/** What was in the form before another change was taken over, so that it can be brought back. */
const aside: Partial<Record<ChangeKind, ChangeDraft>> = {};

export const draftOf = (kind: ChangeKind): ChangeDraft => stores[kind].getState();
export const useChangeDraft = (kind: ChangeKind): ChangeDraft => useStore(stores[kind]);

export function setChangeDraft(kind: ChangeKind, change: Partial<ChangeDraft>): void {
  stores[kind].setState(change);
  try {
    const text = JSON.stringify(draftOf(kind));
    if (text.length <= MOST) sessionStorage.setItem(keyOf(kind), text);
    else sessionStorage.removeItem(keyOf(kind));
  } catch {
    // A full or forbidden store: the draft lives until the window closes.
  }
}

/** Begins anew; the values that were masked are forgotten. */
export function clearChangeDraft(kind: ChangeKind): void {
  forgetVeiled();
  setChangeDraft(kind, emptyDraft(kind));
}

const isTouched = (draft: ChangeDraft): boolean =>
  draft.json !== '' ||
  draft.extension !== '' ||
  draft.rows.some(({ key, value }) => key !== '' || value !== '');

export const hasAside = (kind: ChangeKind): boolean => aside[kind] !== undefined;
export function bringBack(kind: ChangeKind): void {
  const old = aside[kind];
  delete aside[kind];
  if (old) setChangeDraft(kind, old);
}

/** What an earlier one sent, with where and how left as they stand. */
export function takeWhat(what: ChangeInput['what'], from: string): void {
  if (isTouched(draftOf(what.kind))) aside[what.kind] = draftOf(what.kind);
  setChangeDraft(what.kind, { ...whatOf(what), from });
}

/** Another change taken over as the draft; secret-looking values come masked and are to be entered again. */
export function takeOver(input: ChangeInput, from: string): void {
  const { kind } = input.what;
  if (isTouched(draftOf(kind))) aside[kind] = draftOf(kind);
  setChangeDraft(kind, {
    ...emptyDraft(kind),
    ...whatOf(input.what),
    ...whereOf(input.where),
    ...howOf(input),
    from,
  });
}

const whatOf = (what: ChangeInput['what']): Partial<ChangeDraft> =>
  what.kind === 'settings'
    ? { mode: 'json', json: what.settings, restart: what.restart ?? false }
    : {
        extension: what.extension,
        version: what.version ?? '',
        isPinned: (what.version ?? null) !== null,
        reload: what.reload ?? true,
      };

function whereOf(where: ChangeInput['where']): Partial<ChangeDraft> {
  const to: Partial<ChangeDraft> = where.names
    ? { by: 'names', pasted: where.names.join('\n') }
    : where.filter === undefined
      ? { by: 'all' }
      : { by: 'filter', filter: where.filter };
  return {
    ...to,
    includeSelf: where.includeSelf ?? false,
    silent: where.silent ?? 'usual',
    unknown: where.unknown ?? 'refuse',
  };
}

function howOf({ what, how = {} }: ChangeInput): Partial<ChangeDraft> {
  const usual = emptyDraft(what.kind);
  const same = (preset: WavePreset): boolean =>
    JSON.stringify(WAVE_PRESETS[preset]) === JSON.stringify(how.waves ?? WAVE_PRESETS.once);
  return {
    isBroadcast: how.mode === 'broadcast',
    preset: (['careful', 'steady', 'once'] as const).find(same) ?? 'custom',
    waves: how.waves ?? WAVE_PRESETS.once,
    stopRegressed: String(how.stop?.regressed ?? usual.stopRegressed),
    stopFailed: how.stop ? String(Math.round(how.stop.failedShare * 1000) / 10) : usual.stopFailed,
    atMost: String(how.atMost ?? usual.atMost),
    deadlineS: String(how.deadlineS ?? usual.deadlineS),
    canary: how.canary ?? '',
  };
}
