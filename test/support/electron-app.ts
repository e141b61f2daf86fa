/**
 * The built desktop app under Playwright: on the real Electron where its runtime and a display are, and on
 * our stand-in (Node and Chromium) where a Chromium is. The same steps for both.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { electronExecutable, hasDisplay } from '../../scripts/lib/electron.mjs';
import { findChromium } from '../../scripts/lib/needs.mjs';

export type Runtime = { readonly name: string; readonly executable: string };

const ROOT = resolve(import.meta.dirname, '../..');
const real = electronExecutable();

export const RUNTIMES: readonly Runtime[] = [
  ...(real && hasDisplay() ? [{ name: 'Electron', executable: real }] : []),
  ...(findChromium() && process.platform === 'linux'
    ? [{ name: 'the stand-in', executable: resolve(import.meta.dirname, 'electron-stand-in/electron') }]
    : []),
];

export type Desktop = {
  readonly app: ElectronApplication;
  readonly page: Page;
  ended(): Promise<number | null>;
};

/** Opens the app and its window; ends it with the test. */
export async function openDesktop(
  { executable }: Runtime,
  dataDir: string,
  flags: readonly string[] = [],
): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath: executable,
    args: [ROOT, '--data-dir', dataDir, ...flags],
    env: plainEnv(),
  });
  const child = app.process();
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(async () => {
    if (child.exitCode === null) await app.close();
  });
  const page = await app.firstWindow();
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { app, page, ended: () => ended };
}

/** Starts it without a driver, and says how it ended. */
export function runDesktop(
  { executable }: Runtime,
  args: readonly string[],
): Promise<{ code: number | null; words: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, ['--no-sandbox', ROOT, ...args], {
      env: plainEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, words }));
  });
}

const plainEnv = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('LEGION_'),
    ),
  );
