/**
 * The story that pictures and component tests tell: it is now; nine nodes of rack-c have been silent for four
 * minutes, a few are late, one says that it is degraded, one keeps changing. Builders beside it.
 */
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import type { HistoryPage } from '../../app/shared/domain/health.js';
import type { Link } from '../../app/shared/domain/link.js';
import { LINK_STEPS } from '../../app/shared/domain/link.js';
import { TRUST_STATES, type TrustCounts } from '../../app/shared/domain/key.js';
import { badgeBit, NODE_STATES, type NodeState } from '../../app/shared/domain/node-state.js';
import type { RosterRow } from '../../app/shared/domain/roster-table.js';
import type { Need, Session } from '../../app/shared/domain/session.js';
import { chance } from './chance.js';
import { ANNOUNCED } from './fake-keys.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type FleetSize = 0 | 12 | 500 | 10_000;

export const aRow = (index: number, name: string, now: number, over: Partial<RosterRow> = {}): RosterRow => ({
  index,
  name,
  group: name.replace(/-?\d+$/, ''),
  state: 'healthy',
  badges: 0,
  lastBeatAt: now - 3 * SECOND,
  stateSince: now - 6 * DAY,
  firstSeenAt: now - 6 * DAY,
  startedAt: now - 6 * DAY,
  intervalMs: 10 * SECOND,
  jitterMs: 120,
  skewMs: 12,
  word: 'active',
  version: '1.4.2',
  pid: 4000 + (index % 5000),
  memoryMb: 180 + (index % 60),
  threads: 24,
  extensions: 5,
  workers: 4,
  changes: 0,
  key: 'trusted',
  ...over,
});

const SILENT_SINCE = 4 * MINUTE + 7 * SECOND;

/** The fleet of the story in a given size. */
export function fleetOf(size: FleetSize, now: number): RosterRow[] {
  if (size === 0) return [];
  if (size === 12) return twelve(now);
  const draw = chance(7);
  const racks = ['rack-a', 'rack-b', 'rack-c', 'rack-d'];
  const rows = Array.from({ length: size }, (_, i) => {
    const group = racks[Math.floor((i * 4) / size)] ?? 'rack-d';
    return aRow(i, `c-${i + 1}`, now, {
      group,
      lastBeatAt: now - Math.floor(draw() * 10 * SECOND),
      intervalMs: 9_900 + Math.floor(draw() * 200),
      startedAt: now - Math.floor((0.2 + draw() * 8) * DAY),
      version: draw() < 0.08 ? '1.4.1' : '1.4.2',
      memoryMb: Math.floor(160 + draw() * 120),
      jitterMs: Math.floor(draw() * 400),
    });
  });
  const change = (index: number, over: Partial<RosterRow>): void => {
    const row = rows[index];
    if (row) rows[index] = { ...row, ...over };
  };
  const inC = Math.floor(size / 2) + Math.floor(size / 80);
  const silentFrom = now - SILENT_SINCE - 10 * SECOND;
  for (let i = 0; i < 9; i += 1)
    change(inC + i, { state: 'silent', lastBeatAt: silentFrom, stateSince: now - SILENT_SINCE, changes: 1 });
  const others = Math.floor(size / 450);
  for (let i = 0; i < others; i += 1) {
    const age = (21 + Math.floor(draw() * 14)) * SECOND;
    change(Math.floor(draw() * size), {
      state: 'late',
      lastBeatAt: now - age,
      stateSince: now - age + 20 * SECOND,
    });
  }
  for (let i = 0; i < Math.min(3, others); i += 1) {
    change(Math.floor(draw() * size), {
      state: 'silent',
      lastBeatAt: now - HOUR,
      stateSince: now - HOUR + 50 * SECOND,
    });
    change(Math.floor(draw() * size), { state: 'troubled', word: 'degraded', stateSince: now - 7 * MINUTE });
  }
  change(Math.floor(size / 2) + 3, {
    state: 'late',
    badges: badgeBit('flapping'),
    changes: 6,
    lastBeatAt: now - 31 * SECOND,
  });
  return rows;
}

function twelve(now: number): RosterRow[] {
  const names = [
    'app-1',
    'app-2',
    'app-3',
    'c-1',
    'c-2',
    'c-3',
    'c-4',
    'c-5',
    'db-1',
    'db-2',
    'web-1',
    'console-7',
  ];
  const rows = names.map((name, i) =>
    aRow(i, name, now, {
      intervalMs: 1000,
      lastBeatAt: now - ((i * 137) % 1000),
      startedAt: now - (i + 1) * 7 * HOUR,
      ...(i % 4 === 1 ? { version: '1.9.0' } : {}),
    }),
  );
  const change = (index: number, over: Partial<RosterRow>): void => {
    const row = rows[index];
    if (row) rows[index] = { ...row, ...over };
  };
  change(5, {
    state: 'silent',
    lastBeatAt: now - 2 * MINUTE,
    stateSince: now - 2 * MINUTE + 15 * SECOND,
    changes: 1,
  });
  change(2, { state: 'late', lastBeatAt: now - 4 * SECOND, stateSince: now - SECOND, changes: 4 });
  change(9, { state: 'troubled', word: 'degraded', stateSince: now - 3 * MINUTE });
  change(11, { badges: badgeBit('self') | badgeBit('console') });
  return rows;
}

export const aLink = (now: number, over: Partial<Link> = {}): Link => ({
  state: 'live',
  since: now - HOUR,
  address: 'amqps://broker.eu:5671',
  tls: 'TLSv1.3',
  attempt: 0,
  nextAttemptAt: null,
  error: null,
  blocked: null,
  steps: LINK_STEPS.map((id, i) => ({
    id,
    state: 'done',
    ms: 20 + i * 17,
    note: id === 'broker' ? 'RabbitMQ 3.13.7' : null,
  })),
  asOf: null,
  back: null,
  ...over,
});

/** A session whose counts and needs are those of these rows. */
export function aSession(rows: readonly RosterRow[], now: number): Session {
  const counts = Object.fromEntries(
    NODE_STATES.map((state) => [state, rows.filter((row) => row.state === state).length]),
  ) as Record<NodeState, number>;
  const silent = rows.filter((row) => row.state === 'silent');
  const groups = new Map<string, number>();
  for (const row of silent) groups.set(row.group, (groups.get(row.group) ?? 0) + 1);
  const [worst] = [...groups].sort((a, b) => b[1] - a[1]);
  const needs = needsOf(rows, worst, now);
  return {
    at: now,
    mode: 'cluster',
    profile: { name: 'prod-eu', kind: 'production', readOnly: false },
    self: {
      name: 'console-7',
      pid: 7711,
      version: '0.1.0',
      queue: 'node.console-7',
      bindings: ['node', 'node.console-7', 'node.crypt.#'],
      beating: true,
      intervalMs: 10 * SECOND,
      lastBeatAt: now - 3 * SECOND,
      nextBeatAt: now + 7 * SECOND,
    },
    link: aLink(now),
    ingest: {
      beatsPerSecond: rows.length / 10,
      recent: Array.from(
        { length: 44 },
        (_, i) =>
          (rows.length / 10) *
          (0.97 + 0.05 * Math.sin(i * 1.7) * Math.cos(i * 0.6) - (i > 30 && i < 34 ? 0.05 : 0)),
      ),
      lagMs: 12,
      refused: 0,
      delayP50Ms: 42,
      delayP99Ms: 180,
    },
    secret: 'unused',
    secrets: { state: 'held', policy: 'ask', waiting: 1 },
    keys: Object.fromEntries(TRUST_STATES.map((state) => [state, 0])) as TrustCounts,
    summary: {
      total: rows.length - counts.left,
      counts,
      silentGroup:
        worst && worst[1] * 2 > silent.length && silent.length > 1
          ? { group: worst[0], count: worst[1], since: now - SILENT_SINCE }
          : null,
      settling: false,
    },
    changes: { open: [], asked: 0 },
    legions: [],
    needs,
    needsTotal: needs.length,
  };
}

function needsOf(rows: readonly RosterRow[], worst: [string, number] | undefined, now: number): Need[] {
  const of = (state: NodeState): RosterRow[] => rows.filter((row) => row.state === state);
  const needs: Need[] = [];
  if (worst && worst[1] > 1) {
    needs.push({
      id: 'together',
      kind: 'silent-together',
      severity: 'alarm',
      since: now - SILENT_SINCE,
      count: worst[1],
      names: of('silent')
        .map((row) => row.name)
        .slice(0, 50),
      group: worst[0],
      filter: `group:${worst[0]} state:silent`,
    });
  }
  const alone = of('silent').filter((row) => !worst || worst[1] < 2 || row.group !== worst[0]);
  if (alone.length > 0)
    needs.push({
      id: 'silent',
      kind: 'silent',
      severity: 'alarm',
      since: now - HOUR,
      count: alone.length,
      names: alone.map((row) => row.name),
      group: null,
      filter: `state:silent -group:${worst && worst[1] > 1 ? worst[0] : 'none'}`,
    });
  const troubled = of('troubled');
  if (troubled.length > 0)
    needs.push({
      id: 'troubled',
      kind: 'troubled',
      severity: 'warning',
      since: now - 7 * MINUTE,
      count: troubled.length,
      names: troubled.map((row) => row.name),
      group: null,
      filter: 'state:troubled',
    });
  const flapping = rows.filter((row) => row.badges & badgeBit('flapping'));
  if (flapping.length > 0)
    needs.push({
      id: 'flapping',
      kind: 'flapping',
      severity: 'note',
      since: now - 12 * MINUTE,
      count: flapping.length,
      names: flapping.map((row) => row.name),
      group: null,
      filter: 'badge:flapping',
    });
  return needs;
}

export function storyEvents(now: number, rows: readonly RosterRow[]): ConsoleEvent[] {
  const together = rows.filter((row) => row.state === 'silent' && now - row.stateSince < 10 * MINUTE);
  const names = together.map((row) => row.name);
  const group = together[0]?.group ?? null;
  const list: [ago: number, kind: string, area: ConsoleEvent['area'], over: Partial<ConsoleEvent>][] = [
    [5 * HOUR, 'session.started', 'audit', { names: ['console-7'], facts: { profile: 'prod-eu' } }],
    [5 * HOUR - 300, 'link.live', 'link', { facts: { address: 'broker.eu:5671' } }],
    [
      2.6 * HOUR,
      'node.recovered',
      'nodes',
      { names: ['c-9001'], count: 9, group: 'rack-b', facts: { ms: 92_000 } },
    ],
    [2 * HOUR, 'node.left', 'nodes', { names: ['arb-2'] }],
    [
      75 * MINUTE,
      'heard.changes',
      'changes',
      { names: ['console-2'], facts: { message: 'update_settings' } },
    ],
    [42 * MINUTE, 'node.restarted', 'nodes', { names: ['c-877'], facts: { pid: 5003 } }],
    [41 * MINUTE, 'node.well', 'nodes', { names: ['c-877'] }],
    [12 * MINUTE, 'node.flapping', 'nodes', { names: ['c-5004'], facts: { changes: 6 } }],
    [7 * MINUTE, 'node.troubled', 'nodes', { names: ['c-660'], facts: { word: 'degraded' } }],
    [4.6 * MINUTE, 'node.silent', 'nodes', { names: ['db-02'], group: 'db' }],
    [
      SILENT_SINCE,
      'node.silent',
      'nodes',
      { names: names.slice(0, 9), count: Math.max(1, Math.min(9, names.length)), group },
    ],
    [3.3 * MINUTE, 'node.restarted', 'nodes', { names: ['db-02'], facts: { pid: 318 } }],
    [3.1 * MINUTE, 'key.changed', 'keys', { names: ['db-02'], facts: { fingerprint: ANNOUNCED } }],
    [3 * MINUTE, 'bus.undecodable', 'link', { count: 12, names: ['c-9'], facts: { code: 'NOT_JSON' } }],
    [MINUTE, 'secret.requested', 'secrets', { names: ['new-worker-4'] }],
  ];
  return list.map(([ago, kind, area, over], i) => ({
    id: i + 1,
    at: now - ago,
    until: now - ago,
    kind,
    area,
    count: 1,
    names: [],
    group: null,
    facts: {},
    raw: null,
    ...over,
  }));
}

/** Fifteen minutes or a day in which something happened two thirds along. */
export function historyOf(now: number, rangeMs: number, points: number): HistoryPage {
  const draw = chance(11);
  const at = Array.from({ length: points }, (_, i) => now - rangeMs + ((i + 1) * rangeMs) / points);
  const fell = now - SILENT_SINCE;
  return {
    fromAt: now - rangeMs,
    toAt: now,
    at,
    healthyShare: at.map((time) => (time < fell ? 0.9987 : 0.9966) + draw() * 0.0002),
    delayP50Ms: at.map(() => 38 + draw() * 8),
    delayP99Ms: at.map((time) => 130 + draw() * 40 + (Math.abs(time - fell) < rangeMs / 30 ? 90 : 0)),
    beatsPerSecond: at.map(() => 990 + draw() * 16),
    latePerMinute: at.map((time) =>
      time < fell ? 3 + draw() * 4 : 20 * Math.exp((fell - time) / (rangeMs / 6)) + draw() * 3,
    ),
    outages: [],
    marks: [{ at: fell, text: '9 in rack-c' }],
  };
}
