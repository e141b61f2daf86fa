/**
 * The whole window over a fake client, for component tests: mounts it, fills its stores, and gives the parts
 * that ask for sizes a screen of 1440 × 900. Each test gets fresh stores.
 */
import { act, render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach } from 'vitest';
import { App } from '../../app/renderer/App.js';
import { clockStore } from '../../app/renderer/store/clock.js';
import { startConsole } from '../../app/renderer/store/connection.js';
import { draftStore } from '../../app/renderer/store/draft.js';
import { clearEvents } from '../../app/renderer/store/events.js';
import { DEFAULT_PREFS, prefsStore } from '../../app/renderer/store/prefs.js';
import { clearKeys } from '../../app/renderer/store/keys.js';
import { clearLegions } from '../../app/renderer/store/legions.js';
import { clearNotices } from '../../app/renderer/store/notices.js';
import { clearRoster } from '../../app/renderer/store/roster.js';
import { clearSecrets } from '../../app/renderer/store/secrets.js';
import { select } from '../../app/renderer/store/selection.js';
import { sessionStore } from '../../app/renderer/store/session.js';
import { uiStore } from '../../app/renderer/store/ui.js';
import { clearVault } from '../../app/renderer/store/vault.js';
import { fakeClient, type FakeClient, type FakeOptions } from '../support/fake-client.js';

const initial = {
  session: sessionStore.getInitialState(),
  ui: uiStore.getInitialState(),
  draft: draftStore.getInitialState(),
};
let stop = (): void => undefined;

beforeEach(() => {
  const size = (value: number): PropertyDescriptor => ({ configurable: true, get: () => value });
  Object.defineProperty(window, 'innerWidth', { configurable: true, value: 1440, writable: true });
  Object.defineProperties(HTMLElement.prototype, {
    clientWidth: size(1200),
    clientHeight: size(680),
    offsetWidth: size(1200),
    offsetHeight: size(680),
  });
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  HTMLElement.prototype.scrollTo = () => undefined;
  localStorage.clear();
  sessionStore.setState(initial.session, true);
  uiStore.setState(initial.ui, true);
  draftStore.setState(initial.draft, true);
  prefsStore.setState(DEFAULT_PREFS, true);
  clockStore.setState({ now: Date.now(), frozenAt: null });
  clearRoster();
  clearEvents();
  clearKeys();
  clearLegions();
  clearSecrets();
  clearVault();
  clearNotices();
  select([]);
});
afterEach(() => {
  stop();
  location.hash = '';
});

export type Opened = { readonly client: FakeClient; readonly user: ReturnType<typeof userEvent.setup> };

/** Opens the window at an address and waits until the first picture is there. */
export async function open(address: string, options: FakeOptions = {}): Promise<Opened> {
  const client = fakeClient(options);
  location.hash = address;
  // One test may open several, one after the other: none is left ticking.
  stop();
  stop = startConsole(() => Promise.resolve(client));
  await act(async () => {
    render(<App />);
    await Promise.resolve();
  });
  return { client, user: userEvent.setup() };
}

/** Lets the fake tell something and React draw it. */
export const tell = (run: () => void): Promise<void> =>
  act(async () => {
    run();
    await Promise.resolve();
  });
