/** The pinned and the announced key side by side; both covered while somebody reads the new one off the machine. */
import { fingerprintGroups } from '../../../shared/domain/fingerprint.js';
import type { KeyRow } from '../../../shared/domain/key.js';
import { formatClock, text } from '../../../shared/i18n/index.js';
import { CopyIcon, Fingerprint, FingerprintWords } from '../../components/index.js';
import { copyText } from '../../parts/acting.js';
import { formatDay } from '../../parts/day.js';
import { useFleetTime } from '../../store/clock.js';
import { usePrefs } from '../../store/prefs.js';

type Props = { readonly pinned: KeyRow | null; readonly announced: KeyRow; readonly isCovered: boolean };

export function Versus({ pinned, announced, isCovered }: Props) {
  const utc = usePrefs((prefs) => prefs.utc);
  const pinnedNote = useFleetTime((now) => {
    if (pinned === null) return '';
    const day = formatDay(pinned.decidedAt ?? pinned.firstSeenAt ?? now, now, utc);
    return text('keyPage.pinnedNote', {
      day,
      verified: pinned.verifiedBy === null ? 'none' : text(`verified.${pinned.verifiedBy}`),
      bits: pinned.bits === announced.bits ? 'none' : (pinned.bits ?? 'none'),
    });
  });
  const announcedNote = text('keyPage.announcedNote', {
    at: formatClock(announced.firstSeenAt ?? 0, { utc }),
    bits: announced.bits ?? 'none',
  });
  return (
    <div className="versus">
      {pinned !== null && (
        <Side title={text('keyPage.side.pinned')} note={pinnedNote} row={pinned} isCovered={isCovered} />
      )}
      <Side
        title={text(announced.current ? 'keyPage.side.announced' : 'keyPage.side.before')}
        note={announcedNote}
        row={announced}
        isCovered={isCovered}
        isClaim
      />
    </div>
  );
}

function Side(props: {
  readonly title: string;
  readonly note: string;
  readonly row: KeyRow;
  readonly isCovered: boolean;
  readonly isClaim?: boolean;
}) {
  const { row, isCovered, isClaim = false } = props;
  const { fingerprint } = row;
  if (fingerprint === null) return null;
  return (
    <section className={isClaim ? 'claim' : ''} aria-label={props.title}>
      <div className="row lab">
        <h3 className={`b6 ${isClaim ? 'c-lost' : ''}`}>{props.title}</h3>
        {row.weak && <span className="bdg late">{text('trust.weak')}</span>}
        <span className="sp" />
        {!isCovered && (
          <CopyIcon
            label={text(isClaim ? 'keyPage.copy.announced' : 'keyPage.copy.pinned')}
            onCopy={() => copyText(fingerprintGroups(fingerprint).join(''))}
          />
        )}
      </div>
      <p className="cap t3">{props.note}</p>
      <Fingerprint value={fingerprint} isCovered={isCovered} />
      {isCovered ? (
        <p className="lab t3 fp-words">{text('keyPage.coveredNote')}</p>
      ) : (
        <FingerprintWords value={fingerprint} />
      )}
    </section>
  );
}
