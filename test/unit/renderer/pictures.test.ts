/** What the small pictures are made of: ticks of beats, gaps, chart domains and bins. */
import { describe, expect, it } from 'vitest';
import { tickPlaces } from '../../../app/renderer/components/Ticks.js';
import { beatLine, gapBins, median } from '../../../app/renderer/pages/node/planes.js';
import { alarmFrom, bins, newest, shareFoot } from '../../../app/renderer/pages/overview/history.js';

const NOW = 1_700_000_000_000;

describe('beats as ticks', () => {
  it('stand side by side in spite of jitter', () => {
    expect(tickPlaces([200, 1290, 2110, 3250], 1000, 5)).toEqual([4, 3, 2, 1]);
  });

  it('leave empty places for missed beats, and for silence', () => {
    expect(tickPlaces([100, 1100, 4100], 1000, 6)).toEqual([5, 4, 1]);
    expect(tickPlaces([4600, 5600], 1000, 6)).toEqual([1, 0]);
  });

  it('place a silent node by its last beat and its gaps', () => {
    const line = beatLine({ gaps: [1000, 1000, 2000], lastBeatAt: NOW - 10_000, intervalMs: 1000 }, NOW);
    expect(line.to - line.from).toBe(60_000);
    expect(Math.max(...line.places)).toBe(50);
    expect(line.places).toHaveLength(4);
  });

  it('stop at our own outage, and say nothing of a node never heard', () => {
    expect(beatLine({ gaps: [1000, -1, 1000], lastBeatAt: NOW, intervalMs: 1000 }, NOW).places).toHaveLength(
      2,
    );
    expect(beatLine({ gaps: [], lastBeatAt: null, intervalMs: 1000 }, NOW).places).toEqual([]);
  });
});

describe('gaps', () => {
  it('fall into round bins that count them all', () => {
    const found = gapBins([980, 1010, 1020, 1500, -1]);
    expect(found.reduce((sum, bin) => sum + bin.count, 0)).toBe(4);
    expect(found[0]?.from).toBeLessThanOrEqual(980);
    expect(gapBins([])).toEqual([]);
    expect(median([3, 1, 2])).toBe(2);
  });
});

describe('charts', () => {
  it('begin at a round foot below every value', () => {
    expect(shareFoot([0.9987, 0.9966])).toBe(0.995);
    expect(shareFoot([1, null, 1])).toBe(0.999);
    expect(shareFoot([0.2])).toBe(0);
  });

  it('gather points into bins, empty where nothing was recorded', () => {
    const page = { fromAt: 0, toAt: 100, at: [10, 20, 30, 100] };
    expect(bins(page, [1, 3, null, 8], 5).values).toEqual([2, null, null, null, 8]);
  });

  it('know the newest value and what stands out', () => {
    expect(newest([1, 2, null])).toBe(2);
    expect(alarmFrom([4, 5, 4, 21])).toBe(9);
    expect(alarmFrom([])).toBe(1);
  });
});
