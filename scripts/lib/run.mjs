/** Runs programs without a shell, so that the scripts work the same on Linux, macOS and Windows. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Ends with the exit code; -1 when the program could not be started or was ended by a signal. */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', ...options });
    child.on('error', () => resolve(-1));
    child.on('exit', (code) => resolve(code ?? -1));
  });
}

/** A program that a dependency brings, by the script behind its name in package.json's `bin`; `node` runs it. */
export function runTool(packageName, args, { bin = packageName, node = process.execPath, ...options } = {}) {
  const folder = join(ROOT, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bins === 'string' ? bins : bins[bin];
  return run(node, [join(folder, script), ...args], options);
}

/** npm itself. Started by npm we know where it is; else it lies beside node. */
export function runNpm(args, options = {}) {
  const beside = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  return beside ? run(process.execPath, [beside, ...args], options) : run('npm', args, options);
}

/** Full path of a program, or null. */
export function findProgram(name, extraFolders = []) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`, `${name}.bat`] : [name];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...extraFolders].filter(Boolean);
  for (const folder of folders) {
    const found = names.map((file) => join(folder, file)).find((file) => existsSync(file));
    if (found) return found;
  }
  return null;
}

/** Says it on stderr: stdout belongs to what a script was asked for. */
export const say = (line) => void process.stderr.write(`${line}\n`);

/** Ends the script with a sentence when Node is too old for anything that follows. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Legion Console needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** True in the script that was started, false in one that was imported. */
export const isStarted = (meta) =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(meta.url);
