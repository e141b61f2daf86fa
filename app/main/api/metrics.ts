/** The console's figures as Prometheus text. No names of nodes in it: they are many, and they are foreign text. */
import { TRUST_STATES } from '../../shared/domain/key.js';
import { LINK_STATES } from '../../shared/domain/link.js';
import { NODE_STATES } from '../../shared/domain/node-state.js';
import { REFUSALS } from '../core/protocol/protocol-error.js';
import type { SessionService } from '../services/session-service.js';

type Sample = readonly [labels: string, value: number];

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

export function prometheusText(session: SessionService): string {
  const { summary, link, ingest, keys, secrets } = session.current();
  const counters = session.node()?.observer.counters();
  const states = NODE_STATES.map((state): Sample => [`{state="${state}"}`, summary.counts[state]]);
  const links = LINK_STATES.map((state): Sample => [`{state="${state}"}`, link.state === state ? 1 : 0]);
  const errors = REFUSALS.map((code): Sample => [
    `{code="${code}"}`,
    counters?.refused.get(code)?.count ?? 0,
  ]);
  return [
    family('legion_console_beats_total', 'counter', 'Beats heard and taken into the roster.', [
      ['', counters?.beats ?? 0],
    ]),
    family('legion_console_messages_total', 'counter', 'Messages delivered to this node.', [
      ['', counters?.messages ?? 0],
    ]),
    family('legion_console_nodes', 'gauge', 'Known nodes by state.', states),
    family(
      'legion_console_link_state',
      'gauge',
      'State of our own link to the broker; the present one is 1.',
      links,
    ),
    family(
      'legion_console_ingest_lag_seconds',
      'gauge',
      'From publishing our own beat until we heard it.',
      ingest.lagMs === null ? [] : [['', ingest.lagMs / 1_000]],
    ),
    family('legion_console_dropped_total', 'counter', 'Messages counted and not used, for whatever reason.', [
      ['', ingest.refused],
    ]),
    family(
      'legion_console_keys',
      'gauge',
      'Pairs of name and key by what a person decided about them.',
      TRUST_STATES.map((state): Sample => [`{trust="${state}"}`, keys[state]]),
    ),
    family(
      'legion_console_cluster_secret_held',
      'gauge',
      '1 while a cluster secret is held and undisputed.',
      [['', secrets.state === 'held' ? 1 : 0]],
    ),
    family(
      'legion_console_secret_requests_waiting',
      'gauge',
      'Requests for the cluster secret that wait for a person.',
      [['', secrets.waiting]],
    ),
    family('legion_console_decode_errors_total', 'counter', 'Messages refused, by code.', errors),
  ].join('\n');
}
