/** Overview: is all well, and if not, where? Sentence, counts, map, charts; beside them what needs a person. */
import { ChevronDown, ChevronRight, Table2 } from 'lucide-react';
import { Fragment, useMemo, useRef } from 'react';
import type { ConsoleEvent } from '../../../shared/domain/event.js';
import type { Session } from '../../../shared/domain/session.js';
import { parts, text } from '../../../shared/i18n/index.js';
import { Button, Empty, Icon, Menu, MenuChoice, Popover, Sentence } from '../../components/index.js';
import { EventLine, NeedList, Steps } from '../../parts/index.js';
import { lordSentences, overviewSentence, overviewThen, runningText } from '../../parts/sentence.js';
import { useSize, useWidth } from '../../parts/use-size.js';
import { href, legionHref, nodesHref } from '../../route.js';
import { ask } from '../../store/connection.js';
import { useEvents } from '../../store/events.js';
import { useLegionsAt, useShownLegions } from '../../store/legions.js';
import { setPrefs, usePrefs } from '../../store/prefs.js';
import { useRoster } from '../../store/roster.js';
import { useSession, useShown } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { Charts } from './Charts.js';
import { Counts } from './Counts.js';
import { FleetMap, useFleetLayout } from './FleetMap.js';

const NARROW_BELOW = 1280;
const LATELY = 11;

export function Overview() {
  const isNarrow = useWidth() < NARROW_BELOW;
  const isEmpty = useShown((session) => session.summary.total === 0, true);
  return (
    <div className="page overview">
      <header className="head">
        <div className="bar">
          <h1>{text('overview.title')}</h1>
          {!isEmpty && (isNarrow ? <NeedsButton /> : <Tools />)}
        </div>
        <Say />
      </header>
      {isEmpty ? <NoFleet /> : <Counts isNarrow={isNarrow} />}
      {!isEmpty && (
        <div className={isNarrow ? 'ov narrow' : 'ov'}>
          <Fleet isNarrow={isNarrow} />
          {!isNarrow && (
            <div className="right">
              <h2 className="h2">{text('overview.needs')}</h2>
              <NeedList />
              <Lately />
            </div>
          )}
        </div>
      )}
    </div>
  );
}

function Say() {
  const session = useSession((state) => state.shown);
  const utc = usePrefs((prefs) => prefs.utc);
  if (!session) return null;
  return (
    <>
      <p className="say">
        <Sentence
          parts={overviewSentence(session, utc)}
          link={(state, words) => (
            <a className={state} href={nodesHref(`state:${state}`)}>
              {words}
            </a>
          )}
        />
      </p>
      <p className="then">
        {session.mode !== 'idle' && session.summary.total > 0 && (
          <>
            {session.changes.open.length > 0 ? (
              <a href={href('/changes', { state: 'open' })}>{runningText(session)}</a>
            ) : (
              runningText(session)
            )}{' '}
          </>
        )}
        <Lords session={session} />
        {overviewThen(session)}
      </p>
    </>
  );
}

/** Who leads our legions: the second answer. */
function Lords({ session }: { readonly session: Session }) {
  const legions = useShownLegions();
  const now = useLegionsAt();
  return lordSentences(session, legions, now).map(({ legion, words }) => (
    <Fragment key={legion}>
      <a href={legionHref(legion)}>{words}</a>{' '}
    </Fragment>
  ));
}

function Tools() {
  const groupBy = usePrefs((prefs) => prefs.groupBy);
  const minutes = usePrefs((prefs) => prefs.rangeMinutes);
  const ranges = [15, 60, 360, 1440] as const;
  const range = ranges.find((value) => value === minutes) ?? 15;
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet">
            <span className="t3">{text('overview.groupBy')}</span> {text(`overview.group.${groupBy}`)}
            <Icon of={ChevronDown} size={14} />
          </Button>
        }
      >
        <MenuChoice
          value={groupBy}
          choices={(['prefix', 'version', 'none'] as const).map((value) => ({
            value,
            label: text(`overview.group.${value}`),
          }))}
          onChoose={(value) => setPrefs({ groupBy: value })}
        />
      </Menu>
      <Menu
        trigger={
          <Button look="quiet">
            <span className="t3">{text('overview.range')}</span> {text(`overview.range.${range}`)}
            <Icon of={ChevronDown} size={14} />
          </Button>
        }
      >
        <MenuChoice
          value={String(range)}
          choices={ranges.map((value) => ({ value: String(value), label: text(`overview.range.${value}`) }))}
          onChoose={(value) => setPrefs({ rangeMinutes: Number(value) })}
        />
      </Menu>
      <a className="btn quiet" href={href('/nodes')}>
        <Icon of={Table2} size={14} />
        {text('overview.asTable')}
      </a>
    </>
  );
}

function NeedsButton() {
  const count = useShown((session) => session.needsTotal, 0);
  if (count === 0)
    return (
      <a className="btn quiet" href={href('/nodes')}>
        {text('overview.asTable')}
      </a>
    );
  return (
    <Popover
      label={text('overview.needs')}
      align="end"
      trigger={
        <Button>
          <span>
            <Sentence
              parts={parts('overview.needs.button', { count })}
              link={(_, words) => <b className="b6">{words}&nbsp;</b>}
            />
          </span>
          <Icon of={ChevronRight} size={14} />
        </Button>
      }
    >
      <div style={{ width: 320 }}>
        <NeedList />
      </div>
    </Popover>
  );
}

function Fleet({ isNarrow }: { readonly isNarrow: boolean }) {
  const left = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(left);
  const isFilled = useRoster((state) => state.isFilled);
  const least = isNarrow || height < 460 ? 34 : 52;
  // Padding, readout, charts with their title and axis: the rest is the map's. What it leaves is the charts'.
  const forMap = Math.max(80, height - 4 - 28 - (least + 40 + 8) - 2);
  const inner = Math.max(0, width - (isNarrow ? 40 : 44));
  const layout = useFleetLayout(inner, forMap);
  const chartHeight = Math.max(least, Math.min(120, least + forMap - layout.height - 24));
  return (
    <div className="left" ref={left}>
      {width > 0 && isFilled && (
        <>
          <FleetMap layout={layout} />
          <Charts width={Math.max(0, inner - 64)} height={chartHeight} />
        </>
      )}
    </div>
  );
}

/** What came of a message about keys and secrets is told by its own event; the message itself is for Events. */
const isNews = ({ kind }: ConsoleEvent): boolean => kind !== 'heard.keys' && kind !== 'heard.secrets';

function Lately() {
  const events = useEvents((state) => state.shown);
  const latest = useMemo(() => events.filter(isNews).slice(-LATELY).reverse(), [events]);
  return (
    <>
      <h2 className="h2 lately-head">
        {text('overview.lately')}
        <span className="sp" />
        <a className="verb" href={href('/events')}>
          {text('overview.lately.events')}
        </a>
      </h2>
      {latest.length === 0 ? (
        <p className="t3">{text('overview.lately.none')}</p>
      ) : (
        <ul className="lately">
          {latest.map((event) => (
            <EventLine key={event.id} event={event} />
          ))}
        </ul>
      )}
    </>
  );
}

const reconnect = (): void => {
  ask('session.reconnect', {}).catch((reason: unknown) =>
    say(reason instanceof Error ? reason.message : String(reason)),
  );
};

/** Nothing heard: while the link comes up its steps are the page; else why it is empty, and one action. */
function NoFleet() {
  const link = useSession((state) => state.live?.link ?? null);
  if (!link) return null;
  return (
    <div className="page scrolls no-fleet">
      {link.state === 'live' || link.state === 'degraded' || link.state === 'off' ? (
        <Empty title={text('nodes.empty')} why={text('nodes.empty.why')}>
          <a className="btn" href={href('/connect')}>
            {text('shell.demo.connect')}
          </a>
        </Empty>
      ) : (
        <>
          <Steps link={link} />
          <div className="row" style={{ gap: 8 }}>
            {link.state === 'refused' && <Button onClick={reconnect}>{text('connect.steps.retry')}</Button>}
            <a className="btn quiet" href={href('/connect')}>
              {text('connect.steps.change')}
            </a>
          </div>
        </>
      )}
    </div>
  );
}
