import { describe, expect, it } from 'vitest';
import { scanJson } from '../../../../../app/main/core/changes/json-scan.js';
import { mergeSettings } from '../../../../../app/main/core/changes/merge.js';
import { detailOf, hasSecrets, readWhat, shownWhat } from '../../../../../app/main/core/changes/what.js';

const codes = (settings: string) => readWhat({ kind: 'settings', settings }).notes.map(({ code }) => code);
const gem = (extension: string, version: string | null = '1.0.0') =>
  readWhat({ kind: 'gem', extension, version });

describe('a number', () => {
  it.each([
    '12345678901234567890',
    '1.0',
    '1e999',
    '-0',
    '-0.0',
    '0.12345678901234567890',
    '9007199254740993',
  ])('%s is not sent as another one', (word) => {
    const { what, notes } = readWhat({ kind: 'settings', settings: `{"logging":{"x":[${word}]}}` });
    expect(what).toBeNull();
    expect(notes).toMatchObject([{ severity: 'error', code: 'number', facts: { path: 'logging.x', word } }]);
  });
  it.each(['0', '-1', '1e3', '0.10', '100.5', '9007199254740991', '1.5e-7', '1E+2'])('%s is sent', (word) => {
    expect(readWhat({ kind: 'settings', settings: `{"logging":{"x":${word}}}` }).what).not.toBeNull();
  });
});

describe('settings as a person wrote them', () => {
  it('are read with their sections in order', () => {
    const { what, notes } = readWhat({
      kind: 'settings',
      settings: '{"transport":{"prefetch":4},"extensions":{"node":{"beat_interval":10}}}',
    });
    expect(notes).toEqual([]);
    expect(what && detailOf(what)).toBe('keys: transport, extensions');
    expect(what && shownWhat(what)).toMatchObject({ keys: ['transport.prefetch', 'extensions.node'] });
  });

  it.each([
    ['a list', '[1]', 'not-object'],
    ['a text', '"x"', 'not-object'],
    ['nothing at all', '{}', 'empty'],
    ['an empty section', '{"transport":{}}', 'empty'],
    ['a value at the top', '{"auto_install_missing_lex":false}', 'not-section'],
    ['a list as a section', '{"extensions":[]}', 'not-section'],
    ['__proto__', '{"extensions":{"__proto__":{"x":1}}}', 'forbidden-key'],
    ['constructor', '{"constructor":{"prototype":{}}}', 'forbidden-key'],
    ['a key that stands twice', '{"transport":{"a":1,"a":2}}', 'duplicate-key'],
    ['the name of the node', '{"client":{"name":"x"}}', 'client-name'],
    ['the cluster secret', '{"crypt":{"cluster_secret":"x"}}', 'self-secret'],
    ['10,000 levels', `{"transport":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`, 'too-deep'],
    ['5 MB', `{"transport":{"a":"${'x'.repeat(5_000_000)}"}}`, 'too-large'],
  ])('with %s stand against sending', (_, text, code) => {
    expect(codes(text)).toContain(code);
    expect(
      readWhat({ kind: 'settings', settings: text }).notes.find((note) => note.code === code)?.severity,
    ).toBe('error');
  });

  it('with an unknown section may be sent, with a warning and what works', () => {
    const { what, notes } = readWhat({
      kind: 'settings',
      settings: '{"transport":{"a":1},"brand_new":{"x":1}}',
    });
    expect(what).not.toBeNull();
    expect(notes.map(({ code, severity }) => [code, severity])).toEqual([
      ['unknown-section', 'warning'],
      ['section-order', 'warning'],
    ]);
  });

  it.each([
    ['{"a":}', 1, 6],
    ['{\n  "a": {"b" 1}\n}', 2, 13],
    ['{"a":{"b":01}}', 1, 12],
    ['{"a":{"b":1},}', 1, 14],
    ['{"a":{"b":"\u0001"}}', 1, 12],
    ['{"a":{"b":tru}}', 1, 11],
    ['{} x', 1, 4],
    ['', 1, 1],
    ['{"a":[1,2', 1, 10],
  ])('that are not JSON (%j) are told with line %i and column %i', (text, line, column) => {
    expect(scanJson(text, 64).at(-1)).toMatchObject({ code: 'json', line, column });
  });

  it('mask what looks secret, wherever it is, and know that they do', () => {
    const { what, notes } = readWhat({
      kind: 'settings',
      settings: '{"data":{"password":"hunter2","creds":{"token":"t0k"},"url":"amqp://u:pw9@h","pool":4}}',
    });
    const shown = what && shownWhat(what);
    expect(JSON.stringify(shown)).not.toMatch(/hunter2|t0k|pw9/);
    expect(shown).toMatchObject({ masked: ['data.password', 'data.creds', 'data.url'] });
    expect(what && hasSecrets(what)).toBe(true);
    expect(notes.filter(({ code }) => code === 'looks-secret')).toHaveLength(3);
  });
});

describe('a gem', () => {
  it('may be named with and without lex-', () => {
    expect(gem('http').what).toMatchObject({ extension: 'lex-http', version: '1.0.0', reload: true });
    expect(gem('lex-http').what).toMatchObject({ extension: 'lex-http' });
  });
  it.each([
    '',
    '-x',
    'a;rm -rf /',
    '../x',
    '/etc/passwd',
    'https://x/y.gem',
    'a b',
    '$(id)',
    'a`id`',
    'x'.repeat(200),
    'ä',
  ])('cannot be called %j', (name) => {
    expect(gem(name)).toMatchObject({ what: null, notes: [{ severity: 'error', code: 'gem-name' }] });
  });
  it.each(['', 'latest', '>= 1', '1.0; id', '--pre', '1..2', '1.0 '])('has no version %j', (version) => {
    expect(gem('lex-http', version)).toMatchObject({ what: null, notes: [{ code: 'gem-version' }] });
  });
  it.each(['1', '1.2.3', '2.0.0.pre1', '1.0.0-beta.2'])('has versions such as %s', (version) => {
    expect(gem('lex-http', version).what).toMatchObject({ version });
  });
  it('without a version is the newest, with a warning', () => {
    expect(gem('lex-http', null)).toMatchObject({ what: { version: null }, notes: [{ code: 'gem-newest' }] });
  });
});

describe('the merge of lex-node', () => {
  const own = { extensions: { node: { beat_interval: 60, x: 1 }, other: 1 }, transport: {} };
  it('replaces each key of a section whole and leaves the other keys', () => {
    const { after, failedAt } = mergeSettings(own, { extensions: { node: { beat_interval: 10 } } });
    expect(after).toEqual({ extensions: { node: { beat_interval: 10 }, other: 1 }, transport: {} });
    expect(failedAt).toBeNull();
  });
  it('stops at the first section that is not there, and what came before stays', () => {
    const { after, failedAt } = mergeSettings(own, {
      transport: { a: 1 },
      brand_new: { x: 1 },
      extensions: { z: 1 },
    });
    expect(failedAt).toBe('brand_new');
    expect(after).toEqual({ ...own, transport: { a: 1 } });
  });
  it('stops at a value that is no section', () => {
    expect(mergeSettings(own, { transport: 3 }).failedAt).toBe('transport');
  });
  it('never takes a key for a property of an object', () => {
    const pushed = JSON.parse('{"extensions":{"__proto__":{"polluted":true}}}') as Record<string, unknown>;
    mergeSettings(own, pushed);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
