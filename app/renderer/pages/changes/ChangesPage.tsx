/** Changes: what is running, what was done from here, and what others pushed, newest first. */
import { ChevronDown, Package, SlidersHorizontal } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import type { RunSummary } from '../../../shared/domain/change.js';
import { formatAge, parts, text } from '../../../shared/i18n/index.js';
import { Button, Empty, Icon, Menu, MenuChoice, Sentence } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { openRunsSentences } from '../../parts/sentence.js';
import { href, setParams, useParam } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { useRuns } from '../../store/runs.js';
import { newChange } from '../../store/targets.js';
import { ChangesGrid } from './ChangesGrid.js';
import { BY, hasFailures, KINDS, readListFilter, selectRuns, STATES, type ListFilter } from './select.js';

export function ChangesPage() {
  const runs = useRuns((state) => state.shown);
  const isFilled = useRuns((state) => state.isFilled);
  const [kind, by, state] = [useParam('kind'), useParam('by'), useParam('state')];
  const filter = useMemo(() => readListFilter(kind, by, state), [kind, by, state]);
  const listed = useMemo(() => selectRuns(runs, filter), [runs, filter]);
  const isFiltered = kind !== '' || by !== '' || state !== '';
  return (
    <div className="page changes-page">
      <header className="head">
        <div className="bar">
          <h1>{text('changePage.title')}</h1>
          <NewButtons />
        </div>
        {isFilled && <Say runs={runs} />}
      </header>
      {runs.length > 0 && <Filters filter={filter} count={isFiltered ? listed.length : null} />}
      {listed.length > 0 ? (
        <ChangesGrid runs={listed} />
      ) : (
        isFilled && (
          <div className="empty-page">
            {runs.length === 0 ? (
              <Empty title={text('changePage.empty')} why={text('changePage.empty.why')} />
            ) : (
              <Empty title={text('changePage.none')}>
                <Button onClick={() => setParams({ kind: null, by: null, state: null })}>
                  {text('changePage.none.clear')}
                </Button>
              </Empty>
            )}
          </div>
        )
      )}
    </div>
  );
}

function NewButtons() {
  const may = useMay();
  if (!may.act) return null;
  return (
    <>
      <Button onClick={() => newChange('settings')} aria-keyshortcuts="C">
        <Icon of={SlidersHorizontal} size={14} />
        {text('changePage.newSettings')}
      </Button>
      <Button onClick={() => newChange('gem')} aria-keyshortcuts="Shift+G">
        <Icon of={Package} size={14} />
        {text('changePage.newGem')}
      </Button>
    </>
  );
}

/** What is under way, and when something last went wrong; each opens what it counted. */
function Say({ runs }: { readonly runs: readonly RunSummary[] }) {
  const said = openRunsSentences(runs);
  const last = runs.find(hasFailures);
  const targets: Readonly<Record<string, ListFilter['state'] | 'running'>> = {
    open: 'open',
    held: 'held',
    waiting: 'waiting',
    failed: 'failed',
  };
  const link = (tag: string, words: string) => (
    <a className={`k-${tag}`} href={href('/changes', { state: targets[tag] ?? null })}>
      {words}
    </a>
  );
  return (
    <>
      <p className="say">
        {said.map((each, i) => (
          <span key={i}>
            {i > 0 && ' '}
            <Sentence parts={each} link={link} />
          </span>
        ))}
      </p>
      {runs.length > 0 && <Last at={last?.lastResultAt ?? last?.createdAt ?? null} link={link} />}
    </>
  );
}

function Last(props: {
  readonly at: number | null;
  readonly link: (tag: string, words: string) => ReactNode;
}) {
  const { at } = props;
  const age = useFleetTime((now) => (at === null ? '' : formatAge(now - at)));
  return (
    <p className="then">
      {at === null ? (
        text('changePage.then.never')
      ) : (
        <Sentence parts={parts('changePage.then.last', { age })} link={props.link} />
      )}
    </p>
  );
}

function Filters({ filter, count }: { readonly filter: ListFilter; readonly count: number | null }) {
  const state = STATES.find((each) => each === filter.state) ?? 'open';
  return (
    <div className="change-filters">
      <Choice
        label={text('changePage.filter.kind')}
        value={filter.kind}
        choices={KINDS.map((value) => ({ value, label: text(`changePage.kind.${value}`) }))}
        onChoose={(value) => setParams({ kind: value === 'all' ? null : value })}
      />
      <Choice
        label={text('changePage.filter.by')}
        value={filter.by}
        choices={BY.map((value) => ({ value, label: text(`changePage.by.${value}`) }))}
        onChoose={(value) => setParams({ by: value === 'anyone' ? null : value })}
      />
      <Choice
        label={text('changePage.filter.state')}
        value={state}
        choices={STATES.map((value) => ({ value, label: text(`changePage.state.${value}`) }))}
        onChoose={(value) => setParams({ state: value === 'all' ? null : value })}
      />
      {count !== null && (
        <span className="t2 num" role="status">
          {text('changePage.matches', { count })}
        </span>
      )}
    </div>
  );
}

function Choice<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
}) {
  return (
    <Menu
      align="start"
      trigger={
        <Button look="quiet">
          <span className="t3">{props.label}</span>{' '}
          {props.choices.find(({ value }) => value === props.value)?.label}
          <Icon of={ChevronDown} size={14} />
        </Button>
      }
    >
      <MenuChoice value={props.value} choices={props.choices} onChoose={props.onChoose} />
    </Menu>
  );
}
