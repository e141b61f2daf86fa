/** Pausing freezes the view, not the node: every store keeps what is shown and goes on beneath. */
import { showLiveEvents } from './events.js';
import { freezeFleet } from './clock.js';
import { pauseKeys, resumeKeys } from './keys.js';
import { pauseRoster, resumeRoster, rosterStore } from './roster.js';
import { pauseRun, resumeRun } from './run.js';
import { showLiveLegions } from './legions.js';
import { showLiveRuns } from './runs.js';
import { showLiveSecrets } from './secrets.js';
import { isPast, sessionStore, showLiveSession } from './session.js';
import { showLiveVault } from './vault.js';

export const isPaused = (): boolean => rosterStore.getState().pausedAt !== null;

export function pause(): void {
  if (isPaused()) return;
  pauseRoster(Date.now());
  pauseKeys();
  pauseRun();
  settleFreeze();
}

export function resume(): void {
  if (!isPaused()) return;
  resumeRoster();
  showLiveSession();
  showLiveEvents();
  resumeKeys();
  showLiveSecrets();
  showLiveVault();
  showLiveRuns();
  showLiveLegions();
  resumeRun();
  settleFreeze();
}

export const togglePause = (): void => (isPaused() ? resume() : pause());

/** Sets the fleet's clock to the moment that is on screen. */
export function settleFreeze(): void {
  const state = sessionStore.getState();
  const { pausedAt } = rosterStore.getState();
  const past = isPast(state)
    ? state.channel.state === 'lost'
      ? state.channel.at
      : state.live?.link.asOf
    : null;
  const asOf = state.live?.link.asOf ?? null;
  freezeFleet(pausedAt ?? asOf ?? past ?? null);
}
