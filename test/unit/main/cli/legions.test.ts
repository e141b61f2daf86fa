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
import { aHook, aWitness, jobsLegion, uuidOf, webLegion } from '../../../support/fake-legions.js';
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
const noneYet = { 'legion.list': async () => ({ at: NOW, legions: [] }) };
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
    expect(text()).toContain('Split: job-1, job-2 both claim to be lord.');
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

  it('whose socket is not open says what is wrong, in the system’s words too, and what to do', async () => {
    const problem = { code: 'LEGION_ADDRESS', message: 'bind EADDRNOTAVAIL 10.9.9.9:4000' };
    const { run, text } = await against(web({ problem, why: { kind: 'failed' }, lord: null }));
    await run('legion', 'web');
    expect(text()).toContain(
      'The address of this legion is not one of this machine. (bind EADDRNOTAVAIL 10.9.9.9:4000)',
    );
    expect(text()).toContain('Choose one of its addresses, or leave it empty for all.');
  });

  it('is compared with what uWSGI itself says', async () => {
    const { run, text } = await against(
      web({
        witnesses: [
          aWitness(NOW - 3_000),
          aWitness(NOW, { address: '/run/s', votesFor: 'app-2', agrees: false, name: null }),
          aWitness(NOW, { address: 'a:1', at: null }),
          aWitness(NOW - 60_000, { address: 'b:1', problem: 'connect ECONNREFUSED' }),
        ],
        warnings: [{ kind: 'witness-differs', address: '/run/s', votesFor: 'app-2' }],
      }),
    );
    await run('legion', 'web');
    expect(text()).toMatch(
      /^ {2}192\.0\.2\.8:9191 \(of app-2\): votes for app-1, valor 70, 5 members, quorum 3, read 5 s ago$/m,
    );
    expect(text()).toMatch(
      /^ {2}\/run\/s \(of nobody heard here\): votes for app-2, not for the lord seen here/m,
    );
    expect(text()).toMatch(/^ {2}a:1: not read yet$/m);
    expect(text()).toMatch(/^ {2}b:1: cannot be read: connect ECONNREFUSED, last read 1 min ago$/m);
    expect(text()).toContain('The stats server /run/s says that its uWSGI votes for app-2');
  });

  it('is left alone when a verb comes with a word too many', async () => {
    const done = vi.fn(async () => ({ ok: true as const }));
    const { run, errText } = await against({ 'legion.remove': done });
    for (const verb of ['remove', 'step-down', 'return'])
      expect(await run('legion', 'web', verb, 'extra')).toBe(EXIT.usage);
    expect(errText()).toContain('That is: legion-console legion NAME remove');
    expect(done).not.toHaveBeenCalled();
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
    const { run, text, errText } = await against({ ...noneYet, 'legion.save': save });
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
    const { run } = await against({ ...noneYet, 'legion.save': save });
    await run('legion', 'join', 'web', '--port', '4000');
    expect(save.mock.calls[0]?.[0]).toEqual({
      ...{ name: 'web', role: 'watch', valor: 0, address: '', port: 4_000, nodes: [], cipher: 'aes-256-cbc' },
    });
  });

  it('that is known keeps what no option says, and needs no port', async () => {
    const save = vi.fn(async (_: In<'legion.save'>) => webLegion(NOW));
    const known = webLegion(NOW, { address: '10.0.0.1:4000', cipher: 'aes-128-cbc', valor: 40 });
    const { run } = await against({
      'legion.list': async () => ({ at: NOW, legions: [jobsLegion(NOW), known] }),
      'legion.save': save,
    });
    const kept = {
      ...{ name: 'web', role: 'standby', valor: 40, address: '10.0.0.1', port: 4_000 },
      nodes: [
        { host: '192.0.2.8', port: 4_001 },
        { host: '192.0.2.9', port: 4_001 },
      ],
      cipher: 'aes-128-cbc',
    };
    expect(await run('legion', 'join', 'web', '--port', '17200', '--quorum', '2')).toBe(EXIT.done);
    expect(save.mock.calls[0]?.[0]).toEqual({ ...kept, port: 17_200, quorum: 2 });
    expect(await run('legion', 'join', 'web', '--valor', '7', '--node', 'peer:1')).toBe(EXIT.done);
    expect(save.mock.calls[1]?.[0]).toEqual({ ...kept, valor: 7, nodes: [{ host: 'peer', port: 1 }] });
  });

  it('that is new needs a port, and a name that is no command', async () => {
    const save = vi.fn(async (_: In<'legion.save'>) => webLegion(NOW));
    const { run, errText } = await against({ ...noneYet, 'legion.save': save });
    expect(await run('legion', 'join', 'web')).toBe(EXIT.usage);
    expect(errText()).toContain('There is no legion “web” here yet: say its port with --port.');
    for (const name of ['import', 'join'])
      expect(await run('legion', 'join', name, '--port', '4000')).toBe(EXIT.usage);
    expect(errText()).toContain('A legion called “import” could not be reached here');
    expect(save).not.toHaveBeenCalled();
  });

  it('takes stats servers of uWSGI members, by address or socket', async () => {
    const save = vi.fn(async (_: In<'legion.save'>) => webLegion(NOW));
    const { run } = await against({ ...noneYet, 'legion.save': save });
    const argv = ['legion', 'join', 'web', '--port', '4000'];
    await run(...argv, '--stats', '192.0.2.8:9191', '--stats', '/run/stats.sock');
    expect(save.mock.calls[0]?.[0].stats).toEqual(['192.0.2.8:9191', '/run/stats.sock']);
    expect(await run(...argv, '--stats', 'stats.sock')).toBe(EXIT.usage);
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

  it('that is here already is said to stay out, without a line of the file', async () => {
    const { run, errText } = await against({
      'legion.import': async () => ({
        ...{ legions: [], ignored: [], saved: [] },
        problems: [{ line: 0, isError: true, text: 'web: it is here already' }],
      }),
    });
    expect(await run('legion', 'import', fileWith('[uwsgi]'), '--save')).toBe(EXIT.failed);
    expect(errText()).toMatch(/^web: it is here already$/m);
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
