/** Seven marks of trust, so that shape and word carry the meaning. Trusted recedes. The word stands beside it. */
import {
  Circle,
  CircleDashed,
  createLucideIcon,
  ShieldAlert,
  ShieldCheck,
  ShieldPlus,
  ShieldX,
  type LucideIcon,
} from 'lucide-react';
import type { TrustState } from '../../shared/domain/key.js';
import { text } from '../../shared/i18n/index.js';
import { Icon } from './Button.js';

const Rings = createLucideIcon('two-rings', [
  ['circle', { cx: '9', cy: '12', r: '6', key: 'left' }],
  ['circle', { cx: '15', cy: '12', r: '6', key: 'right' }],
]);

const MARKS: Readonly<Record<TrustState, readonly [icon: LucideIcon, tone: string]>> = {
  changed: [ShieldAlert, 'c-lost'],
  shared: [Rings, 'c-late'],
  new: [ShieldPlus, 'c-info'],
  missing: [CircleDashed, 't3'],
  quiet: [Circle, 't3'],
  refused: [ShieldX, 't3'],
  trusted: [ShieldCheck, 't3'],
};

type Props = { readonly trust: TrustState; readonly isQuiet?: boolean; readonly size?: number };

export function TrustMark({ trust, isQuiet = false, size = 16 }: Props) {
  const [icon, tone] = MARKS[trust];
  return (
    <span className={`trust-mark ${isQuiet ? 't3' : tone}`}>
      <Icon of={icon} size={size} />
    </span>
  );
}

/** Mark and word, as in every list. `isQuiet`: decided, so that it asks for nobody. */
export function TrustWord({ trust, isQuiet = false }: Props) {
  const [, tone] = MARKS[trust];
  const look =
    isQuiet || trust === 'trusted' || trust === 'refused' ? 't2' : `b5 ${tone === 't3' ? 't2' : tone}`;
  return (
    <span className="row trust-word">
      <TrustMark trust={trust} isQuiet={isQuiet} />
      <span className={`el ${look}`}>{text(`trust.${trust}`)}</span>
    </span>
  );
}
