/** Top bar: where we are (kind in words), search, how the link is, pause, notifications. */
import { ChevronDown, Play, Search, Unplug } from 'lucide-react';
import { visible, text } from '../../shared/i18n/index.js';
import type { Session } from '../../shared/domain/session.js';
import {
  Icon,
  IconButton,
  Kbd,
  Menu,
  MenuHead,
  MenuItem,
  MenuLine,
  PauseIcon,
  StatusMark,
} from '../components/index.js';
import { go, href } from '../route.js';
import { ask, useCall } from '../store/connection.js';
import { togglePause } from '../store/pause.js';
import { useRoster } from '../store/roster.js';
import { isPast, useSession } from '../store/session.js';
import { say, setUi } from '../store/ui.js';
import { COMMANDS } from './commands.js';
import { printed } from './keys.js';
import { Notices } from './Notices.js';

export function TopBar({ isNarrow }: { readonly isNarrow: boolean }) {
  const isDemo = useSession((state) => state.live?.mode === 'demo');
  return (
    <header className="top" data-region>
      <ProfileMenu />
      <button
        type="button"
        className="find"
        onClick={() => setUi({ palette: true })}
        aria-keyshortcuts="Control+K"
      >
        <Icon of={Search} />
        <span className="el">{text(isNarrow ? 'shell.search.short' : 'shell.search')}</span>
        <span className="sp" />
        <Kbd>{printed('Mod+K')}</Kbd>
      </button>
      <span className="sp" />
      {isDemo && (
        <a className="btn" href={href('/connect')}>
          {text('shell.demo.connect')}
        </a>
      )}
      <LinkState />
      <Notices />
    </header>
  );
}

function ProfileMenu() {
  const kind = useSession((state) => state.live?.profile.kind ?? null);
  const name = useSession((state) => (state.live?.mode === 'idle' ? '' : (state.live?.profile.name ?? '')));
  const mode = useSession((state) => state.live?.mode ?? 'idle');
  const isReadOnly = useSession((state) => state.live?.profile.readOnly ?? false);
  const kindWord = mode === 'idle' || !kind ? '' : text(`kind.${kind}`);
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="prof">
          <span className="sr">{text('shell.profile')} </span>
          {kindWord && (
            <span className="env" {...(kind === 'demo' ? { title: text('shell.demo.why') } : {})}>
              {kind === 'demo' ? text('shell.demo') : kindWord}
            </span>
          )}
          <b className="el">{name ? visible(name, 60) : text('profile.none')}</b>
          <span className="t3">
            <Icon of={ChevronDown} />
          </span>
          {isReadOnly && <span className="sr">{text('shell.readOnly')}</span>}
        </button>
      }
    >
      <ProfileItems mode={mode} />
    </Menu>
  );
}

function ProfileItems({ mode }: { readonly mode: Session['mode'] }) {
  const { data } = useCall('profile.list', {});
  const openInBrowser = async (): Promise<void> => {
    const { url } = await ask('host.link', {});
    if (url === null) return;
    await navigator.clipboard.writeText(url);
    say(text('shell.copied'));
  };
  const there = COMMANDS.filter((c) => /^demo-|^leave$/.test(c.id) && (c.isThere?.() ?? true));
  return (
    <>
      {data && data.profiles.length > 0 && <MenuHead>{text('profile.menu')}</MenuHead>}
      {data?.profiles.map((profile) => (
        <MenuItem key={profile.profileName} onSelect={() => go('/connect', { profile: profile.profileName })}>
          {visible(profile.profileName, 60)}
          <span className="sp" />
          <span className="t3 lab">{text(`kind.${profile.kind ?? 'local'}`)}</span>
        </MenuItem>
      ))}
      {data && data.profiles.length > 0 && <MenuLine />}
      <MenuItem onSelect={() => go('/connect')}>{text('profile.switch')}</MenuItem>
      {mode !== 'idle' && (
        <MenuItem onSelect={() => void openInBrowser().catch(() => undefined)}>
          {text('profile.openInBrowser')}
        </MenuItem>
      )}
      <MenuLine />
      {there.map((command) => (
        <MenuItem key={command.id} onSelect={command.run}>
          {command.label}
        </MenuItem>
      ))}
    </>
  );
}

function LinkState() {
  const state = useSession((s) => s.live?.link.state ?? 'off');
  const past = useSession(isPast);
  const isPaused = useRoster((roster) => roster.pausedAt !== null);
  if (past) {
    return (
      <a className="tool warn" href={href('/health')}>
        <Icon of={Unplug} />
        {text('link.stale')}
      </a>
    );
  }
  const isLive = state === 'live' || state === 'degraded';
  return (
    <>
      <a className={`tool${isLive ? '' : ' warn'}`} href={href('/health')}>
        {isLive ? <StatusMark state={state === 'live' ? 'healthy' : 'late'} /> : <Icon of={Unplug} />}
        {text(isPaused && isLive ? 'shell.paused' : `link.${state}`)}
      </a>
      {isLive && (
        <IconButton
          icon={isPaused ? Play : PauseIcon}
          label={text(isPaused ? 'shell.resume' : 'shell.pause')}
          aria-pressed={isPaused}
          onClick={togglePause}
        />
      )}
    </>
  );
}
