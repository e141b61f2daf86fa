/** The Journals port in memory: for the demo, whose story is nobody's, and for tests. */
import type { JsonObject } from '../../shared/lib/json.js';
import type { Journals } from '../ports/journal.js';

export function createMemoryJournals(filled: Readonly<Record<string, readonly JsonObject[]>> = {}): Journals {
  const kept = new Map<string, JsonObject[]>(
    Object.entries(filled).map(([name, entries]) => [name, [...entries]]),
  );
  return {
    open: (name) => ({
      async append(entry) {
        const lines = kept.get(name) ?? [];
        lines.push(entry);
        kept.set(name, lines);
      },
      read: async () => [...(kept.get(name) ?? [])],
    }),
    list: async () => [...kept.keys()].sort(),
    last: async (name) => kept.get(name)?.at(-1) ?? null,
    async remove(name) {
      kept.delete(name);
    },
  };
}
