/** The bell: notifications by day, newest first, one verb each. Reading is local; nothing here decides or sends. */
import {
  BadgeAlert,
  Bell,
  CircleCheck,
  CirclePause,
  Copy,
  Crown,
  Inbox,
  KeyRound,
  Lock,
  ShieldAlert,
  Square,
  SquareTerminal,
  Unplug,
  Vault,
  type LucideIcon,
} from 'lucide-react';
import { useEffect } from 'react';
import { text } from '../../shared/i18n/index.js';
import { Button, Icon, Popover } from '../components/index.js';
import { At } from '../parts/index.js';
import { useTime } from '../store/clock.js';
import {
  isUnread,
  markAllRead,
  markRead,
  startNotices,
  useNotices,
  type Notice,
  type NoticeKind,
} from '../store/notices.js';
import { usePrefs } from '../store/prefs.js';
import { href } from '../route.js';
import { noticeText } from '../parts/notice-text.js';
import { showOnSystem } from '../parts/system-notices.js';

const SHOWN = 50;

const ICONS: Readonly<Record<NoticeKind, readonly [LucideIcon, string]>> = {
  'key.changed': [ShieldAlert, 'lost'],
  'key.own-name': [ShieldAlert, 'lost'],
  'node.duplicate': [Copy, 'lost'],
  'node.silent': [Square, 'lost'],
  'secret.conflict': [Lock, 'lost'],
  'secret.requested': [KeyRound, 'info'],
  'vault.requested': [KeyRound, 'info'],
  'link.lost': [Unplug, 'late'],
  'run.gate': [CirclePause, 'info'],
  'run.held': [CirclePause, 'late'],
  'run.done': [CircleCheck, 'ok'],
  'received.asked': [Inbox, 'info'],
  'legion.no-lord': [Crown, 'lost'],
  'legion.split': [Crown, 'lost'],
  'legion.lorded': [Crown, 'info'],
  'legion.hook-failed': [SquareTerminal, 'late'],
  'legion.notify': [SquareTerminal, 'info'],
  'vault.unanswered': [Vault, 'info'],
  'vault.soon': [Vault, 'late'],
  'vault.ended': [Vault, 'lost'],
  'vault.sealed': [Vault, 'late'],
  'vault.replay': [ShieldAlert, 'lost'],
  identity: [BadgeAlert, 'late'],
};

export function Notices() {
  useEffect(() => startNotices(showOnSystem), []);
  const list = useNotices((state) => state.list);
  const read = useNotices((state) => state.read);
  const readAt = usePrefs((prefs) => prefs.noticesReadAt);
  const unread = list.filter((notice) => isUnread(notice, read, readAt)).length;
  return (
    <Popover
      label={text('notice.title')}
      align="end"
      trigger={
        <button type="button" className="tool" aria-label={text('notice.bell', { count: unread })}>
          <Icon of={Bell} />
          {unread > 0 && <span className="cnt">{unread}</span>}
        </button>
      }
    >
      <div className="notices">
        <div className="row notices-head">
          <h2 className="h2">{text('notice.title')}</h2>
          <span className="sp" />
          {unread > 0 && (
            <Button look="quiet" onClick={markAllRead}>
              {text('notice.allRead')}
            </Button>
          )}
          <a className="btn quiet" href={href('/settings')}>
            {text('nav.settings')}
          </a>
        </div>
        {list.length === 0 ? (
          <p className="t3">{text('notice.none')}</p>
        ) : (
          <Days list={list.slice(0, SHOWN)} isUnread={(notice) => isUnread(notice, read, readAt)} />
        )}
      </div>
    </Popover>
  );
}

function Days(props: { readonly list: readonly Notice[]; readonly isUnread: (notice: Notice) => boolean }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const today = useTime((now) => dayOf(now, utc));
  const yesterday = useTime((now) => dayOf(now - 86_400_000, utc));
  const days = new Map<string, Notice[]>();
  for (const notice of props.list) {
    const day = dayOf(notice.at, utc);
    days.set(day, [...(days.get(day) ?? []), notice]);
  }
  return [...days].map(([day, notices]) => (
    <section key={day}>
      <h3 className="cap t3 notice-day">
        {day === today ? text('notice.today') : day === yesterday ? text('notice.yesterday') : day}
      </h3>
      <ul className="need">
        {notices.map((notice) => (
          <NoticeItem key={notice.id} notice={notice} isUnread={props.isUnread(notice)} />
        ))}
      </ul>
    </section>
  ));
}

const dayOf = (at: number, utc: boolean): string =>
  new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(utc ? { timeZone: 'UTC' } : {}),
  }).format(at);

function NoticeItem({ notice, isUnread: isNew }: { readonly notice: Notice; readonly isUnread: boolean }) {
  const [icon, tone] = ICONS[notice.kind];
  const words = noticeText(notice);
  return (
    <li className={isNew ? 'notice unread' : 'notice'}>
      <span className={isNew ? `c-${tone}` : 't3'}>
        <Icon of={icon} />
      </span>
      <span className={isNew ? 'b6 el' : 't2 el'}>
        {words.title}
        {notice.count > 1 && <span className="t3"> ×{notice.count}</span>}
        {isNew && <span className="sr">, {text('notice.unread')}</span>}
      </span>
      <a
        className="verb"
        href={words.href}
        aria-label={`${words.verb}: ${words.body}`}
        onClick={() => markRead(notice.id)}
      >
        {words.verb}
      </a>
      <span className="why">
        <At at={notice.at} precision="minute" /> {words.body}
        {notice.settledAt !== null && ` · ${text('notice.settled')}`}
      </span>
    </li>
  );
}
