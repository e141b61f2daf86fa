/**
 * Notices under the top bar, most serious first: the console is gone, the link is down, refused, blocked, a part
 * is missing, back again, paused. Amber belongs to the link alone; nothing here is red.
 */
import { CircleAlert, KeyRound, Unplug, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Link } from '../../shared/domain/link.js';
import { errorText, formatAge, formatClock, formatDuration, text, visible } from '../../shared/i18n/index.js';
import { writeCondition } from '../../shared/filter/index.js';
import { Button, Icon, IconButton, PauseIcon } from '../components/index.js';
import { href, nodesHref, usePath } from '../route.js';
import { useTime } from '../store/clock.js';
import { ask } from '../store/connection.js';
import { resume } from '../store/pause.js';
import { usePrefs } from '../store/prefs.js';
import { useRoster } from '../store/roster.js';
import { dismissBack, useSession } from '../store/session.js';
import { say } from '../store/ui.js';

/** How long the notice "back after …" stays by itself. */
const BACK_MS = 120_000;

export function Banners() {
  const link = useSession((state) => state.live?.link ?? null);
  const channel = useSession((state) => state.channel);
  const mode = useSession((state) => state.live?.mode ?? 'idle');
  return (
    <div className="notes" role="region" aria-label={text('shell.banner')}>
      {channel.state === 'lost' && <WindowLost at={channel.at} />}
      {channel.state !== 'lost' && link && mode !== 'idle' && <LinkNotes link={link} />}
      <Paused />
    </div>
  );
}

function Note(props: {
  readonly icon: ReactNode;
  readonly strong: string;
  readonly children?: ReactNode;
  readonly hatched?: boolean;
  readonly actions?: ReactNode;
}) {
  return (
    <div className={`note${props.hatched ? ' hatched' : ' thin'}`}>
      {props.icon}
      <p>
        <span className="b6">{props.strong}</span> <span className="t2">{props.children}</span>
      </p>
      <span className="sp" />
      {props.actions}
    </div>
  );
}

const Amber = ({ of }: { readonly of: typeof Unplug }) => (
  <span className="c-late">
    <Icon of={of} />
  </span>
);

function WindowLost({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return (
    <Note
      hatched
      icon={<Amber of={Unplug} />}
      strong={text('banner.window', { at: formatClock(at, { utc }) })}
      actions={<Button onClick={() => location.reload()}>{text('shell.reloadPage')}</Button>}
    >
      {text('banner.window.why')}
    </Note>
  );
}

function LinkNotes({ link }: { readonly link: Link }) {
  const secret = useSession((state) => state.live?.secret ?? 'unused');
  const selfName = useSession((state) => state.live?.self?.name ?? '');
  const isTaken = useSession(
    (state) => state.live?.needs.some((need) => need.kind === 'name-taken') ?? false,
  );
  const [path] = usePath();
  const isEmpty = useSession((state) => state.live?.summary.total === 0);
  // The page itself shows the steps.
  const isTold = path === '/connect' || (isEmpty && (path === '/' || path === '/overview'));
  if (link.asOf !== null) return <LinkDown link={link} asOf={link.asOf} />;
  return (
    <>
      {!isTold && link.state === 'refused' && <Refused link={link} />}
      {!isTold && (link.state === 'connecting' || link.state === 'reconnecting') && (
        <Connecting link={link} />
      )}
      {link.blocked !== null && (
        <Note icon={<Amber of={CircleAlert} />} strong={text('banner.blocked')}>
          {text('banner.blocked.why')} <span className="t3">{visible(link.blocked, 120)}</span>
        </Note>
      )}
      {secret === 'missing' && (
        <Note
          icon={<Amber of={KeyRound} />}
          strong={text('banner.secret')}
          actions={
            path !== '/secrets' && (
              <a className="btn quiet" href={href('/secrets')}>
                {text('nav.secrets')}
              </a>
            )
          }
        >
          {text('banner.secret.why')}
        </Note>
      )}
      {isTaken && (
        <Note
          icon={<Amber of={CircleAlert} />}
          strong={text('banner.nameTaken', { name: visible(selfName, 60) })}
          actions={
            <a className="btn" href={href('/connect')}>
              {text('need.name-taken.verb')}
            </a>
          }
        />
      )}
      {link.state === 'degraded' && link.blocked === null && secret !== 'missing' && !isTaken && (
        <Note icon={<Amber of={CircleAlert} />} strong={text('banner.degraded')}>
          {link.error && errorText(link.error.code, link.error.details).what}
        </Note>
      )}
      {link.back && <Back back={link.back} />}
    </>
  );
}

const reconnect = (): void => {
  ask('session.reconnect', {}).catch((reason: unknown) =>
    say(reason instanceof Error ? reason.message : String(reason)),
  );
};

function LinkDown({ link, asOf }: { readonly link: Link; readonly asOf: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const attempt = useTime((now) =>
    link.nextAttemptAt !== null && link.nextAttemptAt > now
      ? text('banner.lost.attempt', { attempt: link.attempt, age: formatAge(link.nextAttemptAt - now + 999) })
      : text('banner.lost.trying', { attempt: link.attempt }),
  );
  return (
    <Note
      hatched
      icon={<Amber of={Unplug} />}
      strong={text('banner.lost', { at: formatClock(asOf, { utc }) })}
      actions={
        <>
          <a className="btn quiet" href={href('/health')}>
            {text('banner.lost.diagnose')}
          </a>
          <Button onClick={reconnect}>{text('banner.lost.reconnect')}</Button>
        </>
      }
    >
      {text('banner.lost.why')}{' '}
      {link.state === 'refused' && link.error ? errorText(link.error.code, link.error.details).what : attempt}
    </Note>
  );
}

function Refused({ link }: { readonly link: Link }) {
  const code = link.error?.code ?? 'INTERNAL';
  const { what, next } = errorText(code);
  return (
    <Note
      icon={<Amber of={Unplug} />}
      strong={what}
      actions={
        <>
          <a className="btn quiet" href={href('/connect')}>
            {text('banner.refused.fix')}
          </a>
          <Button onClick={reconnect}>{text('connect.steps.retry')}</Button>
        </>
      }
    >
      {next}
    </Note>
  );
}

function Connecting({ link }: { readonly link: Link }) {
  const index = link.steps.findIndex((step) => step.state === 'running' || step.state === 'waiting');
  const step = link.steps[index];
  return (
    <Note
      icon={<Amber of={Unplug} />}
      strong={text('banner.connecting', { address: visible(link.address, 80) })}
      actions={
        <a className="btn quiet" href={href('/health')}>
          {text('banner.connecting.show')}
        </a>
      }
    >
      {step && text('banner.connecting.step', { step: index + 1, name: text(`step.${step.id}`) })}
    </Note>
  );
}

function Back({ back }: { readonly back: NonNullable<Link['back']> }) {
  const seenAt = useSession((state) => state.backSeenAt);
  const isOld = useTime((now) => now - back.at > BACK_MS);
  if (isOld || seenAt === back.at) return null;
  const count = back.differ.length;
  return (
    <Note
      icon={
        <span className="c-ok">
          <Icon of={Unplug} />
        </span>
      }
      strong={text('banner.back', { age: formatDuration(back.outageMs), count })}
      actions={
        <>
          {count > 0 && (
            <a
              className="btn quiet"
              href={nodesHref(writeCondition('name', back.differ))}
              onClick={dismissBack}
            >
              {text('banner.back.show', { count })}
            </a>
          )}
          <IconButton icon={X} label={text('shell.close')} onClick={dismissBack} />
        </>
      }
    />
  );
}

function Paused() {
  const pausedAt = useRoster((state) => state.pausedAt);
  const count = useRoster((state) => state.changesSince);
  const utc = usePrefs((prefs) => prefs.utc);
  if (pausedAt === null) return null;
  return (
    <Note
      icon={<Icon of={PauseIcon} />}
      strong={text('banner.paused', { at: formatClock(pausedAt, { utc }), count })}
      actions={<Button onClick={resume}>{text('shell.resume')}</Button>}
    />
  );
}
