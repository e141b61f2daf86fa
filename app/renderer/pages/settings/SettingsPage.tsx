/** Settings: how this window looks and behaves. Each shows its default and a way back. */
import { X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, IconButton, Segments } from '../../components/index.js';
import { askForSystemNotices, systemNoticesAre } from '../../parts/system-notices.js';
import { Certificates } from '../../parts/identities.js';
import { ReceivedSection } from '../../parts/received.js';
import { href, useParam } from '../../route.js';
import { DEFAULT_PREFS, setPrefs, usePrefs, viewPath } from '../../store/prefs.js';
import { useSession } from '../../store/session.js';
import { setUi } from '../../store/ui.js';

export function SettingsPage() {
  const prefs = usePrefs((all) => all);
  const part = useParam('part');
  const section = useParam('section');
  const hasSession = useSession((state) => state.live !== null && state.live.mode !== 'idle');
  return (
    <div className="page scrolls">
      <header className="head">
        <div className="bar">
          <h1>{text('settings.title')}</h1>
          <a className="btn quiet" href={href('/health')}>
            {text('nav.health')}
          </a>
          <a className="btn quiet" href={href('/connect')}>
            {text('settings.profiles')}
          </a>
        </div>
        <p className="say">{text('settings.say')}</p>
      </header>
      <div className="settings">
        <Section title={text('settings.appearance')}>
          <Choice
            label={text('settings.theme')}
            value={prefs.theme}
            usual={DEFAULT_PREFS.theme}
            choices={[
              { value: 'system', label: text('settings.theme.system') },
              { value: 'light', label: text('settings.theme.light') },
              { value: 'dark', label: text('settings.theme.dark') },
            ]}
            onChoose={(theme) => setPrefs({ theme })}
          />
          <Choice
            label={text('settings.density')}
            value={prefs.density}
            usual={DEFAULT_PREFS.density}
            choices={[
              { value: 'compact', label: text('settings.density.compact') },
              { value: 'regular', label: text('settings.density.regular') },
              { value: 'relaxed', label: text('settings.density.relaxed') },
            ]}
            onChoose={(density) => setPrefs({ density })}
          />
          <Choice
            label={text('settings.motion')}
            value={prefs.motion}
            usual={DEFAULT_PREFS.motion}
            choices={[
              { value: 'system', label: text('settings.motion.system') },
              { value: 'reduced', label: text('settings.motion.reduced') },
            ]}
            onChoose={(motion) => setPrefs({ motion })}
          />
        </Section>
        <Section title={text('settings.time')}>
          <Choice
            label={text('settings.time.zone')}
            value={prefs.utc ? 'utc' : 'local'}
            usual="local"
            choices={[
              { value: 'local', label: text('settings.time.local') },
              { value: 'utc', label: text('settings.time.utc') },
            ]}
            onChoose={(zone) => setPrefs({ utc: zone === 'utc' })}
          />
        </Section>
        <Section title={text('settings.certificates')} isWanted={part === 'certificates'}>
          <Certificates />
        </Section>
        {hasSession && (
          <Section title={text('receivedPage.title')} isWanted={section === 'received'}>
            <ReceivedSection />
          </Section>
        )}
        <Section title={text('settings.keyboard')}>
          <Choice
            label={text('settings.keyboard.single')}
            why={text('settings.keyboard.single.why')}
            value={prefs.singleKeys ? 'on' : 'off'}
            usual="on"
            choices={[
              { value: 'on', label: text('settings.on') },
              { value: 'off', label: text('settings.off') },
            ]}
            onChoose={(value) => setPrefs({ singleKeys: value === 'on' })}
          />
          <div className="setting">
            <Button onClick={() => setUi({ keySheet: true })}>{text('command.shortcuts')}</Button>
          </div>
        </Section>
        <Section title={text('settings.notices')}>
          <SystemNotices />
        </Section>
        <Section title={text('settings.announce')}>
          <Choice
            label={text('settings.announce.level')}
            value={prefs.announce}
            usual={DEFAULT_PREFS.announce}
            choices={[
              { value: 'less', label: text('settings.announce.less') },
              { value: 'more', label: text('settings.announce.more') },
            ]}
            onChoose={(announce) => setPrefs({ announce })}
          />
        </Section>
        <Section title={text('settings.views')}>
          {prefs.views.length === 0 && <p className="t3">{text('settings.views.none')}</p>}
          {prefs.views.map((view) => (
            <div className="setting" key={view.name}>
              <a className="verb" href={href(viewPath(view), { filter: view.filter })}>
                {visible(view.name, 60)}
              </a>
              <span className="mono t3 el">{visible(view.filter, 120)}</span>
              <span className="sp" />
              <IconButton
                icon={X}
                label={text('nodes.save.remove', { name: visible(view.name, 60) })}
                onClick={() => setPrefs({ views: prefs.views.filter((each) => each.name !== view.name) })}
              />
            </div>
          ))}
        </Section>
        <Button onClick={() => setPrefs(DEFAULT_PREFS)}>{text('settings.reset')}</Button>
      </div>
    </div>
  );
}

/** Off until somebody switches it on here; only then is the system asked. */
function SystemNotices() {
  const isOn = usePrefs((prefs) => prefs.systemNotices);
  const [can, setCan] = useState(systemNoticesAre);
  const choose = async (value: 'on' | 'off'): Promise<void> => {
    const agreed = value === 'on' && (await askForSystemNotices());
    setPrefs({ systemNotices: agreed });
    setCan(systemNoticesAre());
  };
  return (
    <>
      <Choice
        label={text('settings.notices.system')}
        why={text('settings.notices.system.why')}
        value={isOn && can === 'there' ? 'on' : 'off'}
        usual="off"
        choices={[
          { value: 'on', label: text('settings.on') },
          { value: 'off', label: text('settings.off') },
        ]}
        onChoose={(value) => void choose(value)}
      />
      {can !== 'there' && <p className="t2">{text(`settings.notices.${can}`)}</p>}
    </>
  );
}

/** `isWanted`: the address asks for this part, so it comes into view with the focus. */
function Section(props: {
  readonly title: string;
  readonly isWanted?: boolean;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (props.isWanted !== true) return;
    heading.current?.scrollIntoView({ block: 'start' });
    heading.current?.focus({ preventScroll: true });
  }, [props.isWanted]);
  return (
    <section>
      <h2 className="h2" ref={heading} tabIndex={-1}>
        {props.title}
      </h2>
      {props.children}
    </section>
  );
}

function Choice<T extends string>(props: {
  readonly label: string;
  readonly why?: string;
  readonly value: T;
  readonly usual: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
}) {
  const usual = props.choices.find(({ value }) => value === props.usual);
  return (
    <div className="setting">
      <span className="setting-name">
        {props.label}
        {props.why && <span className="t3 lab setting-why">{props.why}</span>}
      </span>
      <Segments label={props.label} value={props.value} choices={props.choices} onChoose={props.onChoose} />
      {props.value !== props.usual && usual && (
        <button type="button" className="verb lab" onClick={() => props.onChoose(props.usual)}>
          {text('settings.default', { value: usual.label })}
        </button>
      )}
    </div>
  );
}
