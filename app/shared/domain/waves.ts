/** Ways to divide a push into waves: three presets, and the short form that people type: `1,5%,25%,rest`. */
import type { WaveSpec } from './change.js';

const wave = (size: string, begins: WaveSpec['begins'], minVerified: number, watchS: number): WaveSpec => ({
  size,
  begins,
  minVerified,
  watchS,
});

export const WAVE_PRESETS = {
  careful: [
    wave('1', 'auto', 1, 300),
    wave('5%', 'auto', 0.95, 180),
    wave('25%', 'auto', 0.95, 120),
    wave('rest', 'ask', 0.95, 300),
  ],
  steady: Array.from({ length: 10 }, (_, index) => wave(index === 9 ? 'rest' : '10%', 'auto', 0.95, 60)),
  once: [wave('rest', 'auto', 0, 0)],
} as const satisfies Record<string, readonly WaveSpec[]>;
export type WavePreset = keyof typeof WAVE_PRESETS;
export const isWavePreset = (word: string): word is WavePreset => Object.hasOwn(WAVE_PRESETS, word);

/** The waves, or the mistake as a finding of a rehearsal (`check.<code>`) with what it is about. */
export type WavesRead =
  | { readonly ok: true; readonly waves: WaveSpec[] }
  | { readonly ok: false; readonly code: 'waves' | 'waves-rest'; readonly word: string };

/** `rest` before the end leaves the waves behind it nobody: where the first such one stands, or -1. */
export const earlyRest = (waves: readonly Pick<WaveSpec, 'size'>[]): number =>
  waves.findIndex(({ size }, index) => size === 'rest' && index < waves.length - 1);

/** The same sizes in an order that can be: what is left comes last, and once. */
export const restLast = (waves: readonly Pick<WaveSpec, 'size'>[]): string =>
  [...waves.map(({ size }) => size).filter((size) => size !== 'rest'), 'rest'].join(',');

/** A preset's name or sizes with commas. Typed sizes begin by themselves once 95 % of the wave before are verified. */
export function readWaves(typed: string, watchS = 0): WavesRead {
  const word = typed.trim().toLowerCase();
  if (isWavePreset(word)) return { ok: true, waves: WAVE_PRESETS[word].map((each) => ({ ...each })) };
  const parts = word.split(',').map((part) => part.trim());
  const waves: WaveSpec[] = [];
  for (const part of parts) {
    const share = /^(\d{1,3})%$/.exec(part);
    const isGood = share
      ? Number(share[1]) >= 1 && Number(share[1]) <= 100
      : /^([1-9]\d{0,5}|rest)$/.test(part);
    if (!isGood) return { ok: false, code: 'waves', word: part };
    waves.push(wave(part, 'auto', 0.95, watchS));
  }
  if (waves.length > 49) return { ok: false, code: 'waves', word: parts[49] ?? '' };
  if (earlyRest(waves) >= 0) return { ok: false, code: 'waves-rest', word: restLast(waves) };
  if (waves.at(-1)?.size !== 'rest' && waves.at(-1)?.size !== '100%')
    waves.push(wave('rest', 'auto', 0.95, watchS));
  return { ok: true, waves };
}

/** How many nodes each wave gets: shares are of all, rounded up; the last takes what is left; empty ones are dropped. */
export function waveSizes(specs: readonly WaveSpec[], total: number): number[] {
  let left = total;
  return specs.map(({ size }, index) => {
    const wanted =
      size === 'rest' || index === specs.length - 1
        ? left
        : size.endsWith('%')
          ? Math.ceil((total * Number(size.slice(0, -1))) / 100)
          : Number(size);
    const taken = Math.min(left, wanted);
    left -= taken;
    return taken;
  });
}
