/** How this console itself is: services, refusals by code, its log and its configuration. */
import type { Api } from '../../shared/contract/contract.js';
import type { ConfigReport, Health } from '../../shared/domain/health.js';
import { createHistory } from '../core/history/aggregates.js';
import type { Clock } from '../ports/clock.js';
import type { Vitals } from '../ports/vitals.js';
import type { NodeService } from '../services/node-service.js';
import type { SessionService } from '../services/session-service.js';

type HealthApi = Pick<Api, 'health.get' | 'config.get' | 'history.get' | 'host.link'>;

export type HealthDeps = {
  readonly session: SessionService;
  readonly clock: Clock;
  readonly vitals: Vitals;
  readonly version: string;
  readonly runtime: string;
  readonly config: () => ConfigReport;
  readonly link: () => string | null;
  readonly recentLog: () => Health['log'];
  readonly loopDelayP99Ms: () => number | null;
};

export function healthApi(deps: HealthDeps): HealthApi {
  const { session, clock, vitals } = deps;
  const startedAt = clock.now();
  const nothing = createHistory();
  return {
    'health.get': async () => {
      const node = session.node();
      const { link } = session.current();
      const now = vitals.read();
      const state =
        link.state === 'live'
          ? 'running'
          : link.state === 'off'
            ? 'stopped'
            : link.state === 'connecting'
              ? 'starting'
              : 'degraded';
      const counters = node?.observer.counters();
      return {
        version: deps.version,
        runtime: deps.runtime,
        startedAt,
        services: [
          { name: 'bus', state, since: link.since, code: link.error?.code ?? null },
          {
            name: 'roster',
            state: node ? (node.roster.isFrozen() ? 'degraded' : 'running') : 'stopped',
            since: link.since,
            code: null,
          },
          ...(node ? serviceStates(node, link.since) : []),
          { name: 'beats', state: node?.isBeating() ? 'running' : 'stopped', since: link.since, code: null },
        ],
        refused: [...(counters?.refused ?? [])].map(([code, entry]) => ({ code, ...entry })),
        heard: [...(counters?.heard ?? [])].map(([message, { count, lastAt }]) => ({
          message,
          count,
          lastAt,
        })),
        loop: { delayP99Ms: deps.loopDelayP99Ms(), heapMb: now.heapMb, rssMb: now.memoryMb },
        log: deps.recentLog(),
      };
    },
    'config.get': async () => deps.config(),
    'history.get': async ({ rangeMs, points }) => {
      const now = clock.now();
      const node = session.node();
      const history = node?.history ?? nothing;
      return { ...history.page(now, rangeMs, points), marks: marksOf(session, now - rangeMs) };
    },
    'host.link': async () => ({ url: deps.link() }),
  };
}

const OWN_KEY_STATES = { none: 'stopped', making: 'starting', ready: 'running', failed: 'degraded' } as const;

function serviceStates({ keys }: NodeService, since: number): Health['services'] {
  const { state, madeAt } = keys.own();
  const { secrets } = keys;
  return [
    {
      name: 'keys',
      state: keys.problem() ? 'degraded' : OWN_KEY_STATES[state],
      since: madeAt ?? since,
      code: keys.problem()?.code ?? null,
    },
    {
      name: 'cluster secret',
      state: secrets.state() === 'held' ? 'running' : secrets.state() === 'wanted' ? 'stopped' : 'degraded',
      since,
      code: secrets.isMissing()
        ? 'SECRET_MISSING'
        : secrets.state() === 'conflict'
          ? 'SECRET_UNDECIDED'
          : null,
    },
  ];
}

const MAX_MARKS = 12;

/** Flags on the time axis: nodes that fell together, the largest groups of the range. */
function marksOf({ events }: SessionService, after: number): { at: number; text: string }[] {
  return events
    .list(5_000, 'nodes')
    .filter((event) => event.kind === 'node.silent' && event.count > 1 && event.at > after)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_MARKS)
    .sort((a, b) => a.at - b.at)
    .map((event) => ({ at: event.at, text: `${event.count} in ${event.group ?? ''}` }));
}
