/**
 * What the fake Vault says of itself: health, seal, who is the active one; its policies; and the leases of made-up
 * dynamic secrets.
 * These states are set by tests; what each does to other requests is told here too.
 */
import { bad, chars, jsonResponse, missing, secondsOf, textOf } from './fake-vault-answers.js';
import type { TokenStore } from './fake-vault-tokens.js';
import {
  Refusal,
  type Answer,
  type Capability,
  type Json,
  type NodeRole,
  type Route,
  type Rules,
  type Token,
} from './fake-vault-types.js';
import type { VaultResponse } from '../../app/main/ports/vault-http.js';

const CLUSTER = { cluster_name: 'vault-cluster-fake', cluster_id: '6f1d6b0e-5f0c-4c62-9e57-0c8f3f1d2a11' };
const SHARES = 3;
const THRESHOLD = 2;

type Lease = { readonly tokenId: string; readonly creationTtlS: number; endsAt: number };
export type ServerState = ReturnType<typeof createServerState>;

export function createServerState(options: {
  readonly now: () => number;
  readonly flavour: 'vault' | 'openbao';
  readonly version: string;
}) {
  const { now, flavour, version } = options;
  let isSealed = false;
  let isInitialized = true;
  let keysGiven = 0;
  let role: NodeRole = 'active';
  let redirectTo: string | null = null;
  let skewS = 0;

  /** What the code would be, and the parameter that replaces it. */
  function healthCode(query: URLSearchParams): readonly [number, string] {
    if (!isInitialized) return [501, 'uninitcode'];
    if (role === 'removed') return [530, 'removedcode'];
    if (isSealed) return [503, 'sealedcode'];
    switch (role) {
      case 'active':
        return [200, 'activecode'];
      case 'dr-secondary':
        return [472, 'drsecondarycode'];
      case 'performance-standby':
        return isOn(query, 'perfstandbyok') ? [200, 'activecode'] : [473, 'performancestandbycode'];
      case 'standby-without-active':
        return [474, 'haunhealthycode'];
      case 'standby':
        return isOn(query, 'standbyok') ? [200, 'activecode'] : [429, 'standbycode'];
    }
  }

  function health(query: URLSearchParams, isHead: boolean): VaultResponse {
    const [code, parameter] = healthCode(query);
    const wished = query.get(parameter);
    if (wished !== null && !/^\d{3}$/.test(wished)) throw new Refusal(400, []);
    const isStandby = role !== 'active' && role !== 'dr-secondary';
    const response = jsonResponse(wished === null ? code : Number(wished), {
      initialized: isInitialized,
      sealed: isSealed || !isInitialized,
      standby: isStandby || isSealed || !isInitialized,
      performance_standby: role === 'performance-standby',
      replication_performance_mode: role === 'performance-standby' ? 'primary' : 'disabled',
      replication_dr_mode: role === 'dr-secondary' ? 'secondary' : 'disabled',
      server_time_utc: Math.floor(now() / 1_000) + skewS,
      version,
      ...(flavour === 'vault' && { enterprise: false, echo_duration_ms: 0, clock_skew_ms: 0 }),
      ...(role === 'removed' && { removed_from_cluster: true }),
      ...(!isSealed && isInitialized && CLUSTER),
    });
    return isHead ? { ...response, text: '' } : response;
  }

  return {
    health,

    sealStatus: (): VaultResponse =>
      jsonResponse(200, {
        type: 'shamir',
        initialized: isInitialized,
        sealed: isSealed || !isInitialized,
        t: isInitialized ? THRESHOLD : 0,
        n: isInitialized ? SHARES : 0,
        progress: isSealed ? keysGiven : 0,
        nonce: isSealed && keysGiven > 0 ? 'b8e0c7b6-6d3b-4f0e-a2c5-1f1e0c1f7a10' : '',
        version,
        build_date: '2026-01-01T00:00:00Z',
        migration: false,
        recovery_seal: false,
        storage_type: 'raft',
        ...(role === 'removed' && { removed_from_cluster: true }),
        ...(!isSealed && isInitialized && CLUSTER),
      }),

    /** What keeps this server from serving anything but health and seal status. */
    obstacle(pathAndQuery: string): VaultResponse | null {
      if (!isInitialized) throw new Refusal(503, ['server is not yet initialized']);
      if (isSealed) throw new Refusal(503, ['Vault is sealed']);
      if (role === 'dr-secondary') throw bad('path disabled in replication DR secondary mode');
      if (role === 'removed') throw new Refusal(500, ['node has been removed from the HA cluster']);
      if (role === 'standby-without-active')
        throw new Refusal(500, ['local node not active but active cluster node not found']);
      if (redirectTo === null) return null;
      return { status: 307, headers: { location: `${redirectTo}${pathAndQuery}` }, text: '' };
    },

    seal(progress: number): void {
      isSealed = true;
      keysGiven = progress;
    },
    unseal(): void {
      isSealed = false;
      keysGiven = 0;
    },
    initialized(is: boolean): void {
      isInitialized = is;
    },
    become(next: NodeRole, redirect: string | null): void {
      if (flavour === 'openbao' && next !== 'active' && next !== 'standby')
        throw new Error(`OpenBao knows no ${next}`);
      role = next;
      redirectTo = redirect;
    },
    skew(seconds: number): void {
      skewS = seconds;
    },
  };
}

const isOn = (query: URLSearchParams, name: string): boolean =>
  query.has(name) && ['', '1', 't', 'true'].includes((query.get(name) ?? '').toLowerCase());

/** Policies by their path, in the JSON form; tests of the fake set them directly. */
export function policyRoutes(policies: Map<string, Rules>): readonly Route[] {
  return [
    {
      path: /^sys\/policies\/acl\/([^/]+)$/,
      on: {
        read(_, match): Answer {
          const rules = policies.get(match[1] ?? '');
          if (!rules) throw missing();
          return { data: { name: match[1], policy: JSON.stringify({ path: rules }) } };
        },
        update({ body }, match) {
          const rules = rulesIn(textOf(body, 'policy') ?? '');
          if (!rules) throw bad('failed to parse policy: only JSON is read here');
          policies.set(match[1] ?? '', rules);
          return null;
        },
      },
    },
  ];
}

function rulesIn(policy: string): Rules | null {
  try {
    const parsed = JSON.parse(policy) as {
      readonly path: Readonly<Record<string, { readonly capabilities: readonly Capability[] }>>;
    };
    return Object.fromEntries(
      Object.entries(parsed.path).map(([path, { capabilities }]) => [path, [...capabilities]]),
    );
  } catch {
    return null;
  }
}

export function createLeases(tokens: TokenStore, now: () => number) {
  const leases = new Map<string, Lease>();

  function find(body: Json): readonly [string, Lease] {
    const id = textOf(body, 'lease_id');
    if (id === null) throw bad('lease_id must be specified');
    const lease = leases.get(id);
    if (!lease || !isAlive(lease)) throw bad('lease not found');
    return [id, lease];
  }

  const isAlive = ({ tokenId, endsAt }: Lease): boolean => endsAt > now() && tokens.find(tokenId) !== null;

  const routes: readonly Route[] = [
    {
      path: /^sys\/leases\/renew$/,
      on: {
        update({ body }): Answer {
          const [id, lease] = find(body);
          const token = tokens.find(lease.tokenId);
          const wishedS = secondsOf(body, 'increment') || lease.creationTtlS;
          // A lease never outlives its token.
          const durationS =
            token && token.expiresAt !== null ? Math.min(wishedS, tokens.ttlOf(token)) : wishedS;
          lease.endsAt = now() + durationS * 1_000;
          return { lease: { id, durationS, renewable: true } };
        },
      },
    },
    {
      path: /^sys\/leases\/revoke$/,
      on: {
        update({ body }) {
          const id = textOf(body, 'lease_id');
          if (id === null) throw bad('lease_id must be specified');
          leases.delete(id);
          return null;
        },
      },
    },
  ];

  return {
    routes,
    add(tokenId: string, ttlS: number): string {
      const id = `database/creds/app/${chars(24)}`;
      leases.set(id, { tokenId, creationTtlS: ttlS, endsAt: now() + ttlS * 1_000 });
      return id;
    },
    living: (): readonly string[] => [...leases].filter(([, lease]) => isAlive(lease)).map(([id]) => id),
    forget({ id }: Token): void {
      for (const [leaseId, { tokenId }] of leases) if (tokenId === id) leases.delete(leaseId);
    },
  };
}
