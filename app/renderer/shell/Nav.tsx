/** Navigation: the pages that exist, what needs a person there, and saved views. */
import { Bookmark } from 'lucide-react';
import { text } from '../../shared/i18n/index.js';
import { Icon, Kbd } from '../components/index.js';
import { href, nodesHref, usePath } from '../route.js';
import { usePrefs } from '../store/prefs.js';
import { useShown } from '../store/session.js';
import { useUi } from '../store/ui.js';
import { PAGES } from './commands.js';

/** Needs that are about this console itself, not about nodes. */
const OWN_NEEDS = new Set(['link', 'name-taken']);

export function Nav() {
  const [path] = usePath();
  const views = usePrefs((prefs) => prefs.views);
  const showDigits = useUi((ui) => ui.showDigits);
  const own = useShown((s) => s.needs.filter((need) => OWN_NEEDS.has(need.kind)).length, 0);
  const total = useShown((s) => s.needsTotal, 0);
  const badges: Readonly<Record<string, number>> = { nodes: total - own, settings: own };

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
              {count}
              <span className="sr">{text('nav.badge', { count })}</span>
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
                <a className="saved" href={nodesHref(view.filter)}>
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
