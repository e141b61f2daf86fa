/** The shortcut sheet: what the keyboard does everywhere, in tables and on the fleet map. */
import type { TextKey } from '../../shared/i18n/index.js';
import { text } from '../../shared/i18n/index.js';
import { Dialog, Kbd } from '../components/index.js';
import { usePrefs } from '../store/prefs.js';
import { setUi, useUi } from '../store/ui.js';
import { PAGES } from './commands.js';
import { printed } from './keys.js';

type Line = readonly [what: TextKey, ...keys: string[]];

const EVERYWHERE: readonly Line[] = [
  ['keys.search', 'Mod+K'],
  ['keys.sheet', '?'],
  ['keys.filter', '/'],
  ['keys.esc', 'Esc'],
  ['keys.pause', '.'],
  ['keys.narrow', '['],
  ['keys.regions', 'F6', 'Shift+F6'],
  ['keys.settings', 'Mod+,'],
  ['keys.switch', 'Mod+Shift+P'],
  ['keys.link', 'Mod+Shift+C'],
  ['keys.back', 'Alt ←', 'Alt →'],
];
const TABLES: readonly Line[] = [
  ['keys.move', '↑', '↓', 'J', 'K'],
  ['keys.ends', 'Home', 'End', 'PgUp', 'PgDn'],
  ['keys.open', 'Enter'],
  ['keys.peek', 'Space'],
  ['keys.select', 'X'],
  ['keys.extend', 'Shift+↑', 'Shift+↓'],
  ['keys.all', 'Mod+A'],
  ['keys.invert', 'Shift+X'],
  ['keys.copy', 'Mod+C'],
  ['keys.export', 'Mod+E'],
];
const RUNS: readonly Line[] = [
  ['keys.newSettings', 'C'],
  ['keys.newGem', 'Shift+G'],
  ['keys.hold', 'H'],
  ['keys.retry', 'R'],
];
const MAP: readonly Line[] = [
  ['keys.mapMove', '←', '→', '↑', '↓'],
  ['keys.mapJump', 'Ctrl →', 'Ctrl ←'],
  ['keys.mapGroup', 'Home', 'End'],
  ['keys.mapPage', 'PgUp', 'PgDn'],
  ['keys.open', 'Enter'],
  ['keys.peek', 'Space'],
  ['keys.extend', 'Shift+→', 'Shift+←'],
];

export function KeySheet() {
  const open = useUi((ui) => ui.keySheet);
  const isOn = usePrefs((prefs) => prefs.singleKeys);
  return (
    <Dialog
      open={open}
      onOpen={(keySheet) => setUi({ keySheet })}
      title={text('keys.title')}
      className="keysheet"
    >
      {!isOn && <p className="t2">{text('keys.off')}</p>}
      <div className="cols">
        <section>
          <h3 className="h2">{text('keys.everywhere')}</h3>
          <Lines lines={EVERYWHERE} />
          <dl>
            {PAGES.map(({ id, digit, letter }) => (
              <Entry key={id} what={text(`nav.${id}`)} keys={[digit, `G ${text('keys.then')} ${letter}`]} />
            ))}
          </dl>
        </section>
        <section>
          <h3 className="h2">{text('keys.tables')}</h3>
          <Lines lines={TABLES} />
          <h3 className="h2" style={{ marginTop: 16 }}>
            {text('keys.runs')}
          </h3>
          <Lines lines={RUNS} />
          <h3 className="h2" style={{ marginTop: 16 }}>
            {text('keys.map')}
          </h3>
          <Lines lines={MAP} />
        </section>
      </div>
    </Dialog>
  );
}

const Lines = ({ lines }: { readonly lines: readonly Line[] }) => (
  <dl>
    {lines.map(([what, ...keys]) => (
      <Entry key={what} what={text(what)} keys={keys} />
    ))}
  </dl>
);

const Entry = ({ what, keys }: { readonly what: string; readonly keys: readonly string[] }) => (
  <>
    <dt>{what}</dt>
    <dd>
      {keys.map((key) => (
        <Kbd key={key}>{printed(key)}</Kbd>
      ))}
    </dd>
  </>
);
