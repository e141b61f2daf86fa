/**
 * A suite that runs on the fake Vault, and on a real Vault or OpenBao too when LEGION_CONSOLE_TEST_VAULT_ADDR and
 * LEGION_CONSOLE_TEST_VAULT_TOKEN name a dev server and its root token: what the fake claims is then proven. It leaves
 * secrets and policies there whose names begin with `legion-console-test`.
 */
import { METHODS } from 'node:http';
import { afterAll, beforeAll, describe } from 'vitest';
import type { VaultRequest, VaultResponse } from '../../app/main/ports/vault-http.js';
import { createFakeClock } from './fake-clock.js';
import { createFakeVault, serveFakeVault, type ServedVault } from './fake-vault.js';
import type { Rules } from './fake-vault-types.js';

export type VaultUnderTest = {
  readonly kind: 'fake' | 'real';
  /** Once the suite runs. */
  readonly origin: string;
  /** Of root. */
  readonly token: string;
  /** LIST and HEAD may be asked for too. */
  request(request: Omit<VaultRequest, 'method'> & { readonly method: string }): Promise<VaultResponse>;
  /** Lets so much time go by: at once on the fake, in earnest on a real server. */
  pass(ms: number): Promise<void>;
  policy(name: string, rules: Rules): Promise<void>;
};

export function describeWithVault(title: string, body: (vault: VaultUnderTest) => void): void {
  describe(title, () => body(fakeUnderTest()));
  const address = process.env['LEGION_CONSOLE_TEST_VAULT_ADDR'];
  const token = process.env['LEGION_CONSOLE_TEST_VAULT_TOKEN'];
  if (address && token) describe(`${title}, on a real server`, () => body(realVault(address, token)));
}

function fakeUnderTest(): VaultUnderTest {
  const clock = createFakeClock();
  const fake = createFakeVault({ clock });
  let served: ServedVault | null = null;
  beforeAll(async () => {
    served = await serveFakeVault(fake);
  });
  afterAll(() => served?.close());
  const originOf = (): string => {
    if (!served) throw new Error('the fake Vault is not up outside of tests');
    return served.origin;
  };
  return {
    kind: 'fake',
    get origin() {
      return originOf();
    },
    token: fake.rootToken,
    // Node's server does not know LIST and drops the line.
    request: async (request) =>
      METHODS.includes(request.method) ? send(originOf(), request) : fake.handle(request),
    async pass(ms) {
      clock.advance(ms);
    },
    async policy(name, rules) {
      fake.policy(name, rules);
    },
  };
}

function realVault(address: string, token: string): VaultUnderTest {
  const { origin } = new URL(address);
  return {
    kind: 'real',
    origin,
    token,
    request: (request) => send(origin, request),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    async policy(name, rules) {
      const path = Object.entries(rules).map(([key, capabilities]) => [key, { capabilities }]);
      const { status } = await send(origin, {
        method: 'PUT',
        path: `/v1/sys/policies/acl/${name}`,
        headers: { 'x-vault-token': token },
        body: JSON.stringify({ policy: JSON.stringify({ path: Object.fromEntries(path) }) }),
      });
      if (status >= 300) throw new Error(`the policy ${name} was not taken: ${status}`);
    },
  };
}

async function send(
  origin: string,
  { method, path, headers, body }: Parameters<VaultUnderTest['request']>[0],
): Promise<VaultResponse> {
  const response = await fetch(origin + path, { method, headers, body, redirect: 'manual' });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
}
