/**
 * Every command of the window, once: the palette lists them, keys and menus run them. A command opens, shows
 * or switches; none sends anything to the cluster without its own form.
 */
import {
  Activity,
  ArrowRightLeft,
  Clock,
  Crown,
  Key,
  Keyboard,
  LayoutDashboard,
  ListTree,
  Lock,
  LogOut,
  Moon,
  Package,
  PanelLeft,
  Play,
  Plug,
  RefreshCw,
  Rows3,
  Settings,
  ShieldAlert,
  SlidersHorizontal,
  Square,
  Sun,
  SunMoon,
  Table2,
  type LucideIcon,
} from 'lucide-react';
import { text, visible } from '../../shared/i18n/index.js';
import { PauseIcon } from '../components/index.js';
import { go, legionHref, nodesHref } from '../route.js';
import { ask } from '../store/connection.js';
import { togglePause } from '../store/pause.js';
import { prefsStore, setPrefs } from '../store/prefs.js';
import { sessionStore } from '../store/session.js';
import { newChange } from '../store/targets.js';
import { say, setUi } from '../store/ui.js';

export type Command = {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** As printed: `Mod` is Ctrl, or the command key on a Mac. */
  readonly keys?: string;
  /** Kept with the shortcut sheet but shown only when it can be done. */
  readonly isThere?: () => boolean;
  readonly run: () => void;
};

/** Does it and says so when it cannot be done. */
const attempt = (work: Promise<unknown>): void => {
  work.catch((reason: unknown) => say(reason instanceof Error ? reason.message : String(reason)));
};

const mode = () => sessionStore.getState().live?.mode;
/** Something is connected, and its profile may do more than watch. */
const mayAct = (): boolean => {
  const { live } = sessionStore.getState();
  return live !== null && live.mode !== 'idle' && !live.profile.readOnly;
};
const DENSITIES = ['compact', 'regular', 'relaxed'] as const;

export const PAGES = [
  { id: 'overview', path: '/overview', icon: LayoutDashboard, digit: '1', letter: 'O' },
  { id: 'nodes', path: '/nodes', icon: Table2, digit: '2', letter: 'N' },
  { id: 'changes', path: '/changes', icon: ArrowRightLeft, digit: '3', letter: 'C' },
  { id: 'keys', path: '/keys', icon: Key, digit: '4', letter: 'K' },
  { id: 'legions', path: '/legions', icon: Crown, digit: '5', letter: 'L' },
  { id: 'secrets', path: '/secrets', icon: Lock, digit: '6', letter: 'S' },
  { id: 'events', path: '/events', icon: ListTree, digit: '8', letter: 'E' },
  { id: 'settings', path: '/settings', icon: Settings, digit: '9', letter: 'T' },
] as const;

export const COMMANDS: readonly Command[] = [
  ...PAGES.map(({ id, path, icon, digit }): Command => ({
    id,
    label: text(`command.${id}`),
    icon,
    keys: digit,
    run: () => go(path),
  })),
  { id: 'health', label: text('command.health'), icon: Activity, run: () => go('/health') },
  {
    id: 'silent',
    label: text('command.silent'),
    icon: Square,
    run: () => {
      location.hash = nodesHref('state:silent');
    },
  },
  {
    id: 'change-settings',
    label: text('command.newSettings'),
    icon: SlidersHorizontal,
    keys: 'C',
    isThere: mayAct,
    run: () => newChange('settings'),
  },
  {
    id: 'change-gem',
    label: text('command.newGem'),
    icon: Package,
    keys: 'Shift+G',
    isThere: mayAct,
    run: () => newChange('gem'),
  },
  {
    id: 'keys-changed',
    label: text('command.changedKeys'),
    icon: ShieldAlert,
    run: () => go('/keys', { filter: 'key:changed' }),
  },
  { id: 'key-own', label: text('command.ownKey'), icon: Key, run: () => go('/keys', { key: 'own' }) },
  {
    id: 'keys-ask',
    label: text('command.askKeys'),
    icon: Key,
    isThere: mayAct,
    run: () => go('/keys', { do: 'ask' }),
  },
  {
    id: 'secret-ask',
    label: text('command.askSecret'),
    icon: Lock,
    isThere: mayAct,
    run: () => go('/secrets', { do: 'ask' }),
  },
  {
    id: 'connect',
    label: text('command.connect'),
    icon: Plug,
    keys: 'Mod+Shift+P',
    run: () => go('/connect'),
  },
  {
    id: 'reconnect',
    label: text('command.reconnect'),
    icon: RefreshCw,
    isThere: () => mode() === 'cluster' && sessionStore.getState().live?.link.state !== 'live',
    run: () => attempt(ask('session.reconnect', {})),
  },
  ...([12, 500, 10000] as const).map((size): Command => ({
    id: `demo-${size}`,
    label: text('command.demo', { count: size }),
    icon: Play,
    isThere: () => mode() !== 'cluster',
    run: () => attempt(ask('session.demo', { size }).then(() => go('/overview'))),
  })),
  {
    id: 'leave',
    label: text('command.leave'),
    icon: LogOut,
    isThere: () => mode() === 'cluster' || mode() === 'demo',
    run: () => attempt(ask('session.leave', {}).then(() => go('/'))),
  },
  { id: 'pause', label: text('command.pause'), icon: PauseIcon, keys: '.', run: togglePause },
  {
    id: 'nav',
    label: text('command.nav'),
    icon: PanelLeft,
    keys: '[',
    run: () => setPrefs({ narrowNav: !prefsStore.getState().narrowNav }),
  },
  {
    id: 'theme-light',
    label: text('command.theme.light'),
    icon: Sun,
    run: () => setPrefs({ theme: 'light' }),
  },
  { id: 'theme-dark', label: text('command.theme.dark'), icon: Moon, run: () => setPrefs({ theme: 'dark' }) },
  {
    id: 'theme-system',
    label: text('command.theme.system'),
    icon: SunMoon,
    run: () => setPrefs({ theme: 'system' }),
  },
  {
    id: 'density',
    label: text('command.density'),
    icon: Rows3,
    run: () => {
      const next = DENSITIES[(DENSITIES.indexOf(prefsStore.getState().density) + 1) % DENSITIES.length];
      if (next) setPrefs({ density: next });
    },
  },
  {
    id: 'utc',
    label: text('command.utc'),
    icon: Clock,
    run: () => setPrefs({ utc: !prefsStore.getState().utc }),
  },
  {
    id: 'shortcuts',
    label: text('command.shortcuts'),
    icon: Keyboard,
    keys: '?',
    run: () => setUi({ keySheet: true }),
  },
];

/** Those about the legions that are there now. Stepping down opens its form. */
export function legionCommands(): readonly Command[] {
  const legions = sessionStore.getState().live?.legions ?? [];
  return legions.flatMap(({ name, isLord }): Command[] => {
    const shown = { name: visible(name, 40) };
    const to: Command = {
      id: `legion-${name}`,
      label: text('command.legion', shown),
      icon: Crown,
      run: () => void (location.hash = legionHref(name)),
    };
    const stepDown: Command = {
      id: `step-down-${name}`,
      label: text('command.stepDown', shown),
      icon: Crown,
      run: () => void (location.hash = legionHref(name, { do: 'step-down' })),
    };
    return isLord && mayAct() ? [to, stepDown] : [to];
  });
}

export const runCommand = (id: string): void => COMMANDS.find((command) => command.id === id)?.run();
