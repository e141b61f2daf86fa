import { describe, expect, it } from 'vitest';
import { groupOf, readName } from '../../../../../app/main/core/protocol/bus/name.js';

describe('names', () => {
  it.each([
    ['c-114', 'c'],
    ['rack-a-0012', 'rack-a'],
    ['web01_example_org.4711', 'web'],
    ['ruby_b.102', 'ruby_b'],
    ['app-07', 'app'],
    ['db', 'db'],
    ['4711', '4711'],
    ['.12', '.12'],
    ['host.example', 'host.example'],
    ['___', '___'],
  ])('"%s" is grouped under "%s"', (name, group) => {
    expect(groupOf(name)).toBe(group);
  });

  it('that are too long for a queue are cut, and stay apart', () => {
    const [a, b] = ['a', 'b'].map((end) => readName('x'.repeat(100_000) + end));
    expect(a!.length).toBeLessThan(260);
    expect(a).not.toBe(b);
  });

  it.each([undefined, null, '', '  ', 7, {}, []])('of the wrong kind are refused: %j', (value) => {
    expect(() => readName(value)).toThrow('no usable name');
  });
});
