/** The key-value stores of the fake Vault, of version 1 and 2, and the path that tells which is which. */
import { bad, chars, isObject, missing, timeText } from './fake-vault-answers.js';
import { Refusal, type Answer, type Call, type Json, type Mount, type Route } from './fake-vault-types.js';

type Version = {
  readonly data: Json;
  readonly createdAt: number;
  deletedAt: number | null;
  isDestroyed: boolean;
};
type Secret = { readonly versions: Version[]; custom: Json | null };

const WRONG_PATH =
  "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv get' for this operation.";
const MERGE_PATCH = 'application/merge-patch+json';
const V1_LEASE_S = 2_764_800;

export type KeyValue = ReturnType<typeof createKeyValue>;

export function createKeyValue(mounts: readonly Mount[], defaultLeaseS = V1_LEASE_S) {
  /** By namespace, mount and path. */
  const secrets = new Map<string, Secret>();
  const plain = new Map<string, Json>();

  const keyOf = (namespace: string, mount: string, path: string): string =>
    [namespace, mount, path].join('|');

  function write(key: string, at: number, data: Json): Json {
    const secret = secrets.get(key) ?? { versions: [], custom: null };
    secrets.set(key, secret);
    secret.versions.push({ data, createdAt: at, deletedAt: null, isDestroyed: false });
    return metadataOf(secret, secret.versions.length);
  }

  function checkCas({ body }: Call, current: number): void {
    const options = body['options'];
    if (options === undefined || options === null) return;
    if (!isObject(options)) throw bad("error converting input for field \"options\": '' expected type 'map'");
    const { cas } = options;
    if (cas === undefined) return;
    if (typeof cas !== 'number' || !Number.isInteger(cas)) throw bad('error parsing check-and-set parameter');
    if (cas !== current) throw bad('check-and-set parameter did not match the current version');
  }

  function dataIn({ body }: Call): Json {
    const { data } = body;
    if (data === undefined || data === null) throw bad('no data provided');
    if (!isObject(data)) throw bad("error converting input for field \"data\": '' expected type 'map'");
    return data;
  }

  /** Names below the prefix, folders with a slash. */
  function namesBelow(all: Iterable<string>, prefix: string): Answer {
    const below = [...all].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    const names = new Set(below.map((rest) => rest.replace(/\/.*$/s, '/')));
    if (names.size === 0) throw missing();
    return { data: { keys: [...names].sort() } };
  }

  const folder = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);

  function versionTwo(mount: string): readonly Route[] {
    const keyIn = ({ namespace }: Call, match: RegExpMatchArray): string =>
      keyOf(namespace, mount, match[1] ?? '');
    const at = (kind: string): RegExp => new RegExp(`^${mount}/${kind}/(.+)$`);

    /** Applies to the versions that the body names; those that are not there are passed over. */
    const onVersions = (kind: string, change: (version: Version, call: Call) => void): Route => ({
      path: at(kind),
      on: {
        update(call, match) {
          const { versions } = call.body;
          if (!Array.isArray(versions) || versions.length === 0) throw bad('No version number provided');
          const secret = secrets.get(keyIn(call, match));
          if (!secret) throw missing();
          for (const number of versions) {
            const version = secret.versions[Number(number) - 1];
            if (version) change(version, call);
          }
          return null;
        },
      },
    });

    return [
      {
        path: at('data'),
        exists: (call, match) => secrets.has(keyIn(call, match)),
        on: {
          read(call, match): Answer {
            const secret = secrets.get(keyIn(call, match));
            const wanted = call.query.get('version') ?? '0';
            if (!/^\d+$/.test(wanted)) throw bad('error converting input for field "version"');
            const number = Number(wanted) || (secret?.versions.length ?? 0);
            const version = secret?.versions[number - 1];
            if (!secret || !version) throw missing();
            const isGone = version.isDestroyed || version.deletedAt !== null;
            return {
              data: { data: isGone ? null : version.data, metadata: metadataOf(secret, number) },
              status: isGone ? 404 : 200,
            };
          },
          update(call, match): Answer {
            const key = keyIn(call, match);
            const data = dataIn(call);
            checkCas(call, secrets.get(key)?.versions.length ?? 0);
            return { data: write(key, call.at, data) };
          },
          patch(call, match): Answer {
            const type = call.headers['content-type'] ?? '';
            if (!type.startsWith(MERGE_PATCH))
              throw new Refusal(415, [
                `PATCH requires Content-Type of ${MERGE_PATCH}, provided Content-Type: "${type}"`,
              ]);
            const key = keyIn(call, match);
            const data = dataIn(call);
            const secret = secrets.get(key);
            const last = secret?.versions.at(-1);
            if (!secret || !last || last.deletedAt !== null || last.isDestroyed) throw missing();
            checkCas(call, secret.versions.length);
            return { data: write(key, call.at, mergePatch(last.data, data)) };
          },
          delete(call, match) {
            const last = secrets.get(keyIn(call, match))?.versions.at(-1);
            if (last) last.deletedAt ??= call.at;
            return null;
          },
        },
      },
      {
        path: new RegExp(`^${mount}/metadata(?:/(.*))?$`),
        on: {
          read(call, match): Answer {
            const secret = secrets.get(keyIn(call, match));
            if (!secret) throw missing();
            return { data: overviewOf(secret) };
          },
          list: (call, match) =>
            namesBelow(secrets.keys(), keyOf(call.namespace, mount, folder(match[1] ?? ''))),
          update(call, match) {
            const custom = call.body['custom_metadata'] ?? null;
            if (custom !== null && !isObject(custom)) throw bad('custom_metadata must be a map of strings');
            const key = keyIn(call, match);
            const secret = secrets.get(key) ?? { versions: [], custom: null };
            secrets.set(key, secret);
            secret.custom = custom;
            return null;
          },
          delete(call, match) {
            secrets.delete(keyIn(call, match));
            return null;
          },
        },
      },
      onVersions('delete', (version, call) => (version.deletedAt ??= call.at)),
      onVersions('undelete', (version) => (version.deletedAt = null)),
      onVersions('destroy', (version) => (version.isDestroyed = true)),
      {
        path: new RegExp(`^${mount}(/.*)?$`),
        on: Object.fromEntries(
          (['read', 'list', 'update', 'delete'] as const).map((operation) => [
            operation,
            (): Answer => ({ status: 404, warnings: [WRONG_PATH] }),
          ]),
        ),
      },
    ];
  }

  function versionOne(mount: string): readonly Route[] {
    const keyIn = ({ namespace }: Call, match: RegExpMatchArray): string =>
      keyOf(namespace, mount, match[1] ?? '');
    return [
      {
        path: new RegExp(`^${mount}(?:/(.*))?$`),
        exists: (call, match) => plain.has(keyIn(call, match)),
        on: {
          read(call, match): Answer {
            const data = plain.get(keyIn(call, match));
            if (!data) throw missing();
            return { data, lease: { id: '', durationS: defaultLeaseS, renewable: false } };
          },
          list: (call, match) =>
            namesBelow(plain.keys(), keyOf(call.namespace, mount, folder(match[1] ?? ''))),
          update(call, match) {
            if (Object.keys(call.body).length === 0) throw bad('missing data fields');
            plain.set(keyIn(call, match), call.body);
            return null;
          },
          delete(call, match) {
            plain.delete(keyIn(call, match));
            return null;
          },
        },
      },
    ];
  }

  return {
    routes: mounts.flatMap(({ path, version }) => (version === 2 ? versionTwo(path) : versionOne(path))),

    put(mount: Mount, path: string, at: number, data: Json): void {
      const key = keyOf('', mount.path, path);
      if (mount.version === 2) write(key, at, data);
      else plain.set(key, data);
    },

    /** What `sys/internal/ui/mounts/` tells of a mount. */
    describe: ({ path, version }: Mount): Json => ({
      accessor: `kv_${chars(8)}`,
      config: { default_lease_ttl: 0, force_no_cache: false, max_lease_ttl: 0 },
      description: '',
      external_entropy_access: false,
      local: false,
      options: { version: String(version) },
      path: `${path}/`,
      seal_wrap: false,
      type: 'kv',
    }),
  };
}

function metadataOf(secret: Secret, number: number): Json {
  const version = secret.versions[number - 1];
  return {
    created_time: timeText(version?.createdAt ?? 0),
    custom_metadata: secret.custom,
    deletion_time: deletionOf(version),
    destroyed: version?.isDestroyed ?? false,
    version: number,
  };
}

function overviewOf({ versions, custom }: Secret): Json {
  const [first, last] = [versions[0], versions.at(-1)];
  return {
    cas_required: false,
    created_time: timeText(first?.createdAt ?? 0),
    current_version: versions.length,
    custom_metadata: custom,
    delete_version_after: '0s',
    max_versions: 0,
    oldest_version: 0,
    updated_time: timeText(last?.createdAt ?? 0),
    versions: Object.fromEntries(
      versions.map((version, index) => [
        String(index + 1),
        {
          created_time: timeText(version.createdAt),
          deletion_time: deletionOf(version),
          destroyed: version.isDestroyed,
        },
      ]),
    ),
  };
}

const deletionOf = (version: Version | undefined): string =>
  version && version.deletedAt !== null ? timeText(version.deletedAt) : '';

/** RFC 7386: null takes away, objects are merged, everything else replaces. */
function mergePatch(target: unknown, patch: Json): Json {
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? mergePatch(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}
