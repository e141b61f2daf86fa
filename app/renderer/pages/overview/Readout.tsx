/** The line under the map: who is under pointer or cursor, always in the same place, so that identity never disappears. */
import { formatAge, text, wordText } from '../../../shared/i18n/index.js';
import { Foreign, Kbd, StatusMark } from '../../components/index.js';
import { LordMark } from '../../parts/index.js';
import { href } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { useRow } from '../../store/roster.js';
import { useSelection } from '../../store/selection.js';
import { isPast, useSession } from '../../store/session.js';

export function Readout({ slot, width }: { readonly slot: number; readonly width: number }) {
  const selected = useSelection((selection) => selection.names.size);
  return (
    <div className="read" style={{ width }}>
      <NodeWords slot={slot} />
      <span className="sp" />
      {selected > 0 && (
        <a className="verb" href={href('/nodes', { selected: '1' })}>
          {text('overview.selected', { count: selected })}, {text('overview.selected.show')}
        </a>
      )}
      {slot >= 0 && selected === 0 && <Kbd>Enter</Kbd>}
    </div>
  );
}

function NodeWords({ slot }: { readonly slot: number }) {
  const row = useRow(slot);
  const past = useSession(isPast);
  const words = useFleetTime((now) => {
    if (!row) return '';
    const from =
      row.state === 'left' || row.state === 'updating' || row.lastBeatAt < 0
        ? row.stateSince
        : row.lastBeatAt;
    return text(`overview.read.${row.state}`, {
      age: formatAge(now - from),
      word: wordText(row.word, 40),
    });
  });
  if (!row) return <span className="t3">{text('overview.read.none')}</span>;
  const more = [
    row.word !== null &&
      row.state !== 'troubled' &&
      row.state !== 'healthy' &&
      text('overview.read.last', { word: wordText(row.word, 40) }),
    row.pid >= 0 && text('overview.read.pid', { pid: String(row.pid) }),
  ].filter((part) => part !== false);
  return (
    <>
      <StatusMark state={row.state} />
      <b>
        <Foreign max={40}>{row.name}</Foreign>
      </b>
      <LordMark node={row.name} />
      <Foreign className="t3" max={24}>
        {row.group}
      </Foreign>
      <span className="el">
        {past ? `${words} ${text('overview.read.heard')}` : [words, ...more].join(', ')}
      </span>
    </>
  );
}
