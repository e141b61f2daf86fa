/**
 * What would change: old left, new right, and for every value from before where it is known from. Values are shown as
 * text and cut; whole on hover and focus.
 */
import type { DiffRow } from '../../shared/domain/change.js';
import { formatMoment, text, visible } from '../../shared/i18n/index.js';
import { usePrefs } from '../store/prefs.js';

const MAX = 200;

export function DiffTable({ rows, label }: { readonly rows: readonly DiffRow[]; readonly label?: string }) {
  if (rows.length === 0) return null;
  return (
    <div className="diff-box" tabIndex={0} role="region" aria-label={label ?? text('confirm.diff')}>
      <table className="plain diff">
        <thead>
          <tr>
            <th scope="col">{text('confirm.diff.key')}</th>
            <th scope="col">{text('confirm.diff.before')}</th>
            <th scope="col">{text('confirm.diff.after')}</th>
            <th scope="col">{text('confirm.diff.effect')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.path} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { readonly row: DiffRow }) {
  return (
    <tr>
      <th scope="row" className="mono wrap">
        {visible(row.path, 120)}
        {row.masked && <span className="bdg">{text('confirm.masked')}</span>}
      </th>
      <td>
        <ul className="befores">
          {row.before.map((before, index) => (
            <li key={index}>
              <Value value={before.value} isOld={row.effect === 'change' || row.effect === 'mixed'} />{' '}
              <span className="t3 lab">
                <Source {...before} />
              </span>
            </li>
          ))}
        </ul>
      </td>
      <td>
        <Value value={row.after} isNew={row.effect !== 'no-change'} />
        {row.lost.length > 0 && (
          <span className="c-late lab lost-keys">
            {text('confirm.lost', { keys: visible(row.lost.join(', '), MAX) })}
          </span>
        )}
      </td>
      <td className={row.effect === 'no-change' ? 't3 nw' : 'nw'}>{text(`effect.${row.effect}`)}</td>
    </tr>
  );
}

export function Value(props: {
  readonly value: string | null;
  readonly isOld?: boolean;
  readonly isNew?: boolean;
}) {
  if (props.value === null) return <span className="t3">{text('confirm.unknown')}</span>;
  const whole = visible(props.value, 4000);
  const look = props.isNew ? 'val new' : props.isOld ? 'val old' : 'val';
  return (
    <code className={look} {...(whole.length > MAX ? { title: whole, tabIndex: 0 } : {})}>
      {visible(props.value, MAX)}
    </code>
  );
}

function Source({ source, at, nodes }: DiffRow['before'][number]) {
  const utc = usePrefs((prefs) => prefs.utc);
  return text('confirm.source', {
    source: text(`source.${source}`),
    at: at === null ? 'none' : formatMoment(at, utc).slice(0, 16),
    nodes,
  });
}
