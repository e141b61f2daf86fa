/** What may be asked of Vault, of whom, and what is refused before it is sent. */
import { describe, expect, it } from 'vitest';
import {
  apiPath,
  readAddress,
  readNamespace,
  redirectTo,
  tokenFault,
} from '../../../../../../app/main/core/protocol/vault/request.js';

describe('the address', () => {
  it('is scheme, host and port', () => {
    expect(readAddress('https://Vault.Example:8200/')).toBe('https://vault.example:8200');
    expect(readAddress('http://[::1]:8200')).toBe('http://[::1]:8200');
    expect(readAddress('https://vault.example')).toBe('https://vault.example');
  });

  it.each([
    ['vault.example:8200', /must look like/],
    ['', /must look like/],
    ['ftp://vault.example', /must look like/],
    ['https://bob:canary@vault.example', /user or a password/],
    ['https://canary@vault.example', /user or a password/],
    ['https://vault.example/canary', /must end after host and port/],
    ['https://vault.example/?canary=1', /must end after host and port/],
    ['https://vault.example/#canary', /must end after host and port/],
  ])('“%s” is refused without being quoted', (address, words) => {
    expect(() => readAddress(address)).toThrow(words);
    expect(() => readAddress(address)).not.toThrow(/canary/);
  });

  it('has a namespace beside it, or none', () => {
    expect(readNamespace('/team-a/b/')).toBe('team-a/b');
    for (const none of [null, '', '/']) expect(readNamespace(none)).toBeNull();
    for (const bad of ['a/../b', 'a b', 'a\r\nX-Evil: 1', 'a//b', 'ä', 'a?b', 'x'.repeat(2_000)])
      expect(() => readNamespace(bad)).toThrow(/must look like team-a\/b/);
  });
});

describe('a path', () => {
  it('is made of parts, with what a URL would read encoded', () => {
    expect(apiPath(['secret', 'data', 'a/b'])).toBe('/v1/secret/data/a/b');
    expect(apiPath(['/secret/', 'data', 'a b%2f&ä\\'])).toBe('/v1/secret/data/a%20b%252f%26%C3%A4%5C');
    expect(apiPath(['secret', '.hidden', 'a.b'])).toBe('/v1/secret/.hidden/a.b');
  });

  it.each([
    'a.',
    'a./b',
    '.',
    '..',
    'a/../b',
    'a..b',
    'a?version=1',
    'a#b',
    'a//b',
    '',
    'a\nb',
    'a\0',
    '\ud800',
  ])('with %j in it is refused', (part) => expect(apiPath(['secret', part])).toBeNull());
});

describe('a token', () => {
  it('may be up to 10 KB of anything that a header holds', () => {
    for (const token of ['s', 'hvs.CAES', 'x'.repeat(10_240), 'with inner blank'])
      expect(tokenFault(token)).toBeNull();
  });

  it.each([
    ['', /empty/],
    ['x'.repeat(10_241), /longer than 10240/],
    ['canary\n', /no HTTP header may hold/],
    ['canary\r\nX-Evil: 1', /no HTTP header may hold/],
    ['canäry', /no HTTP header may hold/],
    [' canary', /blanks around/],
  ])('%j is refused without being quoted', (token, words) => {
    expect(tokenFault(token)).toMatch(words);
    expect(tokenFault(token)).not.toMatch(/can.ry/);
  });
});

describe('a redirect', () => {
  const path = '/v1/secret/data/a?version=2';
  const follow = (location: string | undefined, origin: string, hosts: readonly string[] = []) =>
    redirectTo(location, { origin, path }, hosts);

  it.each([
    ['https://v1.example:8200', `https://v1.example:8200${path}`, []],
    ['https://v1.example:8200', path, []],
    ['https://v1.example:8200', `https://v1.example:9200${path}`, []],
    ['http://v1.example:8200', `https://v1.example:8201${path}`, []],
    ['http://v1.example:8200', `http://v1.example:8200${path}`, []],
    ['https://v1.example', `https://v2.example:8200${path}`, ['v2.example']],
    ['https://v1.example', `https://v2.example:8200${path}`, ['V2.example:8200']],
    ['http://v1.example', `http://v2.example:8200${path}`, ['v2.example:8200']],
    ['https://v1.example', `https://v1.example/v1/team-a/secret/data/a`, []],
  ])('from %s to %s with %j is followed', (origin, location, hosts) => {
    expect(follow(location, origin, hosts).ok).toBe(true);
  });

  it.each([
    ['https://v1.example', `https://v2.example${path}`, [], /to v2\.example, which is not named/],
    ['https://v1.example', `https://v2.example:9${path}`, ['v2.example:8200'], /to v2\.example:9, which/],
    ['https://v1.example', `https://v1.example.evil.example${path}`, ['v1.example'], /not named/],
    ['https://v1.example', `https://v1.example@evil.example${path}`, ['v1.example'], /not named/],
    ['https://v1.example', `//evil.example${path}`, [], /not named/],
    ['https://v1.example', `http://v1.example${path}`, ['v1.example'], /from https to http/],
    ['http://v1.example:8200', `http://v1.example:9999${path}`, [], /not named/],
    ['https://v1.example', 'https://v1.example/login', [], /another path/],
    ['https://v1.example', 'ftp://v1.example/', [], /no web address/],
    ['https://v1.example', 'javascript:alert(1)', [], /no web address/],
    ['https://v1.example', undefined, [], /no web address/],
    ['https://v1.example', 'https://', [], /no web address/],
  ])('from %s to %s with %j is not', (origin, location, hosts, words) => {
    expect(follow(location, origin, hosts)).toMatchObject({ ok: false, words: expect.stringMatching(words) });
  });
});
