/**
 * The reverse of a run: to exactly those that took it, the values from before. What was there is known from earlier
 * pushes or given by a person; what is known by nobody is left alone, and said so.
 */
import type { CheckNote, RollbackInput } from '../../../shared/domain/change.js';
import type { History, Knowledge } from '../../core/changes/knowledge.js';
import { bodyFor, type Run } from '../../core/changes/run-state.js';
import { tookIt } from '../../core/changes/took.js';
import { readWhat, type Sections, type What } from '../../core/changes/what.js';

export type Reverse = {
  readonly names: string[];
  readonly bodies: What[];
  /** Index into `bodies` for each name. */
  readonly bodyOf: number[];
  /** Took it, and nothing is known to send back. */
  readonly without: string[];
  readonly notes: CheckNote[];
};

const note = (severity: CheckNote['severity'], code: string, facts: CheckNote['facts'] = {}): CheckNote => ({
  severity,
  code,
  facts,
});

/** `knowledge`: as of before its first attempt at each. Targets that are known alike get one body. */
export function reverseOf(run: Run, given: RollbackInput, knowledge: Knowledge): Reverse {
  const fallback = readFallback(run, given);
  const notes = [...fallback.notes];
  const bodies: What[] = [];
  const places = new Map<string, number>();
  const names: string[] = [];
  const bodyOf: number[] = [];
  const without: string[] = [];
  /** For `section.key`: to how many nothing goes back of it, and why. */
  const left = new Map<string, { code: string; path: string; count: number }>();
  const settingsFor = new Map<string, { back: What | null; misses: { code: string; path: string }[] }>();
  const ids = new Map<History, number>();

  const backOf = (
    body: What,
    name: string,
  ): { back: What | null; misses: { code: string; path: string }[] } => {
    if (body.kind === 'gem') return { back: reverseGem(body, name, fallback.what, knowledge), misses: [] };
    const history = knowledge.historyOf(name);
    const id = `${ids.get(history) ?? ids.set(history, ids.size).size - 1} ${run.plan.bodies.indexOf(body)}`;
    const there = settingsFor.get(id) ?? reverseSettings(body.settings, history, fallback.what);
    settingsFor.set(id, there);
    return there;
  };
  const placeOf = (back: What): number => {
    const text = JSON.stringify(back);
    const place = places.get(text) ?? bodies.push(back) - 1;
    places.set(text, place);
    return place;
  };
  const known = new Map<What, number>();
  let newer = 0;

  for (const target of tookIt(run)) {
    const { back, misses } = backOf(bodyFor(run, target), target.name);
    if (!back) {
      without.push(target.name);
      continue;
    }
    for (const { code, path } of misses) {
      const miss = left.get(`${code} ${path}`) ?? { code, path, count: 0 };
      miss.count += 1;
      left.set(`${code} ${path}`, miss);
    }
    const place = known.get(back) ?? placeOf(back);
    known.set(back, place);
    names.push(target.name);
    bodyOf.push(place);
    if (isNewer(back, target.name, knowledge)) newer += 1;
  }
  for (const { code, path, count } of left.values()) notes.push(note('warning', code, { path, count }));
  if (newer > 0) notes.push(note('warning', 'rollback-newer', { count: newer }));
  if (without.length > 0) notes.push(note('warning', 'rollback-unknown', { count: without.length }));
  return { names, bodies, bodyOf, without, notes };
}

/** What goes back goes over a later change, of ours or of somebody else. */
function isNewer(back: What, name: string, knowledge: Knowledge): boolean {
  if (back.kind === 'gem') return knowledge.isNewerGem(name, back.extension);
  return Object.entries(back.settings).some(([section, values]) =>
    Object.keys(values).some((key) => knowledge.isNewer(name, section, key)),
  );
}

function readFallback(
  run: Run,
  { settings, version }: RollbackInput,
): { what: What | null; notes: CheckNote[] } {
  const [body] = run.plan.bodies;
  if (body?.kind === 'settings' && settings !== undefined) return readWhat({ kind: 'settings', settings });
  if (body?.kind === 'gem' && version !== undefined)
    return readWhat({ kind: 'gem', extension: body.extension, version, reload: body.reload });
  return { what: null, notes: [] };
}

function reverseGem(
  body: Extract<What, { kind: 'gem' }>,
  name: string,
  fallback: What | null,
  knowledge: Knowledge,
): What | null {
  const { value, source } = knowledge.gem(name, body.extension);
  const isSure = typeof value === 'string' && source === 'your-push';
  const version = isSure ? value : fallback?.kind === 'gem' ? fallback.version : null;
  return version === null ? null : { ...body, version };
}

/** Only what we pushed ourselves is sent back; what others pushed can be made up by anybody. */
function reverseSettings(
  settings: Sections,
  history: History,
  fallback: What | null,
): { back: What | null; misses: { code: string; path: string }[] } {
  const given = fallback?.kind === 'settings' ? fallback.settings : {};
  const back: Record<string, Record<string, unknown>> = {};
  const misses: { code: string; path: string }[] = [];
  for (const [section, values] of Object.entries(settings))
    for (const key of Object.keys(values)) {
      const before = history.value(section, key);
      const isSure = before.source === 'your-push';
      const own = Object.hasOwn(given, section) ? given[section] : undefined;
      const said = own && Object.hasOwn(own, key) ? own[key] : undefined;
      const value = isSure && before.value !== undefined ? before.value : said;
      if (value !== undefined) (back[section] ??= {})[key] = value;
      else {
        const code = before.isMasked ? 'rollback-masked' : 'rollback-partial';
        misses.push({ code, path: `${section}.${key}` });
      }
    }
  if (Object.keys(back).length === 0) return { back: null, misses };
  return { back: { kind: 'settings', settings: back, restart: false }, misses };
}
