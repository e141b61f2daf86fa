import { describe, expect, it } from 'vitest';
import {
  isSecretPath,
  maskAt,
  maskSettings,
  wordsWithout,
} from '../../../../../app/main/core/changes/what.js';
import { shownWords } from '../../../../../app/main/core/changes/run-views.js';

describe('a value of a change', () => {
  it('is masked for its key, for its section, or for a password inside it', () => {
    expect(maskAt('transport', 'password', 'hunter2')).toBe('•••');
    expect(maskAt('credentials', 'bob', { level: 7, deep: ['x'] })).toEqual({ level: '•••', deep: ['•••'] });
    expect(maskAt('cache', 'server', 'redis://u:hunter2@h')).toBe('redis://u:•••@h');
    expect(maskAt('cache', 'server', 'redis://h')).toBe('redis://h');
    expect(isSecretPath('credentials', 'bob', 'x')).toBe(true);
    expect(maskSettings({ credentials: { bob: 1 }, cache: { size: 1 } })).toEqual({
      credentials: { bob: '•••' },
      cache: { size: 1 },
    });
  });
});

describe('words of others about a change', () => {
  const pem = '-----BEGIN-----\nabcdefgh\n-----END-----';
  const settings = {
    credentials: { bob: 'hunter2', long: 'hunter2222', pin: 483_920 },
    transport: { password: 'quo"ted', private: { key: pem }, url: 'amqp://u:inside@h', host: 'broker' },
    cache: { token: 'abc', size: 3_600 },
  };

  it.each([
    ['bad value "hunter2" or hunter2222', 'bad value "•••" or •••'],
    ['wrong pin 483920', 'wrong pin •••'],
    [String.raw`cannot use {"password":"quo\"ted"}`, 'cannot use {"password":"•••"}'],
    ['no key in line abcdefgh', 'no key in line •••'],
    ['inside is refused by broker', '••• is refused by broker'],
    ['abc and 3600 stay', 'abc and 3600 stay'],
  ])('%s reads %s', (words, masked) => {
    expect(wordsWithout(words, settings)).toBe(masked);
  });

  it('are cut after a password near the cut was masked', () => {
    const words = `${'x'.repeat(480)} amqp://user:${'p'.repeat(600)}@host`;
    expect(shownWords(words)).toBe(`${'x'.repeat(480)} amqp://user:•••@hos`);
    expect(shownWords('x'.repeat(1_000_000))).toHaveLength(500);
  });
});
