/** BrowserWindow and webContents over targets of Chromium. */
const { EventEmitter } = require('node:events');
const { readFileSync } = require('node:fs');
const { knownOptions, strict } = require('./strict.cjs');
const { pageSource, preloadSource } = require('./worlds.cjs');

const WORLD = 'Electron Isolated Context';
const BINDING = '__standInPost';
const MUST_BE = { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true };
const WINDOW_OPTIONS = [
  'x',
  'y',
  'width',
  'height',
  'minWidth',
  'minHeight',
  'show',
  'title',
  'backgroundColor',
  'webPreferences',
  'isMaximized',
];
const PREFERENCES = [...Object.keys(MUST_BE), 'preload', 'spellcheck', 'devTools'];

function createWindows({ app, schemes, ipcMain }) {
  const windows = new Set();
  let browser = null;
  let nextId = 1;
  const background = (promise) =>
    promise.catch((error) => process.stderr.write(`stand-in: ${error.stack}\n`));

  class WebContents extends EventEmitter {
    id = nextId++;
    url = '';
    isGone = false;
    targetId = null;
    session = null;
    world = null;
    queue = Promise.resolve();
    decideOpen = () => ({ action: 'allow' });

    async open(preferences) {
      ({ targetId: this.targetId } = await browser.send('Target.createTarget', { url: 'about:blank' }));
      const { sessionId } = await browser.send('Target.attachToTarget', {
        targetId: this.targetId,
        flatten: true,
      });
      const session = browser.session(sessionId);
      this.session = session;
      session.on('Runtime.executionContextCreated', ({ context }) => {
        if (context.name === WORLD && context.auxData.frameId === this.targetId) this.world = context.id;
      });
      session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
        if (this.world === executionContextId) this.world = null;
      });
      session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
        if (name === BINDING) this.hear(JSON.parse(payload), executionContextId === this.world);
      });
      session.on('Page.frameNavigated', ({ frame }) => {
        if (!frame.parentId) this.url = schemes.outward(frame.url + (frame.urlFragment ?? ''));
      });
      session.on('Page.loadEventFired', () => this.emit('did-finish-load'));
      session.on('Inspector.targetCrashed', () =>
        this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 133 }),
      );
      session.on('Fetch.requestPaused', (paused) => background(this.decideNavigation(paused)));
      await session.send('Runtime.enable');
      await session.send('Page.enable');
      await session.send('Inspector.enable');
      await session.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
      await session.send('Page.addScriptToEvaluateOnNewDocument', { source: pageSource() });
      const preload = readFileSync(preferences.preload, 'utf8');
      await session.send('Page.addScriptToEvaluateOnNewDocument', {
        source: preloadSource(preload, BINDING),
        worldName: WORLD,
      });
      await session.send('Fetch.enable', {
        patterns: [{ resourceType: 'Document', requestStage: 'Request' }],
      });
    }

    hear({ channel, args, open }, isPreload) {
      if (!isPreload) throw new Error('a message that did not come from the preload');
      if (open !== undefined) return this.refuseOpen(open);
      ipcMain.deliver(
        channel,
        { sender: this.face, senderFrame: { url: this.url, parent: null } },
        structuredClone(args),
      );
    }

    refuseOpen(url) {
      const { action } = this.decideOpen({ url: schemes.outward(url) });
      if (action !== 'deny') throw new Error('the stand-in opens no second windows');
    }

    /** What the page itself wants to load; what `loadURL` asked for is let through. */
    async decideNavigation({ requestId, request, frameId }) {
      const url = schemes.outward(request.url + (request.urlFragment ?? ''));
      const isMainFrame = frameId === this.targetId;
      let isPrevented = false;
      const event = { url, isMainFrame, preventDefault: () => (isPrevented = true) };
      if (this.loading !== url) this.emit('will-frame-navigate', event);
      const isLocal = /^http:\/\/[^/]*(localhost|127\.0\.0\.1)(:\d+)?\//.test(request.url);
      await (isPrevented || !isLocal
        ? this.session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        : this.session.send('Fetch.continueRequest', { requestId }));
    }

    async loadURL(url) {
      await this.opened;
      this.loading = url;
      const { errorText } = await this.session.send('Page.navigate', { url: schemes.inward(url) });
      this.loading = null;
      if (errorText) throw new Error(`${errorText} loading '${url}'`);
    }

    send(channel, ...args) {
      const text = JSON.stringify(structuredClone(args));
      this.queue = this.queue.then(async () => {
        if (this.world === null || this.isGone) return;
        const expression = `__standInDeliver(${JSON.stringify(channel)}, ${text})`;
        await this.session
          .send('Runtime.evaluate', { expression, contextId: this.world })
          .catch(() => undefined);
      });
    }

    getURL() {
      return this.url;
    }
    isDestroyed() {
      return this.isGone;
    }
    setWindowOpenHandler(decide) {
      this.decideOpen = decide;
    }
    forcefullyCrashRenderer() {
      background(this.session.send('Page.crash').catch(() => undefined));
    }
    close() {
      this.window.close();
    }
  }

  class BrowserWindow extends EventEmitter {
    constructor(options) {
      super();
      if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
      const preferences = options.webPreferences ?? {};
      knownOptions('BrowserWindow', options, WINDOW_OPTIONS);
      knownOptions('webPreferences', preferences, PREFERENCES);
      for (const [key, value] of Object.entries(MUST_BE)) {
        if (preferences[key] !== value) throw new Error(`webPreferences.${key} must be ${value}`);
      }
      this.bounds = {
        x: options.x ?? 0,
        y: options.y ?? 0,
        width: options.width ?? 800,
        height: options.height ?? 600,
      };
      this.state = {
        isVisible: options.show !== false,
        isMaximized: false,
        isMinimized: false,
        isFocused: false,
        isClosed: false,
      };
      const contents = new WebContents();
      contents.window = this;
      contents.face = strict('webContents', contents);
      this.contents = contents;
      this.face = strict('BrowserWindow', this);
      this.raw = this;
      windows.add(this);
      contents.once('did-finish-load', () => this.emit('ready-to-show'));
      app.emit('web-contents-created', {}, contents.face);
      contents.opened = contents.open(preferences).then(() => this.applyBounds());
      background(contents.opened);
      return this.face;
    }
    get webContents() {
      return this.contents.face;
    }
    get id() {
      return this.contents.id;
    }
    async applyBounds() {
      const { windowId } = await browser.send('Browser.getWindowForTarget', {
        targetId: this.contents.targetId,
      });
      const { x: left, y: top, width, height } = this.bounds;
      await browser.send('Browser.setWindowBounds', { windowId, bounds: { left, top, width, height } });
    }
    loadURL(url) {
      return this.contents.loadURL(url);
    }
    setBounds(bounds) {
      this.bounds = { ...this.bounds, ...bounds };
      background(this.contents.opened.then(() => this.applyBounds()));
      this.emit('resize');
      this.emit('move');
    }
    getNormalBounds() {
      return { ...this.bounds };
    }
    getBounds() {
      return { ...this.bounds };
    }
    maximize() {
      this.state.isMaximized = true;
      this.emit('resize');
    }
    isMaximized() {
      return this.state.isMaximized;
    }
    isMinimized() {
      return this.state.isMinimized;
    }
    minimize() {
      this.state.isMinimized = true;
    }
    restore() {
      this.state.isMinimized = false;
    }
    show() {
      this.state.isVisible = true;
    }
    hide() {
      this.state.isVisible = false;
    }
    isVisible() {
      return this.state.isVisible;
    }
    focus() {
      this.state.isFocused = true;
    }
    isFocused() {
      return this.state.isFocused;
    }
    isDestroyed() {
      return this.state.isClosed;
    }
    close() {
      if (this.state.isClosed) return;
      let isPrevented = false;
      this.emit('close', { preventDefault: () => (isPrevented = true) });
      if (!isPrevented) this.destroy();
    }
    destroy() {
      if (this.state.isClosed) return;
      this.state.isClosed = true;
      // `this` is the strict face when our code calls.
      windows.delete(this.raw);
      background(
        this.contents.opened
          .then(() => browser.send('Target.closeTarget', { targetId: this.contents.targetId }))
          .catch(() => undefined),
      );
      this.contents.isGone = true;
      this.contents.emit('destroyed');
      this.emit('closed');
      if (windows.size === 0 && !app.emit('window-all-closed')) app.quit();
    }
    static getAllWindows() {
      return [...windows].map((window) => window.face);
    }
    static fromWebContents(contents) {
      return [...windows].find((window) => window.contents.id === contents.id)?.face ?? null;
    }
  }

  const byTarget = (targetId) => [...windows].find((window) => window.contents.targetId === targetId);
  return {
    BrowserWindow,
    webContents: strict('webContents', {
      fromDevToolsTargetId: (targetId) => byTarget(targetId)?.webContents,
    }),
    async attach(connected) {
      browser = connected;
      browser.on('Target.targetDestroyed', ({ targetId }) => byTarget(targetId)?.close());
      // Windows that a page opens by a link; `window.open` never comes so far.
      browser.on('Target.targetCreated', ({ targetInfo }) => {
        const opener = targetInfo.openerId && byTarget(targetInfo.openerId);
        if (!opener) return;
        opener.contents.refuseOpen(targetInfo.url);
        background(browser.send('Target.closeTarget', { targetId: targetInfo.targetId }));
      });
      await browser.send('Target.setDiscoverTargets', { discover: true });
    },
  };
}

module.exports = { createWindows };
