/** Whether Electron can open a window here. Looks, and never downloads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const EXECUTABLE = {
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
  win32: 'electron.exe',
};

/** The runtime's executable, or null: it is fetched from GitHub on first use, which we leave to the user. */
export function electronExecutable() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ROOT, 'node_modules', 'electron', 'dist');
  const file = join(dist, EXECUTABLE[process.platform] ?? 'electron');
  return existsSync(file) ? file : null;
}

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** One sentence, or null when a window can be opened. */
export function whyNoElectron() {
  if (!electronExecutable())
    return 'The Electron runtime is not installed here (npx install-electron fetches it from GitHub).';
  if (!hasDisplay()) return 'There is no display for a window.';
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return 'Electron does not run as root with its sandbox on.';
  return null;
}
