/** First run: three doors. Nothing connects until one of them is chosen. */
import { CircleHelp } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { SavedProfile } from '../../../shared/domain/session.js';
import { text } from '../../../shared/i18n/index.js';
import { Button, Dialog, Icon, Kbd, Segments } from '../../components/index.js';
import { go } from '../../route.js';
import { ask } from '../../store/connection.js';
import { fillDraft } from '../../store/draft.js';
import { prefsStore, setPrefs, usePrefs } from '../../store/prefs.js';
import { say, setUi } from '../../store/ui.js';
import { ImportDialog, type Imported } from './ImportDialog.js';
import { DemoPicture, FilePicture, JoinPicture, Mark } from './pictures.js';

const SIZES = ['12', '500', '10000'] as const;
type DemoSize = (typeof SIZES)[number];
const MAX_FILE = 65_536;

export function FirstRun() {
  const [size, setSize] = useState<DemoSize>('12');
  const [imported, setImported] = useState<Imported | null>(null);
  const [isHelp, setHelp] = useState(false);
  const file = useRef<HTMLInputElement>(null);

  const startDemo = (): void => {
    const sizes = { '12': 12, '500': 500, '10000': 10_000 } as const;
    ask('session.demo', { size: sizes[size] }).then(() => go('/overview'), tell);
  };
  const read = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    if (chosen.size > MAX_FILE) return say(text('connect.import.big'));
    setImported({ fileName: chosen.name, ...(await ask('profile.check', { text: await chosen.text() })) });
  };
  const use = (profile: SavedProfile): void => {
    fillDraft(profile);
    go('/connect');
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isFree =
        !event.ctrlKey &&
        !event.metaKey &&
        !event.altKey &&
        !document.querySelector('[role="dialog"], [role="menu"]');
      if (!isFree || !prefsStore.getState().singleKeys) return;
      const door = document.querySelector<HTMLElement>(`[data-door="${event.key}"]`);
      if (!door) return;
      // Here the digits open doors; the pages they mean elsewhere are not there yet.
      event.preventDefault();
      event.stopPropagation();
      door.click();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="first">
      <main className="first-in" id="main" tabIndex={-1}>
        <p className="row first-name">
          <Mark />
          {text('app.name')}
        </p>
        <h1>{text('first.title')}</h1>
        <p className="first-lead">{text('first.lead')}</p>
        <div className="doors">
          <Door
            picture={<JoinPicture />}
            title={text('first.connect')}
            why={text('first.connect.why')}
            digit="1"
          >
            <Button large look="primary" data-door="1" onClick={() => go('/connect')}>
              {text('first.connect.do')}
            </Button>
          </Door>
          <Door
            picture={<FilePicture />}
            title={text('first.import')}
            why={text('first.import.why')}
            digit="2"
          >
            <Button large data-door="2" onClick={() => file.current?.click()}>
              {text('first.import.do')}
            </Button>
            <input
              ref={file}
              type="file"
              hidden
              accept=".json,.yaml,.yml,application/json"
              aria-label={text('first.import')}
              onChange={(event) => {
                read(event.target.files?.[0]).catch(tell);
                event.target.value = '';
              }}
            />
          </Door>
          <Door picture={<DemoPicture />} title={text('first.demo')} why={text('first.demo.why')} digit="3">
            <Button large data-door="3" onClick={startDemo}>
              {text('first.demo.do')}
            </Button>
            <Segments
              large
              label={text('first.demo.size')}
              value={size}
              choices={SIZES.map((value) => ({ value, label: Number(value).toLocaleString('en') }))}
              onChoose={setSize}
            />
          </Door>
        </div>
      </main>
      <Foot onHelp={() => setHelp(true)} />
      <Dialog open={isHelp} onOpen={setHelp} title={text('first.help')}>
        <p className="t2" style={{ marginTop: 8 }}>
          {text('first.help.text')}
        </p>
        <div className="foot">
          <Button large onClick={() => setHelp(false)}>
            {text('shell.close')}
          </Button>
        </div>
      </Dialog>
      <ImportDialog imported={imported} onClose={() => setImported(null)} onUse={use} />
    </div>
  );
}

const tell = (reason: unknown): void => say(reason instanceof Error ? reason.message : String(reason));

function Door(props: {
  readonly picture: ReactNode;
  readonly title: string;
  readonly why: string;
  readonly digit: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="door">
      <div className="pic">{props.picture}</div>
      <div className="tx">
        <h2>{props.title}</h2>
        <p>{props.why}</p>
        <div className="row">
          {props.children}
          <span className="sp" />
          <Kbd>{props.digit}</Kbd>
        </div>
      </div>
    </section>
  );
}

const THEMES = ['system', 'light', 'dark'] as const;

function Foot({ onHelp }: { readonly onHelp: () => void }) {
  const theme = usePrefs((prefs) => prefs.theme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  return (
    <footer className="first-foot">
      <button type="button" className="row" onClick={onHelp}>
        <Icon of={CircleHelp} />
        {text('first.help')}
      </button>
      <button type="button" onClick={() => setPrefs({ theme: next })}>
        {text('first.theme', { theme: text(`settings.theme.${theme}`).toLowerCase() })}
      </button>
      <span className="sp" />
      <button type="button" className="row" onClick={() => setUi({ palette: true })}>
        {text('first.search')} <Kbd>Ctrl K</Kbd>
      </button>
    </footer>
  );
}
