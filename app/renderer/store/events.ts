/** What happened, newest last, at most 5,000 of them. `shown` stands still while the view is paused. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ConsoleEvent, EventFrame } from '../../shared/domain/event.js';

const KEPT = 5000;

export type EventsState = {
  readonly live: readonly ConsoleEvent[];
  readonly shown: readonly ConsoleEvent[];
  readonly seq: number;
};

export const eventsStore = createStore<EventsState>()(() => ({ live: [], shown: [], seq: 0 }));
export const useEvents = <T>(read: (state: EventsState) => T): T => useStore(eventsStore, read);

/** Takes one frame; false when one is missing and the stream must be opened again. */
export function acceptEvents(frame: EventFrame, isPaused: boolean): boolean {
  const { live, shown, seq } = eventsStore.getState();
  if (frame.type === 'delta' && frame.seq !== seq + 1) return false;
  const next = frame.type === 'snapshot' ? sorted(frame.events) : merged(live, frame.events);
  eventsStore.setState({ live: next, shown: isPaused ? shown : next, seq: frame.seq });
  return true;
}

export const showLiveEvents = (): void => eventsStore.setState((state) => ({ shown: state.live }));
export const clearEvents = (): void => eventsStore.setState({ live: [], shown: [], seq: 0 });

const sorted = (events: readonly ConsoleEvent[]): readonly ConsoleEvent[] =>
  [...events].sort((a, b) => a.id - b.id);

/** An event that folds more in comes again under its id and takes its old place. */
function merged(old: readonly ConsoleEvent[], fresh: readonly ConsoleEvent[]): readonly ConsoleEvent[] {
  const byId = new Map(fresh.map((event) => [event.id, event]));
  const kept = old.map((event) => {
    const again = byId.get(event.id);
    byId.delete(event.id);
    return again ?? event;
  });
  return [...kept, ...sorted([...byId.values()])].slice(-KEPT);
}
