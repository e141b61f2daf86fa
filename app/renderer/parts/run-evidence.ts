/** What a gate rests on: counted from the wave before it. Pure. */
import type { ResultCounts, RunHead, RunWave } from '../../shared/domain/change.js';
import { proven } from '../store/runs.js';

export type Evidence = {
  /** The wave before the gate, from 1. */
  readonly wave: number;
  readonly isLast: boolean;
  readonly size: number;
  readonly proven: number;
  /** Shares of the wave, 0 to 1. */
  readonly share: number;
  readonly needed: number;
  readonly isProven: boolean;
  readonly regressed: number;
  /** Those that said it worked, whatever came after. */
  readonly succeeded: number;
  readonly failed: number;
  /** Neither proven nor finally anything else. */
  readonly open: number;
  /** The largest share that may still be reached as it stands. */
  readonly mostShare: number;
  readonly jitter: { readonly before: number; readonly now: number; readonly isSteady: boolean } | null;
  readonly isGood: boolean;
};

/** The wave whose results stand at a gate now; null when none does. */
export function gateWave({ hold, state, waves }: RunHead): number | null {
  if (state !== 'held') return null;
  const gate = hold?.gate ?? null;
  if (gate !== null) return gate - 1;
  return waves.find((wave) => wave.state === 'gate')?.wave ?? null;
}

/** Twice as restless as before, and by more than this, is worth a look. */
const RESTLESS_MS = 100;

export function evidenceOf(wave: RunWave, counts: ResultCounts, waveCount: number): Evidence {
  const good = proven(counts);
  const lost = counts.failed + counts.undeliverable + counts['no-answer'] + counts.regressed + counts.skipped;
  const size = Math.max(1, wave.size);
  const share = good / size;
  const { jitterBefore: before, jitterNow: now } = wave;
  const isProven = share >= wave.minVerified;
  return {
    wave: wave.wave,
    isLast: wave.wave === waveCount,
    size: wave.size,
    proven: good,
    share,
    needed: wave.minVerified,
    isProven,
    regressed: counts.regressed,
    succeeded: good + counts.success + counts.regressed,
    failed: counts.failed + counts.undeliverable + counts['no-answer'],
    open: wave.size - good - lost,
    mostShare: (wave.size - lost) / size,
    jitter:
      before === null || now === null
        ? null
        : { before, now, isSteady: now <= before * 2 || now - before <= RESTLESS_MS },
    isGood: isProven && counts.regressed === 0,
  };
}
