/**
 * The seven silhouettes of node states, 12 px, so that shape and word carry the meaning and colour only speeds
 * it up. Healthy is the smallest: it recedes. Drawn without a title; the word stands beside it.
 */
import type { ReactNode } from 'react';
import type { NodeState } from '../../shared/domain/node-state.js';

export const TONE: Readonly<Record<NodeState, string>> = {
  healthy: 'ok',
  late: 'late',
  silent: 'lost',
  troubled: 'self',
  updating: 'info',
  unheard: 'unk',
  left: 'unk',
};

const SHAPES: Readonly<Record<NodeState, ReactNode>> = {
  healthy: <circle cx="6" cy="6" r="3.5" fill="currentColor" />,
  late: <path d="M6 1 11.4 10.6H.6Z" fill="currentColor" />,
  silent: <rect x="1.25" y="1.25" width="9.5" height="9.5" rx="1.2" fill="currentColor" />,
  troubled: <path d="M6 .2 11.8 6 6 11.8.2 6Z" fill="currentColor" />,
  updating: (
    <>
      <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 6V1.5A4.5 4.5 0 0 1 10.5 6Z" fill="currentColor" />
    </>
  ),
  unheard: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" />,
  left: (
    <>
      <rect
        x="1.5"
        y="1.5"
        width="9"
        height="9"
        rx="1.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <path d="M3.5 6h5" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
};

type Props = { readonly state: NodeState; readonly tone?: string; readonly size?: number };

export function StatusMark({ state, tone = TONE[state], size = 12 }: Props) {
  return (
    <svg
      className={`mark c-${tone}`}
      viewBox="0 0 12 12"
      style={{ width: size, height: size }}
      aria-hidden="true"
    >
      {SHAPES[state]}
    </svg>
  );
}
