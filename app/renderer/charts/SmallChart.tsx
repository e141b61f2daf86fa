/**
 * A small chart over time: recharts wrapped once, in our colours, without animation. Time to the right, direct
 * labels, own outages hatched, one line with all values under the pointer, and always a table instead.
 */
import { ChartLine, Table2 } from 'lucide-react';
import { memo, useId, useState, type ReactNode } from 'react';
import {
  Area,
  Bar,
  Cell,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatClock, text, type ClockStyle } from '../../shared/i18n/index.js';
import { Icon } from '../components/index.js';

export type Series = {
  readonly label: string;
  readonly look: 'area' | 'line' | 'dashed' | 'bars';
  readonly colour: string;
  /** One value per entry of `at`; null where nothing was recorded. */
  readonly values: readonly (number | null)[];
};

export type SmallChartProps = {
  readonly title: string;
  /** The newest values, as bold and quiet text beside the title. */
  readonly figure: ReactNode;
  readonly width: number;
  readonly height: number;
  /** Ends of the points' spans, epoch ms, rising. */
  readonly at: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly series: readonly Series[];
  readonly domain: readonly [number, number];
  readonly format: (value: number) => string;
  readonly outages: readonly { readonly from: number; readonly to: number }[];
  readonly marks: readonly { readonly at: number; readonly text: string }[];
  /** Named when the axis does not begin at zero. */
  readonly foot?: string;
  readonly utc: boolean;
  /** Bars above this value stand out. */
  readonly alarmFrom?: number;
};

const AXIS = 18;

export const SmallChart = memo(function SmallChart(props: SmallChartProps) {
  const [isTable, setIsTable] = useState(false);
  const { title, figure, width, height } = props;
  const label = text(isTable ? 'overview.chart.asChart' : 'overview.chart.asTable');
  return (
    <figure className="chart" style={{ width }} aria-label={title}>
      <figcaption>
        {title}
        <button
          type="button"
          className="chart-switch"
          aria-label={`${label}: ${title}`}
          title={label}
          aria-pressed={isTable}
          onClick={() => setIsTable(!isTable)}
        >
          <Icon of={isTable ? ChartLine : Table2} size={12} />
        </button>
        <span className="sp" />
        {figure}
      </figcaption>
      <div style={{ height: height + AXIS }}>{isTable ? <AsTable {...props} /> : <AsChart {...props} />}</div>
    </figure>
  );
});

type Datum = { readonly at: number } & Readonly<Record<string, number | null>>;

function AsChart(props: SmallChartProps) {
  const { at, series, width, height, from, to, domain, outages, marks, foot, utc } = props;
  const hatch = useId();
  const data = at.map((time, i): Datum => {
    const values = series.map((one, index): [string, number | null] => [`s${index}`, one.values[i] ?? null]);
    return { at: time, ...Object.fromEntries(values) };
  });
  const ticks = [0, 1, 2, 3].map((i) => from + ((to - from) * i) / 3);
  const inside = (time: number): number => Math.min(to, Math.max(from, time));
  return (
    <ComposedChart
      width={width}
      height={height + AXIS}
      data={data}
      margin={{ top: 1, right: 0, bottom: 0, left: 0 }}
      barCategoryGap={1}
      accessibilityLayer={false}
    >
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" stroke="var(--control)" strokeWidth="1" opacity="0.5" />
        </pattern>
      </defs>
      <XAxis
        dataKey="at"
        type="number"
        domain={[from, to]}
        allowDataOverflow
        ticks={ticks}
        interval={0}
        height={AXIS}
        tickLine={false}
        axisLine={{ stroke: 'var(--line)' }}
        tick={<TimeTick utc={utc} />}
      />
      <YAxis hide domain={[domain[0], domain[1]]} allowDataOverflow />
      {outages.map((outage) => (
        <ReferenceArea
          key={outage.from}
          x1={inside(outage.from)}
          x2={inside(outage.to)}
          fill={`url(#${hatch})`}
          fillOpacity={1}
          strokeOpacity={0}
        />
      ))}
      {marks.map((mark) => (
        <ReferenceLine
          key={`${mark.at}${mark.text}`}
          x={inside(mark.at)}
          stroke="var(--line-strong)"
          strokeDasharray="2 2"
          label={{ value: mark.text, position: 'insideTopLeft', fontSize: 10, fill: 'var(--text-3)' }}
        />
      ))}
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: 'var(--control)', strokeWidth: 1, fill: 'var(--hover)' }}
        wrapperStyle={{ zIndex: 20 }}
        content={({ active, payload }) => {
          const point = payload?.[0]?.payload as Datum | undefined;
          return active && point ? <Values chart={props} point={point} /> : null;
        }}
      />
      {series.map((one, index) => draw(one, `s${index}`, props.alarmFrom))}
      {foot !== undefined && (
        <text x={4} y={height - 5} className="axis">
          {foot}
        </text>
      )}
    </ComposedChart>
  );
}

function draw(series: Series, key: string, alarmFrom = Infinity): ReactNode {
  const common = { dataKey: key, isAnimationActive: false, dot: false, activeDot: false } as const;
  switch (series.look) {
    case 'area':
      return (
        <Area
          key={key}
          {...common}
          type="linear"
          stroke={series.colour}
          strokeWidth={1.5}
          fill={series.colour}
          fillOpacity={0.13}
        />
      );
    case 'bars':
      return (
        <Bar key={key} dataKey={key} isAnimationActive={false} radius={[1.5, 1.5, 0, 0]}>
          {series.values.map((value, i) => (
            <Cell key={i} fill={(value ?? 0) >= alarmFrom ? series.colour : 'var(--line-strong)'} />
          ))}
        </Bar>
      );
    default:
      return (
        <Line
          key={key}
          {...common}
          type="linear"
          stroke={series.colour}
          strokeWidth={series.look === 'dashed' ? 1.25 : 1.5}
          {...(series.look === 'dashed' ? { strokeDasharray: '3 2' } : {})}
        />
      );
  }
}

type TickProps = {
  readonly x?: number;
  readonly y?: number;
  readonly index?: number;
  readonly payload?: { value: number };
};

function TimeTick({ x = 0, y = 0, index = 0, payload, utc }: TickProps & { readonly utc: boolean }) {
  const anchor = index === 0 ? 'start' : index === 3 ? 'end' : 'middle';
  return (
    <text x={x} y={y + 6} className="axis" textAnchor={anchor}>
      {payload && formatClock(payload.value, { utc, precision: 'minute' })}
    </text>
  );
}

const SECOND = { precision: 'second' } as const satisfies ClockStyle;

function Values({ chart, point }: { readonly chart: SmallChartProps; readonly point: Datum }) {
  return (
    <div className="chart-values">
      <span className="t3">
        {formatClock(point.at, { ...SECOND, utc: chart.utc })}
        {!chart.utc && `, ${formatClock(point.at, { ...SECOND, utc: true })} UTC`}
      </span>
      {chart.series.map((one, index) => {
        const value = point[`s${index}`];
        return (
          <span key={one.label}>
            {one.label} <b className="num">{typeof value === 'number' ? chart.format(value) : '–'}</b>
          </span>
        );
      })}
    </div>
  );
}

function AsTable({ at, series, format, utc, title }: SmallChartProps) {
  return (
    <div className="chart-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th>{text('overview.chart.time')}</th>
            {series.map((one) => (
              <th key={one.label}>{one.label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {at
            .map((time, i) => (
              <tr key={time}>
                <td>{formatClock(time, { utc })}</td>
                {series.map((one) => {
                  const value = one.values[i];
                  return <td key={one.label}>{typeof value === 'number' ? format(value) : '–'}</td>;
                })}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
