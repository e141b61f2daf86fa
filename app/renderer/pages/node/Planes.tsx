/** The three planes a node can be heard on, on one clock. A plane this profile does not use says so; it is not missing. */
import { useRef } from 'react';
import type { NodeDetail } from '../../../shared/domain/node.js';
import { formatClock, text } from '../../../shared/i18n/index.js';
import { StatusMark, Ticks } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { useFleetTime } from '../../store/clock.js';
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
      {(['legion', 'registry'] as const).map((plane) => (
        <div className="plane unused" key={plane}>
          <span className="row plane-name">
            <StatusMark state="unheard" />
            <span>{text(`node.plane.${plane}`)}</span>
          </span>
          <span className="cap t3">{text('node.plane.unused')}</span>
        </div>
      ))}
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
