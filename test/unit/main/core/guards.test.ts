/** Which packets of a member are believed, second by second. */
import { describe, expect, it } from 'vitest';
import { createGuards, type Doubt } from '../../../../app/main/core/election/guards.js';
import type { Announcement } from '../../../../app/main/core/protocol/uwsgi/announcement.js';

const RULES = { freqMs: 3_000, toleranceMs: 15_000 };

function said(unix: number, more: Partial<Announcement> = {}): Announcement {
  return {
    ...{ legion: 'web', valor: 9, unix, lord: 0, name: 'a', pid: 1, uuid: 'u'.repeat(36) },
    ...{ checksum: 0n, lordValor: 0, lordUuid: 'u'.repeat(36), scroll: null, dead: false, extension: null },
    ...more,
  };
}
const sealed = (seq: number) => ({ extension: { seq, atMs: 0, mac: 'm' } });

/** Each [its second, when it came in steady seconds]; gives what became of each. */
function heard(...packets: readonly (readonly [unix: number, upS: number, more?: Partial<Announcement>])[]) {
  const guards = createGuards(RULES);
  return packets.map(
    ([unix, upS, more]): Doubt | 'used' => guards.doubt(said(unix, more), upS * 1_000) ?? 'used',
  );
}

describe('EL31 a clock that falls', () => {
  it('is believed when it goes on from there, a period later', () => {
    expect(heard([100, 0], [103, 3], [81, 6], [84, 9], [87, 12])).toEqual([
      ...['used', 'used', 'falling', 'used', 'used'],
    ]);
  });

  it('falls again and is found again', () => {
    expect(heard([100, 0], [80, 3], [83, 6], [60, 9], [63, 12], [66, 15])).toEqual([
      ...['used', 'falling', 'used', 'falling', 'used', 'used'],
    ]);
  });

  it('is a recording when it stands still, jumps, or comes from who was silent for the tolerance', () => {
    expect(heard([100, 0], [80, 3], [80, 6], [80, 9])).toEqual(['used', 'falling', 'falling', 'falling']);
    expect(heard([100, 0], [60, 3], [75, 6], [90, 9])).toEqual(['used', 'falling', 'falling', 'falling']);
    expect(heard([100, 0], [84, 16], [87, 19], [90, 22])).toEqual(['used', 'falling', 'falling', 'falling']);
  });

  it('is found again when it falls twice in a row, or while a recording is sent beside it', () => {
    expect(heard([100, 0], [90, 3], [83, 6], [86, 9])).toEqual(['used', 'falling', 'falling', 'used']);
    expect(heard([100, 0], [80, 3], [60, 3.5], [83, 6], [61, 6.5], [86, 9])).toEqual([
      ...['used', 'falling', 'falling', 'used', 'falling', 'used'],
    ]);
  });

  it('is a recording when it falls a third time within a minute', () => {
    const loop = Array.from({ length: 12 }, (_, n) => [90 + 3 * (n % 3), 3 * n] as const);
    const said = heard(...loop);
    expect(said.slice(0, 9)).toEqual([
      ...['used', 'used', 'used', 'falling', 'used', 'used', 'falling', 'used', 'used'],
    ]);
    expect(said.slice(9)).toEqual(['falling', 'falling', 'replay']);
  });

  it('brings nobody back who said goodbye', () => {
    const bye = { dead: true };
    expect(heard([100, 0], [103, 3, bye], [97, 4], [100, 7], [103, 10])).toEqual([
      ...['used', 'used', 'falling', 'falling', 'falling'],
    ]);
    // One that was called dead and lives goes on from there.
    expect(heard([100, 0], [103, 3, bye], [106, 6])).toEqual(['used', 'used', 'used']);
    expect(heard([100, 0], [80, 3], [83, 6], [84, 7, bye], [95, 8], [98, 11])).toEqual([
      ...['used', 'falling', 'used', 'used', 'falling', 'falling'],
    ]);
  });

  it('is a recording when the member itself speaks between', () => {
    expect(heard([100, 0], [80, 2], [103, 3], [83, 5], [106, 6], [86, 8])).toEqual([
      ...['used', 'falling', 'used', 'falling', 'used', 'falling'],
    ]);
  });

  it('costs nothing where packets are sealed: the next number is nobody else’s', () => {
    expect(heard([100, 0, sealed(1)], [80, 3, sealed(2)], [83, 6, sealed(3)])).toEqual([
      'used',
      'used',
      'used',
    ]);
    expect(heard([100, 0, sealed(5)], [80, 3, sealed(4)], [80, 4])).toEqual(['used', 'unsealed', 'unsealed']);
  });
});

describe('EL32 a second that does not pass', () => {
  it('proves nobody alive after a period and a second', () => {
    expect(heard([100, 0], [100, 1], [100, 3.9], [100, 4.1])).toEqual(['used', 'used', 'used', 'replay']);
  });
});
