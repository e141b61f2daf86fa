/** Vault and the token of this node, for windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import type { Vault } from '../../shared/domain/vault.js';
import { AppError } from '../../shared/errors/app-error.js';
import type { Clock } from '../ports/clock.js';
import type { SessionService } from '../services/session-service.js';
import { noVault, type VaultService } from '../services/vault/index.js';
import { watchPaced } from '../services/watch.js';

type VaultApi = Pick<Api, Extract<keyof Api, `vault.${string}`>>;

const OK = { ok: true } as const;

export function vaultApi(session: SessionService, clock: Clock): VaultApi {
  const toChange = (): VaultService => {
    const node = session.node();
    if (!node) throw new AppError('BUS_NOT_CONNECTED', 'connected to nothing');
    if (session.current().profile.readOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
    return node.vault;
  };
  const now = (): Vault => session.node()?.vault.view() ?? noVault(clock.now());
  return {
    'vault.watch': (_input, signal) => {
      let last = '';
      return watchPaced<Vault>(clock, signal, () => {
        const view = now();
        // Times that only pass are the window's to reckon.
        const text = JSON.stringify({ ...view, at: 0 });
        if (text === last) return null;
        last = text;
        return view;
      });
    },
    'vault.get': async () => now(),
    'vault.enter': async ({ token }) => {
      await toChange().enter(token);
      return OK;
    },
    'vault.ask': async () => {
      await toChange().ask();
      return OK;
    },
    'vault.renew': async () => {
      await toChange().renew();
      return OK;
    },
    'vault.revoke': async () => ({ revoked: await toChange().revoke() }),
    'vault.revokeGiven': async ({ accessor }) => ({ revoked: await toChange().revokeGiven(accessor) }),
  };
}
