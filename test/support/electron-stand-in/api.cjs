/** The `electron` module of the stand-in: the parts our main process uses, and an error for every other. */
const { EventEmitter } = require('node:events');
const {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  watch,
  writeSync,
} = require('node:fs');
const { tmpdir, homedir } = require('node:os');
const { join } = require('node:path');
const { createSchemes } = require('./schemes.cjs');
const { knownOptions, strict } = require('./strict.cjs');
const { createWindows } = require('./windows.cjs');

const ROLES = [
  'appMenu',
  'fileMenu',
  'editMenu',
  'windowMenu',
  'help',
  'reload',
  'toggleDevTools',
  'resetZoom',
  'zoomIn',
  'zoomOut',
  'togglefullscreen',
  'quit',
  'close',
  'about',
];

const MESSAGE_BOX = ['type', 'message', 'detail', 'buttons', 'defaultId', 'cancelId', 'noLink'];
const KEYCHAIN = Buffer.from('v10');
const scramble = (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0x5a));

function createApi({ folder, startChromium }) {
  const schemes = createSchemes();
  const app = createAppObject(folder);
  const ipcMain = createIpcMain();
  const windows = createWindows({ app, schemes, ipcMain });
  const permissions = {};
  const display = {
    id: 1,
    workArea: { x: 0, y: 0, width: 1920, height: 1040 },
    bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  };
  let menu = null;

  const module = strict('electron', {
    app: strict('app', app),
    BrowserWindow: windows.BrowserWindow,
    webContents: windows.webContents,
    ipcMain: strict('ipcMain', ipcMain),
    // As on a machine with a keychain: what is encrypted here can be read back here and looks like nothing.
    safeStorage: strict('safeStorage', {
      isAsyncEncryptionAvailable: async () => true,
      getSelectedStorageBackend: () => 'gnome_libsecret',
      encryptStringAsync: async (text) => Buffer.concat([KEYCHAIN, scramble(Buffer.from(text))]),
      decryptStringAsync: async (sealed) => ({
        result: scramble(sealed.subarray(KEYCHAIN.length)).toString(),
        shouldReEncrypt: false,
      }),
    }),
    // A machine that never sleeps and has no battery.
    powerMonitor: strict(
      'powerMonitor',
      Object.assign(new EventEmitter(), { isOnBatteryPower: () => false }),
    ),
    protocol: strict('protocol', {
      registerSchemesAsPrivileged(list) {
        if (app.isReady())
          throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
        schemes.declare(list);
      },
      handle: schemes.handle,
    }),
    session: strict('session', {
      defaultSession: strict('session', {
        setPermissionRequestHandler: (handler) => (permissions.request = handler),
        setPermissionCheckHandler: (handler) => (permissions.check = handler),
        setDevicePermissionHandler: (handler) => (permissions.device = handler),
      }),
    }),
    Menu: strict('Menu', {
      buildFromTemplate(template) {
        const check = ({ role, submenu }) => {
          if (role !== undefined && !ROLES.includes(role)) throw new Error(`unknown role ${role}`);
          submenu?.forEach(check);
        };
        template.forEach(check);
        return { items: template };
      },
      setApplicationMenu: (built) => (menu = built),
      getApplicationMenu: () => menu,
    }),
    nativeTheme: strict('nativeTheme', Object.assign(new EventEmitter(), { shouldUseDarkColors: false })),
    screen: strict(
      'screen',
      Object.assign(new EventEmitter(), {
        getPrimaryDisplay: () => display,
        getAllDisplays: () => [display],
      }),
    ),
    shell: strict('shell', { openPath: async () => '' }),
    dialog: strict('dialog', {
      showErrorBox: (title, text) => process.stderr.write(`[dialog] ${title}\n${text}\n`),
      // Nobody sits here: as if Escape was pressed. Tests put their own answer in its place.
      async showMessageBox(options) {
        knownOptions('showMessageBox', options, MESSAGE_BOX);
        process.stderr.write(`[dialog] ${options.message}\n${options.detail}\n`);
        return { response: options.cancelId, checkboxChecked: false };
      },
    }),
    /** For tests: what the app decides about a permission. */
    standIn: { permissions },
  });

  return {
    module,
    async becomeReady(mayBegin) {
      // As Electron does on the platforms that have signals.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.quit());
      const [{ browser, address }] = await Promise.all([startChromium(), schemes.listen()]);
      await windows.attach(browser);
      process.stderr.write(`DevTools listening on ${address}\n`);
      await mayBegin;
      app.markReady();
    },
  };
}

function createAppObject(folder) {
  const paths = { userData: join(tmpdir(), 'legion-console-stand-in'), home: homedir(), temp: tmpdir() };
  let isReady = false;
  let markReady;
  const ready = new Promise((resolve) => (markReady = resolve));
  let isQuitting = false;

  return Object.assign(new EventEmitter(), {
    isPackaged: false,
    commandLine: strict('commandLine', { appendSwitch: () => undefined }),
    isReady: () => isReady,
    whenReady: () => ready,
    markReady() {
      isReady = true;
      markReady({});
      this.emit('ready', {});
    },
    getAppPath: () => folder,
    getPath(name) {
      if (name === 'logs') return paths.logs ?? join(paths.userData, 'logs');
      if (!(name in paths)) throw new Error(`Failed to get '${name}' path`);
      return paths[name];
    },
    setPath: (name, path) => void (paths[name] = path),
    requestSingleInstanceLock() {
      return lockFolder(paths.userData, () => this.emit('second-instance', {}, [], ''));
    },
    quit() {
      if (isQuitting) return;
      let isPrevented = false;
      this.emit('before-quit', { preventDefault: () => (isPrevented = true) });
      if (isPrevented) return;
      isQuitting = true;
      this.emit('will-quit', { preventDefault: () => undefined });
      this.exit(0);
    },
    exit: (code = 0) => process.exit(code),
  });
}

/** A file says who holds the folder; a second instance leaves a line in another, which the first sees. */
function lockFolder(folder, onSecond) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'stand-in.lock');
  const knocks = join(folder, 'stand-in.knocks');
  const take = () => {
    const handle = openSync(lock, 'wx');
    writeSync(handle, String(process.pid));
    closeSync(handle);
    appendFileSync(knocks, '');
    watch(knocks, onSecond).unref();
    process.once('exit', () => rmSync(lock, { force: true }));
    return true;
  };
  try {
    return take();
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAlive(Number(readFileSync(lock, 'utf8')))) {
      appendFileSync(knocks, 'knock\n');
      return false;
    }
    rmSync(lock, { force: true });
    return take();
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function createIpcMain() {
  const ipcMain = new EventEmitter();
  return Object.assign(ipcMain, {
    deliver: (channel, event, args) => void ipcMain.emit(channel, event, ...args),
  });
}

module.exports = { createApi };
