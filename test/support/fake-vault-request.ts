/** What the fake Vault takes from a request before it looks at any path: headers, token, namespace, capability. */
import { Refusal, type Call, type Capability, type Operation, type Route } from './fake-vault-types.js';

type Headers = Readonly<Record<string, string>>;

const CAPABILITIES: Readonly<Record<Operation, Capability>> = {
  read: 'read',
  list: 'list',
  update: 'update',
  delete: 'delete',
  patch: 'patch',
};

export function capabilityFor(route: Route | undefined, call: Call, match: RegExpMatchArray): Capability {
  const makesNew = call.operation === 'update' && route?.exists && !route.exists(call, match);
  return makesNew ? 'create' : CAPABILITIES[call.operation];
}

export function tokenIn(headers: Headers): string | null {
  const bearer = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  return (headers['x-vault-token'] ?? bearer ?? '').trim() || null;
}

export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal(400, ['invalid URL escape']);
  }
}

export const lowerCased = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The namespace that header and path lead to, and the path below it; a header that leads nowhere is a 404. */
export function resolveNamespace(
  known: readonly string[],
  header: string,
  path: string,
): { readonly namespace: string; readonly path: string } {
  const base = header.replace(/^\/+|\/+$/g, '').replace(/^root$/, '');
  if (base !== '' && !known.includes(base)) throw new Refusal(404, ['namespace not found']);
  const full = base === '' ? path : `${base}/${path}`;
  const deepest = known
    .filter((name) => full.startsWith(`${name}/`))
    .sort((one, other) => other.length - one.length)[0];
  return deepest === undefined
    ? { namespace: '', path: full }
    : { namespace: deepest, path: full.slice(deepest.length + 1) };
}
