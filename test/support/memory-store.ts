/** A Store in memory, as strict as the one on files. */
import { invariant } from '../../app/shared/lib/assert.js';
import type { Store } from '../../app/main/ports/store.js';

export function memoryStore(): Store {
  const kept = new Map<string, string>();
  const check = (key: string): void =>
    invariant(/^[a-z][a-z0-9.-]{0,63}$/.test(key), `not a key of a store: ${key}`);
  return {
    async read(key) {
      check(key);
      const text = kept.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    async write(key, value) {
      check(key);
      kept.set(key, JSON.stringify(value));
    },
  };
}
