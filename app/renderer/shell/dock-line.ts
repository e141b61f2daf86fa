/** What the dock says of one open run: how far it is and what it waits for. Pure. */
import type { RunSummary } from '../../shared/domain/change.js';
import { holdText, text } from '../../shared/i18n/index.js';
import { nameOfWhat } from '../parts/run-words.js';
import { proven } from '../store/runs.js';

export type DockLine = {
  readonly name: string;
  readonly wave: string;
  readonly verified: string;
  /** What went wrong, or ''. */
  readonly bad: string;
  /** What it waits for, or ''. */
  readonly waits: string;
};

export function dockLine(run: RunSummary): DockLine {
  const { counts, hold, state } = run;
  const failed = counts.failed + counts.undeliverable;
  return {
    name: nameOfWhat(run.what),
    wave: run.waveCount > 1 ? text('dock.wave', { wave: run.wave, waves: run.waveCount }) : '',
    verified: text('dock.verified', { good: proven(counts), total: run.total }),
    bad: counts.regressed + failed === 0 ? '' : text('dock.bad', { regressed: counts.regressed, failed }),
    waits:
      state === 'waiting'
        ? text('dock.waiting')
        : state !== 'held' || !hold
          ? ''
          : hold.gate !== null
            ? text(hold.why === 'ask' ? 'dock.gate' : 'dock.gate.held', { gate: hold.gate - 1 })
            : holdText(hold),
  };
}
