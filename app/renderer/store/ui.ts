/** What is open over the pages: palette, sheets, a passing word. Nothing here is kept. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type Ui = {
  readonly palette: boolean;
  readonly keySheet: boolean;
  readonly toast: string | null;
  /** Names in the order of the list behind the peek panel, for its arrows. */
  readonly peekOrder: readonly string[];
  /** The name whose fingerprints are covered everywhere, while its new key is compared with the machine itself. */
  readonly coveredName: string | null;
  /** Alt is held: the navigation shows its digits. */
  readonly showDigits: boolean;
};

export const uiStore = createStore<Ui>()(() => ({
  palette: false,
  keySheet: false,
  toast: null,
  peekOrder: [],
  coveredName: null,
  showDigits: false,
}));
export const useUi = <T>(read: (ui: Ui) => T): T => useStore(uiStore, read);
export const setUi = (change: Partial<Ui>): void => uiStore.setState(change);

let toastTimer: ReturnType<typeof setTimeout> | undefined;

/** A word at the corner that goes away by itself; said politely to screen readers. */
export function say(toast: string): void {
  clearTimeout(toastTimer);
  setUi({ toast });
  toastTimer = setTimeout(() => setUi({ toast: null }), 4000);
}
