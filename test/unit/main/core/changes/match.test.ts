import { describe, expect, it } from 'vitest';
import { correlationOf, fits, readCorrelation } from '../../../../../app/main/core/changes/match.js';
import { aGem, aPlan, drive } from '../../../../support/runs.js';

const SENT = Date.UTC(2026, 0, 1, 12, 0, 0);

function sentRun(gem = false) {
  const it = drive(aPlan([1], gem ? { bodies: [aGem] } : {}));
  it.put(
    { t: 'wave', at: SENT, wave: 1, jitterMs: null },
    { t: 'attempt', at: SENT, n: [0] },
    { t: 'sent', at: SENT, n: [0] },
  );
  return it;
}
const result = (fields: object = {}) => ({
  action: 'update_settings' as const,
  status: 'success',
  detail: 'keys: transport',
  error: null,
  node: 'n-0',
  timestamp: '2026-01-01T12:00:01Z',
  ...fields,
});
const heard = (fields: object = {}, more: { correlationId?: string; skewMs?: number | null } = {}) => ({
  result: result(fields),
  correlationId: more.correlationId,
  at: SENT + 1_000,
  skewMs: more.skewMs === undefined ? 0 : more.skewMs,
});
const isFit = (it: ReturnType<typeof sentRun>, what: ReturnType<typeof heard>) =>
  fits(it.run, it.target('n-0'), what) !== null;

describe('a result', () => {
  it('fits by action, detail and time', () => {
    const it = sentRun();
    expect(isFit(it, heard())).toBe(true);
    expect(isFit(it, heard({ status: 'failed', detail: null, error: 'x' }))).toBe(true);
    expect(isFit(it, heard({ detail: 'keys: cache' }))).toBe(false);
    expect(isFit(it, heard({ action: 'update_gem' }))).toBe(false);
  });

  it('of 1970, of the future or from before the sending does not fit', () => {
    const it = sentRun();
    for (const timestamp of [
      '1970-01-01T00:00:00Z',
      '2026-01-01T11:59:00Z',
      '2031-01-01T00:00:00Z',
      'yesterday',
    ])
      expect(isFit(it, heard({ timestamp }))).toBe(false);
    expect(isFit(it, heard({ timestamp: null }))).toBe(true);
  });

  it('long after is an answer to somebody else', () => {
    const it = sentRun();
    const later = (ms: number) => ({ ...heard({ timestamp: null }), at: SENT + ms });
    expect(isFit(it, later(60_000 + 3_599_000))).toBe(true);
    expect(isFit(it, later(60_000 + 3_601_000))).toBe(false);
    it.put({ t: 'result', at: SENT + 1_000, n: 0, ok: true, detail: null, error: null });
    expect(isFit(it, later(5_000))).toBe(true);
    expect(isFit(it, later(15_000))).toBe(false);
  });

  it('is read by the clock of its sender', () => {
    const it = sentRun();
    const wrongClock = { timestamp: '2026-01-01T14:00:01Z' };
    expect(isFit(it, heard(wrongClock))).toBe(false);
    expect(isFit(it, heard(wrongClock, { skewMs: 7_200_000 }))).toBe(true);
  });

  it('with an echoed correlation id fits by that alone', () => {
    const it = sentRun();
    const id = correlationOf('console-1', 'run-1', 1);
    expect(
      isFit(it, heard({ detail: 'whatever', timestamp: '1970-01-01T00:00:00Z' }, { correlationId: id })),
    ).toBe(true);
    expect(isFit(it, heard({}, { correlationId: correlationOf('console-1', 'run-2', 1) }))).toBe(false);
    expect(isFit(it, heard({}, { correlationId: correlationOf('console-1', 'run-1', 2) }))).toBe(false);
    expect(isFit(it, heard({}, { correlationId: 'somebody-else/1' }))).toBe(false);
  });

  it('of a failed gem names it without its version', () => {
    const it = sentRun(true);
    const gem = { action: 'update_gem', status: 'failed', detail: 'lex-http', error: 'Unable to resolve' };
    expect(isFit(it, heard(gem))).toBe(true);
    expect(isFit(it, heard({ ...gem, detail: 'lex-other' }))).toBe(false);
    expect(isFit(it, heard({ ...gem, status: 'success', detail: 'lex-http 0.9.1' }))).toBe(true);
    expect(isFit(it, heard({ ...gem, status: 'success', detail: 'lex-http 0.9.0' }))).toBe(false);
  });
});

describe('a correlation id', () => {
  it('tells who sent it, also when the name has slashes, and fits into a short string', () => {
    expect(readCorrelation(correlationOf('a/b', 'r-1', 3))).toEqual({
      from: 'a/b',
      runId: 'r-1',
      attempt: 3,
    });
    const long = correlationOf('x'.repeat(220), 'r-1', 3);
    expect(Buffer.byteLength(long)).toBeLessThan(256);
    expect(readCorrelation(long)).toMatchObject({ from: '', runId: 'r-1' });
    expect(readCorrelation('legion-console/x/../1')).toBeNull();
    expect(readCorrelation(undefined)).toBeNull();
  });
});
