/** The nodes a person has selected, by name, on the map or in the list: one selection for both. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type Selection = { readonly names: ReadonlySet<string> };

export const selectionStore = createStore<Selection>()(() => ({ names: new Set() }));
export const useSelection = <T>(read: (selection: Selection) => T): T => useStore(selectionStore, read);

export const select = (names: Iterable<string>): void => selectionStore.setState({ names: new Set(names) });
