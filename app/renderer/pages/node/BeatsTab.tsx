/** How regularly the node beats: how often which gap occurred, and the last gaps one by one. */
import type { NodeDetail } from '../../../shared/domain/node.js';
import { formatDelay, formatInterval, text } from '../../../shared/i18n/index.js';
import { At } from '../../parts/index.js';
import { gapBins, median } from './planes.js';
import type { TabProps } from './tab-props.js';

const HEIGHT = 72;

export function BeatsTab({ detail, heading: Heading }: TabProps) {
  const known = detail.gaps.filter((gap) => gap >= 0);
  if (known.length < 2) return <p className="t3">{text('node.gaps.none')}</p>;
  const bins = gapBins(detail.gaps);
  const most = Math.max(...bins.map((bin) => bin.count));
  return (
    <>
      <Heading className="h2">
        {text('node.gaps.hist')}
        <span className="sp" />
        <span className="t3 b5 num">
          {text('node.gaps.median', { value: formatInterval(median(known)) })}
        </span>
        <span className="t3 b5 num">
          {text('node.gaps.max', { value: formatInterval(Math.max(...known)) })}
        </span>
      </Heading>
      <ol className="gap-bins" style={{ height: HEIGHT + 18 }}>
        {bins.map((bin, index) => (
          <li key={bin.from} aria-label={`${formatDelay(bin.from)} – ${formatDelay(bin.to)}: ${bin.count}`}>
            <span style={{ height: Math.round((bin.count / most) * HEIGHT) }} />
            <em className="num">
              {index === 0 || index === bins.length - 1 || bins.length < 7 ? formatDelay(bin.from) : ''}
            </em>
          </li>
        ))}
      </ol>
      <Heading className="h2" style={{ marginTop: 16 }}>
        {text('node.gaps.list')}
      </Heading>
      <table className="plain num">
        <thead>
          <tr>
            <th>{text('node.gaps.nth')}</th>
            <th className="r">{text('node.gaps.gap')}</th>
          </tr>
        </thead>
        <tbody>
          {datedGaps(detail).map(({ at, gap }, index) => (
            <tr key={index}>
              <td className="t2">{at === null ? '–' : <At at={at} precision="ms" />}</td>
              <td className="r">
                {gap < 0 ? <span className="t3">{text('node.gaps.own')}</span> : formatDelay(gap)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Each gap with the time of the beat that ended it, newest first; unknown beyond our own outage. */
function datedGaps(detail: NodeDetail): readonly { at: number | null; gap: number }[] {
  let at = detail.lastBeatAt;
  return [...detail.gaps].reverse().map((gap) => {
    const entry = { at, gap };
    at = at === null || gap < 0 ? null : at - gap;
    return entry;
  });
}
