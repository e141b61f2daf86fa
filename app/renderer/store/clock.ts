/**
 * One clock for every age on screen, once a second, at rest while the window is hidden. The fleet has its own
 * "now": while the picture is of a past moment (paused, link down, channel lost) ages stand still at it.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type ClockState = {
  /** Epoch ms, moved once a second. */
  readonly now: number;
  /** The moment the fleet on screen belongs to, or null while it is live. */
  readonly frozenAt: number | null;
};

export const clockStore = createStore<ClockState>()(() => ({ now: Date.now(), frozenAt: null }));

const fleetTime = (state: ClockState): number => state.frozenAt ?? state.now;

/** The moment to count the fleet's ages from, read once. */
export const fleetNow = (): number => {
  const { frozenAt } = clockStore.getState();
  return frozenAt ?? Date.now();
};

/** A text made of the fleet's time; the component draws again only when the text differs. */
export const useFleetTime = <T extends string | number>(read: (now: number) => T): T =>
  useStore(clockStore, (state) => read(fleetTime(state)));

/** The same of the wall clock, for what goes on while the fleet stands still. */
export const useTime = <T extends string | number | boolean>(read: (now: number) => T): T =>
  useStore(clockStore, (state) => read(state.now));

export const freezeFleet = (at: number | null): void => {
  if (clockStore.getState().frozenAt !== at) clockStore.setState({ frozenAt: at, now: Date.now() });
};

/** Starts the clock; the answer stops it. */
export function startClock(): () => void {
  const tick = (): void => {
    if (!document.hidden) clockStore.setState({ now: Date.now() });
  };
  tick();
  const timer = setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}
