/** Events: what happened, newest first. Bursts are one line with a count; opening a line shows its facts. */
import { ChevronDown, ChevronRight, Download } from 'lucide-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { EVENT_AREAS, type ConsoleEvent, type EventArea } from '../../../shared/domain/event.js';
import { eventText, formatClock, text, visible, visibleBlock } from '../../../shared/i18n/index.js';
import { writeCondition } from '../../../shared/filter/index.js';
import { Button, Empty, Icon } from '../../components/index.js';
import { At, download, EventMark, NodeLink } from '../../parts/index.js';
import { nodesHref, setParams, useParam } from '../../route.js';
import { useEvents } from '../../store/events.js';
import { usePrefs } from '../../store/prefs.js';
import { say } from '../../store/ui.js';
import { selectEvents } from './select.js';

const ROW = 34;
const AREAS = ['all', ...EVENT_AREAS] as const;
const isArea = (value: string): value is EventArea => EVENT_AREAS.some((area) => area === value);

export function EventsPage() {
  const events = useEvents((state) => state.shown);
  const asked = useParam('area');
  const area = isArea(asked) ? asked : 'all';
  const query = useParam('q');
  const utc = usePrefs((prefs) => prefs.utc);
  const chosen = useMemo(() => selectEvents(events, area, query), [events, area, query]);
  const since = chosen.at(-1)?.at;
  const save = (): void =>
    download('events.jsonl', 'application/x-ndjson', chosen.map((event) => JSON.stringify(event)).join('\n'));
  return (
    <div className="page events">
      <header className="head">
        <div className="bar">
          <h1>{text('events.title')}</h1>
          <Button look="quiet" onClick={save} disabled={chosen.length === 0}>
            <Icon of={Download} size={14} />
            {text('events.export')}
          </Button>
        </div>
        <p className="say">
          {text('events.say', {
            count: chosen.length,
            since: since === undefined ? 'none' : formatClock(since, { utc }),
          })}
        </p>
      </header>
      <div className="filter-bar">
        <div className="filter">
          <div className="filter-box">
            <input
              data-filter
              type="search"
              aria-label={text('events.filter')}
              placeholder={text('events.filter.hint')}
              value={query}
              spellCheck={false}
              onChange={(event) => setParams({ q: event.target.value })}
              onKeyDown={(event) =>
                event.key === 'Escape' && (setParams({ q: null }), event.stopPropagation())
              }
            />
          </div>
        </div>
      </div>
      <div className="tabs areas" role="group" aria-label={text('events.col.area')}>
        {AREAS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === area}
            onClick={() => setParams({ area: one === 'all' ? null : one })}
          >
            {text(one === 'all' ? 'events.all' : `area.${one}`)}
          </button>
        ))}
      </div>
      {chosen.length > 0 ? (
        <Feed events={chosen} />
      ) : (
        <div className="empty-page">
          <Empty title={text(events.length === 0 ? 'overview.lately.none' : 'events.none')} />
        </div>
      )}
    </div>
  );
}

function Feed({ events }: { readonly events: readonly ConsoleEvent[] }) {
  const viewport = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => viewport.current,
    estimateSize: () => ROW,
    overscan: 10,
    getItemKey: (index) => events[index]?.id ?? index,
  });
  const toggle = (id: number): void =>
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  /** Arrows walk the lines as in every list. */
  const onKey = (event: KeyboardEvent): void => {
    const step =
      event.key === 'ArrowDown' || event.key === 'j'
        ? 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? -1
          : 0;
    const here = Number((event.target as HTMLElement).dataset['index'] ?? Number.NaN);
    if (step === 0 || Number.isNaN(here)) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(events.length - 1, here + step));
    rows.scrollToIndex(next);
    viewport.current?.querySelector<HTMLElement>(`button[data-index="${next}"]`)?.focus();
  };
  return (
    <div className="viewport" ref={viewport} onKeyDown={onKey}>
      <ol style={{ height: rows.getTotalSize(), position: 'relative' }} aria-label={text('events.title')}>
        {rows.getVirtualItems().map(({ index, start, key }) => {
          const event = events[index];
          if (!event) return null;
          const isOpen = open.has(event.id);
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className="event"
              style={{ transform: `translateY(${start}px)` }}
            >
              <button
                type="button"
                className="event-line"
                data-index={index}
                aria-expanded={isOpen}
                onClick={() => toggle(event.id)}
              >
                <span className="mono t3">
                  <At at={event.at} precision="ms" />
                </span>
                <EventMark kind={event.kind} />
                <span className="t3 lab">{text(`area.${event.area}`)}</span>
                <span className="el">{eventText(event)}</span>
                <Icon of={isOpen ? ChevronDown : ChevronRight} />
              </button>
              {isOpen && <Details event={event} />}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

const NAMED = 12;

function Details({ event }: { readonly event: ConsoleEvent }) {
  const facts = Object.entries(event.facts).filter(([, value]) => value !== null);
  const copy = (): void =>
    void navigator.clipboard?.writeText(JSON.stringify(event, null, 2)).then(() => say(text('shell.copied')));
  return (
    <div className="event-more">
      <dl className="facts">
        {event.until !== event.at && (
          <div>
            <dt>{text('events.col.time')}</dt>
            <dd>
              <At at={event.at} precision="ms" /> – <At at={event.until} precision="ms" />
            </dd>
          </div>
        )}
        {event.names.length > 0 && (
          <div>
            <dt>{text('events.names')}</dt>
            <dd style={{ gap: '0 12px' }}>
              {event.names.slice(0, NAMED).map((name) => (
                <NodeLink key={name} name={name} />
              ))}
              {event.names.length > 1 && (
                <a className="verb" href={nodesHref(writeCondition('name', event.names.slice(0, 40)))}>
                  {text('events.show')}
                </a>
              )}
            </dd>
          </div>
        )}
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{visible(key, 40)}</dt>
            <dd className="wrap">{visible(String(value))}</dd>
          </div>
        ))}
      </dl>
      {event.raw !== null && (
        <>
          <p className="t3 lab">{text('events.raw')}</p>
          <pre className="mono raw" tabIndex={0} aria-label={text('events.raw')}>
            {visibleBlock(event.raw)}
          </pre>
        </>
      )}
      <Button look="quiet" onClick={copy}>
        {text('events.copy')}
      </Button>
    </div>
  );
}
