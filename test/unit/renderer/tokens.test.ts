/** Colours by meaning keep their contrast, in both themes; fills of the map stay apart for every eye. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../../app/renderer/theme/tokens.css', import.meta.url), 'utf8');

function tokensOf(theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}

/** CIE76. The palette aims at 25; simulations of the same eye differ by one among themselves. */
const APART = 24;

type Rgb = readonly [number, number, number];
const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
const linear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = (hex: string): number => {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

/** Linear RGB as seen with one kind of cone missing (Machado, Oliveira and Fernandes 2009, severity 1). */
const EYES: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

function lab(hex: string, eye: readonly Rgb[]): Rgb {
  const source = rgb(hex).map(linear);
  const [r, g, b] = eye.map((row) =>
    clamp(row.reduce((sum, k, i) => sum + k * (source[i] ?? 0), 0)),
  ) as unknown as Rgb;
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const tokens = tokensOf(theme);
  const token = (name: string): string => {
    const value = tokens.get(name);
    if (!value) throw new Error(`no token ${name}`);
    return value;
  };
  const grounds = ['canvas', 'surface', 'sunken'];

  it.each(['text', 'text-2', 'text-3', 'ok', 'late', 'lost', 'self', 'info', 'unk', 'accent'])(
    '--%s reads on every ground',
    (name) => {
      for (const ground of grounds)
        expect(contrast(token(name), token(ground)), ground).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['ok', 'late', 'lost', 'self', 'info', 'unk'])('--%s reads on its own tint', (name) => {
    expect(contrast(token(name), token(`${name}-soft`))).toBeGreaterThanOrEqual(4.5);
  });

  it('controls and environment words can be seen', () => {
    for (const ground of grounds) {
      expect(contrast(token('control'), token(ground))).toBeGreaterThanOrEqual(3);
      expect(contrast(token('env-production'), token(ground))).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(token('on-accent'), token('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token('env-production-band'), token('sunken'))).toBeGreaterThanOrEqual(2.95);
  });

  it('alarming fills of the map stand out from the surface', () => {
    for (const name of ['heat-late', 'heat-silent', 'heat-troubled', 'heat-updating']) {
      expect(contrast(token(name), token('surface')), name).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(Object.keys(EYES))('any two fills of the map differ to a %s eye', (eye) => {
    const fills = ['heat-ok', 'heat-updating', 'heat-late', 'heat-silent', 'heat-troubled'];
    for (const [i, a] of fills.entries()) {
      for (const b of fills.slice(i + 1)) {
        expect(
          distance(lab(token(a), EYES[eye] ?? []), lab(token(b), EYES[eye] ?? [])),
          `${a} ${b}`,
        ).toBeGreaterThanOrEqual(APART);
      }
    }
  });
});
