/**
 * One key beside the list: whole fingerprint and words, what is known of it, what else happened then, and the
 * decision. The row comes from the store, the rest from `key.get`, asked again while somebody looks.
 */
import { Maximize2, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import type { KeyDetail, KeyRow } from '../../../shared/domain/key.js';
import { formatClock, text, visible } from '../../../shared/i18n/index.js';
import {
  CopyIcon,
  Empty,
  Fingerprint,
  FingerprintWords,
  Foreign,
  IconButton,
  TrustMark,
} from '../../components/index.js';
import { copyText } from '../../parts/acting.js';
import { formatDay } from '../../parts/day.js';
import { nodeHref, setParams } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { useCall } from '../../store/connection.js';
import { keysOfName, useKeyRow, useKeys } from '../../store/keys.js';
import { usePrefs } from '../../store/prefs.js';
import { Around } from './Around.js';
import { ChangedDecision } from './ChangedDecision.js';
import { KeyFacts } from './KeyFacts.js';
import { NewDecision, SettledDecision } from './Decisions.js';
import { Versus } from './Versus.js';

const EVERY_MS = 3000;

export function KeyPanel({ id }: { readonly id: string }) {
  const row = useKeyRow(id);
  const isFilled = useKeys((state) => state.isFilled);
  const { data } = useCall(
    'key.get',
    row ? { name: row.name, fingerprint: row.fingerprint } : null,
    EVERY_MS,
  );
  const [isCovered, setCovered] = useState(false);
  useKeys((state) => state.frame);
  useFocusAfterDecision(row);
  if (!row) {
    return (
      <>
        <Head title={text('keyPage.panel.unknown')} />
        <div className="key-body">
          {isFilled && <Empty title={text('error.KEY_UNKNOWN')} why={text('keyPage.unknown.why')} />}
        </div>
      </>
    );
  }
  const isOpenChange = row.trust === 'changed' && !row.kept;
  const pinned = keysOfName(row.name).find((other) => other.pinned && other.fingerprint !== row.fingerprint);
  return (
    <>
      <Head row={row} />
      <div className="key-scroll">
        <div className="key-body">
          <KeySentence row={row} />
          {row.trust === 'changed' ? (
            <Versus pinned={pinned ?? null} announced={row} isCovered={isCovered} />
          ) : (
            row.fingerprint !== null && <OneKey row={row} fingerprint={row.fingerprint} />
          )}
          {row.fingerprint !== null && !isOpenChange && <KeyFacts row={row} detail={data} />}
          {row.trust === 'missing' && <p className="t2 key-why">{text('keyPage.missing.why')}</p>}
          {(isOpenChange || row.trust === 'new' || row.trust === 'shared') && (
            <Around row={row} detail={matching(data, row)} />
          )}
        </div>
        {isOpenChange ? (
          <ChangedDecision row={row} onCover={setCovered} />
        ) : row.trust === 'new' || row.trust === 'shared' || row.trust === 'quiet' ? (
          <NewDecision row={row} />
        ) : (
          <SettledDecision row={row} />
        )}
      </div>
    </>
  );
}

/** A decision takes its buttons with it, and the focus on them: it goes to the panel. */
function useFocusAfterDecision(row: KeyRow | undefined): void {
  const stands = row ? `${row.trust} ${row.kept}` : '';
  const before = useRef(stands);
  useLayoutEffect(() => {
    const isDecided = before.current !== '' && before.current !== stands;
    before.current = stands;
    if (isDecided && document.activeElement === document.body)
      document.querySelector<HTMLElement>('.key-peek')?.focus();
  }, [stands]);
}

/** An answer that was on its way for another key says nothing here. */
const matching = (detail: KeyDetail | null, row: KeyRow): KeyDetail | null =>
  detail?.row.name === row.name && detail.row.fingerprint === row.fingerprint ? detail : null;

export function Head({ row, title }: { readonly row?: KeyRow; readonly title?: string }) {
  return (
    <div className="row key-head">
      {row && <TrustMark trust={row.trust} isQuiet={row.kept} />}
      <h2 className="el">{row ? <Foreign max={40}>{row.name}</Foreign> : title}</h2>
      {row && <span className="t3 nw">{text(`keyPage.kind.${row.trust}`)}</span>}
      {row?.own === true && <span className="bdg">{text('badge.self')}</span>}
      {row?.weak === true && <span className="bdg late">{text('trust.weak')}</span>}
      <span className="sp" />
      {row && (
        <IconButton
          icon={Maximize2}
          label={text('node.open')}
          onClick={() => (location.hash = nodeHref(row.name))}
        />
      )}
      <IconButton icon={X} label={text('node.close')} onClick={() => setParams({ key: null })} />
    </div>
  );
}

function KeySentence({ row }: { readonly row: KeyRow }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const words = useFleetTime((now) => {
    const name = visible(row.name, 60);
    const at = formatClock(row.firstSeenAt ?? now, { utc });
    const day = formatDay(row.decidedAt ?? row.firstSeenAt ?? now, now, utc);
    const isDay = !/ (s|min|h|d)$/.test(day);
    const values = {
      name,
      at,
      when: isDay ? text('keyPage.when.day', { day }) : text('keyPage.when.ago', { age: day }),
      verified: row.verifiedBy === null ? 'none' : text(`verified.${row.verifiedBy}`),
      count: row.sharedWith.length,
    };
    return text(
      row.trust === 'changed' && row.kept ? 'keyPage.panel.kept' : `keyPage.panel.${row.trust}`,
      values,
    );
  });
  return <p className="key-say">{words}</p>;
}

function OneKey({ row, fingerprint }: { readonly row: KeyRow; readonly fingerprint: string }) {
  return (
    <div className="one-key">
      <div className="row lab">
        <span className="b6">{text('keyPage.fingerprint')}</span>
        {row.bits !== null && <span className="t3">{text('keyPage.bits', { bits: row.bits })}</span>}
        <span className="sp" />
        <CopyIcon label={text('keyPage.copy')} onCopy={() => copyText(fingerprint)} />
      </div>
      <Fingerprint value={fingerprint} />
      <FingerprintWords value={fingerprint} />
    </div>
  );
}
