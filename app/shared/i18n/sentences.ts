/**
 * Facts of the domain as sentences, the same for window, log and command line: events, needs, errors,
 * refusals, rows. What is missing among the facts is left out of the sentence. Names and words of peers go
 * through `visible`. Facts that sentences look at:
 *   node.recovered ms · node.troubled word · node.restarted pid · node.duplicate pids · node.flapping changes
 *   node.skew ms · heard.* message · bus.undecodable code · link.live address, outageMs
 *   link.lost and link.refused code · link.blocked reason · name.taken name, pid · session.* profile
 *   key.changed fingerprint · key.shared other · key.made bits · key.imported added · secret.held source
 *   run.* what, nodes, wave, waves, hold, rule, verified, failed, regressed · received.* what, policy
 *   legion.* legion, name, what, why, policy (a role, on or off)
 *   secret.refused-offer code · secret.policy policy · identity.* subject
 *   vault.* accessor, source, code, form, words · vault.revoke-failed ended · vault.ended, vault.replay and vault.handover-refused why
 */
import type { ConsoleEvent } from '../domain/event.js';
import { shortFingerprint } from '../domain/fingerprint.js';
import type { NodeState } from '../domain/node-state.js';
import type { Need } from '../domain/session.js';
import { formatAge, formatClock, formatDuration, formatSkew } from './format.js';
import { isTextKey, text, type TextKey, type Values } from './text.js';
import { visible } from './visible.js';

/** ICU `select` has no "absent"; this word stands for it. */
const NONE = 'none';

type Fact = string | number | boolean | null | undefined;
const shown = (fact: Fact): string =>
  fact === null || fact === undefined || fact === '' ? NONE : visible(String(fact));
const spoken = (fact: Fact, format: (ms: number) => string): string =>
  typeof fact === 'number' && Number.isFinite(fact) ? format(fact) : NONE;

/** The catalogue's word for a fact that is one of a few. */
const worded = (family: string, fact: Fact): string => {
  const key = `${family}.${String(fact)}`;
  return isTextKey(key) ? text(key) : shown(fact);
};

/** What happened, in one line. */
export function eventText(event: ConsoleEvent): string {
  const { facts } = event;
  const key = `event.${event.kind}`;
  const isLink = event.area === 'link';
  const reason =
    typeof facts['code'] === 'string'
      ? reasonText(facts['code'])
      : shown(facts['reason'] ?? facts['message']);
  const values: Values = {
    ...changeValues(facts),
    legion: shown(facts['legion']),
    count: event.count,
    name: shown(event.names[0] ?? facts['name']),
    others: Math.max(0, event.names.length - 1),
    group: event.count > 1 ? shown(event.group) : NONE,
    kind: visible(event.kind),
    word: typeof facts['word'] === 'string' ? wordText(facts['word'], 300) : shown(facts['word']),
    pid: shown(facts['pid']),
    pids: shown(facts['pids']),
    changes: shown(facts['changes']),
    message: shown(facts['message']),
    // The simulated cluster has no address.
    address: facts['address'] === 'memory' ? NONE : shown(facts['address']),
    profile: shown(facts['profile']),
    skew: spoken(facts['ms'], formatSkew),
    age: spoken(facts['ms'] ?? facts['outageMs'], formatDuration),
    fingerprint:
      typeof facts['fingerprint'] === 'string' ? shortFingerprint(visible(facts['fingerprint'])) : NONE,
    other: shown(facts['other']),
    bits: shown(facts['bits']),
    added: shown(facts['added']),
    subject: shown(facts['subject']),
    policy: worded(event.kind === 'received.mode' ? 'received.mode' : 'policy', facts['policy']),
    source: worded(`${event.kind.startsWith('vault.') ? 'vault' : 'secret'}.source`, facts['source']),
    ...(event.kind.startsWith('vault.') && {
      ...{ why: shown(facts['why']), form: shown(facts['form']), words: shown(facts['words']) },
      ended: shown(facts['ended']),
    }),
    accessor: shown(facts['accessor']),
    reason: isLink || event.area === 'secrets' ? reason.replace(/\.$/, '') : NONE,
  };
  return text(isTextKey(key) ? key : 'event.other', values);
}

/** Facts of runs and of what was pushed to us; `what` is one line of text already. */
function changeValues(facts: ConsoleEvent['facts']): Values {
  const count = (fact: Fact): number => (typeof fact === 'number' ? fact : 0);
  const hold = `hold.${String(facts['hold'])}`;
  return {
    what: shown(facts['what']),
    rollback: shown(facts['rollbackOf']),
    nodes: count(facts['nodes']),
    wave: count(facts['wave']),
    waves: count(facts['waves']),
    verified: count(facts['verified']),
    same: count(facts['same']),
    failed: count(facts['failed']),
    regressed: count(facts['regressed']),
    why: isTextKey(hold)
      ? text(hold, { wave: count(facts['wave']), rule: String(facts['rule'] ?? 'failed') })
      : shown(facts['hold']),
  };
}

/** Headline, reason and verb of one thing that needs a person. */
export function needText(need: Need, now: number, utc = false): { title: string; why: string; verb: string } {
  const values: Values = {
    count: need.count,
    name: shown(need.names[0]),
    group: shown(need.group),
    legion: shown(need.legion),
    wants: shown(need.wants),
    since: formatClock(need.since, { utc }),
    age: formatAge(now - need.since),
  };
  return {
    title: text(`need.${need.kind}`, values),
    why: text(`need.${need.kind}.why`, values),
    verb: text(`need.${need.kind}.verb`),
  };
}

/**
 * What happened and what to do, for a code of the table of errors; unknown codes read as INTERNAL. With the
 * error's details, a missing right is named: permission, kind (queue, exchange, topic, vhost) and name.
 */
export function errorText(
  code: string,
  details: Readonly<Record<string, unknown>> = {},
): { what: string; next: string } {
  const key: TextKey = isTextKey(`error.${code}`) ? (`error.${code}` as TextKey) : 'error.INTERNAL';
  const said = (fact: unknown): string => shown(typeof fact === 'string' ? fact : null);
  const [permission, name] = [said(details['permission']), said(details['name'])];
  const kind = name === NONE ? NONE : said(details['kind']);
  const { names, expect } = details;
  const values = {
    expect: said(expect),
    names: Array.isArray(names)
      ? names
          .slice(0, 5)
          .map((one) => visible(String(one), 80))
          .join(', ')
      : NONE,
    permission,
    kind: permission === NONE && kind !== 'vhost' ? NONE : kind,
    name,
  };
  return { what: text(key, values), next: text(`${key}.next` as TextKey, values) };
}

/** Why a message of the bus was not used. */
export function refusalText(code: string): string {
  const key = `refusal.${code}`;
  return isTextKey(key) ? text(key) : text('refusal.other', { code: visible(code, 60) });
}

/** A code that may be an error's or a refusal's, as words. */
function reasonText(code: string): string {
  return isTextKey(`error.${code}`) ? errorText(code).what : refusalText(code);
}

/** A node's own status word, cut at `max` characters; one without any letters is said to be empty. */
export const wordText = (word: string | null, max: number): string =>
  word?.trim() === '' ? text('word.empty') : visible(word ?? '', max);

/** What a row says of its node: "4 s ago", "silent for 2 min", the node's own word. */
export function rowText(
  row: { state: NodeState; lastBeatAt: number | null; stateSince: number; word: string | null },
  now: number,
): string {
  const beat = row.lastBeatAt === null || row.lastBeatAt < 0 ? row.stateSince : row.lastBeatAt;
  const from = row.state === 'left' || row.state === 'updating' ? row.stateSince : beat;
  return text(`row.${row.state}`, { age: formatAge(now - from), word: wordText(row.word, 40) });
}
