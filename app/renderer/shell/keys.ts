/**
 * The keyboard map of the whole window. Single keys act outside text fields only and can be switched off;
 * combinations act everywhere. Lists and the map handle their own arrows. No key sends or destroys anything.
 */
import { currentPath, expectArrival, go, runOf, setParams } from '../route.js';
import { prefsStore } from '../store/prefs.js';
import { setUi, uiStore } from '../store/ui.js';
import { COMMANDS, PAGES, runCommand } from './commands.js';

export const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** "Mod+K" as printed on this machine's keys. */
export const printed = (keys: string): string =>
  IS_MAC
    ? keys.replace('Mod+', '⌘ ').replace('Shift+', '⇧ ')
    : keys.replace('Mod+', 'Ctrl ').replace('Shift+', 'Shift ');

const SEQUENCE_MS = 1200;

/** What takes letters; a radio or a box takes only Space and arrows. */
const FIELDS = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest(FIELDS) !== null;

const isOverlaid = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null;

/** Starts listening; the answer stops it. */
export function startKeys(): () => void {
  let goingAt = -Infinity;
  /** Whether there is a page of ours to go back to. */
  let hasMoved = false;

  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const mod = IS_MAC ? event.metaKey : event.ctrlKey;
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (event.key === 'Alt') setUi({ showDigits: true });

    if (mod && !event.altKey) {
      if (key === 'K' && !event.shiftKey)
        return act(event, () => setUi({ palette: !uiStore.getState().palette }));
      if (key === ',') return act(event, () => go('/settings'));
      if (key === 'P' && event.shiftKey) return act(event, () => go('/connect'));
      if (key === 'C' && event.shiftKey) return act(event, copyLink);
      return;
    }
    if (key === 'F6') return act(event, () => moveRegion(event.shiftKey ? -1 : 1));
    if (isOverlaid() || isTyping(event.target)) return;
    if (event.altKey) {
      if (event.key === 'ArrowLeft') return act(event, () => history.back());
      if (event.key === 'ArrowRight') return act(event, () => history.forward());
      return;
    }
    if (key === 'Escape') return escape(event, hasMoved);
    if (!prefsStore.getState().singleKeys) return;

    if (event.timeStamp - goingAt < SEQUENCE_MS) {
      goingAt = -Infinity;
      const page = PAGES.find(({ letter }) => letter === key);
      if (page) return act(event, () => arriveAt(page.path));
    }
    const page = PAGES.find(({ digit }) => digit === key);
    if (page) return act(event, () => arriveAt(page.path));
    switch (event.key) {
      case 'g':
        goingAt = event.timeStamp;
        return;
      case 'c':
        return act(event, () => open('change-settings'));
      case 'G':
        return act(event, () => open('change-gem'));
      case 'r':
        return runOf(currentPath()) === '' ? undefined : act(event, () => setParams({ do: 'retry' }));
      case 'h':
        return runOf(currentPath()) === '' ? undefined : act(event, () => setParams({ do: 'hold' }));
      case '?':
        return act(event, () => setUi({ keySheet: true }));
      case '[':
        return act(event, () => runCommand('nav'));
      case '.':
        return act(event, () => runCommand('pause'));
      case '/':
        return act(event, () => document.querySelector<HTMLElement>('[data-filter]')?.focus());
      default:
    }
  };
  const onUp = (event: KeyboardEvent): void => {
    if (event.key === 'Alt') setUi({ showDigits: false });
  };
  const onMove = ({ newURL }: HashChangeEvent): void => {
    // What `setParams` tells has no addresses: it made no entry in the history.
    if (newURL !== '') hasMoved = true;
  };
  const onBlur = (): void => setUi({ showDigits: false });

  window.addEventListener('keydown', onKey);
  window.addEventListener('keyup', onUp);
  window.addEventListener('hashchange', onMove);
  window.addEventListener('blur', onBlur);
  return () => {
    window.removeEventListener('keydown', onKey);
    window.removeEventListener('keyup', onUp);
    window.removeEventListener('hashchange', onMove);
    window.removeEventListener('blur', onBlur);
  };
}

function act(event: KeyboardEvent, run: () => void): void {
  event.preventDefault();
  run();
}

/** A form is there only where its command is: not in a profile that only watches. */
function open(id: string): void {
  if (!COMMANDS.some((command) => command.id === id && (command.isThere?.() ?? true))) return;
  expectArrival();
  runCommand(id);
}

function arriveAt(path: string): void {
  expectArrival();
  go(path);
}

/** Esc outside of fields: first the details panel, then out of a node's or a run's page; the rest is the page's. */
function escape(event: KeyboardEvent, hasMoved: boolean): void {
  if (document.querySelector('.peek')) act(event, () => setParams({ peek: null, key: null }));
  else {
    const list = ['/nodes', '/changes'].find((path) => currentPath().startsWith(`${path}/`));
    if (list === undefined || currentPath().startsWith('/changes/new/')) return;
    expectArrival();
    act(event, () => (hasMoved ? history.back() : go(list)));
  }
}

const copyLink = (): void => void navigator.clipboard?.writeText(location.href);

/** F6: the regions of the window in turn, each landing on its first thing or itself. */
function moveRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions.at((here + step + regions.length) % regions.length);
  const inside = next?.querySelector<HTMLElement>(
    '[data-first], a[href], button:not(:disabled), input, [tabindex="0"]',
  );
  (next?.matches('[tabindex]') ? next : inside)?.focus();
}
