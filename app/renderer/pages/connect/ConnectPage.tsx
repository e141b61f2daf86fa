/** Connect: the form at the left; at the right the steps as they happen, and the profiles that were kept. */
import { Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, IconButton } from '../../components/index.js';
import { Steps } from '../../parts/index.js';
import { go, href, useParam } from '../../route.js';
import { ask, useCall } from '../../store/connection.js';
import { fillDraft } from '../../store/draft.js';
import { useSession } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { ConnectForm } from './ConnectForm.js';

export function ConnectPage() {
  const [isBegun, setBegun] = useState(false);
  return (
    <div className="page scrolls">
      <header className="head">
        <div className="bar">
          <h1>{text('nav.connect')}</h1>
        </div>
        <p className="say">{text('connect.title')}</p>
        <p className="then">{text('connect.lead')}</p>
      </header>
      <div className="connect">
        <ConnectForm onBegun={() => setBegun(true)} />
        <div>
          <Progress isBegun={isBegun} />
          <Kept />
        </div>
      </div>
    </div>
  );
}

/** The link's steps, once there is a cluster to reach; a connection begun here ends on Overview. */
function Progress({ isBegun }: { readonly isBegun: boolean }) {
  const link = useSession((state) => (state.live?.mode === 'cluster' ? state.live.link : null));
  const heading = useRef<HTMLHeadingElement>(null);
  const isLive = link?.state === 'live' || link?.state === 'degraded';
  useEffect(() => {
    if (isBegun) heading.current?.focus();
  }, [isBegun]);
  useEffect(() => {
    if (isBegun && isLive) go('/overview');
  }, [isBegun, isLive]);
  if (!link) return null;
  const address = visible(link.address, 80);
  const title = isLive
    ? 'connect.steps.done'
    : link.state === 'refused'
      ? 'connect.steps.failed'
      : 'connect.steps.to';
  const again = (): void => void ask('session.reconnect', {}).catch(tell);
  return (
    <section className="steps-box" aria-live="polite">
      <h2 className="h2" ref={heading} tabIndex={-1}>
        {text(title, { address })}
      </h2>
      <Steps link={link} />
      <div className="row" style={{ gap: 8 }}>
        {isLive ? (
          <a className="btn" href={href('/overview')}>
            {text('connect.steps.overview')}
          </a>
        ) : (
          <Button onClick={again}>{text('connect.steps.retry')}</Button>
        )}
      </div>
    </section>
  );
}

const tell = (reason: unknown): void => say(reason instanceof Error ? reason.message : String(reason));

function Kept() {
  const { data } = useCall('profile.list', {});
  const [gone, setGone] = useState<readonly string[]>([]);
  const wanted = useParam('profile');
  const profiles = data?.profiles.filter((profile) => !gone.includes(profile.profileName)) ?? [];
  const asked = profiles.find((profile) => profile.profileName === wanted);
  useEffect(() => {
    if (asked) fillDraft(asked);
    // Once per address, not per answer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asked?.profileName]);
  const forget = (profileName: string): void => {
    ask('profile.forget', { profileName }).then(() => {
      setGone((names) => [...names, profileName]);
    }, tell);
  };
  return (
    <section>
      <h2 className="h2">{text('connect.saved')}</h2>
      {profiles.length === 0 && <p className="t3">{text('connect.saved.none')}</p>}
      <ul className="kept">
        {profiles.map((profile) => (
          <li key={profile.profileName} data-kind={profile.kind}>
            <span className="env-word">{text(`kind.${profile.kind ?? 'local'}`)}</span>
            <span className="el">
              <span className="b5">{visible(profile.profileName, 40)}</span>
              <span className="t3 lab el kept-url">{visible(profile.url, 80)}</span>
            </span>
            <Button
              aria-label={text('connect.saved.use', { name: visible(profile.profileName, 40) })}
              onClick={() => fillDraft(profile)}
            >
              {text('connect.saved.do')}
            </Button>
            <IconButton
              icon={Trash2}
              label={text('connect.saved.forget', { name: visible(profile.profileName, 40) })}
              onClick={() => forget(profile.profileName)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
