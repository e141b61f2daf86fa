/** The remembered beats of the rows in view, asked once a second for those rows alone. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { useCall } from '../../store/connection.js';

type Beats = {
  /** The moment the ages count from, epoch ms. */
  readonly at: number;
  /** By name: how long before `at` each beat came, newest first. */
  readonly ago: ReadonlyMap<string, readonly number[]>;
};

const beatsStore = createStore<Beats>()(() => ({ at: 0, ago: new Map() }));
const EVERY_MS = 1000;
const MOST = 200;

export const useBeatsOf = (name: string): readonly number[] | undefined =>
  useStore(beatsStore, (beats) => beats.ago.get(name));

/** Keeps the beats of these names coming; none while the column is hidden. */
export function useBeatsFor(names: readonly string[], isOn: boolean): void {
  const wanted = isOn && names.length > 0 ? { names: names.slice(0, MOST) } : null;
  const { data } = useCall('roster.beats', wanted, EVERY_MS);
  const key = wanted?.names.join('\u0000') ?? '';
  useEffect(() => {
    if (!data) return;
    const asked = key.split('\u0000');
    beatsStore.setState({ at: data.at, ago: new Map(asked.map((name, i) => [name, data.ago[i] ?? []])) });
  }, [data, key]);
}
