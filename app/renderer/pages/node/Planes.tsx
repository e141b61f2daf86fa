/** The three planes a node can be heard on, on one clock. A plane this profile does not use says so; it is not missing. */
import { useRef } from 'react';
import type { NodeDetail } from '../../../shared/domain/node.js';
import type { NodeState } from '../../../shared/domain/node-state.js';
import { formatAge, formatClock, text, visible } from '../../../shared/i18n/index.js';
import { isFine, verdictOf, verdictText } from '../../../shared/i18n/verdict-text.js';
import { StatusMark, Ticks } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { useFleetTime } from '../../store/clock.js';
import { useLegionsAt, useSeen } from '../../store/legions.js';
import { usePrefs } from '../../store/prefs.js';
import { beatLine, PLACES } from './planes.js';

const LABEL = 92;

export function Planes({ detail, isPanel }: { readonly detail: NodeDetail; readonly isPanel: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const { width: outer } = useSize(box);
  const utc = usePrefs((prefs) => prefs.utc);
  // Places move once per interval, so a second's grain is fine enough.
  const now = useFleetTime((time) => Math.floor(time / 1000) * 1000);
  const width = Math.max(120, Math.min(480, outer - (isPanel ? 40 : 48) - LABEL));
  const line = beatLine(detail, Math.max(now, detail.lastBeatAt ?? 0));
  const last = line.places.length > 0 ? Math.max(...line.places) : -1;
  const isCut = detail.missed > 0 && last >= 0 && last < PLACES - 1;
  const cutX = ((last + 1) / PLACES) * width;
  const clock = (at: number, precision: 'minute' | 'second' = 'minute'): string =>
    formatClock(at, { utc, precision });
  const lastAt = detail.lastBeatAt === null ? '' : clock(detail.lastBeatAt, 'second');
  return (
    <div className="planes" ref={box}>
      <PlaneVerdict detail={detail} />
      <div className="plane">
        <span className="row plane-name">
          <StatusMark state={detail.state} />
          <span className="b5">{text('node.plane.bus')}</span>
        </span>
        <div style={{ width, position: 'relative' }}>
          <Ticks
            places={line.places}
            count={PLACES}
            width={width}
            height={20}
            stroke={1.5}
            showGap={isCut}
            label={text('node.plane.ticks', {
              from: clock(line.from),
              to: clock(line.to),
              last: lastAt || '–',
            })}
          />
          {isCut && <span className="plane-cut" style={{ left: cutX }} aria-hidden="true" />}
          <div className="cap t3 row">
            {lastAt ? text('node.plane.lastBeat', { at: lastAt }) : text('node.plane.never')}
            <span className="sp" />
            {text('node.plane.missed', { count: detail.missed })}
          </div>
        </div>
      </div>
      <LegionPlane name={detail.name} />
      <PlaneLine plane="registry" state="unheard" words={text('node.plane.unused')} />
      <div className="plane-axis" style={{ width, marginInlineStart: LABEL }} aria-hidden="true">
        <span>{clock(line.from)}</span>
        {isCut && cutX > 44 && cutX < width - 44 && (
          <span className="plane-axis-cut" style={{ left: cutX }}>
            {lastAt}
          </span>
        )}
        <span>{clock(line.to)}</span>
      </div>
    </div>
  );
}

/** What the planes say together; nothing where the bus is the only one. */
function PlaneVerdict({ detail }: { readonly detail: NodeDetail }) {
  const seen = useSeen(detail.name);
  if (!seen) return null;
  const verdict = verdictOf({
    bus: BUS[detail.state],
    legion: seen.isHeard ? 'heard' : 'silent',
    registry: 'unused',
  });
  return <p className={`plane-verdict ${isFine(verdict) ? 't2' : 'b5'}`}>{verdictText(verdict)}</p>;
}

const BUS = {
  healthy: 'heard',
  late: 'heard',
  troubled: 'heard',
  updating: 'heard',
  silent: 'silent',
  left: 'silent',
  unheard: 'unused',
} as const satisfies Readonly<Record<NodeState, string>>;

function LegionPlane({ name }: { readonly name: string }) {
  const seen = useSeen(name);
  const now = useLegionsAt();
  const utc = usePrefs((prefs) => prefs.utc);
  if (!seen) return <PlaneLine plane="legion" state="unheard" words={text('node.plane.unused')} />;
  const legion = visible(seen.legion, 30);
  if (!seen.isHeard) {
    const words = text('node.plane.gone', { legion, at: formatClock(seen.at, { utc }) });
    return <PlaneLine plane="legion" state="silent" words={words} />;
  }
  const kind = seen.isSelf && !seen.isLord ? 'here' : seen.isLord ? 'lord' : 'member';
  const words = text(`node.plane.${kind}`, { legion, age: formatAge(now - seen.at) });
  return <PlaneLine plane="legion" state="healthy" words={words} />;
}

function PlaneLine(props: {
  readonly plane: 'legion' | 'registry';
  readonly state: NodeState;
  readonly words: string;
}) {
  return (
    <div className="plane unused">
      <span className="row plane-name">
        <StatusMark state={props.state} />
        <span className={props.state === 'unheard' ? '' : 'plane-used'}>
          {text(`node.plane.${props.plane}`)}
        </span>
      </span>
      <span className={`cap ${props.state === 'unheard' ? 't3' : 't2'}`}>{props.words}</span>
    </div>
  );
}
