/** One row of the list of keys. It listens to its own id: another key's message does not draw it again. */
import { memo } from 'react';
import type { KeyRow } from '../../../shared/domain/key.js';
import { formatAgeShort, formatMoment, text, visible } from '../../../shared/i18n/index.js';
import { Foreign, ShortFingerprint, StatusMark, TrustWord } from '../../components/index.js';
import { formatDay } from '../../parts/day.js';
import { emptyRow, rowAttributes, type RowPlace } from '../../parts/grid.js';
import { useFleetTime } from '../../store/clock.js';
import { useKeyRow } from '../../store/keys.js';
import { usePrefs } from '../../store/prefs.js';
import { useNamedRow } from '../../store/roster.js';
import { useUi } from '../../store/ui.js';
import type { KeyColumn } from './columns.js';

type Props = RowPlace & {
  readonly id: string;
  readonly isCompanion: boolean;
  readonly columns: readonly KeyColumn[];
  readonly isOpen: boolean;
  /** The claimant above is open. */
  readonly isBeside: boolean;
  readonly onPick: (index: number) => void;
};

export const KeyRowView = memo(function KeyRowView(props: Props) {
  const row = useKeyRow(props.id);
  const { index, columns, isOpen, isBeside } = props;
  if (!row) return <div {...emptyRow(props)} />;
  return (
    <div
      {...rowAttributes(props)}
      className={`tr${isOpen ? ' sel' : ''}${isBeside ? ' beside' : ''}${props.isCompanion ? ' companion' : ''}`}
      aria-selected={isOpen}
      onClick={() => props.onPick(index)}
    >
      {columns.map((column) => (
        <Cell
          key={column.id}
          column={column}
          row={row}
          isCompanion={props.isCompanion}
          hasFingerprint={columns.some((each) => each.id === 'fingerprint')}
        />
      ))}
    </div>
  );
});

type CellProps = {
  readonly column: KeyColumn;
  readonly row: KeyRow;
  readonly isCompanion: boolean;
  readonly hasFingerprint: boolean;
};

function Cell({ column, row, isCompanion, hasFingerprint }: CellProps) {
  switch (column.id) {
    case 'trust':
      return (
        <span role="gridcell">
          {isCompanion ? (
            <span className="sr">{text('trust.trusted')}</span>
          ) : (
            <TrustWord trust={row.trust} isQuiet={row.kept} />
          )}
        </span>
      );
    case 'name':
      return (
        <span role="gridcell" className="row name-cell">
          <Foreign className={isCompanion ? 'sr' : `el ${row.trust === 'trusted' ? '' : 'b5'}`} max={60}>
            {row.name}
          </Foreign>
          {isCompanion ? (
            !hasFingerprint && <span className="bdg">{text('keyPage.pinned')}</span>
          ) : (
            <Marks row={row} />
          )}
        </span>
      );
    case 'fingerprint':
      return <FingerprintCell row={row} isCompanion={isCompanion} />;
    case 'firstSeen':
      return <Day at={row.firstSeenAt} tone={row.trust === 'changed' ? '' : 't2'} />;
    case 'lastSeen':
      return <Day at={row.lastSeenAt} tone="t2" />;
    case 'verified':
      return (
        <span role="gridcell" className="el t2 verified-cell">
          {row.verifiedBy === null ? <span className="t3">–</span> : text(`verified.${row.verifiedBy}`)}
        </span>
      );
    case 'beats':
      return isCompanion ? <span role="gridcell" /> : <BeatsCell name={row.name} />;
  }
}

const Marks = ({ row }: { readonly row: KeyRow }) => (
  <>
    {row.own && <span className="bdg">{text('badge.self')}</span>}
    {row.weak && <span className="bdg late">{text('trust.weak')}</span>}
    {row.kept && <span className="bdg">{text('keyPage.kept')}</span>}
  </>
);

function FingerprintCell({ row, isCompanion }: { readonly row: KeyRow; readonly isCompanion: boolean }) {
  const isCovered = useUi((ui) => ui.coveredName === row.name);
  if (row.fingerprint === null) {
    return (
      <span role="gridcell" className="t3 el">
        {text('keyPage.none')}
      </span>
    );
  }
  return (
    <span role="gridcell" className={`row fp-cell ${row.trust === 'changed' ? '' : 't2'}`}>
      {isCovered ? (
        <span className="mono" role="img" aria-label={text('keyPage.covered')}>
          •••• •••• … •••
        </span>
      ) : (
        <ShortFingerprint value={row.fingerprint} />
      )}
      {row.trust === 'changed' && <span className="bdg lost">{text('keyPage.now')}</span>}
      {isCompanion && <span className="bdg">{text('keyPage.pinned')}</span>}
    </span>
  );
}

function Day({ at, tone }: { readonly at: number | null; readonly tone: string }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const words = useFleetTime((now) => (at === null ? '' : formatDay(at, now, utc)));
  return (
    <span role="gridcell" className={`r num ${tone}`} title={at === null ? undefined : formatMoment(at, utc)}>
      {words === '' ? <span className="t3">–</span> : words}
    </span>
  );
}

function BeatsCell({ name }: { readonly name: string }) {
  const row = useNamedRow(name);
  const age = useFleetTime((now) => (row && row.lastBeatAt >= 0 ? formatAgeShort(now - row.lastBeatAt) : ''));
  if (!row) {
    return (
      <span role="gridcell" className="t3">
        {text('keyPage.beats.never')}
      </span>
    );
  }
  return (
    <span
      role="gridcell"
      className="row beats-cell"
      aria-label={`${text(`state.${row.state}`)} ${visible(age)}`}
    >
      <StatusMark state={row.state} />
      <span className="t2 num">{age || '–'}</span>
    </span>
  );
}
