/** What needs a person: one line of cause, one of reason, one verb. Used by Overview, the bell and the narrow button. */
import {
  BadgeAlert,
  CircleAlert,
  CirclePause,
  Clock,
  Copy,
  Crown,
  Inbox,
  KeyRound,
  Lock,
  LockOpen,
  ShieldAlert,
  Unplug,
  UserCheck,
  Vault,
  Zap,
  type LucideIcon,
} from 'lucide-react';
import type { Need } from '../../shared/domain/session.js';
import { needText, text } from '../../shared/i18n/index.js';
import { Icon, StatusMark } from '../components/index.js';
import { href, legionHref, nodesHref, runHref } from '../route.js';
import { useFleetTime } from '../store/clock.js';
import { usePrefs } from '../store/prefs.js';
import { useShown } from '../store/session.js';

const NONE: readonly Need[] = [];

export function NeedList() {
  const needs = useShown<readonly Need[]>((session) => session.needs, NONE);
  const total = useShown((session) => session.needsTotal, 0);
  if (needs.length === 0) return <p className="t3 need-none">{text('overview.needs.none')}</p>;
  return (
    <>
      <ul className="need">
        {needs.map((need) => (
          <NeedItem key={need.id} need={need} />
        ))}
      </ul>
      {total > needs.length && (
        <p className="t3 lab">{text('overview.needs.more', { count: total - needs.length })}</p>
      )}
    </>
  );
}

/** The exact thing that needs somebody, where there is one. */
function targetOf(need: Need): string {
  if (need.kind.startsWith('run-')) return need.run ? runHref(need.run) : href('/changes', { state: 'open' });
  if (need.kind.startsWith('legion-')) return need.legion ? legionHref(need.legion) : href('/legions');
  if (need.filter !== null) return nodesHref(need.filter);
  const [name = ''] = need.names;
  switch (need.kind) {
    case 'key-changed':
      return need.count === 1 ? href('/keys', { name }) : href('/keys', { filter: 'key:changed' });
    case 'key-own-name':
      return href('/keys', { name });
    case 'secret-asked':
    case 'secret-conflict':
    case 'vault-soon':
    case 'vault-ended':
    case 'vault-sealed':
    case 'vault-replay':
      return href('/secrets');
    case 'secret-missing':
      return href('/secrets', { do: 'ask' });
    case 'identity-expires':
      return href('/settings', { part: 'certificates' });
    case 'change-asked':
      return href('/settings', { section: 'received' });
    case 'name-taken':
      return href('/connect');
    default:
      return href('/health');
  }
}

function NeedItem({ need }: { readonly need: Need }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const why = useFleetTime((now) => needText(need, now, utc).why);
  const { title, verb } = needText(need, need.since, utc);
  return (
    <li>
      <NeedMark kind={need.kind} />
      <span className="b5 el" title={title}>
        {title}
      </span>
      <a className="verb" href={targetOf(need)} aria-label={`${verb}: ${title}`}>
        {verb}
      </a>
      <span className="why">{why}</span>
    </li>
  );
}

const ICONS: Readonly<Partial<Record<Need['kind'], readonly [LucideIcon, string]>>> = {
  duplicate: [Copy, 'lost'],
  'name-taken': [CircleAlert, 'late'],
  link: [Unplug, 'late'],
  skew: [Clock, 'late'],
  'key-changed': [ShieldAlert, 'lost'],
  'key-own-name': [ShieldAlert, 'lost'],
  'secret-asked': [KeyRound, 'info'],
  'secret-conflict': [Lock, 'lost'],
  'secret-missing': [LockOpen, 'late'],
  'vault-soon': [Vault, 'late'],
  'vault-ended': [Vault, 'lost'],
  'vault-sealed': [Vault, 'late'],
  'vault-replay': [ShieldAlert, 'lost'],
  'identity-expires': [BadgeAlert, 'late'],
  'run-gate': [CirclePause, 'info'],
  'run-held': [CirclePause, 'late'],
  'run-approval': [UserCheck, 'info'],
  'run-regressed': [Zap, 'lost'],
  'change-asked': [Inbox, 'info'],
  'legion-split': [Crown, 'lost'],
  'legion-no-lord': [Crown, 'lost'],
  'legion-failed': [Crown, 'late'],
  'legion-suspended': [Crown, 'lost'],
};

function NeedMark({ kind }: { readonly kind: Need['kind'] }) {
  const icon = ICONS[kind];
  if (icon) {
    return (
      <span className={`c-${icon[1]}`}>
        <Icon of={icon[0]} />
      </span>
    );
  }
  return <StatusMark state={kind === 'troubled' ? 'troubled' : kind === 'flapping' ? 'late' : 'silent'} />;
}
