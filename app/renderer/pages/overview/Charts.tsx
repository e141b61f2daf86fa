/** The three charts under the map: healthy share, beat delay, late per minute. Asked at most once a second. */
import { useMemo } from 'react';
import type { HistoryPage } from '../../../shared/domain/health.js';
import { formatDelay, formatNumber, formatShare, text } from '../../../shared/i18n/index.js';
import { SmallChart } from '../../charts/index.js';
import { useCall } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { alarmFrom, bins, newest, shareFoot, topOf } from './history.js';

const POINTS = 120;
const GAP = 28;
const MINUTE = 60_000;

export function Charts({ width, height }: { readonly width: number; readonly height: number }) {
  const minutes = usePrefs((prefs) => prefs.rangeMinutes);
  const rangeMs = minutes * MINUTE;
  const everyMs = Math.min(30_000, Math.max(1000, rangeMs / POINTS));
  const { data } = useCall('history.get', { rangeMs, points: POINTS }, everyMs);
  const each = Math.floor((width - 2 * GAP) / 3);
  if (each < 80) return null;
  return (
    <div className="charts" style={{ width, height: height + 42 }}>
      {data && <Three page={data} width={each} height={height} />}
    </div>
  );
}

function Three({
  page,
  width,
  height,
}: {
  readonly page: HistoryPage;
  readonly width: number;
  readonly height: number;
}) {
  const utc = usePrefs((prefs) => prefs.utc);
  const derived = useMemo(() => {
    const late = bins(page, page.latePerMinute);
    return {
      late,
      foot: shareFoot(page.healthyShare),
      lateTop: topOf(late.values, 3),
      lateAlarm: alarmFrom(late.values),
      delayTop: topOf(page.delayP99Ms, 20),
    };
  }, [page]);
  if (page.at.length === 0) return <p className="t3">{text('overview.chart.empty')}</p>;

  const common = { width, height, from: page.fromAt, to: page.toAt, outages: page.outages, utc };
  const share = newest(page.healthyShare);
  const p50 = newest(page.delayP50Ms);
  const p99 = newest(page.delayP99Ms);
  const late = newest(derived.late.values);
  return (
    <>
      <SmallChart
        {...common}
        title={text('overview.chart.share')}
        figure={<b>{share === null ? '–' : formatShare(share)}</b>}
        at={page.at}
        series={[
          {
            label: text('overview.chart.share'),
            look: 'area',
            colour: 'var(--ok)',
            values: page.healthyShare,
          },
        ]}
        domain={[derived.foot, 1 + (1 - derived.foot) * 0.2]}
        format={formatShare}
        marks={page.marks.slice(-2)}
        {...(derived.foot > 0 ? { foot: formatShare(derived.foot) } : {})}
      />
      <SmallChart
        {...common}
        title={text('overview.chart.delay')}
        figure={
          <>
            <b>{p50 === null ? '–' : formatDelay(p50)}</b>
            {p99 !== null && (
              <span className="t3">{text('overview.chart.delay.p99', { value: formatDelay(p99) })}</span>
            )}
          </>
        }
        at={page.at}
        series={[
          { label: 'p99', look: 'dashed', colour: 'var(--text-3)', values: page.delayP99Ms },
          { label: 'p50', look: 'line', colour: 'var(--accent)', values: page.delayP50Ms },
        ]}
        domain={[0, derived.delayTop]}
        format={formatDelay}
        marks={[]}
      />
      <SmallChart
        {...common}
        title={text('overview.chart.late')}
        figure={<b>{late === null ? '–' : formatNumber(Math.round(late))}</b>}
        at={derived.late.at}
        series={[
          {
            label: text('overview.chart.late'),
            look: 'bars',
            colour: 'var(--heat-late)',
            values: derived.late.values,
          },
        ]}
        domain={[0, derived.lateTop]}
        format={(value) => formatNumber(Math.round(value))}
        alarmFrom={derived.lateAlarm}
        marks={[]}
      />
    </>
  );
}
