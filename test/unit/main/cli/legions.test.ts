/** The verbs about legions, against a web host whose Api the test makes up. */
import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { writeNewFile } from '../../../../app/main/adapters/new-file.js';
import { EXIT } from '../../../../app/main/cli/exit.js';
import { runCli } from '../../../../app/main/cli/program.js';
import { addConfigFlags } from '../../../../app/main/config/index.js';
import { findHost } from '../../../../app/main/hosts/web/index.js';
import type { Api, In } from '../../../../app/shared/contract/contract.js';
import type { Legion } from '../../../../app/shared/domain/legion.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { aHook, jobsLegion, uuidOf, webLegion } from '../../../support/fake-legions.js';
import { aSession } from '../../../support/nodes.js';
import { tempDir } from '../../../support/temp-dir.js';
import { aWebHost } from '../../../support/web-host.js';

const NOW = Date.now();

async function against(parts: Partial<Api>) {
  const { dataDir } = await aWebHost({ 'session.get': async () => aSession(), ...parts });
  const out: string[] = [];
  const err: string[] = [];
  const deps = {
    version: '9.8.7',
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    findHost,
    serve: async () => EXIT.done,
    localConfig: () => ({ dataDir, report: { values: [] } }),
    addConfigFlags,
  };
  return {
    run: (...argv: string[]) => runCli(argv, deps),
    text: () => out.join('\n'),
    errText: () => err.join('\n'),
    json: () => JSON.parse(out.join('\n')) as unknown,
  };
}
const web = (over: Partial<Legion> = {}) => ({ 'legion.get': async () => webLegion(NOW, over) });
function fileWith(content: string, mode = 0o600): string {
  const file = join(tempDir(), 'file');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

describe('legions', () => {
  it('are listed with lord and votes, and with the reason where there is none', async () => {
    const { run, text } = await against({
      'legion.list': async () => ({ at: NOW, legions: [jobsLegion(NOW), webLegion(NOW)] }),
    });
    expect(await run('legions')).toBe(EXIT.done);
    expect(text()).toMatch(/^jobs +watch +– +– +0 +2$/m);
    expect(text()).toMatch(/^web +standby +10 +app-1 +5\/3 +5$/m);
    expect(text()).toContain('Split: job-1, job-2 all claim to be lord.');
  });

  it('are JSON as the contract has them', async () => {
    const { run, json } = await against({
      'legion.list': async () => ({ at: NOW, legions: [webLegion(NOW)] }),
    });
    await run('legions', '--json');
    expect(json()).toMatchObject([
      {
        ...{ name: 'web', role: 'standby', valor: 10, isLord: false, lord: { name: 'app-1' } },
        ...{ quorum: 3, votes: 5 },
        members: [{ name: 'app-1', valor: 80, votesFor: 'app-1', uuid: uuidOf('app-1') }, {}, {}, {}, {}],
      },
    ]);
  });
});

describe('a legion', () => {
  it('is shown with its members, what is wrong, what was dropped and its hooks', async () => {
    const { run, text } = await against({
      'legion.get': async () =>
        webLegion(NOW, {
          warnings: [{ kind: 'flapping', name: 'app-2', count: 4 }],
          drops: [{ kind: 'decrypt', count: 1204, lastAt: NOW - 4_000 }],
          hooks: [aHook({ isOn: true, last: { at: NOW, ms: 5, ok: false, code: 2, output: 'no' } })],
        }),
    });
    expect(await run('legion', 'web')).toBe(EXIT.done);
    expect(text()).toContain('app-1 is lord for 6 d 4 h with 5 votes, 3 needed.');
    expect(text()).toMatch(/^console-7 \(this console\) +10 +app-1/m);
    expect(text()).toMatch(/^Next +app-2, with 4 votes$/m);
    expect(text()).toContain('app-2 left and came back 4 times today');
    expect(text()).toContain('1,204 cannot be decrypted (another secret or cipher), last 4 s ago');
    expect(text()).toMatch(/^h1 +on +lord exec:\/usr\/sbin\/ip addr add \S+ dev eth0 +failed with 2/m);
  });

  it('is followed until it is gone: a line for each change of hands', async () => {
    const { run, text } = await against({
      ...web(),
      async *'legion.watch'() {
        yield { at: NOW, legions: [webLegion(NOW)] };
        yield { at: NOW, legions: [webLegion(NOW)] };
        yield { at: NOW, legions: [webLegion(NOW, { lord: null, votes: 0, why: { kind: 'arbiters' } })] };
        yield { at: NOW, legions: [] };
      },
    });
    expect(await run('legion', 'web', '--follow')).toBe(EXIT.done);
    expect(text().split('\n')).toHaveLength(2);
    expect(text()).toMatch(/No lord: only arbiters are here, and they never lead\.$/);
  });

  it('takes another role and valor', async () => {
    const role = vi.fn(async (_: In<'legion.role'>) => webLegion(NOW));
    const { run, text, errText } = await against({ 'legion.role': role });
    expect(await run('legion', 'web', 'role', 'standby', '--valor', '10')).toBe(EXIT.done);
    expect(role.mock.calls[0]?.[0]).toEqual({ name: 'web', role: 'standby', valor: 10 });
    expect(text()).toBe('web: our role is standby now, with valor 10.');
    expect(await run('legion', 'web', 'role', 'king')).toBe(EXIT.usage);
    expect(errText()).toContain(
      'That is: legion-console legion NAME role off|watch|arbiter|standby [--valor N]',
    );
    expect(await run('legion', 'web', 'role', 'standby', '--valor', '65536')).toBe(EXIT.usage);
    expect(role).toHaveBeenCalledTimes(1);
  });

  it('is led by another after a step down, or it is said that nobody took over', async () => {
    const answers = [
      { lord: 'app-2', ms: 812 },
      { lord: null, ms: 15_000 },
    ];
    const { run, text } = await against({
      'legion.stepDown': async () => answers.shift()!,
      'legion.return': async () => webLegion(NOW),
    });
    await run('legion', 'web', 'step-down');
    await run('legion', 'web', 'step-down');
    await run('legion', 'web', 'return');
    expect(text().split('\n')).toEqual([
      'app-2 is lord, after 812 ms. This console stays at valor 0 until “return”.',
      'Nobody took over within 15,000 ms; this console stays at valor 0.',
      'web: back, with valor 10.',
    ]);
  });

  it('has its hooks switched by the beginning of an id, when that is enough', async () => {
    const hook = vi.fn(async (_: In<'legion.hook'>) => webLegion(NOW));
    const hooks = [aHook({ id: 'aa11' }), aHook({ id: 'aa22', event: 'unlord' }), aHook({ id: 'bb33' })];
    const { run, text, errText } = await against({ ...web({ hooks }), 'legion.hook': hook });
    expect(await run('legion', 'web', 'hook', 'aa2', 'on')).toBe(EXIT.done);
    expect(hook.mock.calls[0]?.[0]).toEqual({ name: 'web', id: 'aa22', isOn: true });
    expect(text()).toMatch(/^unlord exec:.*: on\.$/);
    expect(await run('legion', 'web', 'hook', 'aa', 'on')).toBe(EXIT.usage);
    expect(await run('legion', 'web', 'hook', 'cc', 'on')).toBe(EXIT.usage);
    expect(errText()).toContain('several hooks begin with “aa”');
    expect(errText()).toContain('no hook begins with “cc”');
    expect(hook).toHaveBeenCalledTimes(1);
  });

  it('is asked what if, by names and uuids; a stranger is refused', async () => {
    const whatIf = vi.fn(async (_: In<'legion.whatIf'>) => ({
      ...{ lord: { uuid: 'x', name: 'c-3', valor: 50 }, votes: 3, quorum: 3, holdsQuorum: true },
    }));
    const { run, text, errText } = await against({ ...web(), 'legion.whatIf': whatIf });
    await run('legion', 'web', 'what-if', 'app-1', uuidOf('app-2').slice(0, 8));
    expect(whatIf.mock.calls[0]?.[0].fallen).toEqual([uuidOf('app-1'), uuidOf('app-2')]);
    expect(text()).toBe('c-3 would lead. 3 votes, 3 needed.');
    expect(await run('legion', 'web', 'what-if', 'app-9')).toBe(EXIT.usage);
    expect(errText()).toContain('No member of this legion is called “app-9”');
  });

  it('needs a name and a verb that there is', async () => {
    const { run, errText } = await against({});
    expect(await run('legion')).toBe(EXIT.usage);
    expect(await run('legion', 'web', 'crown')).toBe(EXIT.usage);
    expect(errText()).toContain('There is no verb “crown” for a legion: role, step-down, return');
  });

  it('that is unknown fails with what to do', async () => {
    const { run, errText } = await against({
      'legion.get': () => Promise.reject(new AppError('LEGION_UNKNOWN', 'no legion of this name')),
    });
    expect(await run('legion', 'nowhere')).toBe(EXIT.failed);
    expect(errText()).toContain('“legion-console legions” lists them.');
  });
});

describe('a legion to come', () => {
  it('is joined with a secret from a private file, and never from the arguments', async () => {
    const save = vi.fn(async (_: In<'legion.save'>) => webLegion(NOW));
    const { run, text, errText } = await against({ 'legion.save': save });
    const secret = fileWith('hush:hush\n');
    const argv = ['legion', 'join', 'web', '--address', '10.0.0.1', '--port', '4000', '--role', 'standby'];
    const nodes = ['--node', '10.0.0.2:4000', '--node', 'peer.invalid:4001'];
    const times = ['--freq', '1', '--tolerance', '4', '--quorum', '2', '--valor', '10'];
    expect(await run(...argv, ...nodes, ...times, '--secret-file', secret)).toBe(EXIT.done);
    expect(save.mock.calls[0]?.[0]).toEqual({
      ...{ name: 'web', role: 'standby', valor: 10, address: '10.0.0.1', port: 4_000 },
      nodes: [
        { host: '10.0.0.2', port: 4_000 },
        { host: 'peer.invalid', port: 4_001 },
      ],
      ...{ cipher: 'aes-256-cbc', secret: 'hush:hush', iv: null, freqS: 1, toleranceS: 4, quorum: 2 },
    });
    expect(text()).toBe('web was saved as standby.');
    chmodSync(secret, 0o644);
    expect(await run(...argv, '--secret-file', secret)).toBe(EXIT.failed);
    expect(await run(...argv, '--secret', 'hush')).toBe(EXIT.usage);
    expect(await run(...argv, '--node', 'nowhere')).toBe(EXIT.usage);
    expect(errText()).not.toContain('hush');
    expect(save).toHaveBeenCalledTimes(1);
  });

  it('without a secret the console makes one', async () => {
    const save = vi.fn(async (_: In<'legion.save'>) => webLegion(NOW));
    const { run } = await against({ 'legion.save': save });
    await run('legion', 'join', 'web', '--port', '4000');
    expect(save.mock.calls[0]?.[0]).toEqual({
      ...{ name: 'web', role: 'watch', valor: 0, address: '', port: 4_000, nodes: [], cipher: 'aes-256-cbc' },
    });
  });

  it('is read from a uWSGI configuration first, and saved when that is said; errors end with 1', async () => {
    const asked: In<'legion.import'>[] = [];
    const found = {
      ...{ name: 'web', role: 'watch' as const, valor: 80, address: '225.1.1.1', port: 4_242, nodes: [] },
      cipher: 'bf-cbc',
    };
    const problem = { line: 3, isError: false, text: 'Only 5 counts.' };
    const { run, text, errText } = await against({
      'legion.import': async (input) => {
        asked.push(input);
        return {
          legions: [found],
          problems: input.text.includes('bad') ? [{ ...problem, isError: true }] : [problem],
          ignored: [{ line: 9, text: 'Only uWSGI runs cron lines for its lord.' }],
          saved: input.save ? ['web'] : [],
        };
      },
    });
    expect(await run('legion', 'import', fileWith('[uwsgi]'))).toBe(EXIT.done);
    expect(text()).toMatch(/^web +80 +225\.1\.1\.1:4242 +bf-cbc +–$/m);
    expect(text()).toContain('line 9: Only uWSGI runs cron lines for its lord.');
    expect(errText()).toContain('line 3: Only 5 counts.');
    expect(errText()).toContain('Nothing was saved.');
    expect(await run('legion', 'import', fileWith('[uwsgi]'), '--save')).toBe(EXIT.done);
    expect(errText()).toContain('1 legion is watched now; all hooks are off.');
    expect(asked.map(({ save }) => save)).toEqual([false, true]);
    expect(await run('legion', 'import', fileWith('bad'))).toBe(EXIT.failed);
  });
});

describe('a legion written out', () => {
  it('goes into a new file by its whole path, which the console writes', async () => {
    const asked: string[] = [];
    const { run, text } = await against({
      'legion.export': async ({ file }) => {
        asked.push(file);
        return { file };
      },
    });
    expect(await run('legion', 'web', 'export', 'web.ini')).toBe(EXIT.done);
    expect(asked).toEqual([join(process.cwd(), 'web.ini')]);
    expect(text()).toContain('Only this user may read it.');
  });

  it('never replaces a file, follows no link, and nobody else may read it', async () => {
    const dir = tempDir();
    const [file, link] = [join(dir, 'new.ini'), join(dir, 'link.ini')];
    await writeNewFile(file, 'the secret');
    expect(readFileSync(file, 'utf8')).toBe('the secret');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    symlinkSync(join(dir, 'elsewhere'), link);
    await expect(writeNewFile(file, 'other')).rejects.toMatchObject({ code: 'EXPORT_FILE_EXISTS' });
    await expect(writeNewFile(link, 'other')).rejects.toMatchObject({ code: 'EXPORT_FILE_EXISTS' });
    await expect(writeNewFile('new.ini', 'other')).rejects.toMatchObject({ code: 'EXPORT_FILE_FAILED' });
    await expect(writeNewFile(join(dir, 'no', 'x'), '')).rejects.toMatchObject({
      code: 'EXPORT_FILE_FAILED',
    });
  });
});
