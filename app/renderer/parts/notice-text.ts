/** A notification in words, and what it opens. Titles are ours alone; names stand in the body, made visible. */
import { eventText, formatDuration, text, visible } from '../../shared/i18n/index.js';
import { href, nodesHref } from '../route.js';
import type { Notice } from '../store/notices.js';

export type NoticeText = {
  readonly title: string;
  readonly body: string;
  readonly verb: string;
  readonly href: string;
};

export function noticeText(notice: Notice): NoticeText {
  const { kind, event, name } = notice;
  return {
    title: text(notice.settledAt !== null && kind === 'link.lost' ? 'notice.link.back' : `notice.${kind}`),
    body: kind === 'identity' || event === null ? text('need.identity-expires.why') : bodyOf(notice),
    verb: text(`notice.${kind}.verb`),
    href: targetOf(kind, name, notice.group),
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

/** The exact thing it is about. */
function targetOf(kind: Notice['kind'], name: string, group: string | null): string {
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
      return href('/secrets');
    case 'link.lost':
      return href('/health');
    case 'identity':
      return href('/settings', { part: 'certificates' });
  }
}
