/** Search and commands: one box over nodes, pages and every command. It opens and shows; it never sends. */
import { Copy, Maximize2, PanelRightClose, Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { keyId } from '../../shared/domain/key.js';
import { rowText, text, visible } from '../../shared/i18n/index.js';
import { Icon, Kbd, ShortFingerprint, StatusMark, TrustMark, useReturnFocus } from '../components/index.js';
import { currentPath, expectArrival, go, nodeHref, runHref, setParams } from '../route.js';
import { RunMark } from '../pages/changes/ChangesGrid.js';
import { stateOf } from '../pages/changes/select.js';
import { runName } from '../parts/run-words.js';
import { useFleetTime } from '../store/clock.js';
import { keyRows, useKeys } from '../store/keys.js';
import { prefsStore, setPrefs } from '../store/prefs.js';
import { rosterRows, useRoster } from '../store/roster.js';
import { useRuns } from '../store/runs.js';
import { setUi, say, useUi } from '../store/ui.js';
import { printed } from './keys.js';
import { paletteSections, type PaletteItem } from './palette-items.js';

const KEPT_RECENT = 8;

export function Palette() {
  const open = useUi((ui) => ui.palette);
  return (
    <Dialog.Root open={open} onOpenChange={(palette) => setUi({ palette })}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <PaletteContent />
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteContent() {
  const giveBack = useReturnFocus();
  const [openedOn] = useState(currentPath);
  return (
    <Dialog.Content
      className="palette"
      aria-describedby={undefined}
      onCloseAutoFocus={(event) => {
        // The focus goes along to the page that was chosen, not back to where the search was opened.
        if (currentPath() === openedOn) giveBack(event);
        else event.preventDefault();
      }}
    >
      <Dialog.Title className="sr">{text('palette.label')}</Dialog.Title>
      <PaletteBody />
    </Dialog.Content>
  );
}

function PaletteBody() {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const names = useRoster((state) => state.names);
  const keyOrder = useKeys((state) => state.order);
  const runs = useRuns((state) => state.shown);
  const sections = useMemo(
    () => paletteSections(query, rosterRows(), prefsStore.getState().recent, keyRows(), runs),
    // The order of hits may change only when names do; states are read per row.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [query, names, keyOrder, runs],
  );
  const items = sections.flatMap((section) => section.items);
  const chosen = Math.min(at, items.length - 1);

  const move = (to: number): void => {
    const next = (to + items.length) % Math.max(1, items.length);
    setAt(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKey = (event: KeyboardEvent): void => {
    const item = items[chosen];
    if (event.key === 'ArrowDown') move(chosen + 1);
    else if (event.key === 'ArrowUp') move(chosen - 1);
    else if (event.key === 'Home' && event.ctrlKey) move(0);
    else if (event.key === 'End' && event.ctrlKey) move(items.length - 1);
    else if (event.key === 'Enter' && item) run(item);
    else return;
    event.preventDefault();
  };

  let index = -1;
  return (
    <>
      <div className="in">
        <span className="t3">
          <Icon of={Search} />
        </span>
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-label={text('palette.label')}
          placeholder={text('shell.search')}
          value={query}
          spellCheck={false}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <Kbd>Esc</Kbd>
      </div>
      <div className="list" role="listbox" id={`${id}-list`} ref={list} aria-label={text('palette.label')}>
        {sections.map((section) => (
          <div role="group" key={section.id} aria-label={heading(section)}>
            <div className="sc" aria-hidden="true">
              {heading(section)}
              {section.total !== undefined && <span>{text('palette.match', { count: section.total })}</span>}
            </div>
            {section.items.map((item) => {
              index += 1;
              const here = index;
              return (
                <div
                  key={item.id}
                  id={`${id}-${here}`}
                  className="it"
                  role="option"
                  aria-selected={here === chosen}
                  onClick={() => run(item)}
                  onPointerMove={() => here !== chosen && setAt(here)}
                >
                  <Item item={item} query={query.replace(/^[>@#!]/, '').trim()} />
                </div>
              );
            })}
          </div>
        ))}
        {items.length === 0 && <p className="sc">{text('palette.none', { query: visible(query, 60) })}</p>}
      </div>
      <div className="ft">
        <span>
          <Kbd>&gt;</Kbd>
          {text('palette.foot.commands')}
        </span>
        <span>
          <Kbd>@</Kbd>
          {text('palette.foot.nodes')}
        </span>
        <span>
          <Kbd>#</Kbd>
          {text('palette.foot.keys')}
        </span>
        <span>
          <Kbd>!</Kbd>
          {text('palette.foot.runs')}
        </span>
        <span className="sp" />
        <span>{text('palette.foot')}</span>
      </div>
    </>
  );
}

const heading = (section: { id: string; items: readonly PaletteItem[] }): string => {
  const [first] = section.items;
  if (section.id === 'commandsFor' && first && 'name' in first) {
    return text('palette.commandsFor', { name: visible(first.name, 60) });
  }
  return text(`palette.${section.id as 'recent' | 'nodes' | 'keys' | 'runs' | 'pages' | 'commands'}`);
};

function Item({ item, query }: { readonly item: PaletteItem; readonly query: string }): ReactNode {
  switch (item.kind) {
    case 'node':
      return (
        <>
          <StatusMark state={item.row.state} />
          <span className="el">{marked(visible(item.row.name, 80), query)}</span>
          <span className="sp" />
          <NodeNote item={item} />
        </>
      );
    case 'command':
      return (
        <>
          <Icon of={item.command.icon} />
          <span className="el">{marked(item.command.label, query)}</span>
          <span className="sp" />
          {item.command.keys && <Kbd>{printed(item.command.keys)}</Kbd>}
        </>
      );
    case 'key':
      return (
        <>
          <TrustMark trust={item.row.trust} isQuiet={item.row.kept} />
          <span className="el">{marked(visible(item.row.name, 60), query)}</span>
          <span className="t3 lab nw">{text(`trust.${item.row.trust}`)}</span>
          <span className="sp" />
          {item.row.fingerprint !== null && <ShortFingerprint value={item.row.fingerprint} />}
        </>
      );
    case 'run': {
      const look = stateOf(item.run);
      return (
        <>
          <RunMark look={look} />
          <span className="el">{marked(runName(item.run), query)}</span>
          <span className="sp" />
          <span className="t3 lab nw">
            {look.word}, {text('run.wave.size', { count: item.run.total })}
          </span>
        </>
      );
    }
    case 'peek':
      return withKey(PanelRightClose, text('command.peek'), 'Space');
    case 'open':
      return withKey(Maximize2, text('command.open'), 'Enter');
    case 'copy':
      return withKey(Copy, text('command.copyName'));
  }
}

const withKey = (icon: typeof Copy, label: string, key?: string): ReactNode => (
  <>
    <Icon of={icon} />
    <span className="el">{label}</span>
    <span className="sp" />
    {key && <Kbd>{key}</Kbd>}
  </>
);

function NodeNote({ item }: { readonly item: Extract<PaletteItem, { kind: 'node' }> }) {
  const words = useFleetTime((now) => rowText(item.row, now));
  return (
    <span className="t3 lab nw">
      {words}, {visible(item.row.group, 40)}
    </span>
  );
}

function marked(label: string, query: string): ReactNode {
  const at = query === '' ? -1 : label.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return label;
  return (
    <>
      {label.slice(0, at)}
      <mark>{label.slice(at, at + query.length)}</mark>
      {label.slice(at + query.length)}
    </>
  );
}

function run(item: PaletteItem): void {
  setUi({ palette: false });
  expectArrival();
  switch (item.kind) {
    case 'command':
      setPrefs({
        recent: [item.id, ...prefsStore.getState().recent.filter((id) => id !== item.id)].slice(
          0,
          KEPT_RECENT,
        ),
      });
      return item.command.run();
    case 'node':
      location.hash = nodeHref(item.row.name);
      return;
    case 'key':
      return go('/keys', { key: keyId(item.row) });
    case 'run':
      location.hash = runHref(item.run.id);
      return;
    case 'open':
      location.hash = nodeHref(item.name);
      return;
    case 'peek':
      return setParams({ peek: item.name });
    case 'copy':
      return void navigator.clipboard?.writeText(item.name).then(() => say(text('shell.copied')));
  }
}
