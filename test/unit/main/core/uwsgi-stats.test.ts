/** What a stats server of uWSGI says: our legion alone is read, and a hostile text costs nothing. */
import { describe, expect, it } from 'vitest';
import {
  MAX_LEGIONS,
  MAX_MEMBERS,
  readStats,
  statsOf,
} from '../../../../app/main/core/protocol/uwsgi/stats.js';

const web = (over: object = {}) => ({
  ...{ legion: 'web', uuid: 'f0', valor: 5, quorum: 2, i_am_the_lord: 0, lord_uuid: 'e1' },
  ...{ members: [{ name: 'far', uuid: 'e1' }], ...over },
});
/** A list that counts how often one of its entries is looked at. */
function counted(length: number, entry: unknown) {
  let looks = 0;
  const list = new Proxy(
    Array.from({ length }, () => entry),
    {
      get(of, key, self) {
        if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
        return Reflect.get(of, key, self) as unknown;
      },
    },
  );
  return { list, looks: () => looks };
}

describe('what a stats server says', () => {
  it('is read of our legion, whatever stands beside it', () => {
    const text = JSON.stringify({ legions: [null, 7, {}, { legion: 'db', members: 'many' }, web(), web()] });
    expect(readStats(text, 'web')).toEqual({
      ...{ uuid: 'f0', valor: 5, quorum: 2, isLord: false, voteUuid: 'e1' },
      members: new Map([['e1', 'far']]),
    });
    expect(() => readStats(text, 'api')).toThrow('it is not in this legion');
    expect(() => readStats(text, 'db')).toThrow('it is no stats server of uWSGI');
  });

  it('is found in a text that is megabytes long for other reasons, and is not read when the list itself is', () => {
    const workers = `"workers":[${'{"id":1},'.repeat(400_000)}{}]`;
    const text = `{"version":"a \\"[","legions" : ${JSON.stringify([web({ quorum: 3 })])},${workers}}`;
    expect(readStats(text, 'web').quorum).toBe(3);
    expect(() => readStats(`{${workers}}`, 'web')).toThrow('what it says is no JSON');
    expect(() => readStats('{"workers":[]}', 'web')).toThrow('it is no stats server');
    expect(() => readStats(`{"legions":[${'["]"],'.repeat(300_000)}`, 'web')).toThrow(
      'its legions are more than 1048576 characters',
    );
  });

  it('that is cut off is no JSON, however short; after its legions nothing matters', () => {
    const whole = JSON.stringify({ legions: [web({ quorum: 3 })], workers: [{ id: 1 }] });
    const list = whole.indexOf('],"workers"');
    for (const length of [10, list - 20, list]) {
      expect(() => readStats(whole.slice(0, length), 'web')).toThrow('what it says is no JSON');
    }
    expect(readStats(whole.slice(0, list + 20), 'web').quorum).toBe(3);
  });

  it.each([
    ['words', { apps: { legions: ['web'] } }],
    ['numbers', { metrics: { legions: [1, 2] } }],
    ['nothing', { vars: { legions: [] } }],
    ['lists', { vars: { legions: [[{ legion: 'web' }]] } }],
    ['another legion', { vars: [{ legions: [{ legion: 'db' }] }] }],
    ['a legion that is none', { vars: [{ legions: [{ legion: 'web' }] }] }],
  ])('is read of its own list, whatever list of that name is before it: one of %s', (_, before) => {
    expect(readStats(JSON.stringify({ ...before, legions: [web({ quorum: 3 })] }), 'web').quorum).toBe(3);
    // Without it, nothing of what was before is taken for it.
    expect(() => readStats(JSON.stringify({ ...before, legions: [] }), 'web')).toThrow();
  });

  it('says what is wrong with the list of legions rather than with another', () => {
    const said = (legions: unknown) => () =>
      readStats(JSON.stringify({ apps: { legions: [1] }, legions }), 'web');
    expect(said([web({ legion: 'db' })])).toThrow('it is not in this legion');
    expect(said([])).toThrow('it is not in this legion');
    expect(said([web({ valor: 'five' })])).toThrow('it is no stats server');
  });

  it('that is a list itself, or has no list of legions, is no stats server', () => {
    for (const said of [[web()], [], null, 7, { legions: null }, { legions: {} }])
      expect(() => readStats(JSON.stringify(said), 'web')).toThrow('it is no stats server');
  });

  it('is looked at in so many lists and no more, and costs no more for their number', () => {
    const lists = (count: number) => `"apps":[${'{"legions":["x"]},'.repeat(count)}{}]`;
    const legions = `"legions":${JSON.stringify([web({ quorum: 3 })])}`;
    expect(readStats(`{${lists(15)},${legions}}`, 'web').quorum).toBe(3);
    expect(() => readStats(`{${lists(400_000)},${legions}}`, 'web')).toThrow('it is no');
    const long = `"apps":{"legions":["${'x'.repeat(600_000)}"]}`;
    expect(() => readStats(`{${long},${long},${legions}}`, 'web')).toThrow('its legions are more than');
  });

  it('with too many legions is refused before one of them is looked at', () => {
    const { list, looks } = counted(MAX_LEGIONS + 1, web());
    expect(() => statsOf({ legions: list }, 'web')).toThrow('it has more than 1000 legions');
    expect(looks()).toBe(0);
    const text = `{"legions":[${'{},'.repeat(340_000)}{}]}`;
    expect(() => readStats(text, 'web')).toThrow('it has more than 1000 legions');
  });

  it('with too many members is refused before one of them is looked at', () => {
    const { list, looks } = counted(MAX_MEMBERS + 1, {});
    expect(() => statsOf({ legions: [web({ members: list })] }, 'web')).toThrow('more than 5000 members');
    expect(looks()).toBe(0);
  });

  it('is read no further than its first member that is none', () => {
    const { list, looks } = counted(MAX_MEMBERS, {});
    expect(() => statsOf({ legions: [web({ members: list })] }, 'web')).toThrow('it is no stats server');
    expect(looks()).toBe(1);
  });

  it('is looked through once for our legion, and others are not checked', () => {
    const { list, looks } = counted(MAX_LEGIONS, {});
    expect(() => statsOf({ legions: list }, 'web')).toThrow('it is not in this legion');
    expect(looks()).toBe(MAX_LEGIONS);
  });
});
