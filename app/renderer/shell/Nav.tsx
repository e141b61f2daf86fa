/** Navigation: the pages that exist, what needs a person there, and saved views. */
import { Bookmark } from 'lucide-react';
import type { Need, Session } from '../../shared/domain/session.js';
import { text } from '../../shared/i18n/index.js';
import { Icon, Kbd } from '../components/index.js';
import { href, usePath } from '../route.js';
import { usePrefs, viewPath } from '../store/prefs.js';
import { useShown } from '../store/session.js';
import { useUi } from '../store/ui.js';
import { PAGES } from './commands.js';

/** Where a need is dealt with; all that are not listed are about nodes. */
type Home = 'nodes' | 'changes' | 'keys' | 'legions' | 'vault' | 'settings';
const HOMES: Readonly<Partial<Record<Need['kind'], Home>>> = {
  'run-gate': 'changes',
  'run-held': 'changes',
  'run-approval': 'changes',
  'run-regressed': 'changes',
  'change-asked': 'settings',
  link: 'settings',
  'name-taken': 'settings',
  'identity-expires': 'settings',
  'key-changed': 'keys',
  'key-own-name': 'keys',
  'vault-soon': 'vault',
  'vault-ended': 'vault',
  'vault-sealed': 'vault',
  'vault-replay': 'vault',
  'legion-split': 'legions',
  'legion-no-lord': 'legions',
  'legion-failed': 'legions',
  'legion-suspended': 'legions',
};
/** Counted from the secrets themselves, as their page says it. */
const SECRETS: ReadonlySet<Need['kind']> = new Set(['secret-asked', 'secret-conflict', 'secret-missing']);

/** Badges say what needs a person; what is not listed for want of room counts where most of it is, with nodes. */
function countBadges({ needs, needsTotal, secrets }: Session): string {
  const counts: Record<Home, number> = {
    nodes: needsTotal - needs.length,
    changes: 0,
    keys: 0,
    legions: 0,
    vault: 0,
    settings: 0,
  };
  for (const { kind } of needs) if (!SECRETS.has(kind)) counts[HOMES[kind] ?? 'nodes'] += 1;
  const isUndecided = secrets.state === 'conflict' || secrets.state === 'offered';
  return JSON.stringify({ ...counts, secrets: secrets.waiting + (isUndecided ? 1 : 0) + counts.vault });
}

export function Nav() {
  const [path] = usePath();
  const views = usePrefs((prefs) => prefs.views);
  const showDigits = useUi((ui) => ui.showDigits);
  // As text, so that the navigation draws again only when a badge changes.
  const counted = useShown(countBadges, '{}');
  const badges = JSON.parse(counted) as Readonly<Record<string, number>>;

  const link = ({ id, path: to, icon, digit }: (typeof PAGES)[number]) => {
    const isHere =
      path === to ||
      path.startsWith(`${to}/`) ||
      (id === 'overview' && (path === '' || path === '/')) ||
      (id === 'settings' && path === '/health');
    const count = badges[id] ?? 0;
    return (
      <li key={id} style={{ display: 'contents' }}>
        <a href={href(to)} aria-current={isHere ? 'page' : undefined} title={text(`nav.${id}`)}>
          <Icon of={icon} />
          <span className="label">{text(`nav.${id}`)}</span>
          {showDigits && (
            <span className="digit">
              <Kbd>{digit}</Kbd>
            </span>
          )}
          {!showDigits && count > 0 && (
            <span className="pill num">
              <span aria-hidden="true">{count}</span>
              <span className="sr">, {text('nav.badge', { count })}</span>
            </span>
          )}
        </a>
      </li>
    );
  };

  return (
    <nav className="nav" aria-label={text('nav.label')} data-region>
      <ul>{PAGES.filter(({ id }) => id !== 'settings').map(link)}</ul>
      {views.length > 0 && (
        <>
          <h2 className="sect">{text('nav.saved')}</h2>
          <ul>
            {views.map((view) => (
              <li key={view.name} style={{ display: 'contents' }}>
                <a className="saved" href={href(viewPath(view), { filter: view.filter })}>
                  <Icon of={Bookmark} />
                  <span className="label el">{view.name}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <span className="sp" />
      <ul>{PAGES.filter(({ id }) => id === 'settings').map(link)}</ul>
    </nav>
  );
}
