/** Masks in JSON that somebody types: nothing secret-looking stays in the text, and every value comes back exactly. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { composeRows, namesIn, rowsOf } from '../../app/renderer/pages/change/compose.js';
import { forgetVeiled, MASK, unveil, veil } from '../../app/renderer/store/veil.js';

afterEach(forgetVeiled);

const SECRET = 'hunter2-é"\\n';
const noMask = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((word) => !word.includes(MASK));
const key = fc.oneof(
  noMask,
  fc.constantFrom('password', 'api_token', 'secret', 'auth', 'key', 'pool', '__proto__'),
);
const { tree } = fc.letrec((tie) => ({
  leaf: fc.oneof(noMask, fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
  node: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(key, tie('node'), { maxKeys: 4 }),
  ),
  tree: fc.dictionary(key, fc.dictionary(key, tie('node'), { maxKeys: 4 }), { maxKeys: 4 }),
}));

describe('masks in JSON', () => {
  it('give back exactly what was typed, whatever it was', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 1, 2), (value, indent) => {
        const typed = JSON.stringify(value, null, indent);
        const masked = veil(typed);
        expect(() => JSON.parse(masked) as unknown).not.toThrow();
        expect(unveil(masked)).toEqual({ text: typed, missing: [] });
        // Once masked it stays so.
        expect(veil(masked)).toBe(masked);
      }),
    );
  });

  it('leave no secret in a text that breaks off anywhere', () => {
    const typed = JSON.stringify({ transport: { connection: { user: 'a', password: SECRET, pin: 123456 } } });
    const from = typed.indexOf('hunter2') + 'hunter2'.length;
    for (let end = from; end <= typed.length; end += 1)
      expect(veil(typed.slice(0, end))).not.toContain('hunter2');
    expect(veil(typed)).not.toContain('123456');
  });

  it('cover all that stands under a secret-looking key, and passwords inside addresses', () => {
    const masked = veil(
      '{"a":{"credentials":{"user":"bob","list":["x1y",{"deep":"z9"}]},"url":"amqp://bob:pw1@mq"}}',
    );
    for (const word of ['bob"', 'x1y', 'z9', 'pw1']) expect(masked).not.toContain(word);
    expect(masked).toContain('amqp://bob:••• ');
    expect(unveil(masked).missing).toEqual([]);
  });

  it('give nothing back to a place that would show it, nor once forgotten', () => {
    const masked = veil('{"a":{"password":"pw1"}}');
    expect(unveil(masked.replace('password', 'note'))).toEqual({
      text: masked.replace('password', 'note'),
      missing: ['a.note'],
    });
    forgetVeiled();
    expect(unveil(masked).missing).toEqual(['a.password']);
  });

  it('take a large text in one pass', () => {
    const typed = JSON.stringify({
      a: { token: 'x'.repeat(4_000_000), list: Array.from({ length: 50_000 }, (_, i) => i) },
    });
    const begun = performance.now();
    expect(unveil(veil(typed)).text).toBe(typed);
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('settings as rows', () => {
  it('are the same settings again', () => {
    const json =
      '{"transport":{"pool":20,"tls":true,"none":null,"hosts":["a"],"connection":{"host":"mq"},"name":"x"}}';
    const read = rowsOf(json);
    expect(read.ok).toBe(true);
    if (!read.ok) return;
    const { text, problems } = composeRows(read.rows);
    expect(problems).toEqual([]);
    expect(JSON.parse(text)).toEqual(JSON.parse(json));
  });

  it.each([
    ['{', 'json'],
    ['[]', 'section'],
    ['{"a":1}', 'section'],
    ['{"a":{"b":12345678901234567890}}', 'number'],
  ])('cannot show %s as it is', (json, why) => expect(rowsOf(json)).toEqual({ ok: false, why }));
});

it('names are read as people paste them, each once', () => {
  expect(namesIn(' a-1,a-2; a-1\n\ta-3 ')).toEqual(['a-1', 'a-2', 'a-3']);
});
