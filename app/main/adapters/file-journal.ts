/**
 * The Journal port on one file of JSON lines, owner-only. What is asked for while a write is under way goes to disk
 * together with the next. A line cut short by a crash is ended, so that it harms none but itself.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isJsonObject, type JsonObject } from '../../shared/lib/json.js';
import type { Journal } from '../ports/journal.js';

type Waiting = {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/** Beyond `maxBytes` it goes on in a new file; the one before is kept as `<file>.1`. */
export function createFileJournal(file: string, maxBytes = Infinity): Journal {
  let waiting: Waiting[] = [];
  let isWriting = false;
  let isFirst = true;
  let size = 0;

  const write = async (lines: string): Promise<void> => {
    if (isFirst) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    if (size > maxBytes) {
      await rename(file, `${file}.1`);
      size = 0;
    }
    const handle = await open(file, 'a+', 0o600);
    try {
      if (isFirst) size = (await handle.stat()).size;
      const { bytesWritten } = await handle.write(isFirst && (await endsTorn(handle)) ? `\n${lines}` : lines);
      await handle.datasync();
      isFirst = false;
      size += bytesWritten;
    } finally {
      await handle.close();
    }
  };
  const drain = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(batch.map(({ line }) => line).join(''));
        batch.forEach(({ done }) => done());
      } catch (error) {
        // Perhaps a part of it is there: the next line begins on its own.
        isFirst = true;
        batch.forEach(({ failed }) => failed(error));
      }
    }
    isWriting = false;
  };

  return {
    append: (entry) =>
      new Promise((done, failed) => {
        waiting.push({ line: `${JSON.stringify(entry)}\n`, done, failed });
        if (!isWriting) void drain();
      }),
    async read() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map(parseLine);
    },
  };
}

async function endsTorn(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}

/** null: not a JSON object. */
export function parseLine(line: string): JsonObject | null {
  try {
    const entry: unknown = JSON.parse(line);
    return isJsonObject(entry) ? (entry as JsonObject) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
