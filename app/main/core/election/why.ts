/** Why there is no lord, or who is: one reason, the first that stands in the way. Made of what the members say. */
import type { Peer, Self } from './election.js';
import { NO_UUID } from '../protocol/uwsgi/announcement.js';

export type Claim = {
  readonly uuid: string;
  readonly name: string;
  readonly valor: number;
  readonly since: number;
};

export type Why =
  | { readonly kind: 'lord'; readonly lord: Claim; readonly votes: number }
  /** It leads, and some do not agree (or not yet). */
  | { readonly kind: 'disputed'; readonly lord: Claim; readonly by: string; readonly votesFor: string | null }
  | { readonly kind: 'split'; readonly lords: readonly Claim[] }
  | { readonly kind: 'settling' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'arbiters' }
  /** `by` votes for `votesFor` (null: for nobody yet), while we count `best` as the first. */
  | {
      readonly kind: 'votes-differ';
      readonly by: string;
      readonly votesFor: string | null;
      readonly best: string | null;
    }
  /** `by` does not see the same members. */
  | { readonly kind: 'members-differ'; readonly by: string }
  | { readonly kind: 'quorum'; readonly votes: number; readonly quorum: number }
  /** Elected, and its lord hooks are not done. */
  | { readonly kind: 'taking'; readonly name: string; readonly isSelf: boolean }
  | { readonly kind: 'suspended' };

export type WhyInput = {
  readonly self: Self | null;
  readonly peers: Iterable<Peer>;
  readonly phase: 'member' | 'taking' | 'lord';
  /** Unix seconds; ours. */
  readonly lordUnix: number;
  readonly votes: number;
  readonly quorum: number;
  readonly checksum: bigint;
  readonly best: { readonly uuid: string } | null;
  readonly vote: { readonly uuid: string; readonly valor: number };
  readonly isSettling: boolean;
  readonly isSuspended: boolean;
};

export function whyOf(input: WhyInput): Why {
  const { self, phase, votes, quorum, best, vote } = input;
  const peers = [...input.peers];
  const nameOf = (uuid: string): string | null => {
    if (self?.uuid === uuid) return self.name;
    return peers.find((peer) => peer.uuid === uuid)?.name ?? null;
  };
  const claims: Claim[] = peers
    .filter(({ lord }) => lord > 0)
    .map(({ uuid, name, valor, lord }) => ({ uuid, name, valor, since: lord * 1_000 }));
  if (self && phase === 'lord') {
    const { uuid, name, valor } = self;
    claims.push({ uuid, name, valor, since: input.lordUnix * 1_000 });
  }
  const dissenter = peers.find((peer) => peer.lordUuid !== vote.uuid || peer.lordValor !== vote.valor);
  const votesFor = (peer: Peer): string | null =>
    peer.lordUuid === NO_UUID ? null : (nameOf(peer.lordUuid) ?? peer.lordUuid.slice(0, 8));
  if (claims.length > 1) return { kind: 'split', lords: claims.sort((a, b) => b.valor - a.valor) };
  const lord = claims[0];
  if (lord) {
    if (votes > 0 || !dissenter) return { kind: 'lord', lord, votes };
    return { kind: 'disputed', lord, by: dissenter.name, votesFor: votesFor(dissenter) };
  }
  if (input.isSuspended) return { kind: 'suspended' };
  if (peers.length === 0 && !self) return { kind: 'nobody' };
  if (input.isSettling) return { kind: 'settling' };
  if (!best) return { kind: 'arbiters' };
  if (dissenter)
    return {
      kind: 'votes-differ',
      by: dissenter.name,
      votesFor: votesFor(dissenter),
      best: nameOf(best.uuid),
    };
  const other = peers.find((peer) => peer.checksum !== input.checksum);
  if (other) return { kind: 'members-differ', by: other.name };
  if (votes < quorum) return { kind: 'quorum', votes, quorum };
  return { kind: 'taking', name: nameOf(best.uuid) ?? '', isSelf: best.uuid === self?.uuid };
}
