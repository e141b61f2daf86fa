/** A badge beside a node's name, with its figure where the roster knows it. */
import type { Badge } from '../../shared/domain/node-state.js';
import type { RosterRow } from '../../shared/domain/roster-table.js';
import { formatSkew, text } from '../../shared/i18n/index.js';

const TONES: Readonly<Record<Badge, string>> = {
  flapping: 'late',
  duplicate: 'lost',
  skew: 'late',
  self: '',
  console: '',
};

export function BadgeMark({ badge, row }: { readonly badge: Badge; readonly row: RosterRow }) {
  const label =
    badge === 'skew' && row.skewMs !== null
      ? text('badge.skew.by', { skew: formatSkew(row.skewMs) })
      : badge === 'flapping' && row.changes > 0
        ? text('badge.flapping.times', { count: row.changes })
        : text(`badge.${badge}`);
  return <span className={`bdg ${TONES[badge]}`.trim()}>{label}</span>;
}
