/** Which page is on screen, in which theme; and the first-run doors while nothing is connected. */
import { useEffect } from 'react';
import { Route, Router, Switch } from 'wouter';
import { text } from '../shared/i18n/index.js';
import { NewGemPage, NewSettingsPage } from './pages/change/index.js';
import { ChangesPage } from './pages/changes/ChangesPage.js';
import { ConnectPage } from './pages/connect/ConnectPage.js';
import { FirstRun } from './pages/connect/FirstRun.js';
import { EventsPage } from './pages/events/EventsPage.js';
import { HealthPage } from './pages/health/HealthPage.js';
import { KeysPage } from './pages/keys/KeysPage.js';
import { LegionsPage } from './pages/legions/LegionsPage.js';
import { NodePage } from './pages/node/NodePage.js';
import { NodesPage } from './pages/nodes/NodesPage.js';
import { Overview } from './pages/overview/Overview.js';
import { RunPage } from './pages/run/RunPage.js';
import { SecretsPage } from './pages/secrets/SecretsPage.js';
import { SettingsPage } from './pages/settings/SettingsPage.js';
import { endArrival, isArriving, usePath } from './route.js';
import { Announcer } from './shell/Announcer.js';
import { startKeys } from './shell/keys.js';
import { KeySheet } from './shell/KeySheet.js';
import { PageBoundary } from './shell/PageBoundary.js';
import { Palette } from './shell/Palette.js';
import { Shell } from './shell/Shell.js';
import { usePrefs } from './store/prefs.js';
import { useSession } from './store/session.js';

/** Pages that make sense while nothing is connected. */
const WITHOUT_CLUSTER = ['/connect', '/settings', '/health'];

export function App() {
  useTheme();
  useEffect(startKeys, []);
  const [path] = usePath();
  useEffect(takeFocusAlong, [path]);
  const isIdle = useSession((state) => state.live?.mode === 'idle');
  const isKnown = useSession((state) => state.live !== null);
  const isFirstRun = isIdle && !WITHOUT_CLUSTER.includes(path);
  return (
    <Router hook={usePath}>
      {isFirstRun ? (
        <FirstRun />
      ) : (
        <Shell>
          <PageBoundary key={path.startsWith('/legions/') ? '/legions' : path}>
            {isKnown ? <Pages /> : <p className="empty loading">{text('shell.loading')}</p>}
          </PageBoundary>
        </Shell>
      )}
      <Palette />
      <KeySheet />
      <Announcer />
    </Router>
  );
}

/** Who came by key goes on by key: the page gets the focus unless a part of it took it already. */
function takeFocusAlong(): void {
  const main = document.getElementById('main');
  if (isArriving() && main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  endArrival();
}

const Pages = () => (
  <Switch>
    <Route path="/nodes">
      <NodesPage />
    </Route>
    <Route path={/^\/nodes\/.+/}>
      <NodePage />
    </Route>
    <Route path="/changes">
      <ChangesPage />
    </Route>
    <Route path="/changes/new/settings">
      <NewSettingsPage />
    </Route>
    <Route path="/changes/new/gem">
      <NewGemPage />
    </Route>
    <Route path={/^\/changes\/.+/}>
      <RunPage />
    </Route>
    <Route path="/keys">
      <KeysPage />
    </Route>
    <Route path={/^\/legions(\/.+)?$/}>
      <LegionsPage />
    </Route>
    <Route path="/secrets">
      <SecretsPage />
    </Route>
    <Route path="/events">
      <EventsPage />
    </Route>
    <Route path="/health">
      <HealthPage />
    </Route>
    <Route path="/settings">
      <SettingsPage />
    </Route>
    <Route path="/connect">
      <ConnectPage />
    </Route>
    <Route>
      <Overview />
    </Route>
  </Switch>
);

/** Puts theme, density and motion on the document; the theme follows the system unless chosen. */
function useTheme(): void {
  const theme = usePrefs((prefs) => prefs.theme);
  const density = usePrefs((prefs) => prefs.density);
  const motion = usePrefs((prefs) => prefs.motion);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const { dataset } = document.documentElement;
      dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
      dataset['density'] = density;
      dataset['motion'] = motion;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme, density, motion]);
}
