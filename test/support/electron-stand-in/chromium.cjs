/** Debian's Chromium as a child, and a small client of its DevTools protocol. */
const { spawn } = require('node:child_process');
const { EventEmitter } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { WebSocket } = require('ws');

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--no-startup-window',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

/** Resolves with the browser once it listens; it dies with this process. */
function startChromium() {
  const profile = mkdtempSync(join(tmpdir(), 'legion-console-stand-in-'));
  const program = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  // A group of its own that ends with the browser, and with us: even killed, we close the pipe it reads.
  const untilEither = '{ "$@"; kill -9 0; } & read _; kill -9 0';
  const args = ['-c', untilEither, 'sh', program, ...FLAGS, `--user-data-dir=${profile}`];
  const child = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'pipe'], detached: true });
  process.once('exit', () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended before us.
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return new Promise((resolve, reject) => {
    let words = '';
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${words.slice(-500)}`)));
    child.stderr.on('data', (chunk) => {
      words += chunk;
      const found = /^DevTools listening on (ws:\/\/\S+)$/m.exec(words);
      if (!found) return;
      child.stderr.removeAllListeners('data').resume();
      connectTo(found[1]).then((browser) => resolve({ browser, address: found[1] }), reject);
    });
  });
}

/** `session(id)` speaks to one target; events of a session come out of its own emitter. */
function connectTo(address) {
  const socket = new WebSocket(address, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 });
  const waiting = new Map();
  const sessions = new Map();
  let nextId = 1;

  const session = (sessionId) => {
    const known = sessions.get(sessionId);
    if (known) return known;
    const events = new EventEmitter();
    const made = Object.assign(events, {
      send: (method, params = {}) =>
        new Promise((resolve, reject) => {
          const id = nextId++;
          waiting.set(id, { resolve, reject, method });
          socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
        }),
    });
    sessions.set(sessionId, made);
    return made;
  };

  socket.on('message', (data) => {
    const { id, method, params, result, error, sessionId } = JSON.parse(data);
    if (id === undefined) return void session(sessionId ?? '').emit(method, params);
    const { resolve, reject, method: asked } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(`${asked}: ${error.message}`));
    else resolve(result);
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => resolve(Object.assign(session(''), { session })));
  });
}

module.exports = { startChromium };
