/** A notification in words, and what it opens. Titles are ours alone; names stand in the body, made visible. */
import type { ConsoleEvent } from '../../shared/domain/event.js';
import { eventText, formatDuration, text, visible } from '../../shared/i18n/index.js';
import { href, legionHref, nodesHref, runHref } from '../route.js';
import type { Notice } from '../store/notices.js';

export type NoticeText = {
  readonly title: string;
  readonly body: string;
  readonly verb: string;
  readonly href: string;
};

const NAMED = 3;
/** Kinds that are told of by name, so that many of them can come at once. */
const STORM_KINDS = ['key.changed', 'node.duplicate', 'node.silent', 'secret.requested'] as const;
const isStormKind = (kind: Notice['kind']): kind is (typeof STORM_KINDS)[number] =>
  STORM_KINDS.some((one) => one === kind);

export function noticeText(notice: Notice): NoticeText {
  const { kind, event, name, names } = notice;
  if (names !== null) {
    const more = names.length - NAMED;
    return {
      title: text(isStormKind(kind) ? `notice.many.${kind}` : `notice.${kind}`, { count: names.length }),
      body: text('notice.many.names', {
        names: names
          .slice(0, NAMED)
          .map((each) => visible(each, 40))
          .join(', '),
        more: Math.max(0, more),
      }),
      verb: text(`notice.${kind}.verb`),
      href: listOf(kind),
    };
  }
  return {
    title: text(notice.settledAt !== null && kind === 'link.lost' ? 'notice.link.back' : `notice.${kind}`),
    body: kind === 'identity' || event === null ? text('need.identity-expires.why') : bodyOf(notice),
    verb: text(`notice.${kind}.verb`),
    href: targetOf(kind, name, notice.group, event?.facts),
  };
}

function bodyOf(notice: Notice): string {
  const { event } = notice;
  if (event === null) return '';
  const outage = event.facts['outageMs'];
  if (event.kind === 'link.live' && typeof outage === 'number') {
    return text('notice.link.back.body', { age: formatDuration(outage) });
  }
  return visible(eventText(event), 200);
}

/** The list of all that a storm is about. */
const listOf = (kind: Notice['kind']): string =>
  kind === 'key.changed'
    ? href('/keys', { filter: 'key:changed' })
    : kind === 'node.duplicate'
      ? nodesHref('badge:duplicate')
      : kind === 'node.silent'
        ? nodesHref('state:silent')
        : targetOf(kind, '', null);

/** The exact thing it is about. */
function targetOf(
  kind: Notice['kind'],
  name: string,
  group: string | null,
  facts: ConsoleEvent['facts'] = {},
): string {
  const { run, legion } = facts;
  switch (kind) {
    case 'key.changed':
    case 'key.own-name':
      return href('/keys', { name });
    case 'node.duplicate':
      return href(`/nodes/${encodeURIComponent(name)}`);
    case 'node.silent':
      return nodesHref(`state:silent${group !== null && !/[\s,:"]/.test(group) ? ` group:${group}` : ''}`);
    case 'secret.conflict':
    case 'secret.requested':
    case 'vault.requested':
    case 'vault.unanswered':
    case 'vault.soon':
    case 'vault.ended':
    case 'vault.sealed':
    case 'vault.replay':
      return href('/secrets');
    case 'run.gate':
    case 'run.held':
    case 'run.done':
      return typeof run === 'string' && run !== '' ? runHref(run) : href('/changes');
    case 'received.asked':
      return href('/settings', { section: 'received' });
    case 'legion.no-lord':
    case 'legion.split':
    case 'legion.lorded':
    case 'legion.hook-failed':
    case 'legion.notify':
      return typeof legion === 'string' && legion !== '' ? legionHref(legion) : href('/legions');
    case 'link.lost':
      return href('/health');
    case 'identity':
      return href('/settings', { part: 'certificates' });
  }
}
