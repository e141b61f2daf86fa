/** Replacing the cluster secret: what it means, who gets the new one, and a number to type where many are reached. */
import { useMemo } from 'react';
import { formatNumber, text } from '../../../shared/i18n/index.js';
import { ActDialog } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';
import { keyOfName, useKeys } from '../../store/keys.js';
import { rosterRows } from '../../store/roster.js';
import { useSession } from '../../store/session.js';

/** Reaching more than so many, or anybody in production, wants the number typed. */
const MANY = 50;

type Props = { readonly open: boolean; readonly onClose: () => void; readonly others: number };

export function ReplaceDialog({ open, onClose, others }: Props) {
  const isProduction = useSession((state) => state.live?.profile.kind === 'production');
  const order = useKeys((state) => state.order);
  const audience = useMemo(
    () => (open ? countAudience() : { trusted: 0, without: 0 }),
    // Counted again when the trust of a key changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [open, order],
  );
  const isMany = others > MANY || (isProduction && others > 0);
  return (
    <ActDialog
      open={open}
      onClose={onClose}
      title={text('secretPage.replace.title')}
      verb={text('secretPage.replace.do', { count: audience.trusted })}
      type={isMany ? others : null}
      act={() => ask('secret.rotate', {})}
      done={text('secretPage.done.replaced')}
    >
      <p className="t2">{text('secretPage.replace.why')}</p>
      <ul className="consequences">
        <li>{text('secretPage.replace.trusted', { count: audience.trusted })}</li>
        <li>{text('secretPage.replace.without', { count: audience.without })}</li>
        <li>{text('secretPage.replace.ruby')}</li>
        <li>{text('secretPage.replace.old')}</li>
      </ul>
      {isMany && <p className="t3 lab">{text('secretPage.replace.type', { total: formatNumber(others) })}</p>}
    </ActDialog>
  );
}

/** Nodes that beat, by whether their key is trusted; ours is not among them. */
function countAudience(): { readonly trusted: number; readonly without: number } {
  let trusted = 0;
  let without = 0;
  for (const row of rosterRows()) {
    if (!row || row.state === 'left' || row.state === 'unheard') continue;
    const key = keyOfName(row.name);
    if (key?.own === true) continue;
    if (key?.trust === 'trusted') trusted += 1;
    else without += 1;
  }
  return { trusted, without };
}
