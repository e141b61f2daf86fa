/** The cluster secret and who asks for it, a whole picture each time. `shown` stands still while the view is paused. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Secrets } from '../../shared/domain/secret.js';

export type SecretsState = { readonly live: Secrets | null; readonly shown: Secrets | null };

export const secretsStore = createStore<SecretsState>()(() => ({ live: null, shown: null }));
export const useSecrets = <T>(read: (state: SecretsState) => T): T => useStore(secretsStore, read);

export const acceptSecrets = (secrets: Secrets, isPaused: boolean): boolean => {
  secretsStore.setState(({ shown }) => ({ live: secrets, shown: isPaused && shown ? shown : secrets }));
  return true;
};

export const showLiveSecrets = (): void => secretsStore.setState(({ live }) => ({ shown: live }));
export const clearSecrets = (): void => secretsStore.setState({ live: null, shown: null });
