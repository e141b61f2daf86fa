/** What is inside the packaged app: made of a runtime with nothing in it, so that no download is needed. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeUpDist } from '../support/made-up-dist.js';

/** How the wire says it: a character per fuse. */
const FuseState = { DISABLE: '0'.charCodeAt(0), ENABLE: '1'.charCodeAt(0) } as const;

const ROOT = join(import.meta.dirname, '..', '..');

function runScript(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'package.mjs'), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('exit', (code) => resolve({ code, text }));
  });
}

describe.runIf(process.platform === 'linux')('the packaged app', () => {
  let dir = '';
  let unpacked = '';
  const asar = () => join(unpacked, 'resources', 'app.asar');

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'legion-console-package-'));
    const dist = await makeUpDist(join(dir, 'runtime'));
    const { code, text } = await runScript(['--made-up-dist', dist, '--output', join(dir, 'dist')]);
    expect(code, text).toBe(0);
    unpacked = join(dir, 'dist', 'linux-unpacked');
  }, 120_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is an executable of our name', () => {
    expect(statSync(join(unpacked, 'legion-console')).mode & 0o111).not.toBe(0);
    expect(existsSync(join(unpacked, 'electron'))).toBe(false);
  });

  it('holds the bundles, the page and nothing else', () => {
    const files = listPackage(asar(), { isPack: false }).filter((name) => /\.\w+$/.test(name));
    for (const file of [
      '/package.json',
      '/out/main/electron.cjs',
      '/out/main/crypto-worker.cjs',
      '/out/main/preload.cjs',
      '/out/renderer/index.html',
    ]) {
      expect(files).toContain(file);
    }
    const strange = files.filter(
      (name) => !/^\/(package\.json|out\/(main|renderer)\/.+\.(c?js|html|css|svg|png|woff2))$/.test(name),
    );
    expect(strange).toEqual([]);
  });

  it('starts at the bundle that is inside', () => {
    const manifest = JSON.parse(extractFile(asar(), 'package.json').toString()) as Record<string, unknown>;
    expect(manifest['main']).toBe('out/main/electron.cjs');
    expect(manifest['scripts']).toBeUndefined();
    expect(manifest['devDependencies']).toBeUndefined();
  });

  it('needs no package at run time', () => {
    const main = ['electron', 'crypto-worker']
      .map((name) => extractFile(asar(), `out/main/${name}.cjs`).toString())
      .join('\n');
    const builtin = new Set(['electron', ...process.getBuiltinModule('node:module').builtinModules]);
    const wanted = [...main.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) =>
      (name ?? '').replace(/^node:/, ''),
    );
    expect(wanted.filter((name) => !builtin.has(name) && !OPTIONAL.includes(name))).toEqual([]);
  });

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'legion-console'));
    const stateOf = (fuse: FuseV1Options) => wire[fuse];
    expect(stateOf(FuseV1Options.RunAsNode)).toBe(FuseState.DISABLE);
    expect(stateOf(FuseV1Options.EnableCookieEncryption)).toBe(FuseState.ENABLE);
    expect(stateOf(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(FuseState.DISABLE);
    expect(stateOf(FuseV1Options.EnableNodeCliInspectArguments)).toBe(FuseState.DISABLE);
    expect(stateOf(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(FuseState.ENABLE);
    expect(stateOf(FuseV1Options.OnlyLoadAppFromAsar)).toBe(FuseState.ENABLE);
    expect(stateOf(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(FuseState.DISABLE);
  });
});

/** Asked for inside try, by packages that can do without. */
const OPTIONAL = ['bufferutil', 'utf-8-validate', 'pino-pretty'];

describe('npm run package', () => {
  it('says what is missing where there is no runtime', async () => {
    const { code, text } = await runScript([], {
      ELECTRON_OVERRIDE_DIST_PATH: join(tmpdir(), 'no-such-runtime'),
    });
    expect(code).toBe(1);
    expect(text).toContain('The Electron runtime is not here');
  });

  it('packages the Electron whose types we are checked against', () => {
    const yml = readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8');
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(yml).toContain(`electronVersion: ${manifest.devDependencies['electron']}`);
  });
});
