/**
 * The two halves of a page: the preload's isolated world and the page's own. They share the DOM only, so
 * what crosses does so as events with text; functions become numbers on one side and proxies on the other.
 * Both functions below run in the page as source text.
 */

/** Joins two worlds: `expose` on one side makes an object appear on the other. */
function joinWorlds(me, onOpen) {
  const kept = new Map();
  const results = new Map();
  const exposed = [];
  let nextId = 1;
  const other = me === 'preload' ? 'page' : 'preload';
  const tell = (message) =>
    window.dispatchEvent(new CustomEvent(`stand-in:${other}`, { detail: JSON.stringify(message) }));

  const encode = (value) => {
    if (typeof value === 'function') {
      kept.set(nextId, value);
      return { is: 'function', id: nextId++ };
    }
    if (Array.isArray(value)) return { is: 'array', items: value.map(encode) };
    if (value === null || typeof value !== 'object') {
      structuredClone(value); // throws for what cannot cross, as a symbol
      return { is: 'value', value, isUndefined: value === undefined };
    }
    if (Object.getPrototypeOf(value) !== Object.prototype)
      throw new TypeError('only plain objects cross the bridge');
    return { is: 'object', entries: Object.entries(value).map(([key, entry]) => [key, encode(entry)]) };
  };
  const decode = (coded) => {
    if (coded.is === 'function') return (...args) => call(coded.id, args);
    if (coded.is === 'array') return coded.items.map(decode);
    if (coded.is === 'object')
      return Object.fromEntries(coded.entries.map(([key, entry]) => [key, decode(entry)]));
    return coded.isUndefined ? undefined : coded.value;
  };
  /** Events are delivered before dispatch returns, so the answer is there when the question has been put. */
  const call = (id, args) => {
    const seq = nextId++;
    tell({ type: 'call', id, seq, args: encode(args) });
    const { error, value } = results.get(seq) ?? { error: 'the other world is gone' };
    results.delete(seq);
    if (error !== undefined) throw new Error(error);
    return decode(value);
  };
  const answer = ({ id, seq, args }) => {
    try {
      tell({ type: 'result', seq, value: encode(kept.get(id)(...decode(args))) });
    } catch (error) {
      tell({ type: 'result', seq, error: String(error?.message ?? error) });
    }
  };
  const freeze = (value) => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  const handlers = {
    call: answer,
    result: ({ seq, ...result }) => results.set(seq, result),
    hello: () => exposed.forEach(tell),
    open: ({ url }) => onOpen(url),
    expose: ({ name, value }) => {
      if (Object.hasOwn(window, name)) return;
      Object.defineProperty(window, name, {
        value: freeze(decode(value)),
        writable: false,
        configurable: false,
      });
    },
  };
  window.addEventListener(`stand-in:${me}`, (event) => {
    const message = JSON.parse(event.detail);
    handlers[message.type](message);
  });
  if (me === 'page') {
    // Asked of the main process without making a window first: closing a half-made one can hang its opener.
    window.open = (url) => (tell({ type: 'open', url: String(new URL(url, location.href)) }), null);
  }
  tell({ type: 'hello' });
  return (name, value) => {
    const message = { type: 'expose', name, value: encode(value) };
    exposed.push(message);
    tell(message);
  };
}

/** The preload's world: `require` knows only `electron`, and of that only what a sandboxed preload has. */
function runPreload(joinWorldsSource, binding, preload) {
  const post = window[binding];
  const expose = joinWorldsSource('preload', (url) => post(JSON.stringify({ open: url })));
  const listeners = new Map();
  const of = (channel) => listeners.get(channel) ?? listeners.set(channel, new Set()).get(channel);
  const ipcRenderer = {
    send: (channel, ...args) => post(JSON.stringify({ channel, args: structuredClone(args) })),
    on: (channel, handle) => (of(channel).add(handle), ipcRenderer),
    removeListener: (channel, handle) => (of(channel).delete(handle), ipcRenderer),
  };
  globalThis.__standInDeliver = (channel, args) =>
    [...of(channel)].forEach((handle) => handle({ sender: ipcRenderer }, ...args));
  const electron = { ipcRenderer, contextBridge: { exposeInMainWorld: expose } };
  const only = (name, object) =>
    new Proxy(object, {
      get(target, key) {
        if (typeof key === 'symbol' || key in target) return target[key];
        if (key === '__esModule' || key === 'default') return undefined;
        throw new Error(`the Electron stand-in has no ${name}.${key} in a preload`);
      },
    });
  const require = (name) => {
    if (name === 'electron') return only('electron', electron);
    throw new Error(`module not found: ${name} (a sandboxed preload has only electron)`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
}

/** Source for the page's own world. */
const pageSource = () => `if (window === window.top) (${joinWorlds})('page');`;

/** Source for the preload's world; `binding` is the name of the function that posts to the main process. */
const preloadSource = (preload, binding) =>
  `if (window === window.top) (${runPreload})(${joinWorlds}, ${JSON.stringify(binding)}, function (require, module, exports) {\n${preload}\n});`;

module.exports = { pageSource, preloadSource };
