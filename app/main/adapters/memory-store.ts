/** The Store port in memory, as strict as the one on files: for the demo, whose secrets are nobody's, and for tests. */
import { invariant } from '../../shared/lib/assert.js';
import type { Store } from '../ports/store.js';

/** `filled`: what is kept from the beginning, by key. */
export function createMemoryStore(filled: Readonly<Record<string, unknown>> = {}): Store {
  const kept = new Map(Object.entries(filled).map(([key, value]) => [key, JSON.stringify(value)]));
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
    async remove(key) {
      check(key);
      kept.delete(key);
    },
  };
}
