/** The desktop app as built: window, bridge, confinement, crash, second start, place, goodbye. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openDesktop, runDesktop, RUNTIMES } from '../support/electron-app.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const logOf = (dataDir: string): string =>
  readFileSync(join(dataDir, 'electron', 'logs', 'console.log'), 'utf8');

/** One call over the bridge, as the page makes it. */
const call = (page: Page, procedure: string, input: unknown): Promise<unknown> =>
  page.evaluate(
    ([procedure, input]) =>
      new Promise((resolve) => {
        const id = Math.floor(Math.random() * 1e9) + 1e6;
        window.legionConsole?.onFrame((frame) => {
          if ((frame as { id?: unknown }).id === id) resolve(frame);
        });
        window.legionConsole?.send({ type: 'call', id, procedure, input });
      }),
    [procedure, input] as const,
  );

/** In the demo: above all others in its first legion. */
async function becomeLord(page: Page): Promise<void> {
  await call(page, 'legion.role', { name: 'web', role: 'standby', valor: 60_000 });
  await until(async () => {
    const answer = (await call(page, 'legion.get', { name: 'web' })) as { output?: { isLord?: boolean } };
    return answer.output?.isLord === true;
  }, 60_000);
}

/** Whoever is asked in a native dialog answers so; says what was asked last. */
async function answering(app: ElectronApplication, response: number): Promise<() => Promise<unknown>> {
  await app.evaluate(({ dialog }, response) => {
    dialog.showMessageBox = async (...given: unknown[]) => {
      (globalThis as { asked?: unknown }).asked = given.at(-1);
      return { response, checkboxChecked: false };
    };
  }, response);
  return () => app.evaluate(() => (globalThis as { asked?: unknown }).asked ?? null);
}

if (RUNTIMES.length === 0) {
  it.skip('the desktop app: needs the Electron runtime with a display, or a Chromium on Linux', () =>
    undefined);
}

describe.each(RUNTIMES)('the desktop app on $name', (runtime) => {
  it('shows the demo cluster in a window, through one call and one stream', async () => {
    const { page } = await openDesktop(runtime, tempDir());
    expect(await page.title()).toContain('Legion Console');
    await page.getByText('DEMO').first().waitFor();
    await page.getByRole('link', { name: /^13 nodes$/ }).waitFor();
  });

  it('has nothing of Node or Electron in the page but the bridge', async () => {
    const { page } = await openDesktop(runtime, tempDir());
    const found = await page.evaluate(() => ({
      globals: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
        (name) => name in globalThis,
      ),
      bridge: Object.keys(window.legionConsole ?? {}).sort(),
      isFrozen: Object.isFrozen(window.legionConsole),
    }));
    expect(found).toEqual({ globals: [], bridge: ['onFrame', 'send'], isFrozen: true });
  });

  it('stays on its page, opens no window, loads nothing foreign, runs nothing inline', async () => {
    const dataDir = tempDir();
    const { app, page } = await openDesktop(runtime, dataDir);
    const before = page.url();
    await page.evaluate(() => void window.open('https://example.com/'));
    await page.evaluate(() => void (location.href = 'https://example.com/'));
    await until(
      () => /navigation was refused/.test(logOf(dataDir)) && /new window was refused/.test(logOf(dataDir)),
    );
    expect(page.url()).toBe(before);
    await until(() => app.windows().length === 1);
    const tried = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inlineRan = true';
      document.head.append(script);
      const frame = document.createElement('iframe');
      frame.src = location.href;
      document.body.append(frame);
      const fetched = await fetch('http://127.0.0.1:9/').then(
        () => 'fetched',
        () => 'refused',
      );
      frame.remove();
      return { inline: 'inlineRan' in globalThis, fetched };
    });
    expect(tried).toEqual({ inline: false, fetched: 'refused' });
    await page.getByRole('heading', { level: 1 }).waitFor();
  });

  it('puts a window that died back, and the node behind it never stopped', async () => {
    const dataDir = tempDir();
    const { app, page } = await openDesktop(runtime, dataDir);
    const pid = app.process().pid;
    const rebuilt = app.waitForEvent('window');
    const window = await app.browserWindow(page);
    await window.evaluate((dead) => dead.webContents.forcefullyCrashRenderer());
    const fresh = await rebuilt;
    await fresh.getByRole('link', { name: /^13 nodes$/ }).waitFor();
    expect(app.process().pid).toBe(pid);
    expect(app.process().exitCode).toBeNull();
    // One session from start to now: nothing left the cluster in between.
    expect(logOf(dataDir).match(/"msg":"bus live"/g)).toHaveLength(1);
  });

  it('is there once: a second start brings the first to the front', async () => {
    const dataDir = tempDir();
    const { app, page } = await openDesktop(runtime, dataDir);
    const window = await app.browserWindow(page);
    await window.evaluate((opened) => opened.minimize());
    const second = await runDesktop(runtime, ['--data-dir', dataDir]);
    expect(second.code).toBe(0);
    await until(() => window.evaluate((opened) => !opened.isMinimized()));
  });

  it('comes back where it was', async () => {
    const dataDir = tempDir();
    const first = await openDesktop(runtime, dataDir);
    const place = { x: 120, y: 80, width: 1100, height: 700 };
    const window = await first.app.browserWindow(first.page);
    await window.evaluate((opened, bounds) => opened.setBounds(bounds), place);
    await first.app.close();
    const second = await openDesktop(runtime, dataDir);
    const again = await second.app.browserWindow(second.page);
    expect(await again.evaluate((opened) => opened.getNormalBounds())).toEqual(place);
  });

  it('keeps keys and secrets where no file of its folder shows them', async () => {
    const dataDir = tempDir();
    const { page } = await openDesktop(runtime, dataDir);
    const answer = await call(page, 'identity.request', { commonName: 'console.example', sans: [] });
    expect(answer).toMatchObject({ type: 'result', output: { state: 'requested' } });
    const kept = readFileSync(join(dataDir, 'secrets', 'identities.json'), 'utf8');
    // On a machine without a keychain (a headless one) it is a file of its owner's alone.
    if (/"sealed"/.test(kept)) expect(kept).not.toContain('PRIVATE KEY');
    else expect(logOf(dataDir)).toContain('this system has no keychain');
    if (runtime.name === 'the stand-in') expect(Object.keys(JSON.parse(kept) as object)).toEqual(['sealed']);
    expect(statSync(join(dataDir, 'secrets', 'identities.json')).mode & 0o077).toBe(0);
  });

  it('says goodbye and ends when its window is closed', async () => {
    const { app, page, ended } = await openDesktop(runtime, tempDir());
    const window = await app.browserWindow(page);
    // The driver hangs on to the process; closing must not wait for its answer.
    window.evaluate((opened) => opened.close()).catch(() => undefined);
    expect(await ended()).toBe(0);
  });

  it('asks before a lord quits: back to the window, on in the background, or handed over', async () => {
    const dataDir = tempDir();
    const { app, page, ended } = await openDesktop(runtime, dataDir);
    await becomeLord(page);
    const asked = await answering(app, 2);
    const reopened = app.waitForEvent('window');
    const window = await app.browserWindow(page);
    window.evaluate((opened) => opened.close()).catch(() => undefined);
    const fresh = await reopened;
    await fresh.getByRole('heading', { level: 1 }).waitFor();
    expect(await asked()).toMatchObject({
      message: 'This console is lord of web.',
      buttons: ['Hand over and quit', 'Keep running in the background', 'Cancel'],
    });

    await answering(app, 1);
    const again = await app.browserWindow(fresh);
    await until(() => again.evaluate((opened) => opened.isVisible()));
    await app.evaluate(({ app }) => app.quit());
    await until(() => again.evaluate((opened) => !opened.isVisible()));
    expect(app.process().exitCode).toBeNull();
    expect((await runDesktop(runtime, ['--data-dir', dataDir])).code).toBe(0);
    await until(() => again.evaluate((opened) => opened.isVisible()));

    await answering(app, 0);
    app.evaluate(({ app }) => app.quit()).catch(() => undefined);
    expect(await ended()).toBe(0);
    expect(readFileSync(join(dataDir, 'audit.jsonl'), 'utf8')).toContain('legion.unlorded');
  });

  it('asks nobody when it is ended from outside', async () => {
    const { app, page, ended } = await openDesktop(runtime, tempDir());
    await becomeLord(page);
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => new Promise(() => undefined);
    });
    app.process().kill('SIGTERM');
    expect(await ended()).toBe(0);
  });

  it('names every mistake of its configuration and does not start', async () => {
    const { code, words } = await runDesktop(runtime, [
      '--data-dir',
      tempDir(),
      '--port',
      'many',
      '--bus',
      'http://x',
    ]);
    expect(code).toBe(2);
    expect(words).toContain('web.port');
    expect(words).toContain('bus.url');
  });
});
