/** Answers of the console as plain text, in the words of the window. What they look like, not where they come from. */
import type { ConsoleEvent } from '../../shared/domain/event.js';
import type { ConfigReport } from '../../shared/domain/health.js';
import { NODE_STATES, SEVERITY } from '../../shared/domain/node-state.js';
import type { NodeDetail, NodeRow } from '../../shared/domain/node.js';
import type { Session } from '../../shared/domain/session.js';
import {
  errorText,
  eventText,
  formatAge,
  formatClock,
  formatDuration,
  formatInterval,
  formatMb,
  formatMoment,
  formatNumber,
  formatSkew,
  needText,
  text,
  wordText,
} from '../../shared/i18n/index.js';
import { fields, table } from './table.js';

type Pair = readonly [string, string];
const NOTHING = text('cli.nothing');
const orNothing = <T>(value: T | null, show: (value: T) => string): string =>
  value === null ? NOTHING : show(value);

export function nodesText(nodes: readonly NodeRow[], at: number, total: number): string {
  const rows = nodes.map((node) => [
    node.name,
    text(`state.${node.state}`),
    orNothing(node.lastBeatAt, (beatAt) => formatAge(at - beatAt)),
    formatInterval(node.intervalMs),
    node.version ?? NOTHING,
    orNothing(node.pid, String),
    orNothing(node.metrics.memoryMb, formatMb),
    node.badges.map((badge) => text(`badge.${badge}`)).join(', '),
  ]);
  const head = (['name', 'state', 'beat', 'interval', 'version', 'pid', 'memory', 'badges'] as const).map(
    (name) => text(`cli.head.${name}`),
  );
  const more = nodes.length < total ? `\n${text('cli.more', { shown: nodes.length, total })}` : '';
  return table(head, rows, [2, 3, 5, 6]) + more;
}

export function nodeText(node: NodeDetail, now: number): string {
  const { metrics } = node;
  const ago = (at: number): string => `${formatMoment(at)} (${formatAge(now - at)})`;
  const pairs: Pair[] = [
    [text('cli.field.name'), node.name],
    [text('cli.field.state'), `${text(`state.${node.state}`)}, ${formatAge(now - node.stateSince)}`],
    [text('cli.field.badges'), node.badges.map((badge) => text(`badge.${badge}`)).join(', ') || NOTHING],
    [text('cli.field.status'), orNothing(node.status, (word) => wordText(word, 1000))],
    [text('cli.field.group'), node.group],
    [text('cli.field.hostname'), node.hostname ?? NOTHING],
    [text('cli.field.pid'), node.pids.join(', ') || orNothing(node.pid, String)],
    [text('cli.field.version'), node.version ?? NOTHING],
    [text('cli.field.first'), ago(node.firstSeenAt)],
    [text('cli.field.last'), orNothing(node.lastBeatAt, ago)],
    [text('cli.field.interval'), formatInterval(node.intervalMs)],
    [text('cli.field.missed'), formatNumber(node.missed)],
    [text('cli.field.jitter'), orNothing(node.jitterMs, formatDuration)],
    [text('cli.field.skew'), orNothing(node.skewMs, formatSkew)],
    [text('cli.field.memory'), orNothing(metrics.memoryMb, formatMb)],
    [text('cli.field.threads'), orNothing(metrics.threads, formatNumber)],
    [text('cli.field.uptime'), orNothing(metrics.uptimeS, (seconds) => formatDuration(seconds * 1000))],
  ];
  return fields(pairs);
}

export function statusText(session: Session): string {
  const { link, self, summary, profile, ingest } = session;
  const states = [...NODE_STATES]
    .sort((a, b) => SEVERITY[a] - SEVERITY[b])
    .filter((state) => summary.counts[state] > 0);
  const counts = states
    .map((state) => `${formatNumber(summary.counts[state])} ${text(`state.${state}`)}`)
    .join(', ');
  const pairs: Pair[] = [
    [text('cli.field.profile'), `${profile.name} (${text(`kind.${profile.kind}`)})`],
    [text('cli.field.link'), `${text(`link.${link.state}`)}, ${formatAge(session.at - link.since)}`],
    [text('cli.field.address'), [link.address, link.tls].filter(Boolean).join(' ') || NOTHING],
  ];
  if (link.error) {
    const { what, next } = errorText(link.error.code, link.error.details);
    pairs.push([text('cli.field.error'), `${what} (${link.error.message})`], [text('cli.field.next'), next]);
  }
  if (self) {
    const values = { name: self.name, pid: String(self.pid), interval: formatInterval(self.intervalMs) };
    pairs.push([text('cli.field.self'), text(self.beating ? 'cli.self' : 'cli.self.silent', values)]);
  }
  pairs.push(
    [text('cli.field.nodes'), counts === '' ? '0' : `${formatNumber(summary.total)}: ${counts}`],
    [text('cli.field.beats'), text('cli.beats', { rate: formatNumber(Math.round(ingest.beatsPerSecond)) })],
    [text('cli.field.refused'), formatNumber(ingest.refused)],
    [text('cli.field.needs'), formatNumber(session.needsTotal)],
  );
  for (const need of session.needs) {
    const { title, why } = needText(need, session.at);
    pairs.push(['', `${title}. ${why}`]);
  }
  return fields(pairs);
}

/** One line per event: clock, area, sentence. */
export const eventLine = (event: ConsoleEvent): string =>
  `${formatClock(event.at)}  ${text(`area.${event.area}`).padEnd(8)}${eventText(event)}`;

export function configText({ values }: ConfigReport): string {
  const head = [text('cli.head.key'), text('cli.head.value'), text('cli.head.origin')];
  return table(
    head,
    values.map(({ key, value, origin }) => [key, value, origin]),
  );
}
