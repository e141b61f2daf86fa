/**
 * What may be asked of Vault and of whom: the address from configuration, paths, tokens, and where a redirect may lead.
 * Refuses what a server would read as something else, before anything is sent.
 */
import { AppError } from '../../../../shared/errors/app-error.js';

const MAX_TOKEN_BYTES = 10_240;
const MAX_NAMESPACE = 1_024;
/** Go reads a path with dots as another one, and Vault answers 404 to a name that ends with a period. */
const BAD_SEGMENT = /\.\.|[?#\p{Cc}\p{Surrogate}]|\.$/u;

/**
 * Scheme, host and port of the address in the configuration.
 * @throws AppError CONFIG_INVALID, without quoting the address: it may hold a password
 */
export function readAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  const refuse = (why: string): AppError => new AppError('CONFIG_INVALID', `the address of Vault ${why}`);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw refuse('must look like https://vault.example:8200');
  if (url.username !== '' || url.password !== '') throw refuse('must not hold a user or a password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw refuse('must end after host and port: no path, “?” or “#”');
  return url.origin;
}

/**
 * `team-a/b` as the header has it; null for none.
 * @throws AppError CONFIG_INVALID
 */
export function readNamespace(namespace: string | null): string | null {
  const name = (namespace ?? '').replace(/^\/+|\/+$/g, '');
  if (name === '') return null;
  if (!/^[\x21-\x7e]+$/.test(name) || name.length > MAX_NAMESPACE || name.split('/').some(isBadSegment))
    throw new AppError('CONFIG_INVALID', 'the namespace of Vault must look like team-a/b');
  return name;
}

const isBadSegment = (segment: string): boolean => segment === '' || BAD_SEGMENT.test(segment);

/** `/v1/…` of these parts, which may have slashes themselves; null when one of their names is not to be asked for. */
export function apiPath(parts: readonly string[]): string | null {
  const segments = parts.flatMap((part) => part.replace(/^\/|\/$/g, '').split('/'));
  return segments.some(isBadSegment) ? null : `/v1/${segments.map(encodeURIComponent).join('/')}`;
}

/** Why this text cannot go into a header as a token, or null. Says nothing of what is in it. */
export function tokenFault(token: string): string | null {
  if (token === '') return 'the token is empty';
  if (token.length > MAX_TOKEN_BYTES) return `the token is longer than ${MAX_TOKEN_BYTES} characters`;
  if (!/^[\x20-\x7e]*$/.test(token)) return 'the token holds characters that no HTTP header may hold';
  return token.trim() === token ? null : 'the token has blanks around it';
}

export type Redirect =
  { readonly ok: true; readonly origin: string } | { readonly ok: false; readonly words: string };

/**
 * Where a redirect leads that we may follow with token and namespace. Never from https to http. Only to the same host
 * (over https, where its certificate has to prove the name; over http, to the very same port), or to one of `hosts` from
 * the configuration, `host` or `host:port`. And only to the path that was asked for.
 */
export function redirectTo(
  location: string | undefined,
  asked: { readonly origin: string; readonly path: string },
  hosts: readonly string[],
): Redirect {
  const from = new URL(asked.path, asked.origin);
  const to =
    location !== undefined && URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  if (!to || !/^https?:$/.test(to.protocol)) return { ok: false, words: 'a redirect to no web address' };
  if (from.protocol === 'https:' && to.protocol === 'http:')
    return { ok: false, words: `a redirect from https to http, to ${to.host}` };
  const isSameHost = to.protocol === 'https:' ? to.hostname === from.hostname : to.origin === from.origin;
  const isNamed = hosts.some((host) => [to.host, to.hostname].includes(host.toLowerCase()));
  if (!isSameHost && !isNamed)
    return { ok: false, words: `a redirect to ${to.host}, which is not named in the configuration` };
  if (!to.pathname.endsWith(from.pathname.slice('/v1'.length)))
    return { ok: false, words: `a redirect to another path at ${to.host}` };
  return { ok: true, origin: to.origin };
}
