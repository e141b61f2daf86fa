/** A command in place of `gem` that says what a test wants to hear. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createGemInstaller, type GemOptions } from '../../../../app/main/adapters/gem-installer.js';

const folder = mkdtempSync(join(tmpdir(), 'gem-installer-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

/** `script`: of a shell. */
function setup(script: string, options: Partial<GemOptions> = {}) {
  const command = join(folder, `gem-${made++}`);
  writeFileSync(command, `#!/bin/sh\n${script}\n`);
  chmodSync(command, 0o755);
  return createGemInstaller({ command, home: '', source: '', timeoutMs: 20_000, ...options });
}

describe('the words of a failed installation', () => {
  it.each([
    [
      'the first error of stderr, wherever it stands',
      `echo Fetching lex-x; echo 'ERROR:  of stdout'; echo 'WARNING: old' >&2
       echo "ERROR:  Could not find a valid gem 'lex-x' (= 9) in any repository" >&2; exit 2`,
      "Could not find a valid gem 'lex-x' (= 9) in any repository",
    ],
    [
      'an error of stdout, where stderr has none',
      `echo hello; echo 'ERROR:  none' ; echo bye >&2; exit 1`,
      'none',
    ],
    ['else the first line', `echo; echo 'no room' >&2; echo said; exit 1`, 'no room'],
    [
      'without marks',
      `echo 'ERROR:  While executing gem ... (Gem::X)' >&2; echo '    the host' >&2; exit 1`,
      'the host',
    ],
    [
      'without passwords',
      `echo 'ERROR:  bad response from https://u:hunter2@gems.example/x' >&2; exit 1`,
      'bad response from https://u:•••@gems.example/x',
    ],
    ['when it said nothing', 'exit 3', 'gem ended with 3'],
  ])('are %s', async (_, script, words) => {
    const installed = await setup(script).install('lex-x', '9');
    expect(installed).toMatchObject({ ok: false, error: words });
    expect(JSON.stringify(installed)).not.toContain('hunter2');
  });

  it('are cut', async () => {
    const { error } = await setup(`printf 'ERROR:  %05000d' 7 >&2; exit 1`).install('lex-x', null);
    expect(error).toHaveLength(500);
  });

  it('tell a command that writes without end from one that is late', async () => {
    const much = await setup(`while :; do echo 'ERROR:  again and again and again and again'; done`).install(
      'lex-x',
      null,
    );
    expect(much.error).toBe('again and again and again and again');
    const late = await setup('while :; do :; done', { timeoutMs: 200 }).install('lex-x', null);
    expect(late.error).toMatch(/^not finished within/);
  });
});

describe('an installation', () => {
  it('that takes too long ends with all that it started', async () => {
    const mark = join(folder, 'child.pid');
    const late = await setup(`sleep 600 & echo $! > ${mark}; wait`, { timeoutMs: 300 }).install(
      'lex-x',
      null,
    );
    expect(late.error).toMatch(/^not finished within/);
    const child = Number(readFileSync(mark, 'utf8'));
    // Gone, or ended and not yet collected by whoever inherited it.
    const stat = existsSync(`/proc/${child}/stat`) ? readFileSync(`/proc/${child}/stat`, 'utf8') : ' Z ';
    expect(stat).toContain(' Z ');
  });

  it('runs in an empty folder that is gone afterwards', async () => {
    const { ok, output } = await setup('pwd; ls -A | wc -l; touch lex-x-1.gem').install('lex-x', '1');
    const [place, count] = output.split('\n');
    expect(ok).toBe(true);
    expect(Number(count)).toBe(0);
    expect(place).not.toBe(process.cwd());
    expect(existsSync(place!)).toBe(false);
  });

  it('finds a command and a folder for gems that are given from here', async () => {
    const command = join(folder, 'gem-relative');
    writeFileSync(command, '#!/bin/sh\necho "$GEM_HOME"\n', { mode: 0o755 });
    const options = { command: relative(process.cwd(), command), home: relative(process.cwd(), folder) };
    const { output } = await setup('', options).install('lex-x', '1');
    expect(output.trim()).toBe(folder);
  });

  it.each(['https://user:hunter2@gems.example', 'https://token@gems.example/x', 'user:hunter2@gems.example'])(
    'never hands %s to a command',
    async (source) => {
      const mark = join(folder, 'ran');
      const installer = setup(`touch ${mark}; echo "$@"`, { source });
      const { ok, error, output } = await installer.install('lex-x', '1');
      expect([ok, output]).toEqual([false, '']);
      expect(error).toMatch(/^gem\.source holds a user or a password/);
      expect(await installer.about()).toMatchObject({ available: false, about: error });
      expect(existsSync(mark)).toBe(false);
    },
  );

  it('hands over any other source, and nothing that is no name', async () => {
    const seen = join(folder, 'seen');
    const installer = setup(`echo "$@" > ${seen}`, { source: 'https://gems.example/@scope' });
    expect(await installer.install('lex-x', '1.0')).toMatchObject({ ok: true });
    expect(readFileSync(seen, 'utf8').trim()).toBe(
      'install lex-x --no-document --no-user-install --version 1.0 --clear-sources --source https://gems.example/@scope',
    );
    for (const name of ['x', '--help', 'lex-x;id', './lex-x'])
      expect(await installer.install(name, null)).toMatchObject({ ok: false, output: '' });
    expect(
      await createGemInstaller({ command: 'no-such-gem', home: '', source: '', timeoutMs: 9_000 }).about(),
    ).toEqual({
      available: false,
      about: 'no installer here',
    });
  });
});
