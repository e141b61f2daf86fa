/** Nodes: every node heard, filtered by its language, in an order that holds still while someone reads. */
import { Columns3, Download } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import {
  asksForLeft,
  compileFilter,
  conditionText,
  explainEmpty,
  parseFilter,
  suggest,
  withoutCondition,
  type Filter,
} from '../../../shared/filter/index.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Check, Empty, Icon, Menu, MenuCheck, MenuItem, MenuLine } from '../../components/index.js';
import { download, SaveView } from '../../parts/index.js';
import { NewChange } from '../../parts/new-change.js';
import { useWidth } from '../../parts/use-size.js';
import { setParams, useParam } from '../../route.js';
import { fleetNow } from '../../store/clock.js';
import { setPrefs, usePrefs } from '../../store/prefs.js';
import { rosterRows, rosterStore, rowAt, useRoster } from '../../store/roster.js';
import { select, selectionStore, useSelection } from '../../store/selection.js';
import { useShown } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { COLUMNS, columnLabel, FIXED_COLUMNS, shownColumns, toCsv, toJson, toTsv } from './columns.js';
import { FilterBox } from '../../parts/FilterBox.js';
import { Grid } from './Grid.js';
import { NodesSentence } from './NodesSentence.js';
import type { Sort, SortKey } from '../../parts/node-order.js';
import { useOrder } from '../../parts/use-node-order.js';

const NO_FILTER: Filter = { source: '', conditions: [] };
/** What an address or a saved view holds may be anything. */
const readFilter = (source: string): Filter => {
  const parsed = parseFilter(source);
  return parsed.ok ? parsed.filter : NO_FILTER;
};

/** `sta` on its way to `state:` is no name to look for, unless a name holds it. */
const isFieldBegun = (draft: string): boolean => {
  const word = draft.trim().replace(/^-/, '').toLowerCase();
  const isField =
    word !== '' && suggest(word, word.length, () => []).some(({ insert }) => insert.startsWith(word));
  return isField && !rosterRows().some((row) => row?.name.toLowerCase().includes(word));
};

export function NodesPage() {
  const source = useParam('filter');
  const given = useMemo(() => readFilter(source), [source]);
  const [draft, setDraft] = useState(() => (parseFilter(source).ok ? '' : source));
  const isSelectedOnly = useParam('selected') === '1';
  const [withLeft, setWithLeft] = useState(false);
  const [sort, setSort] = useState<Sort>({ by: 'state', down: false });
  const isOver = useRef(false);
  const selected = useSelection((selection) => selection.names);
  const hasLeft = useShown((session) => session.summary.counts.left > 0, false);

  const effective = useMemo(() => {
    const typed = parseFilter(`${given.source} ${isFieldBegun(draft) ? '' : draft}`.trim());
    return typed.ok ? typed.filter : given;
  }, [given, draft]);
  const onlyNames = isSelectedOnly ? selected : null;
  const makeTest = useCallback((): ((row: RosterRow) => boolean) => {
    const test = compileFilter(effective, fleetNow());
    const showsLeft = withLeft || asksForLeft(effective);
    return (row) =>
      (showsLeft || row.state !== 'left') && (onlyNames === null || onlyNames.has(row.name)) && test(row);
  }, [effective, withLeft, onlyNames]);
  const isHeld = useCallback(
    () =>
      isOver.current || selectionStore.getState().names.size > 0 || rosterStore.getState().pausedAt !== null,
    [],
  );
  const { slots, isBehind, apply } = useOrder(makeTest, sort, isHeld);

  const columns = useColumns(effective);
  const rowsShown = (): RosterRow[] => slots.flatMap((slot) => rowAt(slot) ?? []);
  const copy = (): void => {
    const names = selectionStore.getState().names;
    const rows = names.size > 0 ? rowsShown().filter((row) => names.has(row.name)) : rowsShown();
    void navigator.clipboard
      ?.writeText(toTsv(rows, columns, fleetNow()))
      .then(() => say(text('shell.copied')));
  };
  const exportAs = (kind: 'csv' | 'json'): void => {
    const now = fleetNow();
    const write = kind === 'csv' ? toCsv : toJson;
    download(
      `nodes.${kind}`,
      kind === 'csv' ? 'text/csv' : 'application/json',
      write(rowsShown(), effective.source, now),
    );
  };
  const onSort = (by: SortKey): void => setSort((old) => ({ by, down: old.by === by ? !old.down : false }));

  useEscapeToClear(given.source !== '' || isSelectedOnly);
  return (
    <div className="page nodes">
      <header className="head">
        <div className="bar">
          <h1>{text('nodes.title')}</h1>
          <ColumnsMenu />
          <Menu
            trigger={
              <Button look="quiet">
                <Icon of={Download} size={14} />
                {text('nodes.export')}
              </Button>
            }
          >
            <MenuItem onSelect={() => exportAs('csv')}>
              {text('nodes.export.csv', { count: slots.length })}
            </MenuItem>
            <MenuItem onSelect={() => exportAs('json')}>
              {text('nodes.export.json', { count: slots.length })}
            </MenuItem>
          </Menu>
        </div>
        <NodesSentence slots={slots} filter={effective} />
      </header>
      <div className="filter-bar">
        <FilterBox
          given={given}
          draft={draft}
          onDraft={setDraft}
          onGiven={(filter) => setParams({ filter, selected: null })}
        />
        {(hasLeft || withLeft) && (
          <Check label={text('nodes.left')} checked={withLeft} onChange={setWithLeft} />
        )}
        {isBehind && (
          <span className="row order-note t2" role="status">
            {text('nodes.order')} ·
            <button type="button" className="verb" onClick={apply}>
              {text('nodes.order.apply')}
            </button>
          </span>
        )}
        <SaveView filter={effective.source} page="nodes" />
      </div>
      {slots.length > 0 ? (
        <Grid
          slots={slots}
          columns={columns}
          sort={sort}
          onSort={onSort}
          onHover={(over) => (isOver.current = over)}
          onCopy={copy}
          onExport={() => exportAs('csv')}
        />
      ) : (
        <NothingMatches
          filter={effective}
          onFilter={(filter) => {
            setDraft('');
            setParams({ filter, selected: null });
          }}
        />
      )}
      {selected.size > 0 && (
        <div
          className="selection-bar"
          role="group"
          aria-label={text('nodes.selected', { count: selected.size })}
        >
          <span className="b5">{text('nodes.selected', { count: selected.size })}</span>
          {selected.size === slots.length && (
            <span className="t3">{text('nodes.selected.all', { count: slots.length })}</span>
          )}
          <span className="sp" />
          <NewChange names={[...selected]} isMain />
          <Button onClick={copy}>{text('nodes.selected.copy')}</Button>
          <Button
            look="quiet"
            onClick={() => {
              select([]);
              setParams({ selected: null });
            }}
          >
            {text('nodes.selected.clear')}
          </Button>
        </div>
      )}
    </div>
  );
}

function useColumns(filter: Filter) {
  const chosen = usePrefs((prefs) => prefs.columns);
  const window = useWidth();
  const hasPeek = useParam('peek') !== '';
  const group = filter.conditions.find(
    (condition) => condition.kind === 'values' && condition.field === 'group' && !condition.negated,
  );
  const isGroupFixed = group?.kind === 'values' && group.values.length === 1 && !group.values[0]?.isPattern;
  return useMemo(
    () => shownColumns(chosen, { window, hasPeek }, isGroupFixed ? 'group' : null),
    [chosen, window, hasPeek, isGroupFixed],
  );
}

function ColumnsMenu() {
  const chosen = usePrefs((prefs) => prefs.columns);
  const window = useWidth();
  const hasPeek = useParam('peek') !== '';
  return (
    <Menu
      trigger={
        <Button look="quiet">
          <Icon of={Columns3} size={14} />
          {text('nodes.columns')}
        </Button>
      }
    >
      {COLUMNS.filter((column) => !FIXED_COLUMNS.has(column.id)).map((column) => (
        <MenuCheck
          key={column.id}
          checked={chosen[column.id] ?? column.isShown({ window, hasPeek })}
          onChange={(isOn) => setPrefs({ columns: { ...chosen, [column.id]: isOn } })}
        >
          {columnLabel(column.id)}
        </MenuCheck>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => setPrefs({ columns: {} })}>{text('nodes.columns.reset')}</MenuItem>
    </Menu>
  );
}

/** Esc outside fields: the panel first (the shell's), then the filter. */
function useEscapeToClear(hasFilter: boolean): void {
  useEffect(() => {
    if (!hasFilter) return;
    const onKey = (event: KeyboardEvent): void => {
      const isFree = !(
        event.target instanceof HTMLElement && event.target.closest('input, [role="dialog"], [role="menu"]')
      );
      if (
        event.key === 'Escape' &&
        isFree &&
        !event.defaultPrevented &&
        !document.querySelector('.peek, [role="dialog"], [role="menu"]')
      ) {
        setParams({ filter: null, selected: null });
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [hasFilter]);
}

/** Why the list is empty, and one action. */
function NothingMatches({
  filter,
  onFilter,
}: {
  readonly filter: Filter;
  readonly onFilter: (text: string) => void;
}) {
  useRoster((state) => state.names);
  const rows = rosterRows().filter((row) => row !== undefined);
  if (rows.length === 0) {
    return (
      <div className="empty-page">
        <Empty title={text('nodes.empty')} why={text('nodes.empty.why')} />
      </div>
    );
  }
  const blame = explainEmpty(filter, rows, fleetNow());
  const words = blame ? visible(conditionText(filter, blame.condition), 80) : '';
  return (
    <div className="empty-page">
      <Empty
        title={text('nodes.none')}
        why={blame ? text('nodes.none.because', { condition: words }) : text('nodes.none.together')}
      >
        {blame && filter.conditions.length > 1 && (
          <Button onClick={() => onFilter(withoutCondition(filter, blame.condition))}>
            {text('nodes.none.drop', { condition: words })}
          </Button>
        )}
        <Button look="quiet" onClick={() => onFilter('')}>
          {text('nodes.none.clear')}
        </Button>
      </Empty>
    </div>
  );
}
