/** What other scripts need first: dependencies installed, product built. Does nothing when all is there. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, run, runNpm, say } from './run.mjs';

const LOCK = join(ROOT, 'package-lock.json');
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json');
export const OUT = join(ROOT, 'out');
const STAMP = join(OUT, 'stamp');

/** Installs exactly the lock file, development tools included: the build needs them. */
export async function ensureInstalled() {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(LOCK).mtimeMs) return;
  say('Installing dependencies…');
  const code = await runNpm(['ci', '--include=dev', '--no-fund', '--no-audit'], {
    // stdout belongs to what the script was asked for
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1' },
  });
  if (code !== 0) {
    say('npm ci failed. Is the npm registry in reach?');
    process.exit(1);
  }
  // npm keeps the times inside packages; the next start must see that this lock file is installed.
  writeFileSync(INSTALLED, readFileSync(INSTALLED));
}

/** A hash over everything the build reads. */
export function sourceHash() {
  const hash = createHash('sha256').update(process.versions.node);
  const files = ['package.json', 'package-lock.json', 'vite.config.ts', 'tsconfig.json', 'scripts/build.mjs'];
  for (const file of [...files.map((name) => join(ROOT, name)), ...filesUnder(join(ROOT, 'app'))]) {
    hash.update(`${relative(ROOT, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

const isBuilt = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourceHash();

export async function ensureBuilt() {
  if (isBuilt()) return;
  const code = await run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (code !== 0) {
    say('The build failed.');
    process.exit(1);
  }
}
