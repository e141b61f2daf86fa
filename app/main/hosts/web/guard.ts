/**
 * What every request must pass before anything looks at it, and the headers every answer carries.
 * `Host` is checked against rebinding (a foreign name made to point at us), `Origin` against other sites
 * that use the browser of somebody who is signed in here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PAGE_POLICY } from '../../../shared/lib/page-policy.js';

export function setSafeHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', PAGE_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cache-Control', 'no-store');
}

/** True when the request was meant for us: by our own name and port, and not sent by another site's page. */
export function isForUs(request: IncomingMessage, port: number): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = request.headers;
  if (host === undefined || !hosts.includes(host)) return false;
  const isUpgrade = request.headers.upgrade !== undefined;
  // A browser names the origin on every upgrade and every POST; a script need not name any on the latter.
  if (origin === undefined) return !isUpgrade;
  return origin === `http://${host}` || (request.method === 'GET' && !isUpgrade);
}

/** The port stands in the name, since cookies do not tell ports apart and two consoles may run. */
const cookieName = (port: number): string => `legion-console-${port}`;

export const sessionCookie = (port: number, session: string): string =>
  `${cookieName(port)}=${session}; Path=/; HttpOnly; SameSite=Strict`;

/** The session the browser shows, or null. */
export function sessionOf(request: IncomingMessage, port: number): string | null {
  const prefix = `${cookieName(port)}=`;
  const pair = (request.headers.cookie ?? '').split('; ').find((entry) => entry.startsWith(prefix));
  return pair ? pair.slice(prefix.length) : null;
}
