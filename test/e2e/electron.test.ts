/** The desktop app as built: window, bridge, confinement, crash, second start, place, goodbye. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDesktop, runDesktop, RUNTIMES } from '../support/electron-app.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const logOf = (dataDir: string): string =>
  readFileSync(join(dataDir, 'electron', 'logs', 'console.log'), 'utf8');

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
    const answer = await page.evaluate(
      () =>
        new Promise((resolve) => {
          window.legionConsole?.onFrame((frame) => {
            if ((frame as { id?: unknown }).id === 987_654) resolve(frame);
          });
          window.legionConsole?.send({
            type: 'call',
            id: 987_654,
            procedure: 'identity.request',
            input: { commonName: 'console.example', sans: [] },
          });
        }),
    );
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
