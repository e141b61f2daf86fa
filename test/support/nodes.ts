/** Builders of rows and sessions: say what matters to the test, the rest is a quiet default. */
import type { NodeDetail } from '../../app/shared/domain/node.js';
import { TRUST_STATES, type TrustCounts } from '../../app/shared/domain/key.js';
import { NODE_STATES } from '../../app/shared/domain/node-state.js';
import type { Session } from '../../app/shared/domain/session.js';

export const aNode = (parts: Partial<NodeDetail> = {}): NodeDetail => ({
  name: 'c-1',
  group: 'c',
  state: 'healthy',
  stateSince: 1_000,
  badges: [],
  status: null,
  pid: 4121,
  version: '1.2.3',
  firstSeenAt: 1_000,
  lastBeatAt: 9_000,
  intervalMs: 10_000,
  jitterMs: null,
  skewMs: null,
  metrics: {
    memoryMb: 88.4,
    cpuUserS: null,
    cpuSystemS: null,
    threads: null,
    extensions: null,
    uptimeS: null,
    workers: null,
  },
  missed: 0,
  gaps: [],
  memory: [],
  hostname: null,
  pids: [4121],
  broker: null,
  commonVersion: null,
  silentWith: [],
  raw: null,
  changes: 0,
  key: 'trusted',
  ...parts,
});

export function aSession(
  parts: { link?: Partial<Session['link']> } & Partial<Omit<Session, 'link'>> = {},
): Session {
  const { link, ...rest } = parts;
  return {
    at: 20_000,
    mode: 'cluster',
    profile: { name: 'prod-eu', kind: 'production', readOnly: false },
    self: {
      name: 'console-1',
      pid: 77,
      version: '0.1.0',
      queue: 'node.console-1',
      bindings: [],
      beating: true,
      intervalMs: 10_000,
      lastBeatAt: null,
      nextBeatAt: null,
    },
    link: {
      state: 'live',
      since: 10_000,
      address: 'amqps://broker.eu:5671',
      tls: 'TLSv1.3',
      attempt: 0,
      nextAttemptAt: null,
      error: null,
      blocked: null,
      steps: [],
      asOf: null,
      back: null,
      ...link,
    },
    ingest: { beatsPerSecond: 98.2, recent: [], lagMs: null, refused: 3, delayP50Ms: null, delayP99Ms: null },
    secret: 'unused',
    secrets: { state: 'wanted', policy: 'never', waiting: 0 },
    keys: Object.fromEntries(TRUST_STATES.map((state) => [state, 0])) as TrustCounts,
    summary: {
      total: 12,
      counts: {
        ...(Object.fromEntries(NODE_STATES.map((state) => [state, 0])) as Session['summary']['counts']),
        healthy: 11,
        silent: 1,
      },
      silentGroup: null,
      settling: false,
    },
    changes: { open: [], asked: 0 },
    legions: [],
    needs: [],
    needsTotal: 0,
    ...rest,
  };
}
