/**
 * The reverse of a run: to exactly those that took it, the values from before. What was there is known from earlier
 * pushes or given by a person; what is known by nobody is left alone, and said so.
 */
import type { CheckNote, RollbackInput } from '../../../shared/domain/change.js';
import type { Knowledge } from '../../core/changes/knowledge.js';
import { bodyFor, type Run } from '../../core/changes/run-state.js';
import { tookIt } from '../../core/changes/run-views.js';
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

/** `knowledge`: as of before the run. */
export function reverseOf(run: Run, given: RollbackInput, knowledge: Knowledge): Reverse {
  const fallback = readFallback(run, given);
  const notes = [...fallback.notes];
  const bodies: What[] = [];
  const places = new Map<string, number>();
  const names: string[] = [];
  const bodyOf: number[] = [];
  const without: string[] = [];
  const told = new Set<string>();
  for (const target of tookIt(run)) {
    const body = bodyFor(run, target);
    const back =
      body.kind === 'gem'
        ? reverseGem(body, target.name, run, fallback.what, knowledge)
        : reverseSettings(body.settings, target.name, fallback.what, knowledge, (code, path) => {
            if (told.has(`${code} ${path}`)) return;
            told.add(`${code} ${path}`);
            notes.push(note('warning', code, { path }));
          });
    if (!back) {
      without.push(target.name);
      continue;
    }
    const text = JSON.stringify(back);
    const place = places.get(text) ?? bodies.push(back) - 1;
    places.set(text, place);
    names.push(target.name);
    bodyOf.push(place);
  }
  if (without.length > 0) notes.push(note('warning', 'rollback-unknown', { count: without.length }));
  return { names, bodies, bodyOf, without, notes };
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
  run: Run,
  fallback: What | null,
  knowledge: Knowledge,
): What | null {
  const before = knowledge.gem(name, body.extension, run.plan.id).value;
  const version = typeof before === 'string' ? before : fallback?.kind === 'gem' ? fallback.version : null;
  return version === null ? null : { ...body, version };
}

function reverseSettings(
  settings: Sections,
  name: string,
  fallback: What | null,
  knowledge: Knowledge,
  tell: (code: string, path: string) => void,
): What | null {
  const given = fallback?.kind === 'settings' ? fallback.settings : {};
  const back: Record<string, Record<string, unknown>> = {};
  for (const [section, values] of Object.entries(settings))
    for (const key of Object.keys(values)) {
      const before = knowledge.setting(name, section, key);
      const isSure = before.source !== 'this-machine' || name === knowledge.self;
      const own = Object.hasOwn(given, section) ? given[section] : undefined;
      const said = own && Object.hasOwn(own, key) ? own[key] : undefined;
      const value = isSure && before.value !== undefined ? before.value : said;
      if (value !== undefined) (back[section] ??= {})[key] = value;
      else if (before.isMasked) tell('rollback-masked', `${section}.${key}`);
      else if (name === knowledge.self) tell('rollback-new', `${section}.${key}`);
    }
  return Object.keys(back).length === 0 ? null : { kind: 'settings', settings: back, restart: false };
}
