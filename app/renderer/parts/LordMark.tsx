/** The crown beside a node that leads a legion we hear. */
import { Crown } from 'lucide-react';
import { text, visible } from '../../shared/i18n/index.js';
import { Icon } from '../components/index.js';
import { useLegions } from '../store/legions.js';

export function LordMark({ node }: { readonly node: string }) {
  const legion = useLegions(({ nodes }) => (nodes[node]?.isLord === true ? nodes[node].legion : null));
  if (legion === null) return null;
  const label = text('lord.of', { legions: visible(legion, 40) });
  return (
    <span className="lord-mark" title={label}>
      <Icon of={Crown} size={14} />
      <span className="sr">{label}</span>
    </span>
  );
}
