/** A legion as windows and scripts see it, made from what its members say and from what the election makes of it. */
import type { Legion, LegionMember, LegionWarning, WhatIf } from '../../../shared/domain/legion.js';
import { whatIf, fallsUntilLost, type Seat } from '../../core/election/what-if.js';
import { NO_UUID } from '../../core/protocol/uwsgi/announcement.js';
import { adviceFor, requireCipher } from '../../core/protocol/uwsgi/cipher.js';
import type { Clock } from '../../ports/clock.js';
import type { Membership } from './membership.js';
import type { BusView, LegionConfig } from './types.js';

/** So often in a day is no accident. */
const FLAPPING = 4;
/** Sums may differ while one exchange is under way. */
const DISAGREE_PERIODS = 3;

export function seatsOf(membership: Membership): Seat[] {
  const part = membership.part();
  if (!part) return [];
  const peers = [...part.election.peers().values()].map(({ uuid, name, valor }) => ({ uuid, name, valor }));
  const { uuid, name, valor } = part.self;
  return part.election.rules.watches ? peers : [{ uuid, name, valor }, ...peers];
}

export function whatIfOf(membership: Membership, fallen: readonly string[]): WhatIf {
  const { quorum } = membership.config;
  const { lord, votes, holdsQuorum } = whatIf(seatsOf(membership), new Set(fallen), quorum);
  return {
    lord: lord && { uuid: lord.uuid, name: lord.name, valor: lord.valor },
    votes,
    quorum,
    holdsQuorum,
  };
}

export function viewOf(membership: Membership, bus: BusView, clock: Clock): Legion {
  const { config } = membership;
  const part = membership.part();
  const problem = membership.problem();
  const told = membership.why() as Legion['why'];
  const lord = told.kind === 'lord' || told.kind === 'disputed' ? told.lord : null;
  const why = whyHere(config.role, problem !== null, part?.election.view().isSuspended ?? false, told);
  const members = membersOf(membership, bus, clock);
  const witnesses = membership.witnesses();
  const view = part?.election.view();
  const isVoter = part !== null && !part.election.rules.watches;
  const next = lord && members.length > 1 ? whatIfOf(membership, [lord.uuid]) : null;
  const isLord = view?.phase === 'lord';
  return {
    ...{ name: config.name, role: config.role, valor: config.valor },
    announcedValor: isVoter ? part.self.valor : null,
    lowered: membership.lowered(),
    uuid: isVoter ? part.self.uuid : null,
    isLord,
    since: isLord ? view.lordUnix * 1_000 : null,
    ...{ lord, why, quorum: config.quorum, planned: config.planned, votes: view?.votes ?? 0 },
    next: next && { name: next.lord?.name ?? null, votes: next.votes },
    mayFall: fallsUntilLost(members.length, config.quorum),
    members,
    warnings: warningsOf(membership, members, why, witnesses),
    address: `${config.address}:${config.port}`,
    ...{ interface: config.interface, scroll: config.scroll, deathOnLordErrorS: config.deathOnLordErrorS },
    way: wayOf(config.address),
    nodes: config.nodes.map(({ host, port }) => `${host}:${port}`),
    ...{ cipher: config.cipher, freqS: config.freqS, toleranceS: config.toleranceS, skewS: config.skewS },
    ...{ handOverBeforeSleep: config.handOverBeforeSleep, valor0OnBattery: config.valor0OnBattery },
    busWitness: config.busWitness,
    proxyDeath: config.proxyDeath,
    witnesses,
    hooks: membership.hooks.views(),
    drops: membership.drops(),
    problem: problem && { code: problem.code, message: problem.message },
  };
}

/** What stands in our own way comes before what is the matter with the others. */
function whyHere(
  role: Legion['role'],
  hasProblem: boolean,
  isSuspended: boolean,
  told: Legion['why'],
): Legion['why'] {
  if (role === 'off') return { kind: 'off' };
  if (hasProblem) return { kind: 'failed' };
  return isSuspended ? { kind: 'suspended' } : told;
}

function membersOf(membership: Membership, { nodeOn, isHeard }: BusView, clock: Clock): LegionMember[] {
  const { config, lords } = membership;
  const part = membership.part();
  if (!part) return [];
  const { election, self } = part;
  const view = election.view();
  const now = clock.now();
  const isLord = view.phase === 'lord';
  const peers = [...election.peers().values()];
  const names = new Map([...peers, self].map(({ uuid, name }) => [uuid, name]));
  const nameOf = (uuid: string): string | null =>
    uuid === NO_UUID ? null : (names.get(uuid) ?? uuid.slice(0, 8));
  const planes = (node: string | null): LegionMember['planes'] => ({
    bus: node === null ? 'unused' : isHeard(node) ? 'heard' : 'silent',
    legion: 'heard',
    registry: 'unused',
  });
  const found = peers.map((peer): LegionMember => {
    const node = nodeOn(peer.name);
    return {
      ...{ uuid: peer.uuid, name: peer.name, valor: peer.valor, pid: peer.pid, scroll: peer.scroll },
      ...{ isSelf: false, isConsole: peer.isOurs, skewMs: peer.skewMs },
      votesFor: nameOf(peer.lordUuid),
      votesForUuid: peer.lordUuid === NO_UUID ? null : peer.lordUuid,
      agrees: peer.checksum === view.checksum,
      lordSince: peer.lord > 0 ? peer.lord * 1_000 : null,
      lastHeardAt: now - (clock.uptime() - peer.seenUp),
      joinedAt: now - (clock.uptime() - peer.joinedUp),
      leavesToday: lords.leavesToday(peer.name),
      ...{ node, planes: planes(node) },
    };
  });
  if (election.rules.watches) return found.sort(byRank);
  const node = nodeOn(self.name);
  found.push({
    ...{ uuid: self.uuid, name: self.name, valor: self.valor, pid: self.pid, scroll: config.scroll },
    ...{ isSelf: true, isConsole: true, skewMs: null, agrees: true },
    votesFor: nameOf(view.vote.uuid),
    votesForUuid: view.vote.uuid,
    lordSince: isLord ? view.lordUnix * 1_000 : null,
    ...{ lastHeardAt: now, joinedAt: part.joinedAt, leavesToday: 0 },
    ...{ node, planes: planes(node) },
  });
  return found.sort(byRank);
}

const byRank = (a: LegionMember, b: LegionMember): number => b.valor - a.valor || (a.uuid < b.uuid ? 1 : -1);

export function wayOf(address: string): Legion['way'] {
  if (address === '255.255.255.255') return 'broadcast';
  return /^(?:22[4-9]|23\d)\./.test(address) ? 'multicast' : 'unicast';
}

function warningsOf(
  { config, part, deadMarked, lords }: Membership,
  members: readonly LegionMember[],
  why: Legion['why'],
  witnesses: Legion['witnesses'],
): LegionWarning[] {
  const warnings: LegionWarning[] = [];
  if (why.kind === 'split') warnings.push({ kind: 'split', names: why.lords.map(({ name }) => name) });
  const election = part()?.election;
  const votes = election?.view().votes ?? 0;
  if (votes > 0 && votes < config.quorum)
    warnings.push({ kind: 'quorum-short', votes, quorum: config.quorum });
  if (config.role !== 'off' && members.length >= 3 && config.quorum === 0)
    warnings.push({ kind: 'no-quorum-set', members: members.length });
  const known = new Set(members.map(({ uuid }) => uuid));
  const peers = [...(election?.peers().values() ?? [])];
  const byValor = new Map<number, string[]>();
  for (const { valor, name } of members) byValor.set(valor, [...(byValor.get(valor) ?? []), name]);
  for (const [valor, names] of byValor)
    if (valor > 0 && names.length > 1)
      warnings.push({ kind: 'equal-valor', names: names.slice(0, 5), valor });
  for (const peer of peers) {
    const { name, skewMs } = peer;
    if (Math.abs(skewMs) > (config.skewS * 1_000) / 2)
      warnings.push({ kind: 'skew', name, skewMs, toleranceS: config.skewS });
    const count = lords.leavesToday(name);
    if (count >= FLAPPING) warnings.push({ kind: 'flapping', name, count });
    if (peer.lordUuid !== NO_UUID && !known.has(peer.lordUuid))
      warnings.push({ kind: 'votes-unknown', name, uuid: peer.lordUuid });
    const periods = Math.floor((peer.seenUp - peer.agreedUp) / (config.freqS * 1_000));
    if (periods > DISAGREE_PERIODS) warnings.push({ kind: 'disagrees', name, periods });
  }
  for (const name of deadMarked()) warnings.push({ kind: 'dead-mark', name });
  for (const { address, votesFor, differs } of witnesses)
    if (differs) warnings.push({ kind: 'witness-differs', address, votesFor });
  warnings.push(...adviceOf(config));
  return warnings;
}

/** What is unwise about how it is set up, whoever is there. */
function adviceOf({ cipher, secret, iv, freqS, toleranceS }: LegionConfig): LegionWarning[] {
  const warnings: LegionWarning[] = [];
  for (const { kind, secretBytes } of adviceFor({ cipher: requireCipher(cipher), secret, iv })) {
    if (kind === 'short-secret') warnings.push({ kind: 'short-secret', bytes: secretBytes });
    if (kind === 'needs-legacy-provider') warnings.push({ kind: 'legacy-cipher' });
  }
  if (toleranceS < 3 * freqS + 1) warnings.push({ kind: 'short-tolerance', freqS, toleranceS });
  return warnings;
}
