import { describe, expect, it } from 'vitest';
import { createEventLog, MAX_EVENTS } from '../../../../../app/main/core/history/event-log.js';
import { BUCKET_MS, createHistory } from '../../../../../app/main/core/history/aggregates.js';
import { createLink } from '../../../../../app/main/core/link.js';
import { AppError } from '../../../../../app/shared/errors/app-error.js';

describe('the event log', () => {
  it('folds what happens together into one line that comes again under its id', () => {
    const log = createEventLog();
    const seen = log.snapshot(1, 10);
    expect(seen.events).toEqual([]);
    for (let i = 0; i < 9; i += 1)
      log.record({ kind: 'node.silent', names: [`c-${i}`], group: 'c', foldMs: 2_000 }, 1_000 + i * 300);
    const rev = log.rev();
    log.record({ kind: 'node.silent', names: ['d-1'], group: 'd', foldMs: 2_000 }, 2_000);
    log.record({ kind: 'node.silent', names: ['c-9'], group: 'c', foldMs: 2_000 }, 4_000);
    log.record({ kind: 'node.silent', names: ['c-10'], group: 'c', foldMs: 2_000 }, 9_000);
    expect(log.list(10).map(({ group, count, at, until }) => ({ group, count, at, until }))).toEqual([
      { group: 'c', count: 10, at: 1_000, until: 4_000 },
      { group: 'd', count: 1, at: 2_000, until: 2_000 },
      { group: 'c', count: 1, at: 9_000, until: 9_000 },
    ]);
    expect(log.since(rev, 2)!.events.map((event) => event.count)).toEqual([10, 1, 1]);
    expect(log.since(log.rev(), 3)).toBeNull();
  });

  it('keeps the newest, and at most fifty names of one line', () => {
    const log = createEventLog();
    for (let i = 0; i < MAX_EVENTS * 2; i += 1) log.record({ kind: 'link.lost' }, i);
    const kept = log.list(100_000);
    expect(kept.length).toBeLessThanOrEqual(MAX_EVENTS * 1.2);
    expect(kept.at(-1)!.at).toBe(MAX_EVENTS * 2 - 1);
    for (let i = 0; i < 200; i += 1) log.record({ kind: 'node.joined', names: [`n${i}`], foldMs: 1_000 }, 1);
    expect(log.list(1)[0]).toMatchObject({ count: 200, names: { length: 50 } });
  });

  it('filters by area', () => {
    const log = createEventLog();
    log.record({ kind: 'link.live' }, 1);
    log.record({ kind: 'node.joined', names: ['a'] }, 2);
    expect(log.list(10, 'link').map((event) => event.kind)).toEqual(['link.live']);
  });
});

describe('the history', () => {
  it('gives shares, rates, delays and lates per bucket, and nothing for the time we were away', () => {
    const history = createHistory();
    let now = 1_000_000;
    for (let bucket = 0; bucket < 6; bucket += 1) {
      if (bucket === 3) history.setAway(true, now);
      if (bucket === 4) history.setAway(false, now);
      for (let i = 0; i < 100; i += 1) {
        history.countBeat();
        history.countDelay(i < 98 ? 40 : 900);
      }
      history.countLate();
      history.close((now += BUCKET_MS), 0.5);
    }
    const page = history.page(now, 60_000, 300);
    expect(page.at).toHaveLength(6);
    expect(page.healthyShare).toEqual([0.5, 0.5, 0.5, null, 0.5, 0.5]);
    expect(page.beatsPerSecond[0]).toBe(10);
    expect(page.latePerMinute[0]).toBe(6);
    expect(page.delayP50Ms[0]).toBeGreaterThan(30);
    expect(page.delayP50Ms[0]).toBeLessThan(50);
    expect(page.delayP99Ms[0]).toBeGreaterThan(700);
    expect(page.outages).toEqual([{ from: 1_030_000, to: 1_040_000 }]);
  });

  it('answers 24 hours in at most 300 points', () => {
    const history = createHistory();
    for (let i = 1; i <= 10_000; i += 1) history.close(i * BUCKET_MS, 1);
    const page = history.page(10_000 * BUCKET_MS, 86_400_000, 300);
    expect(page.at.length).toBeLessThanOrEqual(300);
    expect(page.at.at(-1)).toBe(10_000 * BUCKET_MS);
  });
});

describe('the link', () => {
  const states = (link: ReturnType<typeof createLink>): string[] =>
    link.get().steps.map((step) => step.state);

  it('goes through its steps, each with its time, and marks the one that failed', () => {
    const link = createLink('amqps://h:5671/', true, 0);
    link.step('broker', 20);
    link.step('tls', 50, 'TLSv1.3, issuer Test CA');
    link.down(new AppError('BUS_ACCESS_REFUSED', 'ACCESS_REFUSED - login was refused'), false, 70);
    expect(link.get()).toMatchObject({ state: 'refused', asOf: null, error: { code: 'BUS_ACCESS_REFUSED' } });
    expect(states(link)).toEqual(['done', 'done', 'failed', 'waiting', 'waiting', 'waiting']);
    expect(link.get().steps[1]).toMatchObject({ ms: 30, note: 'TLSv1.3, issuer Test CA' });
  });

  it('shows where the last attempt failed until the next one says more', () => {
    const link = createLink('amqp://h', false, 0);
    const nobody = new AppError('BUS_UNREACHABLE', 'refused');
    link.down(nobody, true, 10);
    link.retrying(1, 50, nobody, 10);
    expect(link.get()).toMatchObject({ state: 'connecting', attempt: 1 });
    expect(states(link)[0]).toBe('failed');
    link.step('broker', 80);
    link.down(new AppError('BUS_VHOST_MISSING', 'no vhost'), false, 90);
    expect(states(link).slice(0, 3)).toEqual(['done', 'skipped', 'failed']);
  });

  it('is stale from its loss until it is live again, and tells how long that was', () => {
    const link = createLink('amqp://h', false, 0);
    link.live(null, 100);
    link.down(new AppError('BUS_LOST', 'reset'), true, 1_000);
    link.retrying(3, 800, new AppError('BUS_UNREACHABLE', 'refused'), 2_000);
    link.down(new AppError('BUS_UNREACHABLE', 'refused'), true, 3_000);
    expect(link.get()).toMatchObject({ state: 'reconnecting', asOf: 1_000, attempt: 3 });
    expect(states(link)).toEqual(['failed', 'skipped', 'waiting', 'waiting', 'waiting', 'waiting']);
    link.live(null, 61_000);
    expect(link.get()).toMatchObject({ state: 'live', asOf: null, error: null, back: { outageMs: 60_000 } });
  });
});
