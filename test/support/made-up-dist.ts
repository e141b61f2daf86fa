/**
 * A folder that looks to electron-builder like an Electron runtime: the names of the real one with nothing
 * inside, but for the two files that are parsed.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPackage } from '@electron/asar';

const FILES = [
  'LICENSE',
  'LICENSES.chromium.html',
  'chrome-sandbox',
  'chrome_100_percent.pak',
  'chrome_200_percent.pak',
  'chrome_crashpad_handler',
  'icudtl.dat',
  'libEGL.so',
  'libGLESv2.so',
  'libffmpeg.so',
  'libvk_swiftshader.so',
  'libvulkan.so.1',
  'resources.pak',
  'snapshot_blob.bin',
  'v8_context_snapshot.bin',
  'vk_swiftshader_icd.json',
  'locales/en-US.pak',
  'locales/de.pak',
];
/** The mark before the fuses in the executable, then version 1, eight fuses, all as in a fresh download. */
const FUSE_WIRE = `dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\u0001\u000810110001`;

export async function makeUpDist(folder: string): Promise<string> {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  for (const name of FILES) writeFileSync(join(folder, name), '');
  writeFileSync(join(folder, 'version'), '45.4.1');
  writeFileSync(join(folder, 'electron'), `not an executable ${FUSE_WIRE} end`, 'latin1');
  chmodSync(join(folder, 'electron'), 0o755);
  const app = join(folder, '..', 'default-app');
  mkdirSync(app);
  writeFileSync(join(app, 'main.js'), '');
  await createPackage(app, join(folder, 'resources', 'default_app.asar'));
  return folder;
}
