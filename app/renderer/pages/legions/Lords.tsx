/** Who led when: a band for each lord, hatching where nobody did, marks for coming and going; and the same as a table. */
import { useMemo, useRef, useState } from 'react';
import type { Legion, LegionTimeline } from '../../../shared/domain/legion.js';
import { formatMoment, text, visible } from '../../../shared/i18n/index.js';
import { Button, Failure, Segments } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { useCall } from '../../store/connection.js';
import { useLegionsAt } from '../../store/legions.js';
import { usePrefs } from '../../store/prefs.js';
import { firstRange, gapText, LABEL_WIDTH, LANE, layoutLords, RANGES, type Range } from './lords-layout.js';

const EVERY_MS = 5000;
const AXIS = 22;
const MAX_LINES = 100;

export function Lords({ legion }: { readonly legion: Legion }) {
  const now = useLegionsAt();
  const [range, setRange] = useState<Range>(() => firstRange(legion.lord?.since ?? null, now));
  const [isTable, setTable] = useState(false);
  const { data, error } = useCall('legion.timeline', { name: legion.name, rangeMs: RANGES[range] }, EVERY_MS);
  return (
    <section className="lords" aria-labelledby="lords">
      <div className="h2 legion-h2">
        <h2 id="lords">{text('legionPage.lords')}</h2>
        <span className="sp" />
        <Button look="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {text(isTable ? 'legionPage.lords.asPicture' : 'legionPage.lords.asTable')}
        </Button>
        <Segments
          label={text('legionPage.lords.range')}
          value={range}
          choices={(Object.keys(RANGES) as Range[]).map((value) => ({
            value,
            label: text(`legionPage.range.${value}`),
          }))}
          onChoose={setRange}
        />
      </div>
      {!data && error && <Failure code={error.code} />}
      {data && data.bands.length === 0 && data.marks.length === 0 && (
        <p className="t3 legion-none">{text('legionPage.lords.none')}</p>
      )}
      {data && (data.bands.length > 0 || data.marks.length > 0) && (
        <>
          {!isTable && <Picture line={data} range={range} />}
          <Table line={data} isShown={isTable} />
        </>
      )}
    </section>
  );
}

function Picture({ line, range }: { readonly line: LegionTimeline; readonly range: Range }) {
  const box = useRef<HTMLDivElement>(null);
  const { width: wide } = useSize(box);
  const utc = usePrefs((prefs) => prefs.utc);
  const picture = useMemo(() => layoutLords(line, range, wide, utc), [line, range, wide, utc]);
  const { lanes, bands, gaps, marks, words, ticks } = picture;
  const tall = lanes.length * LANE + 4;
  const label = text('legionPage.lords.picture', {
    from: formatMoment(line.from, utc).slice(0, 16),
    to: formatMoment(line.to, utc).slice(0, 16),
    lords: new Set(line.bands.flatMap(({ lord }) => lord ?? [])).size,
    gaps: line.bands.filter(({ lord }) => lord === null).length,
  });
  const top = (lane: number): number => 4 + lane * LANE;
  return (
    <div className="lords-picture" ref={box}>
      {wide > LABEL_WIDTH && (
        <svg width={wide} height={tall + AXIS} role="img" aria-label={label}>
          <defs>
            <pattern
              id="no-lord"
              width="6"
              height="6"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <path d="M0 0V6" className="hatching" />
            </pattern>
          </defs>
          {ticks.map(({ x, text: words }) => (
            <g key={x}>
              <path d={`M${Math.round(x) + 0.5} 0V${tall}`} className="tick-line" />
              <text
                x={x + 50 > wide ? x - 5 : x + 5}
                y={tall + 16}
                textAnchor={x + 50 > wide ? 'end' : 'start'}
              >
                {words}
              </text>
            </g>
          ))}
          {lanes.map((name, lane) => (
            <g key={name}>
              <text x={0} y={top(lane) + 13} className="lane">
                {short(name)}
              </text>
              <path d={`M${LABEL_WIDTH} ${top(lane) + 18.5}H${wide}`} className="lane-line" />
            </g>
          ))}
          {bands.map(({ x, width: long, lane, isNow }) => (
            <rect
              key={`${lane}-${x}`}
              x={x}
              y={top(lane) + 2}
              width={long}
              height={12}
              rx={Math.min(2, long / 2)}
              className={isNow ? 'band now' : 'band'}
            />
          ))}
          {gaps.map(({ x, width: long }) => (
            <rect key={x} x={x} y={2} width={long} height={tall - 4} fill="url(#no-lord)" className="gap" />
          ))}
          {marks.map(({ x, lane, what }, place) => (
            <MarkShape key={place} x={x} y={top(lane) + 8} what={what} />
          ))}
          {words.map(({ x, lane, text: said }) => (
            <text key={`${lane}-${x}`} x={x} y={top(lane) + 12} className="word">
              {said}
            </text>
          ))}
          <path d={`M${wide - 0.75} 0V${tall}`} className="now-line" />
        </svg>
      )}
      {picture.others > 0 && (
        <p className="cap t3">{text('legionPage.lords.others', { count: picture.others })}</p>
      )}
    </div>
  );
}

const short = (name: string): string => {
  const seen = visible(name);
  return seen.length > 14 ? `${seen.slice(0, 7)}…${seen.slice(-6)}` : seen;
};

/** Joined: a ring. Left: a bar. Died: a cross. */
function MarkShape({ x, y, what }: { readonly x: number; readonly y: number; readonly what: string }) {
  if (what === 'joined') return <circle cx={x} cy={y} r={3.5} className="come" />;
  if (what === 'left') return <path d={`M${x} ${y - 5}V${y + 5}`} className="come" />;
  return <path d={`M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`} className="come died" />;
}

type Line = { readonly from: number; readonly to: number | null; readonly words: string };

function Table({ line, isShown }: { readonly line: LegionTimeline; readonly isShown: boolean }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const lines = useMemo(() => linesOf(line), [line]);
  const moment = (at: number): string => formatMoment(at, utc).slice(0, 19);
  return (
    <div className={isShown ? 'lords-table' : 'sr'}>
      <table className="plain" aria-label={text('legionPage.lords')}>
        <thead>
          <tr>
            <th scope="col">{text('legionPage.lords.col.from')}</th>
            <th scope="col">{text('legionPage.lords.col.to')}</th>
            <th scope="col">{text('legionPage.lords.col.what')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.slice(0, MAX_LINES).map(({ from, to, words }, place) => (
            <tr key={place}>
              <td className="num">{moment(from)}</td>
              <td className="num">{to === null ? '' : moment(to)}</td>
              <td>{words}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length > MAX_LINES && (
        <p className="t3">{text('legionPage.lords.older', { count: lines.length - MAX_LINES })}</p>
      )}
    </div>
  );
}

/** Newest first. */
function linesOf({ bands, marks }: LegionTimeline): readonly Line[] {
  const led = bands.map((band, place): Line => ({
    from: band.from,
    to: band.to,
    words:
      band.lord === null
        ? gapText(band, bands[place + 1]?.lord ?? null)
        : text('legionPage.lords.led', { name: visible(band.lord) }),
  }));
  const came = marks.map(({ at, name, what }): Line => ({
    from: at,
    to: null,
    words: text('legionPage.mark.line', {
      name: visible(name),
      what: text(`legionPage.mark.${what}`, { self: 'no' }),
    }),
  }));
  return [...led, ...came].sort((a, b) => b.from - a.from);
}
