// @vitest-environment jsdom
/** What of all that happened a person is told. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Notice } from '../../../app/renderer/store/notices.js';
import type { ConsoleEvent } from '../../../app/shared/domain/event.js';

const NOW = Date.UTC(2026, 2, 2, 14);
const MINUTE = 60_000;
let nextId = 1;
const happened = (kind: string, ago: number, over: Partial<ConsoleEvent> = {}): ConsoleEvent => ({
  id: nextId++,
  at: NOW - ago,
  until: NOW - ago,
  kind,
  area: 'nodes',
  count: 1,
  names: ['a-1'],
  group: 'a',
  facts: {},
  raw: null,
  ...over,
});
let noticesOf: (events: readonly ConsoleEvent[], policyAsks?: boolean) => readonly Notice[];

beforeAll(async () => {
  globalThis.matchMedia ??= () => new EventTarget() as MediaQueryList;
  const { noticesFrom } = await import('../../../app/renderer/store/notices.js');
  noticesOf = (events, policyAsks = true) => noticesFrom(events, { policyAsks, needs: [] }, NOW);
});

describe('notifications', () => {
  it('fold the same subject for ten minutes, and begin anew after', () => {
    const events = [
      happened('key.changed', 30 * MINUTE),
      happened('key.changed', 25 * MINUTE),
      happened('key.changed', 5 * MINUTE),
    ];
    expect(noticesOf(events).map(({ count }) => count)).toEqual([1, 2]);
  });

  it('tell of an outage only after thirty seconds, and that it is over', () => {
    expect(noticesOf([happened('link.lost', 20_000)])).toEqual([]);
    expect(noticesOf([happened('link.lost', 40_000)])).toMatchObject([
      { kind: 'link.lost', settledAt: null },
    ]);
    expect(noticesOf([happened('link.lost', 40_000), happened('link.live', 30_000)])).toEqual([]);
    const back = [happened('link.lost', 90_000), happened('link.live', 30_000)];
    expect(noticesOf(back)).toMatchObject([{ kind: 'link.lost', settledAt: NOW - 30_000 }]);
  });

  it('say nothing of nodes while our own link is down, nor in the minute after', () => {
    const silent = (ago: number) => happened('node.silent', ago, { count: 5 });
    expect(noticesOf([happened('link.lost', 20_000), silent(10_000)])).toEqual([]);
    expect(noticesOf([happened('link.live', 70_000), silent(50_000)])).toEqual([]);
    expect(noticesOf([happened('link.live', 170_000), silent(50_000)])).toMatchObject([
      { kind: 'node.silent' },
    ]);
  });

  it('tell of a legion without a lord until one leads, of our own lead until it ends, and what hooks say', () => {
    const web = { facts: { legion: 'web' }, names: [] };
    const events = [
      happened('legion.no-lord', 50 * MINUTE, web),
      happened('legion.no-lord', 40 * MINUTE, { ...web, facts: { legion: 'jobs' } }),
      happened('legion.lord', 30 * MINUTE, web),
      happened('legion.lorded', 30 * MINUTE, web),
      happened('legion.notify', 29 * MINUTE, { ...web, facts: { legion: 'web', what: 'call Ann' } }),
      happened('legion.unlorded', 20 * MINUTE, web),
      happened('legion.hook-failed', 20 * MINUTE, web),
    ];
    expect(noticesOf(events).map(({ kind, settledAt }) => [kind, settledAt === null])).toEqual([
      ['legion.hook-failed', true],
      ['legion.notify', true],
      ['legion.lorded', false],
      ['legion.no-lord', true],
      ['legion.no-lord', false],
    ]);
  });

  it('are one line where more than five of a kind come within a minute, about those that are open', () => {
    const asks = (count: number, apart: number): ConsoleEvent[] =>
      Array.from({ length: count }, (_, i) =>
        happened('secret.requested', 9 * MINUTE - i * apart, { names: [`a-${i}`] }),
      );
    expect(noticesOf(asks(5, 100))).toHaveLength(5);
    expect(noticesOf(asks(7, 15_000))).toHaveLength(7);
    const storm = [...asks(42, 5_000), happened('key.changed', MINUTE, { names: ['db-1'] })];
    const told = noticesOf(storm);
    expect(told.map(({ kind }) => kind)).toEqual(['key.changed', 'secret.requested']);
    expect(told[1]?.names).toHaveLength(42);
    const given = happened('secret.given', 1_000, { names: ['a-3'] });
    expect(noticesOf([...storm, given])[1]).toMatchObject({ id: told[1]?.id, settledAt: null });
    expect(noticesOf([...storm, given])[1]?.names).toHaveLength(41);
  });

  it('tell of requests only where the policy may wait for a person', () => {
    expect(noticesOf([happened('secret.requested', MINUTE)], false)).toEqual([]);
    expect(noticesOf([happened('secret.requested', MINUTE)])).toHaveLength(1);
  });

  it('tell that no Vault token came until one is held, whoever it is from, or is asked for again', () => {
    const nobody = happened('vault.unanswered', 3 * MINUTE, { names: [] });
    expect(noticesOf([nobody])).toMatchObject([{ kind: 'vault.unanswered', settledAt: null }]);
    for (const names of [[], ['app-3']])
      expect(noticesOf([nobody, happened('vault.held', MINUTE, { names })])[0]?.settledAt).toBe(NOW - MINUTE);
    expect(noticesOf([nobody, happened('vault.asked', MINUTE, { names: [] })])[0]?.settledAt).not.toBeNull();
  });

  it('are over once decided: about that name alone', () => {
    const events = [
      happened('key.changed', 9 * MINUTE),
      happened('key.changed', 8 * MINUTE, { names: ['b-1'] }),
      happened('key.kept', 5 * MINUTE),
    ];
    expect(noticesOf(events).map(({ name, settledAt }) => [name, settledAt !== null])).toEqual([
      ['b-1', false],
      ['a-1', true],
    ]);
  });
});
