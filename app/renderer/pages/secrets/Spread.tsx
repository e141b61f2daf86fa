/** After a change of the secret: who uses the new one, who still the one before, who got nothing and why. */
import type { ClusterSecret, SECRET_HOLDERS } from '../../../shared/domain/secret.js';
import { formatClock, text } from '../../../shared/i18n/index.js';
import { ShortFingerprint } from '../../components/index.js';
import { At, NodeLink } from '../../parts/index.js';
import { usePrefs } from '../../store/prefs.js';

const LISTED = 30;
type Uses = (typeof SECRET_HOLDERS)[number];

export function Spread({ secret }: { readonly secret: ClusterSecret }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const { handover, previous, holders } = secret;
  if (handover === null && previous === null) return null;
  const of = (uses: Uses): typeof holders => holders.filter((one) => one.uses === uses);
  const behind = [...of('previous'), ...of('other')];
  return (
    <section className="spread" aria-labelledby="spread">
      <h2 className="h2" id="spread">
        {text('secretPage.spread')}
      </h2>
      <p className="t2">
        {text('secretPage.spread.say', {
          current: of('current').length,
          behind: behind.length,
          until: previous === null ? 'none' : formatClock(previous.until, { utc, precision: 'minute' }),
        })}
      </p>
      {handover !== null && (
        <p className="t2">
          {text('secretPage.spread.handover', {
            at: formatClock(handover.at, { utc, precision: 'minute' }),
            sent: handover.sent,
            away: handover.away.length,
            without: handover.without,
          })}
        </p>
      )}
      {behind.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th>{text('secretPage.spread.who')}</th>
              <th>{text('secretPage.spread.uses')}</th>
              <th className="r">{text('secretPage.spread.at')}</th>
            </tr>
          </thead>
          <tbody>
            {behind.slice(0, LISTED).map((one) => (
              <tr key={`${one.name ?? ''}${one.fingerprint ?? ''}`}>
                <td>
                  {one.name === null ? (
                    one.fingerprint && <ShortFingerprint value={one.fingerprint} />
                  ) : (
                    <NodeLink name={one.name} />
                  )}
                </td>
                <td className="t2">{text(`secret.uses.${one.uses}`)}</td>
                <td className="r t2 num">
                  <At at={one.at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {behind.length > LISTED && (
        <p className="t3 lab">{text('overview.needs.more', { count: behind.length - LISTED })}</p>
      )}
      {handover !== null && handover.away.length > 0 && (
        <p className="t2 from-line">
          <span className="t3">{text('secretPage.spread.away')}</span>{' '}
          {handover.away.slice(0, LISTED).map((name) => (
            <NodeLink key={name} name={name} />
          ))}
        </p>
      )}
    </section>
  );
}
