/** What about Vault needs a person. */
import type { Need } from '../../shared/domain/session.js';
import type { VaultState } from '../../shared/domain/vault.js';
import { needOf } from './key-needs.js';
import type { NodeService } from './node-service.js';

const KINDS: Partial<Record<VaultState, readonly [Need['kind'], Need['severity']]>> = {
  soon: ['vault-soon', 'warning'],
  ended: ['vault-ended', 'warning'],
  refused: ['vault-ended', 'warning'],
  sealed: ['vault-sealed', 'note'],
};

export function vaultNeeds({ vault }: Pick<NodeService, 'vault'>): Need[] {
  const replayedAt = vault.replayedAt();
  const replay = replayedAt === null ? [] : [needOf('vault-replay', 'alarm', replayedAt, [])];
  // A new one comes by itself.
  if (vault.mendsItself()) return replay;
  const [kind, severity] = KINDS[vault.state()] ?? [];
  return kind && severity ? [...replay, needOf(kind, severity, vault.since(), [])] : replay;
}
