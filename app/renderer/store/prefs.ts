/**
 * How this window looks and behaves, kept on this machine. Anything unreadable in the browser's store is
 * replaced by the default: a preference is never worth a failure.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export type Prefs = {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'compact' | 'regular' | 'relaxed';
  readonly motion: 'system' | 'reduced';
  readonly utc: boolean;
  readonly singleKeys: boolean;
  readonly announce: 'less' | 'more';
  /** Show notifications of the system; asked for in Settings. */
  readonly systemNotices: boolean;
  /** What is older than this has been read, epoch ms. */
  readonly noticesReadAt: number;
  readonly narrowNav: boolean;
  readonly peekWidth: number;
  readonly groupBy: 'prefix' | 'version' | 'none';
  readonly rangeMinutes: number;
  /** Columns of the node list that differ from their default. */
  readonly columns: Readonly<Record<string, boolean>>;
  readonly views: readonly SavedView[];
  /** Ids of what was chosen in the palette, newest first. */
  readonly recent: readonly string[];
};
/** A filter under a name. `page` is missing in what was kept before Keys had views as well: it is Nodes then. */
export type SavedView = {
  readonly name: string;
  readonly filter: string;
  readonly page?: 'nodes' | 'keys' | undefined;
};

/** Where a saved view opens. */
export const viewPath = (view: SavedView): string => `/${view.page ?? 'nodes'}`;

export const DEFAULT_PREFS: Prefs = {
  theme: 'system',
  density: 'regular',
  motion: 'system',
  utc: false,
  singleKeys: true,
  announce: 'more',
  systemNotices: false,
  noticesReadAt: 0,
  narrowNav: false,
  peekWidth: 440,
  groupBy: 'prefix',
  rangeMinutes: 15,
  columns: {},
  views: [],
  recent: [],
};

const KEY = 'legion-console.prefs';

export const prefsStore = createStore<Prefs>()(() => ({ ...DEFAULT_PREFS, ...readPrefs() }));
export const usePrefs = <T>(read: (prefs: Prefs) => T): T => useStore(prefsStore, read);

export function setPrefs(change: Partial<Prefs>): void {
  prefsStore.setState(change);
  try {
    localStorage.setItem(KEY, JSON.stringify(prefsStore.getState()));
  } catch {
    // A full or forbidden store: the choice holds until the window closes.
  }
}

/** Only values of the same type as the default are taken over. */
function readPrefs(): Partial<Prefs> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof stored !== 'object' || stored === null) return {};
    const known = Object.entries(stored).filter(([key, value]) => {
      const usual: unknown = Object.hasOwn(DEFAULT_PREFS, key)
        ? DEFAULT_PREFS[key as keyof Prefs]
        : undefined;
      return (
        usual !== undefined && typeof value === typeof usual && Array.isArray(value) === Array.isArray(usual)
      );
    });
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}
