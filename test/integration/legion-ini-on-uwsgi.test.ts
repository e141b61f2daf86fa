/** What an exported .ini file says to real uWSGI: what is let through is read as it stands, what is refused would not be. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { iniLine, readLines, replacedByUwsgi } from '../../app/main/core/legion-config/ini-lines.js';
import { chance } from '../support/chance.js';
import { describeWithUwsgi } from '../support/describe-with-uwsgi.js';

/** The values as uWSGI has read them; it prints each and ends. */
async function asRead(values: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'uwsgi-ini-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'word'), 'read from a file');
  const lines = values.map((value) => iniLine('print', `<${value}>`));
  writeFileSync(
    join(folder, 'a.ini'),
    ['[uwsgi]\n', iniLine('set-placeholder', 'foo=bar'), ...lines].join(''),
  );
  const { stdout, stderr } = await promisify(execFile)(
    '/usr/bin/uwsgi-core',
    ['--ini', 'a.ini', '--no-server'],
    { cwd: folder, env: { HOMEX: '1', PATH: '/usr/bin:/bin' }, maxBuffer: 16_777_216, timeout: 30_000 },
  );
  return `${stdout}${stderr}`.split('\n').flatMap((line) => /^<(.*)>$/.exec(line)?.[1] ?? []);
}

const PARTS = [
  '$',
  '(',
  ')',
  '@',
  '%',
  '$(',
  '@(',
  '%(',
  'HOMEX',
  'foo',
  'word',
  'print',
  ' ',
  '=',
  '+',
  'n',
  '\\',
];
const random = (next: () => number): string =>
  Array.from({ length: 1 + next() * 9 }, () => PARTS[Math.floor(next() * PARTS.length)]).join('');

describeWithUwsgi('an .ini file for real uWSGI', () => {
  it('is read as it stands where nothing in it is refused', async () => {
    const next = chance(1);
    const values = Array.from({ length: 5_000 }, () => random(next)).filter(
      (value) => replacedByUwsgi(value) === null,
    );
    expect(values.length).toBeGreaterThan(3_000);
    expect(await asRead(values)).toEqual(values);
    expect(
      readLines(values.map((value) => iniLine('print', `<${value}>`)).join('')).map(({ value }) => value),
    ).toEqual(values.map((value) => `<${value}>`));
  });

  it('would be read otherwise where it is refused', async () => {
    const refused = ['a$(HOMEX)', '$(a $(HOMEX)', 'a@(word)b', '%(foo)', '%%(foo)', '%(foo print)'];
    expect(refused.map(replacedByUwsgi)).not.toContain(null);
    const read = await asRead(refused);
    expect(read.slice(0, 5)).toEqual(['a1', '$(a 1', 'aread from a fileb', 'bar', '%bar']);
    expect(read[5]).not.toBe(refused[5]);
  });
});
