/** The catalogue and the tables it speaks for: neither may know a word that the other lacks. */
import { describe, expect, it } from 'vitest';
import { EVENT_AREAS, EVENT_KINDS, type ConsoleEvent } from '../../../../app/shared/domain/event.js';
import { LINK_STATES, LINK_STEPS } from '../../../../app/shared/domain/link.js';
import { BADGES, NODE_STATES } from '../../../../app/shared/domain/node-state.js';
import { Need, PROFILE_KINDS } from '../../../../app/shared/domain/session.js';
import { REFUSALS } from '../../../../app/main/core/protocol/protocol-error.js';
import { ERROR_CODES } from '../../../../app/shared/errors/codes.js';
import {
  en,
  errorText,
  eventText,
  isTextKey,
  needText,
  parts,
  refusalText,
  rowText,
  text,
  type TextKey,
} from '../../../../app/shared/i18n/index.js';

const NOW = Date.UTC(2026, 2, 2, 14, 2, 11);
const anEvent = (over: Partial<ConsoleEvent>): ConsoleEvent => ({
  id: 1,
  at: NOW,
  until: NOW,
  kind: 'node.silent',
  area: 'nodes',
  count: 1,
  names: ['c-114'],
  group: 'c',
  facts: {},
  raw: null,
  ...over,
});

describe('the catalogue', () => {
  const keys = [
    ...Object.keys(ERROR_CODES).flatMap((code) => [`error.${code}`, `error.${code}.next`]),
    ...Object.keys(EVENT_KINDS).map((kind) => `event.${kind}`),
    ...Need.shape.kind.options.flatMap((kind) => [`need.${kind}`, `need.${kind}.why`, `need.${kind}.verb`]),
    ...NODE_STATES.flatMap((state) => [
      `state.${state}`,
      `row.${state}`,
      `overview.read.${state}`,
      `node.say.${state}`,
    ]),
    ...REFUSALS.map((code) => `refusal.${code}`),
    ...BADGES.map((badge) => `badge.${badge}`),
    ...LINK_STATES.map((state) => `link.${state}`),
    ...LINK_STEPS.map((step) => `step.${step}`),
    ...PROFILE_KINDS.map((kind) => `kind.${kind}`),
    ...EVENT_AREAS.map((area) => `area.${area}`),
  ];
  it.each(keys)('has words for %s', (key) => expect(isTextKey(key)).toBe(true));

  it('names no code or kind that no longer exists', () => {
    const known = new Set(keys);
    const stale = Object.keys(en).filter(
      (key) => /^(error|event|need|refusal)\./.test(key) && !/\.other$/.test(key) && !known.has(key),
    );
    expect(stale).toEqual([]);
  });

  it('holds only messages that parse and are worth reading', () => {
    for (const key of Object.keys(en) as TextKey[]) {
      const values = Object.fromEntries(
        [...en[key].matchAll(/\{\s*([a-zA-Z]\w*)\s*[,}]/g)].map((match) => [match[1] ?? '', 2]),
      );
      expect(text(key, values).trim(), key).not.toBe('');
      expect(en[key], key).not.toMatch(/error occurred|'/);
    }
  });
});

describe('sentences', () => {
  const say = (over: Record<string, string | number>): string =>
    text('overview.say', {
      healthy: 9964,
      total: 10000,
      silent: 0,
      late: 0,
      troubled: 0,
      group: 'none',
      groupCount: 0,
      all: 'no',
      lead: 'none',
      at: '',
      ...over,
    });

  it('say what is wrong with counts, verbs and the worst group', () => {
    expect(say({ silent: 12, group: 'rack-c', groupCount: 9, late: 21, troubled: 3, lead: 'silent' })).toBe(
      '9,964 of 10,000 nodes are healthy. 12 are silent, 9 of them in rack-c; 21 late, 3 troubled.',
    );
    expect(say({ silent: 1, lead: 'silent' })).toBe('9,964 of 10,000 nodes are healthy. 1 is silent.');
    expect(say({ silent: 2, troubled: 1, lead: 'silent' })).toBe(
      '9,964 of 10,000 nodes are healthy. 2 are silent; 1 troubled.',
    );
    expect(say({ late: 21, troubled: 3, lead: 'late' })).toBe(
      '9,964 of 10,000 nodes are healthy. 21 are late, 3 troubled.',
    );
    expect(say({ troubled: 1, lead: 'troubled' })).toBe(
      '9,964 of 10,000 nodes are healthy. 1 reports trouble.',
    );
  });

  it('mark the counts, so that a view can link them', () => {
    const stretches = parts('overview.say.all', { total: 12 });
    expect(stretches).toContainEqual({ tag: 'healthy', text: '12 nodes' });
  });

  it('tell one event from a folded one', () => {
    expect(eventText(anEvent({}))).toBe('c-114 fell silent');
    expect(eventText(anEvent({ count: 9, group: 'rack-c' }))).toBe('9 nodes fell silent together in rack-c');
    const heard = { kind: 'heard.changes', facts: { message: 'UpdateResult' } } as const;
    expect(eventText(anEvent(heard))).toBe('Heard UpdateResult from c-114');
    expect(eventText(anEvent({ ...heard, count: 10_003, names: ['c-114', 'c-115'] }))).toBe(
      'Heard 10,003 × UpdateResult from c-114 and others',
    );
    expect(eventText(anEvent({ kind: 'node.recovered', facts: { ms: 192_000 } }))).toBe(
      'c-114 beats again after 3 min 12 s',
    );
    expect(
      eventText(anEvent({ kind: 'link.refused', area: 'link', facts: { code: 'BUS_VHOST_MISSING' } })),
    ).toBe('The broker refused us: The broker has no such virtual host, or this user may not enter it');
  });

  it('survive events of an unknown kind without facts or names', () => {
    expect(eventText(anEvent({ kind: 'moon.rose', names: [], group: null }))).toBe('moon.rose');
    for (const kind of Object.keys(EVENT_KINDS))
      expect(eventText(anEvent({ kind, names: [], group: null }))).not.toBe('');
  });

  it('show foreign names with nothing hidden in them', () => {
    expect(eventText(anEvent({ names: ['evil\u202egnp.exe'] }))).toContain('evil‹U+202E›gnp.exe');
    expect(eventText(anEvent({ names: ['{x, plural, other {<b>}}'] }))).toContain('{x, plural, other {<b>}}');
  });

  it('have a remedy for every error and a word for every refusal', () => {
    expect(errorText('BUS_ACCESS_REFUSED').what).toBe('The broker did not accept this user and password.');
    const missing = { permission: 'write', kind: 'exchange', name: 'node' };
    expect(errorText('BUS_NO_PERMISSION', missing).what).toContain('on the exchange “node”');
    expect(errorText('BUS_NO_PERMISSION', missing).next).toMatch(/^Ask for this right on it: write\./);
    expect(errorText('BUS_NO_PERMISSION', { kind: 'vhost', name: '/' }).what).toContain('virtual host “/”');
    expect(errorText('BUS_NO_PERMISSION').what).toBe('The broker refused a step that a node needs.');
    expect(errorText('WHO_KNOWS').what).toBe(en['error.INTERNAL']);
    expect(refusalText('WHO_KNOWS')).toBe('refused (WHO_KNOWS)');
  });

  it('say what a row needs', () => {
    expect(
      rowText({ state: 'silent', lastBeatAt: NOW - 250_000, stateSince: NOW - 200_000, word: null }, NOW),
    ).toBe('silent for 4 min');
    expect(rowText({ state: 'troubled', lastBeatAt: NOW, stateSince: NOW, word: 'degraded' }, NOW)).toBe(
      'says “degraded”',
    );
  });

  it('name a need, why, and the verb', () => {
    const need = needText(
      {
        id: 'a',
        kind: 'silent-together',
        severity: 'alarm',
        since: NOW,
        count: 9,
        names: [],
        group: 'rack-c',
        filter: null,
      },
      NOW,
      true,
    );
    expect(need).toEqual({ title: '9 silent together in rack-c', why: 'Since 14:02:11', verb: 'Open' });
  });
});
