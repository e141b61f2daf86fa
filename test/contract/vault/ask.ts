/** Short ways to ask a Vault, and to read what it answers without believing any of it. */
import type { VaultResponse } from '../../../app/main/ports/vault-http.js';
import type { FakeRequest, FakeVault } from '../../support/fake-vault.js';

export type Fields = Readonly<Record<string, unknown>>;
export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The whole body. */
  readonly body: Fields;
  readonly data: Fields;
  readonly auth: Fields;
  readonly wrapInfo: Fields;
  /** All errors, or all warnings, as one text. */
  readonly errors: string;
  readonly warnings: string;
};
export type Wish = {
  /** Root when left out; null for none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Fields | string;
  readonly wrapTtl?: string;
  readonly namespace?: string;
};
export type Ask = (method: string, path: string, wish?: Wish) => Promise<Answered>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const wordsOf = (value: unknown): string => (Array.isArray(value) ? value.map(String).join('\n') : '');

export const textAt = (fields: Fields, name: string): string => {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
};
export const numberAt = (fields: Fields, name: string): number => {
  const value = fields[name];
  if (typeof value !== 'number') throw new Error(`${name} is no number`);
  return value;
};

export function read({ status, headers, text }: VaultResponse): Answered {
  const isJson = headers['content-type']?.startsWith('application/json') === true && text !== '';
  const body = isJson ? fieldsOf(JSON.parse(text) as unknown) : {};
  return {
    status,
    headers,
    text,
    body,
    data: fieldsOf(body['data']),
    auth: fieldsOf(body['auth']),
    wrapInfo: fieldsOf(body['wrap_info']),
    errors: wordsOf(body['errors']),
    warnings: wordsOf(body['warnings']),
  };
}

export function requestOf(root: string, method: string, path: string, wish: Wish = {}): FakeRequest {
  const { token = root, headers, body, wrapTtl, namespace } = wish;
  return {
    method,
    path: `/v1/${path}`,
    headers: {
      'X-Vault-Request': 'true',
      ...(token !== null && { 'X-Vault-Token': token }),
      ...(wrapTtl !== undefined && { 'X-Vault-Wrap-TTL': wrapTtl }),
      ...(namespace !== undefined && { 'X-Vault-Namespace': namespace }),
      ...headers,
    },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** For a suite that runs on a real server too. */
export const askVault =
  (vault: { readonly token: string; request(request: FakeRequest): Promise<VaultResponse> }): Ask =>
  async (method, path, wish) =>
    read(await vault.request(requestOf(vault.token, method, path, wish)));

/** Without a socket, for what only the fake can show. */
export const askFake =
  (fake: FakeVault) =>
  (method: string, path: string, wish?: Wish): Answered =>
    read(fake.handle(requestOf(fake.rootToken, method, path, wish)));

export type Made = { readonly id: string; readonly accessor: string; readonly auth: Fields };

export async function makeToken(ask: Ask, body: Fields = {}, wish: Wish = {}): Promise<Made> {
  const { auth, status, text } = await ask('POST', 'auth/token/create', { body, ...wish });
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return { id: textAt(auth, 'client_token'), accessor: textAt(auth, 'accessor'), auth };
}
