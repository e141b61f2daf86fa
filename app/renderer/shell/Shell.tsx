/** The frame: band, top bar, notices, navigation, page, details panel, dock, status strip. */
import type { ReactNode } from 'react';
import { text } from '../../shared/i18n/index.js';
import { runOf, useParam, usePath } from '../route.js';
import { usePrefs } from '../store/prefs.js';
import { isPast, useSession } from '../store/session.js';
import { Banners } from './Banners.js';
import { Dock } from './Dock.js';
import { KeyPeek } from './KeyPeek.js';
import { Nav } from './Nav.js';
import { Peek } from './Peek.js';
import { RunPeek } from './RunPeek.js';
import { Strip } from './Strip.js';
import { TopBar } from './TopBar.js';
import { useWidth } from '../parts/use-size.js';

const RAIL_BELOW = 1280;

export function Shell({ children }: { readonly children: ReactNode }) {
  const isNarrow = useWidth() < RAIL_BELOW;
  const isRail = usePrefs((prefs) => prefs.narrowNav) || isNarrow;
  const [path] = usePath();
  const hasPeek = useParam('peek') !== '';
  const past = useSession(isPast);
  const kind = useSession((state) => (state.live?.mode === 'idle' ? undefined : state.live?.profile.kind));
  return (
    <div className={`app${isRail ? ' rail' : ''}${past ? ' stale' : ''}`} data-kind={kind}>
      <a className="btn skip" href="#main" onClick={skip}>
        {text('shell.skip')}
      </a>
      <div className="band" aria-hidden="true" />
      <TopBar isNarrow={isNarrow} />
      <Banners />
      <Nav />
      <main className="main" id="main" tabIndex={-1} data-region>
        {children}
      </main>
      {path === '/keys' ? <KeyPeek /> : <Peek />}
      {runOf(path) !== '' && !hasPeek && <RunPeek />}
      <Dock />
      <Strip />
    </div>
  );
}

/** The hash belongs to the router, so the link moves focus itself. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
