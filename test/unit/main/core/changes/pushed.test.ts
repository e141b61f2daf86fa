/** What others push, read as a change: what cannot be taken is still shown as it was sent. */
import { describe, expect, it } from 'vitest';
import { readPushed } from '../../../../../app/main/core/changes/pushed.js';
import type { Delivery } from '../../../../../app/main/core/protocol/amqp.js';
import { whatText } from '../../../../../app/shared/i18n/index.js';

const delivery = { properties: {} } as Delivery;
const pushed = (body: Record<string, unknown>) =>
  readPushed(
    { ...{ type: 'function', name: 'update_gem', body }, keyIndex: null, isModern: false },
    delivery,
  );
const shown = (body: Record<string, unknown>): string => {
  const what = pushed(body)?.what;
  if (what?.kind !== 'gem') throw new Error('not a gem');
  return whatText(what);
};

describe('a pushed gem that cannot be taken', () => {
  it.each([
    ['a bad name', { extension: '../x; rm', version: '1' }, '../x; rm 1'],
    ['a bad name without a version', { extension: '../x; rm' }, '../x; rm newest'],
    ['a bad version', { extension: 'lex-http', version: '1; rm' }, 'lex-http "1; rm"'],
    ['a version that reads as none', { extension: 'lex-http', version: 'none' }, 'lex-http "none"'],
    ['a version that is no text', { extension: 'lex-http', version: 1.5 }, 'lex-http 1.5'],
    ['a version that is an object', { extension: 'lex-http', version: { a: 1 } }, 'lex-http {"a":1}'],
  ])('is shown as it was sent: %s', (_, body, words) => {
    expect(pushed(body)?.problem).toMatch(/^not a (name|version) of an extension$/);
    expect(shown(body)).toBe(words);
  });

  it('is cut where it is endless, however deep it is', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    expect(shown({ extension: 'lex-http', version: '1'.repeat(9_999) }).length).toBeLessThan(200);
    expect(pushed({ extension: 'lex-http', version: deep })?.problem).toBe('not a version of an extension');
  });
});
