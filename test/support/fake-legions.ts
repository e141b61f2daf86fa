/** Legions of the told story: `web` with five members and us standing by. Builders beside it, in every size. */
import type {
  Legion,
  LegionHook,
  LegionMember,
  LegionTimeline,
  LegionWitness,
  WhatIf,
} from '../../app/shared/domain/legion.js';
import type { Session } from '../../app/shared/domain/session.js';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const uuidOf = (name: string): string => {
  let mixed = 7;
  for (const letter of name) mixed = (Math.imul(mixed, 31) + letter.charCodeAt(0)) >>> 0;
  const part = mixed.toString(16).padStart(8, '0');
  return `${part}-0000-4000-8000-0000${part}`;
};

export function aMember(
  name: string,
  valor: number,
  now: number,
  over: Partial<LegionMember> = {},
): LegionMember {
  return {
    ...{ uuid: uuidOf(name), name, valor, isSelf: false, votesFor: null, votesForUuid: null, agrees: true },
    ...{ lordSince: null, lastHeardAt: now - SECOND, skewMs: 0, joinedAt: now - 6 * DAY, leavesToday: 0 },
    ...{ pid: 4000 + valor, scroll: null, isConsole: false, node: null },
    planes: { bus: 'unused', legion: 'heard', registry: 'unused' },
    ...over,
  };
}

export const aHook = (over: Partial<LegionHook> = {}): LegionHook => ({
  ...{ id: 'h1', event: 'lord', action: 'exec', argument: '/usr/sbin/ip addr add 192.0.2.7/24 dev eth0' },
  ...{ isOn: false, shell: false, timeoutS: 30, last: null },
  ...over,
});

export const aWitness = (now: number, over: Partial<LegionWitness> = {}): LegionWitness => ({
  ...{ address: '192.0.2.8:9191', at: now - 2 * SECOND, problem: null, name: 'app-2', valor: 70 },
  ...{ isLord: false, votesFor: 'app-1', quorum: 3, members: 5, agrees: true, differs: false },
  ...over,
});

/** A legion in which all vote for the first; what is said of it fits its members. */
export function aLegion(members: readonly LegionMember[], now: number, over: Partial<Legion> = {}): Legion {
  const ranked = [...members].sort((a, b) => b.valor - a.valor);
  const [best, second] = ranked.filter(({ valor }) => valor > 0);
  const self = members.find(({ isSelf }) => isSelf);
  const since = now - 6 * DAY - 4 * HOUR - 60 * SECOND;
  const lord = best ? { uuid: best.uuid, name: best.name, valor: best.valor, since } : null;
  const quorum = over.quorum ?? Math.floor(members.length / 2) + 1;
  const voting = ranked.map((member) => ({
    ...member,
    votesFor: best?.name ?? null,
    votesForUuid: best?.uuid ?? null,
    lordSince: member.uuid === best?.uuid ? since : null,
  }));
  return {
    ...{ name: 'web', role: self ? (self.valor > 0 ? 'standby' : 'arbiter') : 'watch' },
    ...{ lowered: null, interface: '', scroll: null, deathOnLordErrorS: 0 },
    ...{ valor: self?.valor ?? 10, announcedValor: self?.valor ?? null, uuid: self?.uuid ?? null },
    ...{ isLord: self !== undefined && self.uuid === best?.uuid, since: null, lord },
    why: lord ? { kind: 'lord', lord, votes: members.length } : { kind: 'nobody' },
    ...{ quorum, planned: members.length || null, votes: lord ? members.length : 0 },
    next: lord ? { name: second?.name ?? null, votes: members.length - 1 } : null,
    mayFall: quorum === 0 ? null : members.length - quorum + 1,
    members: voting,
    warnings: [],
    ...{ address: ':4001', way: 'unicast', nodes: ['192.0.2.8:4001', '192.0.2.9:4001'] },
    ...{ cipher: 'aes-256-cbc', freqS: 3, toleranceS: 15, skewS: 60 },
    ...{ handOverBeforeSleep: true, valor0OnBattery: true, busWitness: false, proxyDeath: false },
    witnesses: [],
    hooks: [],
    drops: [],
    problem: null,
    ...over,
  };
}

export function webLegion(now: number, over: Partial<Legion> = {}): Legion {
  const heard = { bus: 'heard', legion: 'heard', registry: 'unused' } as const;
  return aLegion(
    [
      aMember('app-1', 80, now, { node: 'app-1', planes: heard, joinedAt: now - 41 * DAY }),
      aMember('app-2', 70, now, { node: 'app-2', planes: heard, skewMs: 140 }),
      aMember('c-3', 50, now, { node: 'c-3', planes: { ...heard, bus: 'silent' } }),
      aMember('console-7', 10, now, {
        ...{ node: 'console-7', planes: heard, isSelf: true, skewMs: null, isConsole: true },
        joinedAt: now - 3 * DAY,
      }),
      aMember('arb-1', 0, now, { skewMs: -200 }),
    ],
    now,
    { hooks: [aHook()], ...over },
  );
}

/** Many members that we only watch. */
export const edgeLegion = (now: number, size = 60): Legion =>
  aLegion(
    Array.from({ length: size }, (_, i) => aMember(`edge-${i + 1}`, 10 * (size - i), now)),
    now,
    { name: 'edge' },
  );

/** Split: each of two claims the place. */
export function jobsLegion(now: number): Legion {
  const one = aMember('job-1', 30, now, { lordSince: now - HOUR });
  const two = aMember('job-2', 20, now, { lordSince: now - HOUR });
  const claim = ({ uuid, name, valor }: LegionMember) => ({ uuid, name, valor, since: now - HOUR });
  return {
    ...aLegion([one, two], now, { name: 'jobs', quorum: 0, planned: null }),
    ...{ lord: null, next: null, mayFall: null, votes: 0, members: [one, two] },
    why: { kind: 'split', lords: [claim(one), claim(two)] },
    warnings: [
      { kind: 'split', names: ['job-1', 'job-2'] },
      { kind: 'short-tolerance', freqS: 3, toleranceS: 6 },
    ],
    drops: [
      { kind: 'decrypt', count: 1204, lastAt: now - 4 * SECOND },
      { kind: 'old', count: 3, lastAt: now - HOUR },
    ],
  };
}

export function aTimeline(now: number, rangeMs: number): LegionTimeline {
  const from = now - rangeMs;
  const at = (share: number): number => from + share * rangeMs;
  return {
    from,
    to: now,
    bands: [
      { from, to: at(0.115), lord: 'app-2', why: null },
      { from: at(0.115), to: at(0.122), lord: null, why: 'quorum' },
      { from: at(0.122), to: now, lord: 'app-1', why: null },
    ],
    marks: [
      { at: at(0.41), name: 'c-3', what: 'joined', isSelf: false },
      { at: at(0.58), name: 'console-7', what: 'joined', isSelf: true },
    ],
  };
}

/** The rule in short: the highest valor of those that stay leads, where they are enough. */
export function fakeWhatIf(legion: Legion, fallen: readonly string[]): WhatIf {
  const stay = legion.members.filter(({ uuid }) => !fallen.includes(uuid));
  const [best] = [...stay].filter(({ valor }) => valor > 0).sort((a, b) => b.valor - a.valor);
  const holdsQuorum = stay.length >= legion.quorum;
  const lord = best && holdsQuorum ? { uuid: best.uuid, name: best.name, valor: best.valor } : null;
  return { lord, votes: stay.length, quorum: legion.quorum, holdsQuorum };
}

export const headsOf = (legions: readonly Legion[]): Session['legions'] =>
  legions.map(({ name, role, announcedValor, isLord, lord }) => ({
    ...{ name, role, announcedValor, isLord },
    lord: lord?.name ?? null,
  }));
