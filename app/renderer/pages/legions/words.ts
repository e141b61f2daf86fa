/** What the page says of a legion, made from its facts. Pure; the words are in the catalogue. */
import type { Legion, LegionMember, LegionRole, WhatIf } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { whyText } from '../../../shared/i18n/legion-text.js';

export const shortUuid = (uuid: string): string =>
  uuid.length > 12 ? `${uuid.slice(0, 4)}…${uuid.slice(-4)}` : uuid;

/** The answer, and our own part in it. */
export function sayText(legion: Legion, now: number): string {
  const why = whyText(legion.why, legion.quorum, now);
  const own = ownText(legion);
  return own === '' ? why : `${why} ${own}`;
}

function ownText({ role, why, isLord, valor, announcedValor, lowered }: Legion): string {
  if (role === 'off' || why.kind === 'failed' || why.kind === 'suspended' || why.kind === 'off') return '';
  if (isLord) return text(why.kind === 'split' ? 'legionPage.you.oneLord' : 'legionPage.you.lord');
  if (role === 'standby')
    return lowered !== null
      ? text('legionPage.you.lowered')
      : text('legionPage.you.standby', { valor: announcedValor ?? valor });
  return text(`legionPage.you.${role}`);
}

/** Who would follow, and how much may fall; '' when there is nothing to say. */
export function thenText({ lord, next, mayFall, quorum, members, why }: Legion): string {
  const lines: string[] = [];
  if (lord && next) {
    const said = { lord: visible(lord.name), next: visible(next.name ?? ''), votes: next.votes, quorum };
    const kind = next.name !== null ? 'next' : next.votes < quorum ? 'short' : 'nobody';
    lines.push(text(`legionPage.then.${kind}`, said));
  }
  if (why.kind === 'lord' && quorum > 0 && mayFall !== null && mayFall > 0 && mayFall <= members.length)
    lines.push(text('legionPage.then.mayFall', { count: mayFall }));
  return lines.join(' ');
}

export type QuorumWord = { readonly text: string; readonly look: 'held' | 'short' | 'unset' };

export function quorumWord({ members, planned, quorum, votes }: Legion): QuorumWord {
  const heard = members.length;
  if (quorum === 0) return { text: text('legionPage.quorum.unset', { heard }), look: 'unset' };
  if (votes < quorum) return { text: text('legionPage.quorum.short', { votes, quorum }), look: 'short' };
  return {
    text:
      planned === null
        ? text('legionPage.quorum.open', { heard })
        : text('legionPage.quorum.held', { heard, all: Math.max(planned, heard) }),
    look: 'held',
  };
}

/** How many vote for whom. */
export function votesOf(members: readonly LegionMember[]): ReadonlyMap<string, number> {
  const votes = new Map<string, number>();
  for (const { votesForUuid } of members)
    if (votesForUuid !== null) votes.set(votesForUuid, (votes.get(votesForUuid) ?? 0) + 1);
  return votes;
}

/** The first so many; ourselves and those that lead are never left out. */
export function seatsOf(
  members: readonly LegionMember[],
  lordUuid: string | null,
  max: number,
): readonly LegionMember[] {
  if (members.length <= max) return members;
  return members.filter(
    ({ isSelf, uuid, lordSince }, place) => place < max || isSelf || uuid === lordUuid || lordSince !== null,
  );
}

export const readValor = (written: string): number | null => {
  const value = /^\d{1,5}$/.test(written.trim()) ? Number(written) : NaN;
  return value >= 1 && value <= 65_535 ? value : null;
};

/** What a valor means among those that are there. */
export function valorText(role: LegionRole, written: string, members: readonly LegionMember[]): string {
  if (role === 'arbiter') return text('legionPage.valor.zero');
  const valor = readValor(written);
  if (valor === null) return text('legionPage.valor.bad');
  const others = members.filter((member) => !member.isSelf && member.valor > 0);
  if (others.length === 0) return text('legionPage.valor.alone');
  const same = others.find((other) => other.valor === valor);
  if (same) return text('legionPage.valor.equal', { name: visible(same.name, 30) });
  if (others.every((other) => other.valor < valor)) return text('legionPage.valor.best');
  return text('legionPage.valor.below', { valor });
}

/** What a role would mean on this machine, before it takes effect. */
export function roleWhy(legion: Legion, role: LegionRole): string {
  const hooks = legion.hooks.filter(({ event, isOn }) => event === 'lord' && isOn).length;
  const lines = [text(`legionPage.role.${role}.why`, { hooks })];
  const isVoter = legion.role === 'standby' || legion.role === 'arbiter';
  if (legion.isLord) lines.push(text('legionPage.role.handsOver'));
  else if (isVoter) lines.push(text('legionPage.role.leaves'));
  return lines.join(' ');
}

export function hooksText({ hooks }: Legion): string {
  const on = hooks.filter(({ isOn }) => isOn).length;
  return hooks.length === 0
    ? text('legionPage.hooks.none')
    : text('legionPage.hooks.count', { count: hooks.length, on });
}

export function whatIfText({ lord, votes, quorum, holdsQuorum }: WhatIf): string {
  if (!holdsQuorum && quorum > 0) return text('legionPage.whatIf.quorum', { votes, quorum });
  if (!lord) return text('legionPage.whatIf.nobody');
  return text('legionPage.whatIf.lord', { name: visible(lord.name), votes, quorum });
}

/** Seconds with one digit, signed: what members of a legion tell of their clocks. */
export function skewText(skewMs: number | null): string {
  if (skewMs === null) return '–';
  const tenths = Math.round(skewMs / 100);
  const sign = tenths > 0 ? '+' : tenths < 0 ? '−' : '';
  return text('legionPage.skew.s', { seconds: `${sign}${(Math.abs(tenths) / 10).toFixed(1)}` });
}
