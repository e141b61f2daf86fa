/**
 * Ten marks for what became of a change on a node, so that shape and word carry the meaning and colour only speeds it
 * up. What went well recedes; three kinds of failure have three shapes. The word stands beside it.
 */
import type { ReactNode } from 'react';
import type { ResultState } from '../../shared/domain/change.js';
import { text } from '../../shared/i18n/index.js';

export const RESULT_TONE: Readonly<Record<ResultState, string>> = {
  regressed: 'lost',
  failed: 'lost',
  undeliverable: 'lost',
  'no-answer': 'unk',
  sent: 'info',
  success: 'ok',
  verified: 'ok',
  'no-change': 'ok',
  queued: 'unk',
  skipped: 'unk',
};

const line = (d: string, width: number): ReactNode => (
  <path
    d={d}
    fill="none"
    stroke="currentColor"
    strokeWidth={width}
    strokeLinecap="round"
    strokeLinejoin="round"
  />
);

const SHAPES: Readonly<Record<ResultState, ReactNode>> = {
  regressed: <path d="M7.4.6 2.2 7h3.4l-1 4.4L9.8 5H6.4Z" fill="currentColor" />,
  failed: line('m2.5 2.5 7 7m0-7-7 7', 2),
  undeliverable: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="m2.9 9.1 6.2-6.2" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
  'no-answer': (
    <>
      <rect x="1" y="2" width="10" height="8" rx="1.6" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M3.4 6h.01M6 6h.01M8.6 6h.01" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  sent: line('M1.5 6h8.6M6.8 2.8 10.2 6 6.8 9.2', 1.7),
  success: line('m2 6.4 2.7 2.8L10 3.2', 1.8),
  verified: line('m.9 6.7 2.5 2.6 4.8-6M7 8.9l.5.4 5-6.1', 1.5),
  'no-change': line('M2 3.2h8M2 6h8M2 8.8h8', 1.6),
  queued: <circle cx="6" cy="6" r="1.6" fill="currentColor" />,
  skipped: line('M2.6 6h6.8', 1.8),
};

type Props = { readonly state: ResultState; readonly tone?: string };

export function ResultMark({ state, tone = RESULT_TONE[state] }: Props) {
  // Two ticks need two pixels more to stay two.
  const width = state === 'verified' ? 14 : 12;
  return (
    <svg
      className={`mark result c-${tone}`}
      viewBox={`0 0 ${width} 12`}
      style={{ width, height: 12, marginInline: width === 14 ? -1 : 0 }}
      aria-hidden="true"
    >
      {SHAPES[state]}
    </svg>
  );
}

const LOUD: ReadonlySet<ResultState> = new Set(['regressed', 'failed', 'undeliverable', 'sent']);

/** Mark and word, as in every list. */
export function ResultWord({ state, tone, word }: Props & { readonly word?: string }) {
  const look = LOUD.has(state) ? `b5 c-${tone ?? RESULT_TONE[state]}` : 't2';
  return (
    <span className="row result-word">
      <ResultMark state={state} {...(tone === undefined ? {} : { tone })} />
      <span className={`el ${look}`}>{word ?? text(`result.${state}`)}</span>
    </span>
  );
}
