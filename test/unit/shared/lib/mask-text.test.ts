import { describe, expect, it } from 'vitest';
import { maskText, secretsIn } from '../../../../app/shared/lib/mask-text.js';

const MB = 1_000_000;

describe('secrets inside a text', () => {
  it.each([
    ['amqp://user:pass@host/x', 'amqp://user:•••@host/x'],
    ['amqps://:p:a@ss@host', 'amqps://:•••@host'],
    ['8amqp://u:p@h, svn+ssh://a:b@c', '8amqp://u:•••@h, svn+ssh://a:•••@c'],
    [`${'very-long-scheme'.repeat(9)}://u:p@h`, `${'very-long-scheme'.repeat(9)}://u:•••@h`],
    ['http://127.0.0.1:4000/?token=abc&x=1', 'http://127.0.0.1:4000/?token=•••&x=1'],
    ['sent Authorization: Bearer abc.def=', 'sent Authorization: Bearer •••'],
    ['https://host:5671/path, mail a@b, 10:20', 'https://host:5671/path, mail a@b, 10:20'],
  ])('%s reads %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it('are told one by one', () => {
    expect(secretsIn('amqp://u:one@h and Bearer two')).toEqual(['one', 'two']);
  });

  it.each(['x', 'a+', '://', '://u:', ':', '@', '?token=', 'Bearer ', 'Basic', ' '])(
    'a megabyte of %j is read in one pass',
    (piece) => {
      const text = piece.repeat(MB / piece.length);
      const end = ' ; amqp://user:pass@host';
      expect(maskText(`${text}${end}`).endsWith('amqp://user:•••@host')).toBe(true);
      expect(maskText(`Bearer ${text}`)).toContain('Bearer ');
    },
  );
});
