import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { electronExecutable, hasDisplay, whyNoElectron } from '../../../scripts/lib/electron.mjs';
import { findChromium } from '../../../scripts/lib/needs.mjs';
import { sourceHash } from '../../../scripts/lib/ready.mjs';
import { tempDir } from '../../support/temp-dir.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
afterEach(() => vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux')('whether a window can be opened', () => {
  it('is no without the runtime, and nothing is fetched to find out', () => {
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', tempDir());
    expect(electronExecutable()).toBeNull();
    expect(whyNoElectron()).toMatch(/runtime is not installed/);
  });

  it('is no without a display', () => {
    const dist = tempDir();
    writeFileSync(join(dist, 'electron'), '');
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', dist);
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    expect(electronExecutable()).toBe(join(dist, 'electron'));
    expect(hasDisplay()).toBe(false);
    expect(whyNoElectron()).toMatch(/no display/);
    vi.stubEnv('WAYLAND_DISPLAY', 'wayland-0');
    expect(hasDisplay()).toBe(true);
  });
});

describe('the browser that tests drive', () => {
  it('is the one that was named, or none', () => {
    const dir = tempDir();
    mkdirSync(join(dir, 'bin'));
    writeFileSync(join(dir, 'bin', 'chromium'), '');
    vi.stubEnv('CHROMIUM_PATH', join(dir, 'bin', 'chromium'));
    expect(findChromium()).toBe(join(dir, 'bin', 'chromium'));
    vi.stubEnv('CHROMIUM_PATH', join(dir, 'nothing'));
    expect(findChromium()).toBeNull();
    vi.stubEnv('CHROMIUM_PATH', '');
    vi.stubEnv('PATH', join(dir, 'bin'));
    expect(findChromium()).toBe(join(dir, 'bin', 'chromium'));
  });
});

describe('the scripts', () => {
  it('say the same of the same sources', () => {
    expect(sourceHash()).toBe(sourceHash());
  });

  it('can install the lock file anywhere: npm ci refuses one that lacks parts for other platforms', () => {
    type Entry = { optionalDependencies?: Record<string, string> };
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Entry>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('use no shell, so that they run on every platform', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const script of Object.values(scripts)) expect(script).toMatch(/^node [\w./-]+( --[\w-]+( \w+)?)*$/);
    const files = readdirSync(join(ROOT, 'scripts'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.mjs'),
    );
    for (const file of files) {
      const source = readFileSync(join(ROOT, 'scripts', file), 'utf8');
      expect(source, file).not.toMatch(/shell: true|execSync|\bexec\(/);
    }
  });
});
