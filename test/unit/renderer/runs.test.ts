// @vitest-environment jsdom
/** The run in view: its store, its order and folds, its waves and evidence, its files; and what ten thousand rows cost. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { evidenceOf, gateWave } from '../../../app/renderer/parts/run-evidence.js';
import { runReport, runToCsv, runToJson } from '../../../app/renderer/parts/run-export.js';
import { sayRun } from '../../../app/renderer/parts/run-words.js';
import {
  linesOf,
  orderTargets,
  readRunFilter,
  type RunSort,
} from '../../../app/renderer/pages/run/select.js';
import { cellAt, layoutWaves, pictureOf } from '../../../app/renderer/pages/run/wave-layout.js';
import { runNews } from '../../../app/renderer/shell/run-news.js';
import {
  acceptRun,
  onRunFrame,
  openRun,
  pauseRun,
  resumeRun,
  runRows,
  runStore,
  targetAt,
} from '../../../app/renderer/store/run.js';
import type { Run, RunTarget } from '../../../app/shared/domain/change.js';
import {
  aResult,
  aRun,
  aTarget,
  countResults,
  GEM_ERROR,
  headOf,
  heldRun,
  largeRun,
  summaryOf,
} from '../../support/fake-runs.js';

const NOW = Date.UTC(2026, 2, 2, 12);
const ALL = readRunFilter('', '', '');
const ordered = (rows: readonly RunTarget[], by: RunSort, down = false, filter = ALL): string[] =>
  orderTargets(rows, filter, { by, down }, NOW).map((index) => rows[index]?.name ?? '?');
const frame = (run: Run, rows: readonly RunTarget[], type: 'snapshot' | 'delta', seq: number): boolean =>
  acceptRun({ type, seq, at: NOW, run: headOf(run), rows: [...rows] });

describe('the table of a run', () => {
  const rows = [
    aResult(0, 'w-1', 'verified', NOW - 9000),
    aResult(1, 'w-10', 'verified', NOW - 9000, { wave: 2 }),
    aResult(2, 'w-2', 'failed', NOW - 9000, { wave: 2, error: 'a' }),
    aResult(3, 'w-3', 'regressed', NOW - 9000, { wave: 2 }),
    aTarget(4, 'w-4', { wave: 3 }),
    aTarget(5, 'w-5', { wave: 4 }),
  ];

  it('has what is urgent first, the wave under way before those done, and what waits in its turn', () => {
    expect(ordered(rows, 'result')).toEqual(['w-3', 'w-2', 'w-10', 'w-1', 'w-4', 'w-5']);
  });

  it('is in natural order by name, and keeps what is unknown last either way', () => {
    expect(ordered(rows, 'name')).toEqual(['w-1', 'w-2', 'w-3', 'w-4', 'w-5', 'w-10']);
    expect(ordered(rows, 'took').slice(-2)).toEqual(['w-4', 'w-5']);
    expect(ordered(rows, 'took', true).slice(-2)).toEqual(['w-4', 'w-5']);
  });

  it('is filtered by state, wave and name, and takes nonsense for none', () => {
    expect(ordered(rows, 'order', false, readRunFilter('verified', '2', ''))).toEqual(['w-10']);
    expect(ordered(rows, 'order', false, readRunFilter('__proto__', 'x', 'W-1'))).toEqual(['w-1', 'w-10']);
  });

  it('folds equal errors, opens them, and never folds what went well', () => {
    const many = Array.from({ length: 7 }, (_, i) =>
      aResult(i, `n-${i}`, i < 3 ? 'failed' : i < 5 ? 'undeliverable' : 'verified', NOW, {
        ...(i < 3 ? { error: 'same' } : i < 5 ? { why: 'no-queue' as const } : {}),
      }),
    );
    const order = orderTargets(many, ALL, { by: 'result', down: false }, NOW);
    const lines = linesOf(many, order, true, new Set());
    expect(lines.map((line) => (line.kind === 'fold' ? line.indices.length : 1))).toEqual([3, 2, 1, 1]);
    const [first] = lines;
    expect(linesOf(many, order, true, new Set([first?.id ?? '']))).toHaveLength(7);
    expect(linesOf(many, order, false, new Set())).toHaveLength(7);
  });
});

describe('the store of the run in view', () => {
  const run = largeRun(40, NOW);
  const [first] = run.targets;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    openRun('big-40');
    return () => void vi.useRealTimers();
  });

  it('counts from its rows once all are here, and from the head before', () => {
    frame(run, run.targets.slice(0, 10), 'snapshot', 1);
    expect(runStore.getState()).toMatchObject({ isFull: false, counts: run.counts });
    frame(run, run.targets.slice(10), 'delta', 2);
    vi.advanceTimersByTime(250);
    expect(runStore.getState()).toMatchObject({ isFull: true, counts: countResults(run.targets) });
    expect(runStore.getState().waves[0]).toEqual(run.waves[0]?.counts);
    if (!first) throw new Error('no rows');
    frame(run, [{ ...first, state: 'regressed' }], 'delta', 3);
    vi.advanceTimersByTime(250);
    expect(runStore.getState().counts?.regressed).toBe(1);
    expect(runStore.getState().counts?.verified).toBe(run.counts.verified - 1);
  });

  it('asks for a new start after a gap', () => {
    expect(frame(run, run.targets, 'snapshot', 5)).toBe(true);
    expect(frame(run, [], 'delta', 7)).toBe(false);
    expect(frame(run, [], 'delta', 6)).toBe(true);
  });

  it('tells views at most four times a second, and of what was touched only', () => {
    frame(run, run.targets, 'snapshot', 1);
    const told: (number | null)[] = [];
    const stop = onRunFrame((touched) => told.push(touched === null ? null : touched.size));
    for (let i = 0; i < 100; i += 1) {
      const row = run.targets[i % 40];
      if (row) frame(run, [{ ...row, beats: i }], 'delta', i + 2);
      vi.advanceTimersByTime(10);
    }
    stop();
    expect(told.length).toBeLessThanOrEqual(5);
    expect(told.every((size) => size !== null && size > 0)).toBe(true);
  });

  it('stands still while paused and catches up at once', () => {
    frame(run, run.targets, 'snapshot', 1);
    pauseRun();
    if (!first) throw new Error('no rows');
    frame(run, [{ ...first, state: 'failed' }], 'delta', 2);
    vi.advanceTimersByTime(1000);
    expect(targetAt(0)?.state).toBe(first.state);
    expect(runStore.getState().counts).toEqual(countResults(run.targets));
    resumeRun();
    expect(targetAt(0)?.state).toBe('failed');
    expect(runStore.getState().counts?.failed).toBe(run.counts.failed + 1);
  });

  it('takes 10,000 rows in 200 ms, and 250 of them in 20', () => {
    const large = largeRun(10_000, NOW);
    openRun('big-10000');
    vi.useRealTimers();
    const start = performance.now();
    frame(large, large.targets, 'snapshot', 1);
    linesOf(runRows(), orderTargets(runRows(), ALL, { by: 'result', down: false }, NOW), true, new Set());
    expect(performance.now() - start).toBeLessThan(200);
    const next = performance.now();
    frame(large, large.targets.slice(0, 250), 'delta', 2);
    expect(performance.now() - next).toBeLessThan(20);
  });
});

describe('the waves of a run', () => {
  it('have large cells while there is room, smaller ones for large waves', () => {
    const layouts = layoutWaves([1, 11, 53, 147], 1176);
    expect(layouts.map(({ pitch, high, per }) => [pitch, high, per])).toEqual([
      [12, 5, 1],
      [12, 5, 1],
      [12, 5, 1],
      [12, 5, 1],
    ]);
    expect(layouts.reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(1176);
    const large = layoutWaves([1, 500, 2500, 6999], 1400);
    expect(large.map(({ per }) => per)).toEqual([1, 1, 1, 1]);
    expect(large[0]?.pitch).toBe(12);
  });

  it.each([
    ['one of one', [1], 900],
    ['ten', Array.from({ length: 10 }, () => 1000), 860],
    ['fifty', Array.from({ length: 50 }, () => 1000), 1176],
    ['50,000 at once', [50_000], 860],
    ['empty ones', [0, 3], 400],
  ])('never overflow their own column: %s', (_, sizes, room) => {
    for (const [i, layout] of layoutWaves(sizes, room).entries()) {
      const { width, height } = pictureOf(sizes[i] ?? 0, layout);
      expect(width).toBeLessThanOrEqual(layout.width);
      expect(height).toBeLessThanOrEqual(90);
    }
  });

  it('know the cell under a point', () => {
    const [layout] = layoutWaves([11], 900);
    if (!layout) throw new Error('no layout');
    expect(cellAt(1, 1, 11, layout)).toBe(0);
    expect(cellAt(13, 25, 11, layout)).toBe(7);
    expect(cellAt(25, 13, 11, layout)).toBe(-1);
    expect(cellAt(-1, 1, 11, layout)).toBe(-1);
  });
});

describe('the evidence of a gate', () => {
  const run = heldRun(NOW);
  const wave = run.waves[1];
  if (!wave) throw new Error('no wave');

  it('is counted from the wave before it, with what can still be reached', () => {
    expect(gateWave(run)).toBe(2);
    const evidence = evidenceOf(wave, wave.counts, 4);
    expect(evidence).toMatchObject({ proven: 9, failed: 1, open: 1, regressed: 0, isGood: false });
    expect(evidence.mostShare).toBeCloseTo(10 / 11);
    expect(evidence.jitter?.isSteady).toBe(true);
  });

  it('is not good with one regressed, however many are proven', () => {
    const counts = { ...wave.counts, verified: 11, failed: 0, sent: 0, regressed: 1 };
    expect(evidenceOf(wave, counts, 4)).toMatchObject({ isProven: true, isGood: false });
  });

  it('is of no gate while the run goes on', () => {
    expect(gateWave({ ...run, state: 'running' })).toBeNull();
  });
});

describe('the sentence of a run', () => {
  const counts = (run: Run) => run.waves.map((wave) => wave.counts);
  const words = (run: Run): string => {
    const said = sayRun(headOf(run), run.counts, counts(run), null);
    return `${said.first} ${said.counts.map((part) => (typeof part === 'string' ? part : part.text)).join('')}`;
  };

  it('is of the wave while waves go on, and of all when it is over', () => {
    const run = heldRun(NOW);
    expect(words(run)).toBe('Wave 2 of 4 is held at its gate. 9 of 11 verified, 1 failed, 1 waits.');
    expect(words({ ...run, state: 'done', hold: null })).toBe(
      'This change is done. 10 of 212 verified, 1 failed, 1 waits.',
    );
  });

  it('says who pushed what was only observed, with nothing hidden in the name', () => {
    const rows = [aResult(0, 'a', 'success', NOW), aResult(1, 'b', 'failed', NOW)];
    expect(words(aRun(rows, NOW, { state: 'observed', by: 'a\u202eb' }))).toBe(
      'a‹U+202E›b pushed this change. 1 node said that it worked, 1 said that it failed.',
    );
  });
});

describe('what is spoken of runs', () => {
  it('is nothing of what was there before, each quarter once, and the end', () => {
    const run = summaryOf(largeRun(40, NOW));
    const at = (verified: number) => ({
      ...run,
      counts: { ...countResults([]), verified, queued: 40 - verified },
    });
    const first = runNews(null, [at(12)], []);
    expect(first.polite).toBe('');
    const half = runNews(first.told, [at(20)], []);
    expect(half.polite).toBe('Settings transport.pool: 50 % of its nodes are through.');
    expect(runNews(half.told, [at(21)], []).polite).toBe('');
    const over = runNews(half.told, [], [{ ...at(40), state: 'done' }]);
    expect(over.polite).toBe('Settings transport.pool is over: 40 of 40 verified.');
    // The list may hear of the end a moment later.
    const late = runNews(half.told, [], [at(40)]);
    expect(late.polite).toBe('');
    expect(runNews(late.told, [], [{ ...at(40), state: 'done' }]).polite).toContain('is over');
  });
});

describe('a run as files', () => {
  const run = heldRun(NOW);

  it('has its rows as CSV, with nothing a spreadsheet would run', () => {
    const rows = [aResult(0, '=cmd()', 'failed', NOW, { error: 'a "quoted", word\nand more' })];
    const [head, line] = runToCsv(rows).split('\r\n');
    expect(head?.split(',').slice(0, 4)).toEqual(['wave', 'name', 'state', 'attempt']);
    expect(line).toContain("'=cmd()");
    expect(runToCsv(rows)).toContain('"a ""quoted"", word\nand more"');
  });

  it('has all of it as JSON', () => {
    expect(JSON.parse(runToJson(run))).toEqual(run);
  });

  it('has a report that tells the whole story', () => {
    const report = runReport(
      {
        ...run,
        decisions: [
          ...run.decisions,
          { at: NOW, what: 'continued', by: 'ada', reason: 'known', count: null },
        ],
      },
      NOW,
      true,
    );
    expect(report).toContain('Gem lex-http 0.9.1, 212 nodes');
    expect(report).toContain('ada let go on: known');
    expect(report).toContain(`1 × ${GEM_ERROR}`);
    expect(report).toContain('10 verified');
    expect(report).toContain('Wave 2: 11 nodes');
  });
});
