import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFileStore } from '../../../../app/main/adapters/file-store.js';
import { createMemoryStore as memoryStore } from '../../../../app/main/adapters/memory-store.js';
import { storeSuite } from '../../../support/store-suite.js';
import { tempDir } from '../../../support/temp-dir.js';

describe('a store in memory', () => storeSuite(memoryStore));

describe('a store on files', () => {
  storeSuite(() => createFileStore(join(tempDir(), 'not', 'there', 'yet')));

  it('writes files that only their owner can read, and leaves no others behind', async () => {
    const dir = tempDir();
    await createFileStore(dir).write('window', {});
    expect(readdirSync(dir)).toEqual(['window.json']);
    expect(statSync(join(dir, 'window.json')).mode & 0o777).toBe(0o600);
  });

  it('puts aside what is not JSON', async () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'window.json'), '{"half":');
    expect(await createFileStore(dir).read('window')).toBeUndefined();
    expect(readdirSync(dir)).toEqual(['window.json.broken']);
  });

  it('does not read secrets that others can read', async () => {
    const dir = tempDir();
    const store = createFileStore(dir, { isStrict: true });
    await store.write('key', 'x');
    expect(await store.read('key')).toBe('x');
    chmodSync(join(dir, 'key.json'), 0o644);
    await expect(store.read('key')).rejects.toThrow(/chmod 600/);
  });

  it('never takes a damaged file of secrets for an absent one, nor quotes it', async () => {
    const dir = tempDir();
    const store = createFileStore(dir, { isStrict: true });
    await store.write('key', 'canary-value');
    writeFileSync(join(dir, 'key.json'), '"canary-val', { mode: 0o600 });
    const failed = await store.read('key').then(
      () => null,
      (error: unknown) => error,
    );
    expect(String((failed as Error).stack)).toContain('damaged');
    expect(String((failed as Error).stack) + String((failed as Error).cause)).not.toContain('canary');
    expect(readdirSync(dir)).toEqual(['key.json']);
  });
});
