/**
 * The ways to a token of our own: AppRole, client certificate, password. Each gives what a login grants; keeping it is
 * for whoever asked. The certificate is shown by the transport.
 */
import {
  grantAnswer,
  type Grant,
  type Reading,
  type Unwrapped,
  type WrappingFacts,
} from '../../core/protocol/vault/answers.js';
import { vaultProblem } from '../../core/protocol/vault/problem.js';
import { refused, type Call } from './client-call.js';

export type AppRoleLogin = {
  readonly roleId: string;
  /** `none` for a role that binds none. A wrapped one is opened once, and kept for later logins. */
  readonly secretId:
    | { readonly kind: 'plain'; readonly value: string }
    | { readonly kind: 'wrapped'; readonly wrapping: string }
    | { readonly kind: 'none' };
  /** Where the method is mounted; default `approle`. */
  readonly mount?: string;
};
type Wrapping = {
  readonly wrappingLookup: (wrapping: string) => Promise<Reading<WrappingFacts>>;
  readonly unwrap: (wrapping: string) => Promise<Reading<Unwrapped>>;
};

export function createLogins(call: Call, { wrappingLookup, unwrap }: Wrapping) {
  /** A wrapping token opens once: were the secret id lost when the login fails, an admin would have to come. */
  let opened: { readonly wrapping: string; readonly secretId: string } | null = null;

  async function openSecretId(wrapping: string, mount: string): Promise<Reading<string>> {
    if (opened?.wrapping === wrapping) return { ok: true, value: opened.secretId, warnings: [] };
    const facts = await wrappingLookup(wrapping);
    if (!facts.ok) return facts;
    if (!isOfSecretId(facts.value.creationPath, mount))
      return refused('VAULT_WRAPPING', 'it was not made by the request for a secret id');
    const inside = await unwrap(wrapping);
    if (!inside.ok) return inside;
    const secretId = inside.value.data?.['secret_id'];
    if (typeof secretId !== 'string' || secretId === '')
      return refused('VAULT_WRAPPING', 'there is no secret id inside');
    opened = { wrapping, secretId };
    return { ok: true, value: secretId, warnings: inside.warnings };
  }

  const logIn = async (
    path: readonly string[],
    body: object,
    secrets: readonly string[],
  ): Promise<Reading<Grant>> =>
    ofLogin(await call({ method: 'POST', path, body, secrets, schema: grantAnswer }));

  return {
    async loginAppRole({ roleId, secretId, mount = 'approle' }: AppRoleLogin): Promise<Reading<Grant>> {
      const path = ['auth', mount, 'login'];
      if (secretId.kind === 'none') return logIn(path, { role_id: roleId }, []);
      const value =
        secretId.kind === 'plain'
          ? { ok: true as const, value: secretId.value }
          : await openSecretId(secretId.wrapping, mount);
      if (!value.ok) return value;
      return logIn(path, { role_id: roleId, secret_id: value.value }, [value.value]);
    },

    /** `role` null: the server looks for one that fits the certificate. */
    loginCert: (role: string | null, mount = 'cert'): Promise<Reading<Grant>> =>
      logIn(['auth', mount, 'login'], role === null ? {} : { name: role }, []),

    loginUserpass: (user: string, password: string, mount = 'userpass'): Promise<Reading<Grant>> =>
      logIn(['auth', mount, 'login', user], { password }, [password]),
  };
}

/** Vault says 400 or 403 here, as it does of tokens and policies; but it is the login that it does not take. */
function ofLogin(reading: Reading<Grant>): Reading<Grant> {
  if (reading.ok || !['VAULT_DENIED', 'VAULT_INVALID'].includes(reading.problem.code)) return reading;
  const { status, words } = reading.problem;
  return { ok: false, problem: vaultProblem('VAULT_LOGIN', { status, words }) };
}

/** Whoever opened the wrapping and wrapped the secret id again could not make it say this. */
function isOfSecretId(creationPath: string, mount: string): boolean {
  const parts = creationPath.replace(/^\/|\/$/g, '').split('/');
  const before = ['auth', ...mount.split('/'), 'role'];
  const start = parts.length - 2 - before.length; // a namespace may stand in front
  return (
    start >= 0 &&
    before.every((part, index) => parts[start + index] === part) &&
    /^(custom-)?secret-id$/.test(parts.at(-1) ?? '')
  );
}
