/**
 * The one call under everything that is asked of Vault: headers, the single redirect, and the way from whatever came to
 * a value or a problem. No retries and no timers: those are for whoever keeps the token.
 */
import type * as z from 'zod';
import { readAnswer, type Reading } from '../../core/protocol/vault/answers.js';
import {
  cleanWords,
  problemOfThrown,
  vaultProblem,
  type RawAnswer,
  type VaultCode,
  type VaultProblem,
} from '../../core/protocol/vault/problem.js';
import {
  apiPath,
  readAddress,
  readNamespace,
  redirectTo,
  tokenFault,
} from '../../core/protocol/vault/request.js';
import type { VaultHttp, VaultRequest, VaultResponse } from '../../ports/vault-http.js';

export type VaultClientOptions = {
  readonly http: VaultHttp;
  readonly address: string;
  /** Null or empty: none. */
  readonly namespace: string | null;
  /** Other hosts, `host` or `host:port`, to which a standby may send us with our token. */
  readonly redirectHosts?: readonly string[];
};

export type Ask<T> = {
  readonly method: VaultRequest['method'];
  /** Parts of the path after `/v1/`; they may have slashes themselves. */
  readonly path: readonly string[];
  readonly query?: string;
  readonly schema: z.ZodType<T>;
  /** Sent as X-Vault-Token. */
  readonly token?: string;
  /** A wrapping token inside the body. */
  readonly wrapping?: string;
  readonly body?: object;
  /** Passwords and the like in the body: they must not come back in words. */
  readonly secrets?: readonly string[];
  readonly wrapTtlS?: number | null;
};
export type Call = <T>(ask: Ask<T>) => Promise<Reading<T>>;

export const refused = (code: VaultCode, words: string): Reading<never> => ({
  ok: false,
  problem: vaultProblem(code, { words }),
});

/** @throws AppError CONFIG_INVALID when address or namespace are none */
export function createCall(options: VaultClientOptions) {
  const { http, redirectHosts = [] } = options;
  const origin = readAddress(options.address);
  const namespace = readNamespace(options.namespace);
  let hasWorkedInNamespace = false;

  async function exchange(
    request: VaultRequest,
    secrets: readonly string[],
  ): Promise<VaultResponse | VaultProblem> {
    const first = await http.request(origin, request);
    if (first.status !== 307) return first;
    const to = redirectTo(first.headers['location'], { origin, path: request.path }, redirectHosts);
    if (!to.ok) return vaultProblem('VAULT_REDIRECT', { status: 307, words: cleanWords(to.words, secrets) });
    const second = await http.request(to.origin, request);
    return second.status === 307
      ? vaultProblem('VAULT_REDIRECT', { status: 307, words: 'redirected a second time' })
      : second;
  }

  async function send<T>(
    request: VaultRequest,
    read: (answer: RawAnswer) => Reading<T>,
    secrets: readonly string[] = [],
  ): Promise<Reading<T>> {
    try {
      const came = await exchange(request, secrets);
      return 'kind' in came ? { ok: false, problem: came } : read(came);
    } catch (error) {
      return { ok: false, problem: problemOfThrown(error) };
    }
  }

  const call: Call = async <T>(ask: Ask<T>): Promise<Reading<T>> => {
    const { method, token, wrapping, body, wrapTtlS = null } = ask;
    const path = apiPath(ask.path);
    if (path === null) return refused('VAULT_PATH', 'a name in the path cannot be asked for');
    const tokens = [token, wrapping].filter((one) => one !== undefined);
    const fault = tokens.map(tokenFault).find((one) => one !== null);
    if (fault !== undefined) return refused('VAULT_TOKEN', fault);
    const request: VaultRequest = {
      method,
      path: ask.query === undefined ? path : `${path}?${ask.query}`,
      headers: {
        'X-Vault-Request': 'true',
        ...(token !== undefined && { 'X-Vault-Token': token }),
        ...(namespace !== null && { 'X-Vault-Namespace': namespace }),
        ...(wrapTtlS !== null && { 'X-Vault-Wrap-TTL': `${wrapTtlS}s` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    };
    const secrets = [...tokens, ...(ask.secrets ?? [])];
    const reading = await send(request, (answer) => readAnswer(answer, ask.schema, secrets), secrets);
    if (reading.ok) hasWorkedInNamespace = true;
    return reading.ok || !isNamespaceInDoubt(reading.problem, path)
      ? reading
      : { ok: false, problem: vaultProblem('VAULT_NAMESPACE', wordsOf(reading.problem)) };
  };

  /** As long as nothing worked there, a refusal may be the namespace's: some servers have none at all. */
  const isNamespaceInDoubt = ({ code, words }: VaultProblem, path: string): boolean =>
    namespace !== null &&
    !hasWorkedInNamespace &&
    (code === 'VAULT_DENIED' ||
      (code === 'VAULT_MISSING' && (path.startsWith('/v1/auth/token/') || /\bnamespace\b/i.test(words))));

  return {
    call,
    /** A question about the server itself: without token and namespace, which many such paths refuse. */
    status: <T>(path: string, read: (answer: RawAnswer) => Reading<T>): Promise<Reading<T>> =>
      send({ method: 'GET', path, headers: { 'X-Vault-Request': 'true' }, body: null }, read),
  };
}

const wordsOf = ({ status, words }: VaultProblem) => ({ status, words });
