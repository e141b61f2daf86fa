/**
 * The desktop shell around the node: what every page in it may and may not do, the protocol its files come
 * by, the menu, the window. It carries frames; what they ask is answered by what it is handed.
 */
import { app, ipcMain, Menu, protocol, session, shell } from 'electron';
import type { Cancel, FrameChannel, ServerFrame } from '../../../shared/contract/frames.js';
import type { Log } from '../../ports/log.js';
import type { Store } from '../../ports/store.js';
import { acceptWindows } from './channel.js';
import { menuTemplate } from './menu.js';
import { isOwnUrl, mayHave, SCHEME } from './origin.js';
import { servePage } from './page-files.js';
import { createMainWindow } from './window.js';

export type ShellOptions = {
  /** Serves the contract over one channel until it closes. */
  attach(channel: FrameChannel<ServerFrame>): Cancel;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** File of the built preload. */
  readonly preload: string;
  readonly store: Store;
  readonly log: Log;
};

/** Before the app is ready: our scheme has an origin of its own, and behaves as https does. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export type Shell = {
  /** The window, opened or brought to the front. */
  show(): void;
  /** Resolves when nothing is left to be kept; call before the process goes. */
  settle(): Promise<void>;
};

/** Once the app is ready. Opens the window and keeps it. */
export async function startShell({ attach, pageFolder, preload, store, log }: ShellOptions): Promise<Shell> {
  confine(log);
  protocol.handle(SCHEME, servePage(pageFolder));
  acceptWindows(ipcMain, attach, log);
  const openLogs = (): void => void shell.openPath(app.getPath('logs'));
  const isDevelopment = !app.isPackaged;
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(menuTemplate({ isMac: process.platform === 'darwin', isDevelopment, openLogs })),
  );

  const window = createMainWindow({ preload, isDevelopment, store, log });
  const show = (): void => void window.show();
  app.on('second-instance', show);
  app.on('activate', show);
  await window.show();
  return { show, settle: window.settle };
}

/** Whatever page there is, it stays where it is, opens nothing and is granted next to nothing. */
function confine(log: Log): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((contents, permission, decide) =>
    decide(mayHave(permission, contents.getURL())),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
  defaultSession.setDevicePermissionHandler(() => false);

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      log.warn({ url: url.slice(0, 200) }, 'a new window was refused');
      return { action: 'deny' };
    });
    contents.on('will-frame-navigate', (event) => {
      if (event.isMainFrame && isOwnUrl(event.url)) return;
      event.preventDefault();
      log.warn({ url: event.url.slice(0, 200) }, 'a navigation was refused');
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}
