/** Keys: who has which key, what needs a decision, and everything that is asked or told about keys. */
import { ChevronDown, Filter as FilterIcon, X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { parts, text, visible } from '../../../shared/i18n/index.js';
import { Empty, Icon, Kbd, Menu, MenuItem, MenuLine, Sentence, Button } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { SaveView } from '../../parts/index.js';
import { useWidth } from '../../parts/use-size.js';
import { href, setParams, useParam } from '../../route.js';
import { keyCount, keyRows, keysOfName, useKeys } from '../../store/keys.js';
import { keyId } from '../../../shared/domain/key.js';
import { rosterStore } from '../../store/roster.js';
import { useShown } from '../../store/session.js';
import { BulkTrust } from './BulkTrust.js';
import { KeyDialogs, PinsFile, savePins } from './KeyActions.js';
import { KeyGrid } from './KeyGrid.js';
import { OwnLine } from './OwnLine.js';
import { countKeys, readKeyFilter, type KeyCounts, type KeySort, type Sort } from './select.js';
import { useKeyOrder } from './use-key-order.js';

export function KeysPage() {
  const source = useParam('filter');
  const filter = useMemo(() => readKeyFilter(source), [source]);
  const [sort, setSort] = useState<Sort>({ by: 'trust', down: false });
  const isOver = useRef(false);
  const isHeld = useCallback(() => isOver.current || rosterStore.getState().pausedAt !== null, []);
  const { listed, isBehind, apply } = useKeyOrder(filter, sort, isHeld);
  const order = useKeys((state) => state.order);
  const isFilled = useKeys((state) => state.isFilled);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const counts = useMemo(() => countKeys(keyRows()), [order]);
  const total = keyCount();
  useOpenByName();
  useEscapeToClear(source !== '');
  const onSort = (by: KeySort): void => setSort((old) => ({ by, down: old.by === by ? !old.down : false }));
  return (
    <div className="page keys-page">
      <header className="head">
        <div className="bar">
          <h1>{text('keyPage.title')}</h1>
          <Actions hasNew={counts.new > 0} hasKeys={total > 0} />
        </div>
        {isFilled && <Say counts={counts} />}
        <OwnLine />
      </header>
      {total > 0 && (
        <div className="filter-bar">
          <FilterField source={source} mistake={filter.mistake} />
          {source !== '' && (
            <span className="row order-note t2 num" role="status">
              {text('keyPage.matches', { count: listed.filter((one) => !one.isCompanion).length })}
            </span>
          )}
          {isBehind && (
            <span className="row order-note t2" role="status">
              {text('nodes.order')} ·
              <button type="button" className="verb" onClick={apply}>
                {text('nodes.order.apply')}
              </button>
            </span>
          )}
          <SaveView filter={filter.mistake === null ? source : ''} page="keys" />
        </div>
      )}
      {listed.length > 0 ? (
        <KeyGrid
          listed={listed}
          sort={sort}
          onSort={onSort}
          onHover={(over) => {
            isOver.current = over;
          }}
        />
      ) : (
        isFilled && <Nothing isFiltered={total > 0} source={source} />
      )}
    </div>
  );
}

const TAGS = ['changed', 'new', 'missing', 'shared', 'quiet', 'refused', 'trusted'] as const;
const isTag = (tag: string): tag is (typeof TAGS)[number] => TAGS.some((known) => known === tag);

/** The answer as a sentence; every count opens what it counted. */
function Say({ counts }: { readonly counts: KeyCounts }) {
  const others = counts.changed + counts.new + counts.missing + counts.shared + counts.quiet + counts.refused;
  const total = others + counts.trusted;
  const stretches =
    total === 0
      ? parts('keyPage.say.none')
      : others === 0
        ? parts('keyPage.say.all', { trusted: counts.trusted })
        : parts('keyPage.say', { ...counts });
  return (
    <p className="say">
      <Sentence
        parts={stretches}
        link={(tag, words) =>
          isTag(tag) ? (
            <a className={`k-${tag}`} href={href('/keys', { filter: `key:${tag}` })}>
              {words}
            </a>
          ) : (
            words
          )
        }
      />
    </p>
  );
}

function Actions({ hasNew, hasKeys }: { readonly hasNew: boolean; readonly hasKeys: boolean }) {
  const may = useMay();
  const isNarrow = useWidth() < 1280;
  const isOpen = useParam('key') !== '';
  const isTight = isNarrow && isOpen;
  const doing = useParam('do');
  const file = useRef<HTMLInputElement>(null);
  const start = (what: string) => (): void => setParams({ do: what });
  const close = (): void => setParams({ do: null });
  const rotate = (): void => setParams({ key: 'own', do: null });
  return (
    <>
      {may.act && !isTight && (
        <>
          <Button look="quiet" onClick={start('announce')}>
            {text('keyPage.announce')}
          </Button>
          <Button look="quiet" onClick={rotate}>
            {text('keyPage.rotate')}
          </Button>
        </>
      )}
      <Menu
        trigger={
          <Button look="quiet">
            {text('shell.more')}
            <Icon of={ChevronDown} size={14} />
          </Button>
        }
      >
        {may.act && isTight && (
          <>
            <MenuItem onSelect={start('announce')}>{text('keyPage.announce')}</MenuItem>
            <MenuItem onSelect={rotate}>{text('keyPage.rotate')}</MenuItem>
            <MenuLine />
          </>
        )}
        {may.act && (
          <>
            <MenuItem disabled={!hasNew} onSelect={start('trust')}>
              {text('keyPage.bulk')}
            </MenuItem>
            <MenuLine />
          </>
        )}
        <MenuItem disabled={!hasKeys} onSelect={savePins}>
          {text('keyPage.export')}
        </MenuItem>
        {may.act && <MenuItem onSelect={() => file.current?.click()}>{text('keyPage.import')}</MenuItem>}
      </Menu>
      {may.act && <Button onClick={start('ask')}>{text('keyPage.ask')}</Button>}
      {may.act && <PinsFile file={file} />}
      {may.act && <KeyDialogs doing={doing} onClose={close} />}
      {may.act && <BulkTrust open={doing === 'trust'} onClose={close} />}
    </>
  );
}

function FilterField({ source, mistake }: { readonly source: string; readonly mistake: string | null }) {
  return (
    <div className="filter" role="search">
      <div className="filter-box">
        <Icon of={FilterIcon} />
        <input
          data-filter
          aria-label={text('keyPage.filter')}
          placeholder={text('keyPage.filter.hint')}
          spellCheck={false}
          autoComplete="off"
          value={source}
          aria-invalid={mistake !== null}
          aria-describedby={mistake === null ? undefined : 'key-filter-error'}
          onChange={(event) => setParams({ filter: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (source === '') event.currentTarget.blur();
            else setParams({ filter: null });
            event.stopPropagation();
          }}
        />
        {source !== '' ? (
          <button
            type="button"
            className="icon-btn small"
            aria-label={text('nodes.filter.clear')}
            title={text('nodes.filter.clear')}
            onClick={() => setParams({ filter: null })}
          >
            <Icon of={X} size={14} />
          </button>
        ) : (
          <Kbd>/</Kbd>
        )}
      </div>
      {mistake !== null && (
        <p className="field-error" id="key-filter-error" role="alert">
          {text('keyPage.filter.mistake', { word: visible(mistake, 40) })}
        </p>
      )}
    </div>
  );
}

/** Why the list is empty, and one action. */
function Nothing({ isFiltered, source }: { readonly isFiltered: boolean; readonly source: string }) {
  const may = useMay();
  const beats = useShown((session) => session.summary.total, 0);
  return (
    <div className="empty-page">
      {isFiltered ? (
        <Empty
          title={text('keyPage.noMatch')}
          why={text('keyPage.noMatch.why', { filter: visible(source, 80) })}
        >
          <Button onClick={() => setParams({ filter: null })}>{text('keyPage.showAll')}</Button>
        </Empty>
      ) : (
        <Empty title={text('keyPage.empty')} why={text('keyPage.empty.why', { count: beats })}>
          {may.act && <Button onClick={() => setParams({ do: 'ask' })}>{text('keyPage.ask')}</Button>}
        </Empty>
      )}
    </div>
  );
}

/** `?name=db-02` opens what needs a decision about this name: its claimant, else the key it shows. */
function useOpenByName(): void {
  const name = useParam('name');
  const isFilled = useKeys((state) => state.isFilled);
  useEffect(() => {
    if (name === '' || !isFilled) return;
    const rows = keysOfName(name);
    const row = rows.find((each) => each.trust === 'changed' && !each.kept) ?? rows[0];
    setParams({ name: null, ...(row ? { key: keyId(row) } : { filter: name }) });
  }, [name, isFilled]);
}

/** Esc outside fields: the panel first (the shell's), then the filter. */
function useEscapeToClear(hasFilter: boolean): void {
  useEffect(() => {
    if (!hasFilter) return;
    const onKey = (event: KeyboardEvent): void => {
      const isElsewhere =
        event.target instanceof HTMLElement && event.target.closest('input, [role="dialog"], [role="menu"]');
      if (event.key !== 'Escape' || isElsewhere || event.defaultPrevented) return;
      if (!document.querySelector('.peek, [role="dialog"], [role="menu"]')) setParams({ filter: null });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [hasFilter]);
}
