/** To whom: everybody, a filter in one of its forms, or names. What comes of it is always shown as names. */
import { useCallback, useId, useMemo, useState } from 'react';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import { asksForLeft, compileFilter, parseFilter, type Filter } from '../../../shared/filter/index.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Check, Segments } from '../../components/index.js';
import { NameList, type Named } from '../../parts/confirm-names.js';
import { NoteList } from '../../parts/confirm-notes.js';
import { WHERE_BY, type WhereBy } from '../../store/change-draft.js';
import { fleetNow } from '../../store/clock.js';
import { usePrefs } from '../../store/prefs.js';
import { rosterRows, slotOf, useRoster } from '../../store/roster.js';
import { useSelection } from '../../store/selection.js';
import { FilterBox } from '../../parts/FilterBox.js';
import { useOrder } from '../../parts/use-node-order.js';
import { filterOf, namesIn } from './compose.js';
import type { Change } from './use-change.js';

const BY_NAME = { by: 'name', down: false } as const;
const never = (): boolean => false;

export function Where({ change }: { readonly change: Change }) {
  const { draft, set, check } = change;
  const selected = useSelection((selection) => selection.names);
  const choose = (by: WhereBy): void =>
    set({
      by,
      ...(by === 'selection' && draft.selection.length === 0 ? { selection: [...selected] } : {}),
      ...(by !== 'all' ? { isBroadcast: false } : {}),
    });
  return (
    <section aria-label={text('change.step.where')} className="where">
      <Segments
        label={text('change.by')}
        value={draft.by}
        choices={WHERE_BY.map((value) => ({ value, label: text(`change.by.${value}`) }))}
        onChoose={choose}
      />
      <Chosen change={change} />
      <UnknownNames change={change} />
      <Targets change={change} />
      <div className="where-more">
        <Check
          label={text('change.self')}
          checked={draft.includeSelf}
          onChange={(includeSelf) => set({ includeSelf })}
        />
        <span className="row where-silent">
          <span>{text('change.silent')}</span>
          <Segments
            label={text('change.silent')}
            value={draft.silent === 'usual' ? usualSilent(draft.by) : draft.silent}
            choices={[
              { value: 'skip', label: text('change.silent.skip') },
              { value: 'send', label: text('change.silent.send') },
            ]}
            onChoose={(silent) => set({ silent })}
          />
        </span>
      </div>
      <NoteList
        notes={change
          .notesOf('where')
          .filter(
            ({ code }) => !['self-skipped', 'names-unknown', 'broadcast'].includes(code) || check === null,
          )}
      />
    </section>
  );
}

/** As the node takes it when nobody says: whoever is named is tried. */
const usualSilent = (by: WhereBy): 'skip' | 'send' =>
  by === 'selection' || by === 'names' ? 'send' : 'skip';

function Chosen({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const views = usePrefs((prefs) => prefs.views).filter(({ page }) => (page ?? 'nodes') === 'nodes');
  const id = useId();
  switch (draft.by) {
    case 'all':
      return <p className="t2">{text('change.by.all.why')}</p>;
    case 'filter':
      return <FilterChoice change={change} />;
    case 'view':
      return views.length === 0 ? (
        <p className="t2">{text('change.by.view.none')}</p>
      ) : (
        <Pick
          label={text('change.by.view')}
          value={draft.view}
          options={views.map(({ name }) => ({ value: name, label: visible(name, 60) }))}
          onChange={(view) => set({ view, filter: views.find(({ name }) => name === view)?.filter ?? '' })}
          after={<Matching filter={draft.filter} />}
        />
      );
    case 'group':
      return <GroupChoice change={change} />;
    case 'selection':
      return <SelectionChoice change={change} />;
    case 'names':
      return (
        <div className="field">
          <label htmlFor={id}>{text('change.by.names.label')}</label>
          <textarea
            id={id}
            className="mono"
            rows={5}
            spellCheck={false}
            placeholder={'app-01\napp-02'}
            aria-describedby={`${id}-hint`}
            value={draft.pasted}
            onChange={(event) => set({ pasted: event.target.value })}
          />
          <p className="field-hint" id={`${id}-hint`}>
            {text('change.by.names.hint', { count: namesIn(draft.pasted).length })}
          </p>
        </div>
      );
  }
}

function FilterChoice({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const [typed, setTyped] = useState('');
  const given = useMemo((): Filter => {
    const parsed = parseFilter(draft.filter);
    return parsed.ok ? parsed.filter : { source: '', conditions: [] };
  }, [draft.filter]);
  return (
    <div className="where-filter">
      <FilterBox given={given} draft={typed} onDraft={setTyped} onGiven={(filter) => set({ filter })} />
      <Matching filter={draft.filter} />
    </div>
  );
}

/** How many match at this moment; follows the fleet once a second. */
function Matching({ filter }: { readonly filter: string }) {
  const makeTest = useCallback((): ((row: RosterRow) => boolean) => {
    const parsed = parseFilter(filter);
    if (!parsed.ok || filter.trim() === '') return never;
    const test = compileFilter(parsed.filter, fleetNow());
    const withLeft = asksForLeft(parsed.filter);
    return (row) => (withLeft || row.state !== 'left') && test(row);
  }, [filter]);
  const { slots } = useOrder(makeTest, BY_NAME, never);
  if (filter.trim() === '') return <span className="t3 lab">{text('change.filter.empty')}</span>;
  return <span className="t2 lab num">{text('change.filter.match', { count: slots.length })}</span>;
}

function GroupChoice({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const names = useRoster((state) => state.names);
  const groups = useMemo(() => {
    const counts = new Map<string, number>();
    for (const row of rosterRows())
      if (row && row.state !== 'left' && row.group) counts.set(row.group, (counts.get(row.group) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [names]);
  return (
    <Pick
      label={text('change.by.group')}
      value={draft.group}
      options={groups.map(([value, count]) => ({
        value,
        label: text('change.group.option', { group: visible(value, 60), count }),
      }))}
      onChange={(group) => set({ group })}
      after={<Matching filter={filterOf(draft) ?? ''} />}
    />
  );
}

function SelectionChoice({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const selected = useSelection((selection) => selection.names);
  const isSame =
    selected.size === draft.selection.length && draft.selection.every((name) => selected.has(name));
  return (
    <div className="row where-selection">
      <span>{text('change.by.selection.count', { count: draft.selection.length })}</span>
      {selected.size > 0 && !isSame && (
        <Button onClick={() => set({ selection: [...selected] })}>
          {text('change.by.selection.take', { count: selected.size })}
        </Button>
      )}
      {draft.selection.length === 0 && selected.size === 0 && (
        <a className="verb" href="#/nodes">
          {text('change.by.selection.none')}
        </a>
      )}
    </div>
  );
}

function Pick(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
  readonly after: React.ReactNode;
}) {
  const id = useId();
  return (
    <div className="field where-pick">
      <label htmlFor={id}>{props.label}</label>
      <div className="row">
        <select id={id} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
          <option value="">{text('change.pick')}</option>
          {props.options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        {props.after}
      </div>
    </div>
  );
}

/** Names that nobody has heard of come before anything else. */
function UnknownNames({ change }: { readonly change: Change }) {
  const { draft, set, check } = change;
  useRoster((state) => state.names);
  const given = useMemo(
    () => (draft.by === 'names' ? namesIn(draft.pasted) : draft.by === 'selection' ? draft.selection : []),
    [draft.by, draft.pasted, draft.selection],
  );
  const unknown = given.filter((name) => slotOf(name) < 0);
  if (unknown.length === 0) return null;
  const note = check?.notes.find(({ code }) => code === 'names-unknown' || code === 'names-unknown-sent');
  return (
    <div
      className="unknown-names"
      role="group"
      aria-label={text('change.unknown', { count: unknown.length })}
    >
      <p className="b5">{text('change.unknown', { count: unknown.length })}</p>
      <NameList label={text('change.unknown.list')} names={unknown.map((name) => ({ name }))} />
      {note && !change.checked.isBehind && <NoteList notes={[note]} />}
      <div className="row">
        <Segments
          label={text('change.unknown.do')}
          value={draft.unknown}
          choices={[
            { value: 'refuse', label: text('change.unknown.refuse') },
            { value: 'send', label: text('change.unknown.send') },
          ]}
          onChoose={(value) => set({ unknown: value })}
        />
        {draft.by === 'names' && (
          <Button
            look="quiet"
            onClick={() => {
              const out = new Set(unknown);
              set({ pasted: given.filter((name) => !out.has(name)).join('\n') });
            }}
          >
            {text('change.unknown.drop')}
          </Button>
        )}
      </div>
    </div>
  );
}

function Targets({ change }: { readonly change: Change }) {
  const { check } = change;
  const names = useMemo((): Named[] => {
    if (!check) return [];
    const { targets } = check;
    const silent = new Set(targets.silent);
    const lords = new Set(targets.lords);
    const noteOf = (name: string): string | null =>
      lords.has(name) ? text('change.name.lord') : silent.has(name) ? text('change.name.silent') : null;
    return [
      ...targets.names.map((name) => {
        const note = noteOf(name);
        return note === null ? { name } : { name, note };
      }),
      ...targets.excluded.map(({ name, why }) => ({
        name,
        note: text(`change.out.why.${why}`),
        isOut: true,
      })),
    ];
  }, [check]);
  if (!check) return null;
  const { targets } = check;
  return (
    <div aria-busy={change.checked.isBehind}>
      <p className="targets-say">
        <span className="b5">{text('change.targets', { count: targets.names.length })}</span>{' '}
        {targets.excluded.length > 0 && (
          <span className="t3">{text('change.targets.out', { count: targets.excluded.length })}</span>
        )}
      </p>
      {names.length > 0 && <NameList label={text('change.targets.list')} names={names} />}
    </div>
  );
}
