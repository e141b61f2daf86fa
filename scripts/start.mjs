/**
 * `npm start`: installs when needed, builds when stale, opens the console. A window where Electron can open
 * one, else the same console on a loopback address. Flags after `--` go to the console; none of them is
 * handed on as an argument of another process, where everybody could read a password in it.
 */
import { spawn } from 'node:child_process';
import { electronExecutable, hasDisplay, whyNoElectron } from './lib/electron.mjs';
import { ensureBuilt, ensureInstalled } from './lib/ready.mjs';
import { findProgram, requireNode, ROOT, say } from './lib/run.mjs';

const flags = process.argv.slice(2);
process.title = 'legion-console start';
requireNode();
await ensureInstalled();
await ensureBuilt();

const why = whyNoElectron();
if (why === null) process.exit(await openWindow());
say(`${why} Serving the console to a browser instead.`);
const { main } = await import('../out/main/cli.js');
const code = await main(['serve', ...flags], { onReady: openBrowser });
process.stdout.write('', () => process.exit(code));

/** Lives as long as the window; who ends us means it. */
function openWindow() {
  const env = { ...process.env, LEGION_START_FLAGS: JSON.stringify(flags) };
  const child = spawn(electronExecutable(), [ROOT], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', (error) => {
      say(error.message);
      resolve(1);
    });
  });
}

/** A kindness, never a failure: the address has been printed. */
function openBrowser(url) {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : [findProgram('xdg-open'), [url]];
  if (!program || !hasDisplay()) return;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
