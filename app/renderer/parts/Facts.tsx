/** Small connected pieces of text: ages that move with the fleet's clock, events as lines, names as links. */
import {
  ArrowRightLeft,
  Inbox,
  KeyRound,
  Lock,
  ShieldAlert,
  Vault,
  Zap,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import type { ConsoleEvent } from '../../shared/domain/event.js';
import type { NodeState } from '../../shared/domain/node-state.js';
import { eventText, formatClock } from '../../shared/i18n/index.js';
import { Foreign, Icon, StatusMark } from '../components/index.js';
import { nodeHref } from '../route.js';
import { useFleetTime } from '../store/clock.js';
import { usePrefs } from '../store/prefs.js';

/** A text made of an age; draws again only when its words change. */
export const Since = ({ at, format }: { readonly at: number; readonly format: (age: number) => string }) => (
  <>{useFleetTime((now) => format(now - at))}</>
);

/** A clock time, local or UTC as the user prefers. */
export function At(props: { readonly at: number; readonly precision?: 'minute' | 'second' | 'ms' }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return (
    <time dateTime={isoOf(props.at)}>
      {formatClock(props.at, { utc, precision: props.precision ?? 'second' })}
    </time>
  );
}

const isoOf = (at: number): string =>
  Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : '';

export const NodeLink = ({ name }: { readonly name: string }) => (
  <a className="verb" href={nodeHref(name)}>
    <Foreign>{name}</Foreign>
  </a>
);

/** The mark that stands before an event; kinds without a node state get the neutral ring. */
export const eventMark = (kind: string): NodeState => {
  const marks: Readonly<Record<string, NodeState>> = {
    'node.silent': 'silent',
    'node.recovered': 'healthy',
    'node.well': 'healthy',
    'node.joined': 'healthy',
    'node.troubled': 'troubled',
    'node.left': 'left',
    'node.forgotten': 'left',
    'node.flapping': 'late',
    'node.skew': 'late',
    'node.duplicate': 'late',
    'node.restarted': 'updating',
    'link.live': 'healthy',
    'link.lost': 'late',
    'link.refused': 'late',
    'link.blocked': 'late',
  };
  return Object.hasOwn(marks, kind) ? (marks[kind] ?? 'unheard') : 'unheard';
};

const ALARMS = new Set(['key.changed', 'key.own-name', 'secret.conflict', 'vault.replay', 'run.regressed']);
const ICONS: Readonly<Record<string, LucideIcon>> = {
  key: KeyRound,
  secret: Lock,
  vault: Vault,
  run: ArrowRightLeft,
  received: Inbox,
};

/** Mark or sign of an event, 12 px: of a node by its state, of keys, secrets and changes by what it is about. */
export function EventMark({ kind }: { readonly kind: string }) {
  const [area = ''] = kind.split('.');
  const usual = Object.hasOwn(ICONS, area) ? ICONS[area] : undefined;
  if (!usual) return <StatusMark state={eventMark(kind)} />;
  const icon = ALARMS.has(kind) ? (area === 'run' ? Zap : ShieldAlert) : usual;
  return (
    <span className={ALARMS.has(kind) ? 'c-lost' : 't3'}>
      <Icon of={icon} size={12} />
    </span>
  );
}

/** One event in one line, as in "Lately" and on the node page. */
export const EventLine = ({ event, after }: { readonly event: ConsoleEvent; readonly after?: ReactNode }) => (
  <li>
    <span className="t3 num">
      <At at={event.at} precision="minute" />
    </span>
    <EventMark kind={event.kind} />
    <span className="el t2" title={eventText(event)}>
      {eventText(event)}
    </span>
    {after}
  </li>
);
