/**
 * The Store port on a folder: one JSON file per key, written whole or not at all, owner-only.
 * A file that cannot be read as JSON is put aside as `.broken` and counts as absent, but for secrets.
 */
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { invariant } from '../../shared/lib/assert.js';
import type { Store } from '../ports/store.js';

/** Keys are ours, never a peer's; this keeps it so. */
const KEY = /^[a-z][a-z0-9.-]{0,63}$/;

export type FileStoreOptions = {
  /** Refuse files that others may read or that are damaged: for secrets. */
  readonly isStrict?: boolean;
};

export function createFileStore(dir: string, { isStrict = false }: FileStoreOptions = {}): Store {
  const fileOf = (key: string): string => {
    invariant(KEY.test(key), `not a key of a store: ${key}`);
    return join(dir, `${key}.json`);
  };
  // One write after the other, so that the last to ask is the last on disk.
  let writing: Promise<void> = Promise.resolve();
  return {
    async read(key) {
      const file = fileOf(key);
      let text: string;
      try {
        if (isStrict && process.platform !== 'win32' && (await stat(file)).mode & 0o077) {
          throw new Error(`others may read ${file}; run: chmod 600 ${file}`);
        }
        text = await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      const parsed = parse(text);
      if (parsed) return parsed.value;
      // A secret or a decision is not given up because its file is damaged.
      if (isStrict) throw new Error(`${file} is damaged; mend it, or put it aside to begin anew`);
      await rename(file, `${file}.broken`);
      return undefined;
    },
    async write(key, value) {
      const file = fileOf(key);
      const text = `${JSON.stringify(value, null, 2)}\n`;
      const write = async (): Promise<void> => {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await writeFileAtomic(file, text, { mode: 0o600 });
      };
      writing = writing.then(write, write);
      await writing;
    },
    async remove(key) {
      const file = fileOf(key);
      const drop = (): Promise<void> => rm(file, { force: true });
      writing = writing.then(drop, drop);
      await writing;
    },
  };
}

/** null: not JSON. The parser's own words would quote what stands in the file. */
function parse(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
