/** Answers app://console/… with the built page's files: reading only, from that one folder only. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { PAGE_POLICY } from '../../../shared/lib/page-policy.js';
import { isOwnUrl } from './origin.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

const HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** A handler for Electron's `protocol.handle`. */
export function servePage(folder: string): (request: { method: string; url: string }) => Promise<Response> {
  const refuse = (status: number): Response => new Response(null, { status, headers: HEADERS });
  return async ({ method, url }) => {
    if (method !== 'GET' || !isOwnUrl(url)) return refuse(403);
    const file = fileOf(folder, new URL(url).pathname);
    const type = file === null ? undefined : TYPES[extname(file)];
    if (file === null || type === undefined) return refuse(404);
    try {
      return new Response(new Uint8Array(await readFile(file)), {
        headers: { ...HEADERS, 'Content-Type': type },
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return refuse(404);
      throw error;
    }
  };
}

/** The file in the folder, or null when the path leads out of it or cannot be one. */
function fileOf(folder: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null; // a stray % is no path of ours
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const root = normalize(folder + sep);
  const file = join(root, path);
  return file.startsWith(root) ? file : null;
}
