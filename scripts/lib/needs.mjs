/**
 * The real things some layers run against: a broker, a browser, the newer Node. Found on this machine, else installed
 * (from Debian's packages when we may, Node from npm); else the tests that need them are skipped, and it is said how to
 * get them.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, ROOT, run, runNpm, say } from './run.mjs';

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge'];
const CHROMIUM_FILES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** A Chromium that tests may drive, or null; `CHROMIUM_PATH` names another one. */
export function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) return existsSync(chosen) ? chosen : null;
  const onPath = CHROMIUM_NAMES.map((name) => findProgram(name)).find(Boolean);
  return onPath ?? CHROMIUM_FILES.find((file) => existsSync(file)) ?? null;
}

const SBIN = ['/usr/sbin', '/sbin'];

const findRabbitMq = () =>
  findProgram('rabbitmq-server', ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin']);

const NEEDS = [
  {
    debian: 'openssl',
    isThere: () => findProgram('openssl') !== null,
    without: 'tests with certificate files as openssl makes them are skipped. Install openssl.',
  },
  {
    debian: 'rabbitmq-server',
    isThere: () => Boolean(process.env.RABBITMQ_HOME || findRabbitMq()),
    without:
      'tests on a real broker are skipped. Install RabbitMQ (Debian: apt-get install rabbitmq-server).',
  },
  {
    debian: 'ruby',
    isThere: () => findProgram('gem') !== null,
    without: 'tests that install a real gem are skipped. Install Ruby (Debian: apt-get install ruby).',
  },
  {
    debian: 'uwsgi-core',
    isThere: () => findProgram('uwsgi-core') !== null,
    without: 'tests with real uWSGI legions are skipped. Install uWSGI (Debian: apt-get install uwsgi-core).',
  },
  {
    debian: 'iproute2',
    isThere: () => findProgram('ip', SBIN) !== null,
    without: 'tests on networks of their own are skipped. They need Linux, root and iproute2.',
  },
  {
    debian: 'iputils-arping',
    isThere: () => findProgram('arping', SBIN) !== null,
    without: 'tests that take an address over are skipped. They need Linux, root and iputils-arping.',
  },
  {
    debian: 'chromium',
    isThere: () => findChromium() !== null,
    without:
      'tests in a browser are skipped. Install Chromium (Debian: apt-get install chromium), or set CHROMIUM_PATH.',
  },
];

export async function provideNeeds() {
  const missing = () => NEEDS.filter((need) => !need.isThere());
  if (missing().length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await installFromDebian(missing().map((need) => need.debian));
  }
  for (const { debian, without } of missing()) say(`No ${debian} here: ${without}`);
}

/** Debian starts a server when it is installed; ours are started by the tests, on ports of their own. */
async function installFromDebian(names) {
  say(`Installing ${names.join(' and ')} from Debian…`);
  const policy = '/usr/sbin/policy-rc.d';
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const quiet = { stdio: ['ignore', 'ignore', 2], env };
    await run('apt-get', ['update', '-qq'], quiet);
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], quiet);
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}

/** What Electron and the next Node bring; the ciphers must not tell them apart. */
const NODE_24 = '24.21.0';

/** The executable of Node 24: this one, or one kept in .cache/; null, and it is said why, when it cannot be had. */
export async function provideNode24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const cache = join(ROOT, '.cache', `node-${NODE_24}`);
  const bin = join(cache, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(bin)) {
    say(`Fetching Node ${NODE_24}…`);
    const args = ['install', '--prefix', cache, '--no-save', '--no-package-lock', '--ignore-scripts'];
    await runNpm([...args, '--no-fund', '--no-audit', `${name}@${NODE_24}`], { stdio: ['ignore', 2, 2] });
  }
  if (existsSync(bin) && (await run(bin, ['--version'], { stdio: 'ignore' })) === 0) return bin;
  say(`No Node 24 here: tests under it are skipped. Is ${name}@${NODE_24} in reach of npm?`);
  return null;
}
