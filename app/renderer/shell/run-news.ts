/**
 * What screen readers are told of open runs: politely at a quarter, half, three quarters and the end, and at each gate;
 * at once when one is held or stopped by its rule. Pure: what was said before goes in, what is to be said comes out.
 */
import type { RunSummary } from '../../shared/domain/change.js';
import { formatShare, holdText, text } from '../../shared/i18n/index.js';
import { nameOfWhat } from '../parts/run-words.js';
import { finished, isOpenRun, proven } from '../store/runs.js';

/** By run: the last quarter that was said, and whether its hold was. */
export type Told = ReadonlyMap<string, { readonly quarter: number; readonly hold: string }>;
export type News = { readonly told: Told; readonly polite: string; readonly urgent: string };

const URGENT: ReadonlySet<string> = new Set(['rule', 'link', 'journal', 'restart']);

/** `all`: runs that are not open any more as well, for how they ended. `before` null: nothing is news yet. */
export function runNews(before: Told | null, open: readonly RunSummary[], all: readonly RunSummary[]): News {
  const told = new Map<string, { quarter: number; hold: string }>();
  const polite: string[] = [];
  const urgent: string[] = [];
  for (const run of open) {
    const share = run.total === 0 ? 0 : finished(run.counts) / run.total;
    const was = before?.get(run.id);
    const quarter = Math.max(was?.quarter ?? 0, Math.floor(share * 4));
    const hold = run.state === 'held' && run.hold ? `${run.hold.why} ${run.hold.at}` : '';
    told.set(run.id, { quarter, hold });
    if (!before) continue;
    const name = nameOfWhat(run.what);
    if (quarter > (was?.quarter ?? 0) && quarter < 4)
      polite.push(text('run.progress', { name, share: formatShare(quarter / 4) }));
    if (hold === '' || hold === was?.hold || !run.hold) continue;
    if (run.hold.why === 'ask' || run.hold.why === 'evidence')
      polite.push(text('run.progress.gate', { name, gate: run.hold.gate ?? run.wave + 1 }));
    else if (URGENT.has(run.hold.why))
      urgent.push(text('run.progress.held', { name, why: holdText(run.hold) }));
  }
  for (const [id, was] of before ?? []) {
    if (told.has(id)) continue;
    const run = all.find((one) => one.id === id);
    // The list may hear of the end a moment later than the session.
    if (run && isOpenRun(run)) told.set(id, { ...was });
    else if (run && (run.state === 'done' || run.state === 'stopped'))
      polite.push(
        text('run.progress.done', {
          name: nameOfWhat(run.what),
          good: proven(run.counts),
          total: run.total,
        }),
      );
  }
  return { told, polite: polite.join(' '), urgent: urgent.join(' ') };
}
