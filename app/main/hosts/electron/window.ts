/**
 * The one window: sandboxed, isolated, bound to our own page. It remembers its place, and is rebuilt where
 * it was when its process dies; the node behind it never notices.
 */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { text } from '../../../shared/i18n/index.js';
import type { Log } from '../../ports/log.js';
import type { Store } from '../../ports/store.js';
import { PAGE_URL } from './origin.js';
import { MIN_SIZE, placeWindow, type WindowState } from './window-state.js';

const STORE_KEY = 'window';
const SAVE_AFTER_MS = 500;
/** A page that dies more often than this within a minute is not put back again by itself. */
const MAX_REBUILDS_PER_MINUTE = 5;
/** The page's own ground in both themes, so that the first paint does not flash. */
const GROUND = { dark: '#0f1012', light: '#fbfbfa' } as const;

export type WindowDeps = {
  readonly preload: string;
  readonly isDevelopment: boolean;
  readonly store: Store;
  readonly log: Log;
};

export type MainWindow = {
  /** Opens it, or brings it to the front. */
  show(): Promise<void>;
  /** Resolves when the place of the window is kept. */
  settle(): Promise<void>;
};

export function createMainWindow(deps: WindowDeps): MainWindow {
  const { store, log } = deps;
  let window: BrowserWindow | null = null;
  let rebuiltAt: number[] = [];
  const place = createPlaceKeeper(store, log);

  const open = (state: WindowState): void => {
    const opened = new BrowserWindow({
      ...state,
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      show: false,
      title: text('page.title'),
      backgroundColor: nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light,
      webPreferences: {
        preload: deps.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        spellcheck: false,
        devTools: deps.isDevelopment,
      },
    });
    window = opened;
    if (state.isMaximized) opened.maximize();
    opened.once('ready-to-show', () => opened.show());
    place.follow(opened);
    opened.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      log.error({ reason, exitCode }, 'the window died');
      if (reason !== 'clean-exit') rebuild(opened);
    });
    opened.webContents.on('unresponsive', () => log.warn({}, 'the window does not answer'));
    opened.on('closed', () => {
      if (window === opened) window = null;
    });
    opened
      .loadURL(PAGE_URL)
      .catch((error: unknown) => log.error({ err: error }, 'the page could not be loaded'));
  };

  const rebuild = (dead: BrowserWindow): void => {
    const now = performance.now();
    rebuiltAt = [...rebuiltAt.filter((at) => now - at < 60_000), now];
    if (rebuiltAt.length > MAX_REBUILDS_PER_MINUTE) {
      log.error({ times: rebuiltAt.length }, 'the window keeps dying and is left closed');
    } else {
      // The new one first: an app without windows would quit.
      open(stateOf(dead));
    }
    dead.destroy();
  };

  return {
    async show() {
      if (window === null) {
        const saved = await store.read(STORE_KEY);
        const primary = screen.getPrimaryDisplay().workArea;
        open(placeWindow(saved, [primary, ...screen.getAllDisplays().map((display) => display.workArea)]));
        return;
      }
      if (window.isMinimized()) window.restore();
      if (!window.isVisible()) window.show();
      window.focus();
    },
    settle: place.settle,
  };
}

const stateOf = (window: BrowserWindow): WindowState => ({
  ...window.getNormalBounds(),
  isMaximized: window.isMaximized(),
});

/** Writes the place some time after the last movement, and when the window goes. */
function createPlaceKeeper(store: Store, log: Log) {
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let latest: BrowserWindow | null = null;

  const save = (window: BrowserWindow): void => {
    clearTimeout(timer);
    writing = store
      .write(STORE_KEY, stateOf(window))
      .catch((error: unknown) => log.warn({ err: error }, 'the place of the window was not kept'));
  };
  return {
    follow(window: BrowserWindow): void {
      latest = window;
      const saveSoon = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => save(window), SAVE_AFTER_MS);
      };
      window.on('resize', saveSoon);
      window.on('move', saveSoon);
      window.on('close', () => save(window));
      window.on('closed', () => {
        clearTimeout(timer);
        if (latest === window) latest = null;
      });
    },
    settle(): Promise<void> {
      if (latest) save(latest);
      return writing;
    },
  };
}
