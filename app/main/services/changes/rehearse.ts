/**
 * The rehearsal of a change: what would be sent, to whom, against which values, and what has to be confirmed. Sends
 * nothing and keeps nothing; the start of a run goes through the same steps, so that what was looked at is what is sent.
 */
import type {
  ChangeCheck,
  ChangeInput,
  ChangeWhere,
  CheckNote,
  DiffRow,
} from '../../../shared/domain/change.js';
import { confirmFor } from '../../../shared/domain/reach.js';
import { earlyRest, restLast } from '../../../shared/domain/waves.js';
import { FIELD_NAMES } from '../../../shared/filter/fields.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import { isUnbound } from '../../core/protocol/bus/topology.js';
import type { History, Knowledge, Known } from '../../core/changes/knowledge.js';
import { fallingLegions, orderTargets, planWaves, spreadLegions } from '../../core/changes/plan.js';
import {
  isSecretPath,
  MASK,
  maskAt,
  readWhat,
  restarts,
  shownWhat,
  type Sections,
  type What,
} from '../../core/changes/what.js';
import { changeBody } from '../../core/protocol/bus/change-messages.js';
import type { ChangeSettings, Cluster } from './types.js';

export type Rehearsal = {
  readonly check: ChangeCheck;
  readonly what: What | null;
  /** Places of targets that have every value already. */
  readonly same: readonly number[];
};

const DEFAULTS = {
  settings: { atMost: 1_000, deadlineS: 60 },
  gem: { atMost: 20, deadlineS: 300 },
} as const;
export const DEFAULT_STOP = { regressed: 2, failedShare: 0.05 };
const MAX_BEFORE = 10;
const MAX_NAMED = 5;
const MAX_LISTED = 200;
/** A word before a colon, as conditions of a filter begin; names of nodes rarely do. */
const FILTER_LIKE = /^-?[a-z]+:/i;

const note = (severity: CheckNote['severity'], code: string, facts: CheckNote['facts'] = {}): CheckNote => ({
  severity,
  code,
  facts,
});

export type RehearseDeps = {
  readonly settings: ChangeSettings;
  readonly cluster: Cluster;
  readonly knowledge: (what: What) => Promise<Knowledge>;
  readonly isBusy: (name: string, kind: What['kind']) => boolean;
};

export async function rehearse(input: ChangeInput, deps: RehearseDeps, at: number): Promise<Rehearsal> {
  const { settings, cluster } = deps;
  const how = input.how ?? {};
  const { what, notes } = readWhat(input.what);
  if (settings.profile.readOnly) notes.unshift(note('error', 'read-only'));
  const where = resolveTargets(input.where, settings.name, cluster);
  notes.push(...where.notes);
  const isBroadcast = how.mode === 'broadcast';
  if (isBroadcast && input.where.all !== true) notes.push(note('error', 'broadcast-some'));
  if (how.waves && earlyRest(how.waves) >= 0)
    notes.push(note('error', 'waves-rest', { word: restLast(how.waves) }));
  const { canary: wished } = how;
  const waveCount = isBroadcast ? 1 : (how.waves?.length ?? 1);
  if (wished !== undefined && !where.names.includes(wished))
    notes.push(note('error', 'canary-unknown', { name: wished }));
  const leading = cluster.lords();
  const { names: ordered, canary } = orderTargets(
    where.names,
    { look: cluster.look, lords: leading },
    {
      waves: waveCount,
      canary: wished !== undefined && where.names.includes(wished) ? wished : undefined,
    },
  );
  const legions = what && restarts(what) ? cluster.legions() : [];
  const wanted = planWaves(isBroadcast ? undefined : how.waves, ordered.length);
  const { names, waves, added } = isBroadcast
    ? { names: ordered, waves: wanted, added: 0 }
    : spreadLegions(ordered, wanted, { legions, lords: leading });
  const isAlone = waveCount < 2 || waves.length < 2;
  if (isAlone && wished !== undefined && names.length > 1 && names.includes(wished))
    notes.push(note('warning', 'canary-alone', { name: wished }));
  if (added > 0) notes.push(note('note', 'legion-waves', { count: added }));
  for (const name of fallingLegions(names, legions, isBroadcast))
    notes.push(note('warning', 'legion-quorum', { name }));
  if (isBroadcast)
    notes.push(
      note('warning', 'broadcast', {
        count: names.filter((name) => isUnbound(cluster.look(name)?.version)).length,
      }),
    );
  const busy = what ? names.filter((name) => deps.isBusy(name, what.kind)) : [];
  if (busy.length > 0) notes.push(note('warning', 'busy', { count: busy.length, name: busy[0]! }));
  const knowledge = what && (await deps.knowledge(what));
  const compared = what && knowledge ? compare(what, names, knowledge) : null;
  for (const row of compared?.diff ?? [])
    if (row.lost.length > 0 || replacesObject(what, row)) notes.push(replaced(row));
  const lords = names.filter((name) => leading.has(name));
  const defaults = DEFAULTS[input.what.kind];
  return {
    what,
    same: compared?.same ?? [],
    check: {
      at,
      what: what && shownWhat(what),
      notes,
      diff: compared?.diff ?? [],
      targets: {
        names,
        unknown: where.unknown,
        excluded: where.excluded,
        silent: where.silent,
        lords,
        change: names.length - (compared?.same.length ?? 0) - (compared?.unknown ?? 0),
        noChange: compared?.same.length ?? 0,
        unknownBefore: compared?.unknown ?? 0,
      },
      waves,
      canary,
      rollback: { possible: compared?.known ?? 0, partly: compared?.partly ?? 0, of: names.length },
      atMost: how.atMost ?? defaults.atMost,
      deadlineS: how.deadlineS ?? defaults.deadlineS,
      confirm: confirmFor({
        nodes: names.length,
        profile: settings.profile,
        isBroadcast,
        restarts: what !== null && restarts(what),
        hasLord: lords.length > 0,
        secondPerson: settings.secondPerson,
      }),
      bytes: what ? changeBody(what).length : 0,
    },
  };
}

type Targets = Pick<ChangeCheck['targets'], 'names' | 'unknown' | 'excluded' | 'silent'> & {
  readonly notes: CheckNote[];
};

/** To whom: names as given, or what a filter finds; without ourselves, without the silent, unless that is wanted. */
export function resolveTargets(where: ChangeWhere, self: string, cluster: Cluster): Targets {
  const notes: CheckNote[] = [];
  const ways = [where.names, where.filter, where.all === true ? true : undefined].filter(
    (way) => way !== undefined,
  );
  const given = where.names ? [...new Set(where.names)] : null;
  let wanted: readonly string[] = [];
  if (ways.length !== 1) notes.push(note('error', 'where'));
  else if (given) wanted = given;
  else if (where.filter !== undefined) {
    const found = cluster.find(where.filter);
    if ('problem' in found) notes.push(note('error', 'filter', { word: found.problem }));
    else wanted = found;
  } else wanted = cluster.names();

  const unknown = wanted.filter((name) => !cluster.isKnown(name));
  const sendsUnknown = where.unknown === 'send';
  if (unknown.length > 0) {
    const typed = unknown.find((name) => FILTER_LIKE.test(name));
    const facts = {
      count: unknown.length,
      name: typed ?? unknown[0]!,
      filters: typed === undefined ? 'none' : FIELD_NAMES.map((field) => `${field}:`).join(', '),
      names: unknown.slice(0, MAX_NAMED).join(', '),
      nearest: nearest(unknown[0]!, cluster.names()),
    };
    notes.push(
      note(sendsUnknown ? 'warning' : 'error', sendsUnknown ? 'names-unknown-sent' : 'names-unknown', facts),
    );
  }
  const sendsSilent = (where.silent ?? (given ? 'send' : 'skip')) === 'send';
  const excluded: Targets['excluded'] = [];
  const silent: string[] = [];
  const names = wanted.filter((name) => {
    if (name === self && where.includeSelf !== true && !given) {
      excluded.push({ name, why: 'self' });
      return false;
    }
    if (!cluster.isKnown(name)) return sendsUnknown;
    const state = cluster.look(name)?.state;
    if (state !== 'silent' && state !== 'left' && state !== 'unheard') return true;
    if (sendsSilent) silent.push(name);
    else excluded.push({ name, why: state === 'left' ? 'left' : 'silent' });
    return sendsSilent;
  });
  const left = excluded.filter(({ why }) => why !== 'self');
  if (left.length > 0)
    notes.push(note('warning', 'silent-skipped', { count: left.length, name: left[0]!.name }));
  if (silent.length > 0)
    notes.push(note('warning', 'silent-sent', { count: silent.length, name: silent[0]! }));
  if (left.length < excluded.length) notes.push(note('note', 'self-skipped'));
  if (names.length === 0 && !notes.some(({ severity }) => severity === 'error'))
    notes.push(note('error', 'nobody'));
  return { names, unknown: unknown.slice(0, MAX_LISTED), excluded, silent, notes };
}

/** The known name that a mistyped one most likely meant, or `none`. */
function nearest(typed: string, names: readonly string[]): string {
  const lower = typed.toLowerCase();
  const digitless = lower.replace(/\d+/g, '#');
  return (
    names.find((name) => name.toLowerCase() === lower) ??
    names.find((name) => name.toLowerCase().startsWith(lower)) ??
    names.find((name) => name.toLowerCase().replace(/\d+/g, '#') === digitless) ??
    'none'
  );
}

/** What is certain: our own pushes, and our own settings. What others push can be made up by anybody. */
const isSure = ({ source }: Known, { isOwn }: History): boolean => isOwn || source === 'your-push';

/** Nodes: by index those that have it all already, how many may have it, of how many something or some is known. */
type Compared = { diff: DiffRow[]; same: number[]; unknown: number; known: number; partly: number };

function compare(what: What, names: readonly string[], knowledge: Knowledge): Compared {
  return what.kind === 'settings'
    ? compareSettings(what.settings, what.restart, names, knowledge)
    : compareGem(what, names, knowledge);
}

function compareGem(
  what: Extract<What, { kind: 'gem' }>,
  names: readonly string[],
  knowledge: Knowledge,
): Compared {
  const row = createRow(what.extension, JSON.stringify(what.version ?? 'newest'), false);
  let known = 0;
  for (const name of names) {
    const before = knowledge.gem(name, what.extension);
    const isSureOf = before.value !== undefined && before.source === 'your-push';
    if (isSureOf) known += 1;
    const shown = before.value === undefined ? null : JSON.stringify(before.value);
    row.add(before, shown, isSureOf ? before.value === what.version : null, 1);
  }
  return { diff: [row.done()], same: [], unknown: names.length - known, known, partly: 0 };
}

/** Of nodes that are known alike. */
type Fact = { hasAll: boolean; differs: boolean; isKnown: boolean; isUnsure: boolean; isPartly: boolean };

/** By groups of nodes that are known alike, since there are few of those and many nodes. */
function compareSettings(
  settings: Sections,
  restart: boolean,
  names: readonly string[],
  knowledge: Knowledge,
): Compared {
  const groups = new Map<History, number[]>();
  names.forEach((name, index) => {
    const history = knowledge.historyOf(name);
    const group = groups.get(history);
    if (group) group.push(index);
    else groups.set(history, [index]);
  });
  const facts = new Map<History, Fact>(
    [...groups.keys()].map((each) => [
      each,
      { hasAll: !restart, differs: false, isKnown: false, isUnsure: false, isPartly: false },
    ]),
  );
  const diff: DiffRow[] = [];
  for (const [section, values] of Object.entries(settings))
    for (const [key, after] of Object.entries(values)) {
      const text = JSON.stringify(after);
      const shown = (value: unknown): string => JSON.stringify(maskAt(section, key, value));
      const row = createRow(`${section}.${key}`, shown(after), isSecretPath(section, key, after));
      for (const [history, indexes] of groups) {
        const before = history.value(section, key);
        const isEqual = before.value !== undefined && JSON.stringify(before.value) === text;
        const fact = facts.get(history)!;
        const sure = isSure(before, history);
        if (!sure || !isEqual) fact.hasAll = false;
        if (!sure) fact.isUnsure = true;
        else if (!isEqual) fact.differs = true;
        // What is known of it can be sent back; the rest stays as it is.
        if (sure && before.value !== undefined) fact.isKnown = true;
        else fact.isPartly = true;
        const words = before.isMasked ? MASK : before.value === undefined ? null : shown(before.value);
        row.add(before, words, sure ? isEqual : null, indexes.length);
        if (isJsonObject(before.value) && isJsonObject(after))
          row.lose(Object.keys(before.value).filter((inner) => !Object.hasOwn(after, inner)));
      }
      diff.push(row.done());
    }
  const count = (test: (fact: Fact) => boolean): number =>
    [...groups].reduce(
      (sum, [history, indexes]) => sum + (test(facts.get(history)!) ? indexes.length : 0),
      0,
    );
  const same = [...groups].flatMap(([history, indexes]) => (facts.get(history)!.hasAll ? indexes : []));
  return {
    diff,
    same: same.sort((a, b) => a - b),
    // One value that surely differs is enough to know that it changes.
    unknown: count(({ isUnsure, differs }) => isUnsure && !differs),
    known: count(({ isKnown }) => isKnown),
    partly: count(({ isKnown, isPartly }) => isKnown && isPartly),
  };
}

function createRow(path: string, after: string, masked: boolean) {
  const groups = new Map<string, DiffRow['before'][number]>();
  const lost = new Set<string>();
  const seen = { equal: 0, other: 0, unknown: 0 };
  return {
    /** `shown`: the value as JSON text, masked; null: it is not known. `isEqual`: null where it is a guess at best. */
    add(before: Known, shown: string | null, isEqual: boolean | null, nodes: number): void {
      seen[isEqual === null ? 'unknown' : isEqual ? 'equal' : 'other'] += nodes;
      const id = `${before.source} ${shown}`;
      const group = groups.get(id);
      if (group) group.nodes += nodes;
      else groups.set(id, { value: shown, source: before.source, at: before.at, nodes });
    },
    lose: (keys: readonly string[]): void => keys.forEach((each) => lost.add(each)),
    done: (): DiffRow => ({
      ...{ path, after, masked },
      before: [...groups.values()].sort((a, b) => b.nodes - a.nodes).slice(0, MAX_BEFORE),
      effect:
        seen.equal + seen.other === 0
          ? 'unknown'
          : seen.equal === 0
            ? 'change'
            : seen.other + seen.unknown === 0
              ? 'no-change'
              : 'mixed',
      lost: [...lost].slice(0, MAX_LISTED),
    }),
  };
}

function replacesObject(what: What | null, row: DiffRow): boolean {
  return what?.kind === 'settings' && row.after.startsWith('{');
}
const replaced = ({ path, lost }: DiffRow): CheckNote =>
  note('warning', 'replaces-object', {
    path,
    lost: lost.length === 0 ? 'none' : lost.slice(0, MAX_NAMED).join(', '),
  });
