/**
 * What the host keeps in the data folder: the token with which scripts come in, and `host.json`, which
 * tells the command line where the running console is and keeps a second one out. Owner-only, both.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../../shared/errors/app-error.js';

export const HostFile = z.object({ url: z.url(), pid: z.number().int().positive(), tokenFile: z.string() });
export type HostFile = z.infer<typeof HostFile>;

const OWNER_ONLY = 0o600;
const MIN_TOKEN_CHARS = 32;
const hostFileIn = (dataDir: string): string => join(dataDir, 'host.json');

export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
}

/**
 * The token in the file, or a new one written there. Throws CONFIG_INVALID when others may read the file,
 * or when what stands in it is too short to be a secret.
 */
export async function takeToken(file: string): Promise<string> {
  const known = await readIfThere(file);
  if (known === null) {
    const token = randomBytes(32).toString('base64url');
    await writeFile(file, `${token}\n`, { mode: OWNER_ONLY, flag: 'wx' });
    return token;
  }
  // Windows has no such bits; there the user's own folder protects the file.
  if (process.platform !== 'win32' && (await stat(file)).mode & 0o077) {
    throw new AppError('CONFIG_INVALID', `others may read the token file ${file}; run: chmod 600 ${file}`);
  }
  const token = known.trim();
  if (token.length < MIN_TOKEN_CHARS || /\s/.test(token)) {
    throw new AppError(
      'CONFIG_INVALID',
      `the token file ${file} holds no token of ${MIN_TOKEN_CHARS} or more characters`,
    );
  }
  return token;
}

/** Where a console runs with this data folder, or null: nobody wrote it down, or its process is gone. */
export async function findHost(dataDir: string): Promise<HostFile | null> {
  const text = await readIfThere(hostFileIn(dataDir));
  if (text === null) return null;
  const parsed = HostFile.safeParse(parseOrNull(text));
  return parsed.success && (await answers(parsed.data)) ? parsed.data : null;
}

/** Throws CONFIG_INVALID when a console runs with this data folder already. Call before anything is started. */
export async function refuseSecond(dataDir: string): Promise<void> {
  const other = await findHost(dataDir);
  if (other) {
    throw new AppError(
      'CONFIG_INVALID',
      `a console is running with ${resolve(dataDir)} already: ${other.url} (pid ${other.pid})`,
      {
        details: { url: other.url, pid: other.pid },
      },
    );
  }
}

/** Writes down where we are; the returned function takes it back. */
export async function announceHost(dataDir: string, host: HostFile): Promise<() => Promise<void>> {
  const file = hostFileIn(dataDir);
  await rm(file, { force: true });
  const handle = await open(file, 'wx', OWNER_ONLY);
  await handle.writeFile(`${JSON.stringify(host)}\n`);
  await handle.close();
  return () => rm(file, { force: true });
}

/** A pid may have been given to somebody else since: the console must answer, and be that process. */
async function answers({ url, pid }: HostFile): Promise<boolean> {
  try {
    const response = await fetch(new URL('/healthz', url), { signal: AbortSignal.timeout(2000) });
    const health: unknown = await response.json();
    return z.object({ pid: z.literal(pid) }).safeParse(health).success;
  } catch {
    return false; // Nobody answers, or something that is no console: either way it is not there.
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // Half a file of a process that was killed: as good as none.
  }
}
