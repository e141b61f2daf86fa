/**
 * A stand-in for the Electron runtime where there is none: our built main process under Node, our built
 * preload and page in Chromium, IPC between them. It is stricter than the real thing where that catches
 * mistakes, and proves nothing about Electron's own sandbox, isolation, menus, dialogs, asar or packaging.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');
const { createApi } = require('./api.cjs');
const { startChromium } = require('./chromium.cjs');

const args = process.argv.slice(2);
process.argv = ['electron', ...args];

/** The app's folder is the first argument that is no switch (and no value of `-r`). */
const preloaded = [];
let folder = null;
for (let index = 0; index < args.length && folder === null; index++) {
  if (args[index] === '-r') preloaded.push(args[++index]);
  else if (!args[index].startsWith('-')) folder = resolve(args[index]);
}
if (folder === null) throw new Error('the stand-in wants the folder of an app');

const api = createApi({ folder, startChromium });
const load = Module._load;
Module._load = function loadWithElectron(request, ...rest) {
  return request === 'electron' ? api.module : load.call(this, request, ...rest);
};

for (const file of preloaded) require(file);
const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
require(join(folder, main));

// Playwright says when it watches; its own loader does the same for the real Electron.
const isWatched = preloaded.length === 0 && args.includes('--remote-debugging-port=0');
api.becomeReady(
  isWatched ? new Promise((resolve) => (globalThis.__playwright_run = resolve)) : Promise.resolve(),
);
