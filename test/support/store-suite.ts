/** What every Store must do, real or in memory. */
import { expect, it } from 'vitest';
import type { Store } from '../../app/main/ports/store.js';

export function storeSuite(create: () => Store): void {
  it('has nothing under a key nobody wrote', async () => {
    expect(await create().read('window')).toBeUndefined();
  });

  it('gives back what was written, as a copy', async () => {
    const store = create();
    const value = { list: [1, 'two', null, { three: true }] };
    await store.write('window', value);
    value.list.push(4);
    expect(await store.read('window')).toEqual({ list: [1, 'two', null, { three: true }] });
  });

  it('keeps the last of many writes at once', async () => {
    const store = create();
    await Promise.all(Array.from({ length: 20 }, (_, count) => store.write('window', count)));
    expect(await store.read('window')).toBe(19);
  });

  it.each(['', '../etc', 'a/b', 'A', '.', 'a'.repeat(65), '__proto__'])(
    'refuses "%s" as a key',
    async (key) => {
      await expect(async () => create().write(key, 1)).rejects.toThrow(/key/);
      await expect(async () => create().read(key)).rejects.toThrow(/key/);
    },
  );
}
