/**
 * Trusting several new keys at once: only those first seen within one chosen window, with the whole list in view.
 * The window begins as the last burst of new keys: what came within two minutes of each other.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useId, useMemo, useRef, useState } from 'react';
import type { KeyRow, VerifiedBy } from '../../../shared/domain/key.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Foreign, ShortFingerprint } from '../../components/index.js';
import { ActDialog } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';
import { keyRows, useKeys } from '../../store/keys.js';
import { compareNatural } from '../../store/natural.js';
import { usePrefs } from '../../store/prefs.js';
import { say } from '../../store/ui.js';
import { Verified } from './Decisions.js';

const BURST_MS = 120_000;
const SECOND = 1000;
const MOST = 20_000;
const ROW = 28;

type Candidate = KeyRow & { readonly fingerprint: string; readonly firstSeenAt: number };

export function BulkTrust({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return open ? <Body onClose={onClose} /> : null;
}

function Body({ onClose }: { readonly onClose: () => void }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const order = useKeys((state) => state.order);
  const [by, setBy] = useState<VerifiedBy | null>(null);
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const fresh = useMemo(() => newKeys(), [order]);
  const [range, setRange] = useState(() => lastBurst(fresh));
  const chosen = useMemo(
    () =>
      fresh
        .filter((row) => row.firstSeenAt >= range.from && row.firstSeenAt <= range.to)
        .sort((a, b) => compareNatural(a.name, b.name))
        .slice(0, MOST),
    [fresh, range],
  );
  const trust = async (): Promise<void> => {
    if (by === null) return;
    const pairs = chosen.map(({ name, fingerprint }) => ({ name, fingerprint }));
    const { trusted, left } = await ask('key.trustMany', { pairs, verifiedBy: by, ...range });
    say(
      text('keyPage.bulk.done', {
        count: trusted,
        left: left.length,
        name: left[0] === undefined ? 'none' : visible(left[0], 60),
      }),
    );
  };
  return (
    <ActDialog
      open
      isLocal
      className="bulk"
      onClose={onClose}
      title={text('keyPage.bulk.title')}
      verb={text('keyPage.bulk.do', { count: chosen.length })}
      isBlocked={by === null || chosen.length === 0}
      act={trust}
    >
      <p className="t2">{text('keyPage.bulk.why')}</p>
      <div className="two-up">
        <Moment
          label={text('keyPage.bulk.from')}
          at={range.from}
          utc={utc}
          onChange={(from) => setRange((old) => ({ ...old, from }))}
        />
        <Moment
          label={text('keyPage.bulk.to')}
          at={range.to}
          utc={utc}
          onChange={(to) => setRange((old) => ({ ...old, to: to + SECOND - 1 }))}
        />
      </div>
      <p className="b5">{text('keyPage.bulk.count', { count: chosen.length, total: fresh.length })}</p>
      <List rows={chosen} />
      <Verified value={by} onChoose={setBy} />
    </ActDialog>
  );
}

function List({ rows }: { readonly rows: readonly Candidate[] }) {
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  return (
    <div className="bulk-list" ref={box} tabIndex={0} role="region" aria-label={text('keyPage.bulk.list')}>
      <ul style={{ height: lines.getTotalSize(), position: 'relative' }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <li key={index} style={{ transform: `translateY(${start}px)`, height: ROW }}>
              <Foreign className="b5 el" max={40}>
                {row.name}
              </Foreign>
              {row.weak && <span className="bdg late">{text('trust.weak')}</span>}
              <span className="sp" />
              <ShortFingerprint value={row.fingerprint} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** A moment to the second, in the zone that the window shows. */
function Moment(props: {
  readonly label: string;
  readonly at: number;
  readonly utc: boolean;
  readonly onChange: (at: number) => void;
}) {
  const id = useId();
  const shift = props.utc ? 0 : new Date(props.at).getTimezoneOffset() * 60 * SECOND;
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type="datetime-local"
        step={1}
        value={new Date(props.at - shift).toISOString().slice(0, 19)}
        onChange={(event) => {
          const at = Date.parse(`${event.target.value}${props.utc ? 'Z' : ''}`);
          if (!Number.isNaN(at)) props.onChange(at);
        }}
      />
    </div>
  );
}

const newKeys = (): Candidate[] =>
  [...keyRows()].filter(
    (row): row is Candidate => row.trust === 'new' && row.fingerprint !== null && row.firstSeenAt !== null,
  );

function lastBurst(rows: readonly Candidate[]): { readonly from: number; readonly to: number } {
  const times = rows.map((row) => row.firstSeenAt).sort((a, b) => b - a);
  const to = times[0] ?? Date.now();
  let from = to;
  for (const at of times) {
    if (from - at > BURST_MS) break;
    from = at;
  }
  return { from: Math.floor(from / SECOND) * SECOND, to: Math.floor(to / SECOND) * SECOND + SECOND - 1 };
}
