/**
 * One node, as panel or page: its sentence, the three planes on one clock, and its parts in tabs. State and
 * badges come from the roster, everything else from `node.get`, asked once a second while somebody looks.
 */
import { useState, type ReactNode } from 'react';
import type { RosterRow } from '../../../shared/domain/roster-table.js';
import { badgesOf } from '../../../shared/domain/node-state.js';
import { formatAge, formatClock, text, visible, wordText } from '../../../shared/i18n/index.js';
import { Button, Dialog, Empty, Failure, Foreign, StatusMark, Tabs } from '../../components/index.js';
import { BadgeMark, LordMark } from '../../parts/index.js';
import { NewChange } from '../../parts/new-change.js';
import { currentPath, go, href, setParams } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { ask, useCall } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { useNamedRow } from '../../store/roster.js';
import { isPast, useSession } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { BeatsTab } from './BeatsTab.js';
import { ChangesTab } from './ChangesTab.js';
import { OverviewTab } from './OverviewTab.js';
import { Planes } from './Planes.js';
import { RawTab } from './RawTab.js';

type Props = { readonly name: string; readonly isPanel?: boolean; readonly actions?: ReactNode };

export function NodeView({ name, isPanel = false, actions }: Props) {
  const row = useNamedRow(name);
  const { data, error } = useCall('node.get', name === '' ? null : { name }, 1000);
  const [tab, setTab] = useState('overview');
  const Heading = isPanel ? 'h2' : 'h1';
  const part = data && ({ detail: data, heading: isPanel ? 'h3' : 'h2' } as const);
  const isGone = !row && error?.code === 'NODE_UNKNOWN';
  return (
    <div className={isPanel ? 'node panel' : 'node'}>
      <div className="node-head">
        <div className="row node-title">
          {row && <StatusMark state={row.state} />}
          <Heading className="el">
            <Foreign max={isPanel ? 30 : 80}>{name}</Foreign>
          </Heading>
          <LordMark node={name} />
          {row && (
            <Foreign className="t3 el" max={24}>
              {row.group}
            </Foreign>
          )}
          {row && badgesOf(row.badges).map((badge) => <BadgeMark key={badge} badge={badge} row={row} />)}
          <span className="sp" />
          {actions}
        </div>
        {row && <NodeSentence row={row} />}
        {row && (
          <div className="row node-actions">
            <NewChange names={[name]} />
            <Forget name={name} />
          </div>
        )}
      </div>
      {isGone && (
        <div className="node-body">
          <Empty title={text('node.unknown', { name: visible(name, 80) })} why={text('node.unknown.why')}>
            <a className="btn" href={href('/nodes')}>
              {text('node.back')}
            </a>
          </Empty>
        </div>
      )}
      {!isGone && error && !data && (
        <div className="node-body">
          <Failure code={error.code} raw={error.message} />
        </div>
      )}
      {part && !isGone && (
        <>
          <Planes detail={part.detail} isPanel={isPanel} />
          <Tabs
            className="node-tabs"
            label={text('node.tabs', { name: visible(name, 80) })}
            value={tab}
            onChoose={setTab}
            tabs={[
              { id: 'overview', label: text('node.tab.overview'), body: <OverviewTab {...part} /> },
              { id: 'beats', label: text('node.tab.beats'), body: <BeatsTab {...part} /> },
              { id: 'changes', label: text('node.tab.changes'), body: <ChangesTab name={name} /> },
              { id: 'raw', label: text('node.tab.raw'), body: <RawTab {...part} /> },
            ]}
          />
        </>
      )}
    </div>
  );
}

function NodeSentence({ row }: { readonly row: RosterRow }) {
  const past = useSession(isPast);
  const asOf = useSession((state) => state.live?.link.asOf ?? null);
  const utc = usePrefs((prefs) => prefs.utc);
  const words = useFleetTime((now) => {
    const from =
      row.state === 'left' || row.state === 'updating' || row.lastBeatAt < 0
        ? row.stateSince
        : row.lastBeatAt;
    return text(`node.say.${row.state}`, { age: formatAge(now - from), word: wordText(row.word, 60) });
  });
  return (
    <p className="node-say">
      {past && asOf !== null && `${text('node.say.past', { at: formatClock(asOf, { utc }) })} `}
      {words}
    </p>
  );
}

/** Removes it from this console only, and says so before and after. */
function Forget({ name }: { readonly name: string }) {
  const [open, setOpen] = useState(false);
  const forget = async (): Promise<void> => {
    try {
      await ask('node.forget', { name });
      setOpen(false);
      setParams({ peek: null });
      if (currentPath() !== '/nodes') go('/nodes');
    } catch (reason) {
      say(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {text('node.forget')}
      </Button>
      <Dialog open={open} onOpen={setOpen} title={text('node.forget.title', { name: visible(name, 80) })}>
        <p className="t2">{text('node.forget.why')}</p>
        <div className="foot">
          <Button large onClick={() => setOpen(false)}>
            {text('shell.cancel')}
          </Button>
          <Button large look="primary" onClick={() => void forget()}>
            {text('node.forget.do')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
