/**
 * Beats as ticks on a line of interval-wide places, newest at the right. Silence is drawn as absence: a missed
 * beat is an empty place. The details panel alone draws the gap, as a dashed red line.
 */
import { memo } from 'react';

/**
 * The places (0 = oldest) at which beats came. `ago`: how long before now each beat came, newest first, ms.
 * Counting goes from beat to beat in whole intervals, so that jitter does not tear holes.
 */
export function tickPlaces(ago: readonly number[], intervalMs: number, places: number): number[] {
  const out: number[] = [];
  let place = 0;
  let before = 0;
  ago.forEach((at, index) => {
    const gap = at - before;
    // A beat is due one interval after the last; up to half an interval more is jitter, not a miss.
    place +=
      index === 0
        ? Math.max(0, Math.floor(gap / intervalMs - 0.5))
        : Math.max(1, Math.round(gap / intervalMs));
    before = at;
    if (place < places) out.push(places - 1 - place);
  });
  return out;
}

type Props = {
  readonly places: readonly number[];
  readonly count: number;
  readonly width: number;
  readonly height?: number;
  readonly stroke?: number;
  /** Draw missing places after the last beat as a dashed red line. */
  readonly showGap?: boolean;
  readonly label: string;
};

export const Ticks = memo(function Ticks(props: Props) {
  const { places, count, width, height = 16, stroke = 1, showGap = false, label } = props;
  const step = width / count;
  const tall = height === 16 ? 10 : 14;
  const top = (height - tall) / 2;
  const x = (place: number): string => ((place + 0.5) * step).toFixed(1);
  const last = places.length > 0 ? Math.max(...places) : -1;
  return (
    <svg className="ticks" width={width} height={height} role="img" aria-label={label}>
      <path d={places.map((place) => `M${x(place)} ${top}v${tall}`).join('')} strokeWidth={stroke} />
      {showGap && last < count - 1 && (
        <path
          className="gap"
          d={Array.from(
            { length: count - 1 - last },
            (_, i) => `M${(Number(x(last + 1 + i)) - 1.5).toFixed(1)} ${height / 2}h3`,
          ).join('')}
          strokeWidth={stroke}
        />
      )}
    </svg>
  );
});

/** A line without axes: the shape of a number over time. */
export const Spark = memo(function Spark(props: {
  readonly values: readonly number[];
  readonly width: number;
  readonly height: number;
}) {
  const { values, width, height } = props;
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map(
    (value, i) =>
      `${((i / (values.length - 1)) * width).toFixed(1)} ${(height - 1 - ((value - low) / span) * (height - 2)).toFixed(1)}`,
  );
  return (
    <svg className="spark" width={width} height={height} aria-hidden="true">
      <path d={`M${points.join('L')}`} />
    </svg>
  );
});
