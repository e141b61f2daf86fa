/**
 * Vault and the token's life, a whole picture each time; never the token. `shown` stands still while the view is paused,
 * and so does the time that its ages are counted from.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Vault } from '../../shared/domain/vault.js';
import { useTime } from './clock.js';
import { rosterStore } from './roster.js';
import { useSession } from './session.js';

export type VaultStoreState = { readonly live: Vault | null; readonly shown: Vault | null };

export const vaultStore = createStore<VaultStoreState>()(() => ({ live: null, shown: null }));
export const useVault = <T>(read: (state: VaultStoreState) => T): T => useStore(vaultStore, read);

export const acceptVault = (vault: Vault, isPaused: boolean): boolean => {
  vaultStore.setState(({ shown }) => ({ live: vault, shown: isPaused && shown ? shown : vault }));
  return true;
};

export const showLiveVault = (): void => vaultStore.setState(({ live }) => ({ shown: live }));
export const clearVault = (): void => vaultStore.setState({ live: null, shown: null });

/** A text made of the time of this picture. Vault goes on while the link to the bus is down, unlike the fleet. */
export function useVaultTime<T extends string | number | boolean>(read: (now: number) => T): T {
  const pausedAt = useStore(rosterStore, (state) => state.pausedAt);
  const lostAt = useSession(({ channel }) => (channel.state === 'lost' ? channel.at : null));
  return useTime((now) => read(pausedAt ?? lostAt ?? now));
}
