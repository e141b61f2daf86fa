/** The Journals port on a folder: one file of JSON lines per name. */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../../shared/lib/assert.js';
import type { Journals } from '../ports/journal.js';
import { createFileJournal, parseLine } from './file-journal.js';

/** Names are ours, never a peer's; this keeps it so. */
const NAME = /^[a-z0-9-]{1,64}$/;
const TAIL_BYTES = 65_536;
/** An open-ended journal goes on in a new file then, and the one before is kept. */
const MAX_BYTES = 32 * 1024 * 1024;

export function createFileJournals(dir: string): Journals {
  const fileOf = (name: string): string => {
    invariant(NAME.test(name), `not a name of a journal: ${name}`);
    return join(dir, `${name}.jsonl`);
  };
  return {
    open: (name) => createFileJournal(fileOf(name), MAX_BYTES),
    async list() {
      const files = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      return files
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => file.slice(0, -'.jsonl'.length))
        .filter((name) => NAME.test(name))
        .sort();
    },
    async last(name) {
      const handle = await open(fileOf(name), 'r');
      try {
        const { size } = await handle.stat();
        const length = Math.min(size, TAIL_BYTES);
        const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
        const line = buffer.toString('utf8').trimEnd().split('\n').at(-1);
        return line ? parseLine(line) : null;
      } finally {
        await handle.close();
      }
    },
    remove: (name) => rm(fileOf(name), { force: true }),
  };
}
