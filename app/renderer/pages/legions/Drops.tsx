/** Packets that were not used, by kind, most first: another secret, another clock, somebody who should not be here. */
import type { Legion } from '../../../shared/domain/legion.js';
import { formatAge, formatNumber, text } from '../../../shared/i18n/index.js';
import { useLegionsAt } from '../../store/legions.js';

export function Drops({ legion: { drops } }: { readonly legion: Legion }) {
  const now = useLegionsAt();
  if (drops.length === 0) return null;
  return (
    <section className="drops" aria-labelledby="drops">
      <h2 className="h2" id="drops">
        {text('legionPage.drops')}
      </h2>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{text('legionPage.drops.kind')}</th>
            <th scope="col" className="r">
              {text('legionPage.drops.count')}
            </th>
            <th scope="col" className="r">
              {text('legionPage.drops.last')}
            </th>
          </tr>
        </thead>
        <tbody>
          {drops.map(({ kind, count, lastAt }) => (
            <tr key={kind}>
              <td>{text(`legion.drop.${kind}`)}</td>
              <td className="r num">{formatNumber(count)}</td>
              <td className="r num t2">{text('legionPage.ago', { age: formatAge(now - lastAt) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
