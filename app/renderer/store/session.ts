/**
 * What we are connected to. `live` is always the newest, for banners and strip; `shown` stands still while
 * the view is paused, for the pages. The channel to the console itself is told apart from the broker's link.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Session } from '../../shared/domain/session.js';

export type Channel =
  | { readonly state: 'opening' }
  | { readonly state: 'open' }
  /** Since when the window hears nothing from its console; what is on screen is of that moment. */
  | { readonly state: 'lost'; readonly at: number; readonly code: string };

export type SessionState = {
  readonly live: Session | null;
  readonly shown: Session | null;
  readonly channel: Channel;
  /** The user has seen the notice "back after …" of this outage. */
  readonly backSeenAt: number;
};

export const sessionStore = createStore<SessionState>()(() => ({
  live: null,
  shown: null,
  channel: { state: 'opening' },
  backSeenAt: 0,
}));

export const useSession = <T>(read: (state: SessionState) => T): T => useStore(sessionStore, read);
export const useShown = <T>(read: (session: Session) => T, otherwise: T): T =>
  useStore(sessionStore, (state) => (state.shown ? read(state.shown) : otherwise));

export const acceptSession = (session: Session, isPaused: boolean): void =>
  sessionStore.setState((state) => ({
    live: session,
    shown: isPaused && state.shown ? state.shown : session,
    channel: { state: 'open' },
  }));

export const showLiveSession = (): void => sessionStore.setState((state) => ({ shown: state.live }));

export const dismissBack = (): void =>
  sessionStore.setState((s) => ({ backSeenAt: s.live?.link.back?.at ?? 0 }));

/** True while the fleet on screen is what was: the broker's link is down, or the console does not answer. */
export const isPast = (state: SessionState): boolean =>
  state.channel.state === 'lost' || (state.live?.link.asOf ?? null) !== null;
