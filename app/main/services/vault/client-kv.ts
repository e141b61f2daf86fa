/**
 * Reading and writing secrets in the key-value stores of both versions, asked for in one way. Which version a mount has
 * is asked of the server once; what is inside a secret is foreign, and nobody's business here.
 */
import {
  keysAnswer,
  mountAnswer,
  nothingAnswer,
  secretV1Answer,
  secretV2Answer,
  writtenV2Answer,
  type Reading,
  type Secret,
} from '../../core/protocol/vault/answers.js';
import { refused, type Call } from './client-call.js';

/** `mount` without slashes around it, `path` below it. */
export type SecretPlace = { readonly mount: string; readonly path: string };

export function createKeyValue(call: Call) {
  const versions = new Map<string, 1 | 2>();

  async function mountVersion(token: string, mount: string): Promise<Reading<1 | 2>> {
    const known = versions.get(mount);
    if (known) return { ok: true, value: known, warnings: [] };
    const path = ['sys/internal/ui/mounts', mount];
    const reading = await call({ method: 'GET', path, token, schema: mountAnswer });
    if (!reading.ok) return reading;
    const { value: version, warnings } = reading;
    if (version === null) return refused('VAULT_PATH', 'the mount is no key-value store');
    versions.set(mount, version);
    return { ok: true, value: version, warnings };
  }

  /** Asks with the path that fits the mount's version. */
  async function at<T>(
    token: string,
    { mount, path }: SecretPlace,
    kind: 'data' | 'metadata',
    ask: (version: 1 | 2, path: readonly string[]) => Promise<Reading<T>>,
  ): Promise<Reading<T>> {
    const version = await mountVersion(token, mount);
    if (!version.ok) return version;
    const below = path === '' ? [] : [path];
    return ask(version.value, version.value === 2 ? [mount, kind, ...below] : [mount, ...below]);
  }

  return {
    /** Asked once per mount; only what is found is remembered. */
    mountVersion,

    /** `version` null: the latest. One that was deleted is VAULT_DELETED. */
    kvRead: (token: string, place: SecretPlace, version: number | null = null): Promise<Reading<Secret>> =>
      at(token, place, 'data', async (store, path) => {
        if (store === 1) {
          if (version !== null) return refused('VAULT_PATH', 'the mount keeps no versions');
          return call({ method: 'GET', path, token, schema: secretV1Answer });
        }
        const query = version === null ? {} : { query: `version=${version}` };
        return call({ method: 'GET', path, token, schema: secretV2Answer, ...query });
      }),

    /**
     * `cas`: the version that must be there now, 0 for none; null writes over anything. Gives the new version, null from
     * a store of version 1, which knows no `cas`.
     */
    kvWrite: (
      token: string,
      place: SecretPlace,
      data: Readonly<Record<string, unknown>>,
      cas: number | null,
    ): Promise<Reading<number | null>> =>
      at(token, place, 'data', async (store, path) => {
        const secrets = Object.values(data).filter((value) => typeof value === 'string');
        const ask = { method: 'POST', path, token, secrets } as const;
        if (store === 2) {
          const body = { data, options: cas === null ? {} : { cas } };
          return call({ ...ask, body, schema: writtenV2Answer });
        }
        if (cas !== null) return refused('VAULT_PATH', 'the mount keeps no versions to check');
        return call({ ...ask, body: data, schema: nothingAnswer });
      }),

    /** Names right below; folders end in a slash. Nothing there is an empty list. */
    kvList: (token: string, place: SecretPlace): Promise<Reading<readonly string[]>> =>
      at(token, place, 'metadata', async (_, path) => {
        const listed = await call({ method: 'GET', path, query: 'list=true', token, schema: keysAnswer });
        const isEmpty = !listed.ok && listed.problem.code === 'VAULT_MISSING' && listed.problem.words === '';
        return isEmpty ? { ok: true, value: [], warnings: [] } : listed;
      }),

    /** The latest version; in a store of version 2 it can be undeleted. */
    kvDelete: (token: string, place: SecretPlace): Promise<Reading<null>> =>
      at(token, place, 'data', (_, path) => call({ method: 'DELETE', path, token, schema: nothingAnswer })),
  };
}
