/**
 * `npm run package`: the unpacked app of this platform in dist/, made of the Electron runtime that is here.
 * It never fetches one: a build without it would wait for a download that many networks refuse.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { electronExecutable } from './lib/electron.mjs';
import { ensureBuilt, ensureInstalled } from './lib/ready.mjs';
import { requireNode, runTool, say } from './lib/run.mjs';

const PLATFORM = { darwin: '--mac', win32: '--win' }[process.platform] ?? '--linux';

requireNode();
await ensureInstalled();
const { dist, output } = options(process.argv.slice(2));
if (!dist || !existsSync(dist)) {
  say('The Electron runtime is not here, so there is nothing to package the app with.');
  say(
    'Fetch it with "npx install-electron" (from GitHub), or set ELECTRON_OVERRIDE_DIST_PATH to its folder.',
  );
  process.exit(1);
}
await ensureBuilt();
const code = await runTool('electron-builder', [
  '--dir',
  PLATFORM,
  '--publish=never',
  `-c.electronDist=${dist}`,
  ...(output ? [`-c.directories.output=${output}`] : []),
]);
process.exit(code === 0 ? 0 : 1);

/** The packaging test hands in a made-up runtime and a folder of its own. */
function options(args) {
  const after = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  return { dist: after('--made-up-dist') ?? runtimeFolder(), output: after('--output') };
}

function runtimeFolder() {
  const executable = electronExecutable();
  if (!executable) return null;
  return process.platform === 'darwin' ? join(dirname(executable), '..', '..', '..') : dirname(executable);
}
