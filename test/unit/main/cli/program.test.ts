import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CliError, EXIT } from '../../../../app/main/cli/exit.js';
import { type CliDeps, runCli } from '../../../../app/main/cli/program.js';
import { addConfigFlags } from '../../../../app/main/config/index.js';
import { findHost } from '../../../../app/main/hosts/web/index.js';
import type { Api } from '../../../../app/shared/contract/contract.js';
import type { ConsoleEvent } from '../../../../app/shared/domain/event.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { aNode, aSession } from '../../../support/nodes.js';
import { tempDir } from '../../../support/temp-dir.js';
import { aWebHost } from '../../../support/web-host.js';

function cli(dataDir: string, parts: Partial<CliDeps> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const report = { values: [{ key: 'web.port', value: '4280', origin: 'default', description: '' }] };
  const deps: CliDeps = {
    version: '9.8.7',
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    findHost,
    serve: async () => EXIT.done,
    localConfig: () => ({ dataDir, report }),
    addConfigFlags,
    ...parts,
  };
  return { out, err, run: (...argv: string[]) => runCli(argv, deps), text: () => out.join('\n') };
}

async function against(parts: Partial<Api>) {
  const host = await aWebHost(parts);
  return { host, ...cli(host.dataDir) };
}

const anEvent = (id: number, parts: Partial<ConsoleEvent> = {}): ConsoleEvent => ({
  id,
  at: 0,
  until: 0,
  kind: 'node.joined',
  area: 'nodes',
  count: 1,
  names: [`c-${id}`],
  group: null,
  facts: {},
  raw: null,
  ...parts,
});

describe('finding the console', () => {
  it('ends with 3 when none runs in the data folder', async () => {
    const { run, err } = cli(tempDir());
    expect(await run('status')).toBe(EXIT.notConnected);
    expect(err.join('\n')).toContain('legion-console serve');
  });

  it('goes by --data-dir', async () => {
    const { host } = await against({});
    const { run, text } = cli('/nowhere');
    expect(await run('link', '--data-dir', host.dataDir)).toBe(EXIT.failed); // found: the fake has no link
    expect(text()).toBe('');
  });

  it('goes by --url and --token-file', async () => {
    const { host } = await against({ 'host.link': async () => ({ url: 'http://x/' }) });
    const { run, out } = cli('/nowhere');
    expect(await run('link', '--url', host.host.origin, '--token-file', join(host.dataDir, 'token'))).toBe(
      EXIT.done,
    );
    expect(out).toEqual(['http://x/']);
  });

  it('ends with 3 when nothing answers at --url, and with 1 when the token is wrong', async () => {
    const { host } = await against({});
    const tokenFile = join(tempDir(), 'token');
    writeFileSync(tokenFile, 'x'.repeat(40));
    const { run, err } = cli('/nowhere');
    expect(await run('status', '--url', 'http://127.0.0.1:1', '--token-file', tokenFile)).toBe(
      EXIT.notConnected,
    );
    expect(await run('status', '--url', host.host.origin, '--token-file', tokenFile)).toBe(EXIT.failed);
    expect(await run('status', '--url', host.host.origin, '--token-file', '/nowhere/token')).toBe(
      EXIT.failed,
    );
    expect(err.join('\n')).not.toContain('xxxx');
  });
});

describe('status', () => {
  it('says how the cluster is, and ends with 0 while the link is live', async () => {
    const { run, text } = await against({ 'session.get': async () => aSession() });
    expect(await run('status')).toBe(EXIT.done);
    expect(text()).toMatch(/Cluster +prod-eu \(Production\)/);
    expect(text()).toMatch(/Nodes +12: 1 silent, 11 healthy/);
    expect(text()).toMatch(/Link +Live/);
  });

  it('ends with 3 while it is not, and still prints', async () => {
    const error = { code: 'BUS_ACCESS_REFUSED', message: 'ACCESS_REFUSED', details: {}, reportId: null };
    const { run, text } = await against({
      'session.get': async () => aSession({ link: { state: 'refused', error } }),
    });
    expect(await run('status')).toBe(EXIT.notConnected);
    expect(text()).toContain('did not accept this user and password');
    expect(text()).toMatch(/Remedy +Check both/);
  });

  it('prints the session as JSON', async () => {
    const { run, text } = await against({ 'session.get': async () => aSession() });
    await run('status', '--json');
    expect(JSON.parse(text())).toEqual(aSession());
  });
});

describe('nodes', () => {
  const list: Partial<Api> = {
    'session.get': async () => aSession(),
    'node.list': async ({ filter, limit }) => ({
      at: 10_000,
      total: 2,
      nodes:
        filter === 'none'
          ? []
          : [aNode(), aNode({ name: 'c-2', state: 'silent', lastBeatAt: null, badges: ['duplicate'] })].slice(
              0,
              limit,
            ),
    }),
  };

  it('are a table whose columns stand under their heads', async () => {
    const { run, text } = await against(list);
    expect(await run('nodes')).toBe(EXIT.done);
    expect(text().split('\n')).toEqual([
      'NAME  STATE    LAST BEAT  INTERVAL  VERSION   PID  MEMORY  BADGES',
      'c-1   healthy        1 s    10.0 s  1.2.3    4121   88 MB',
      'c-2   silent           –    10.0 s  1.2.3    4121   88 MB  duplicate',
    ]);
  });

  it('are a JSON array with --json', async () => {
    const { run, text } = await against(list);
    await run('nodes', '--json');
    expect(JSON.parse(text())).toMatchObject([
      {
        name: 'c-1',
        state: 'healthy',
        badges: [],
        pid: 4121,
        version: '1.2.3',
        lastBeatAt: 9_000,
        intervalMs: 10_000,
        metrics: {},
      },
      { name: 'c-2' },
    ]);
    const empty = await against(list);
    await empty.run('nodes', '--json', '--filter', 'none');
    expect(JSON.parse(empty.text())).toEqual([]);
  });

  it('can be limited, and the table says how many there are', async () => {
    const { run, text } = await against(list);
    await run('nodes', '--limit', '1');
    expect(text()).toContain('1 of 2 shown.');
  });

  it.each(['0', '-1', 'many', '1.5'])('cannot be limited to %s', async (limit) => {
    const { run } = await against(list);
    expect(await run('nodes', '--limit', limit)).toBe(EXIT.usage);
  });

  it('takes a filter that cannot be read for a mistake of usage', async () => {
    const { run, err } = await against({
      'node.list': () => Promise.reject(new AppError('FILTER_INVALID', 'at 3: x', { details: { at: 3 } })),
    });
    expect(await run('nodes', '--filter', 'st:')).toBe(EXIT.usage);
    expect(err.join('\n')).toContain('at 3: x');
    expect(err).toEqual(expect.arrayContaining(['  st:', '     ^']));
  });

  it('show what a peer sent as text that can be seen, never as commands to the terminal', async () => {
    const name = '\u001b[31mevil\u001b]0;title\u0007\u202etxt\n c-9\u009b2J';
    const { run, text } = await against({
      'session.get': async () => aSession(),
      'node.list': async () => ({ at: 0, total: 1, nodes: [aNode({ name, version: '1\r2' })] }),
      'node.get': async () => aNode({ name, status: '\u001b[2J', hostname: name }),
    });
    await run('nodes');
    await run('node', 'x');
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text()).toContain('‹U+001B›[31mevil');
    expect(text().split('\n')).toHaveLength(2 + 17);
  });

  it('say when the picture is old', async () => {
    const { run, err } = await against({
      ...list,
      'session.get': async () => aSession({ link: { state: 'stale', asOf: 8_000 } }),
    });
    expect(await run('nodes')).toBe(EXIT.done);
    expect(err.join('\n')).toContain('last heard, 12 s ago');
  });
});

describe('node', () => {
  it('ends with 1 when there is none of this name', async () => {
    const { run, err } = await against({
      'node.get': () => Promise.reject(new AppError('NODE_UNKNOWN', 'x')),
    });
    expect(await run('node', 'x')).toBe(EXIT.failed);
    expect(err).toHaveLength(2);
  });

  it('wants a name', async () => {
    const { run } = await against({});
    expect(await run('node')).toBe(EXIT.usage);
  });
});

describe('events', () => {
  it('are one line each, newest last', async () => {
    const { run, out } = await against({ 'event.list': async () => ({ events: [anEvent(1), anEvent(2)] }) });
    expect(await run('events')).toBe(EXIT.done);
    expect(out[0]).toMatch(/^\d\d:\d\d:\d\d {2}Nodes {3}c-1 joined$/);
    expect(out[1]).toMatch(/c-2 joined$/);
  });

  it('hand limit and area on', async () => {
    const list = vi.fn(async () => ({ events: [] }));
    const { run } = await against({ 'event.list': list });
    await run('events', '--limit', '7', '--area', 'link');
    expect(list).toHaveBeenCalledWith({ limit: 7, area: 'link' }, expect.anything());
    expect(await run('events', '--area', 'nonsense')).toBe(EXIT.usage);
  });

  it('go on as JSON lines until the console goes, then end with 3', async () => {
    const { run, out } = await against({
      'event.watch': async function* () {
        yield { type: 'snapshot', seq: 1, events: [anEvent(1), anEvent(2, { area: 'link' })] };
        yield { type: 'delta', seq: 2, events: [anEvent(3)] };
      },
    });
    expect(await run('events', '--follow', '--json', '--area', 'nodes')).toBe(EXIT.notConnected);
    expect(out.map((line) => (JSON.parse(line) as ConsoleEvent).id)).toEqual([1, 3]);
  });
});

describe('config', () => {
  const values = [{ key: 'bus.url', value: '"amqp://u:•••@h"', origin: 'flag --bus', description: '' }];

  it('is that of the running console', async () => {
    const { run, text } = await against({ 'config.get': async () => ({ values }) });
    expect(await run('config')).toBe(EXIT.done);
    expect(text()).toMatch(/bus\.url +"amqp:\/\/u:•••@h" +flag --bus/);
  });

  it('is what would be used, where none runs', async () => {
    const { run, text, err } = cli(tempDir());
    expect(await run('config', '--json')).toBe(EXIT.done);
    expect(JSON.parse(text())).toMatchObject({ values: [{ key: 'web.port' }] });
    expect(err.join('\n')).toContain('would be used');
  });

  it('prints every mistake at once', async () => {
    const localConfig = () => {
      throw new CliError(EXIT.usage, ['two mistakes', 'one', 'two']);
    };
    const { run, err } = cli(tempDir(), { localConfig });
    expect(await run('config')).toBe(EXIT.usage);
    expect(err).toEqual(['two mistakes', 'one', 'two']);
  });
});

describe('usage', () => {
  it.each([[[]], [['explode']], [['status', '--nonsense']], [['nodes', '--filter']]])(
    '%j ends with 2',
    async (argv) => {
      const { run, out, err } = cli(tempDir());
      expect(await run(...argv)).toBe(EXIT.usage);
      expect(out).toEqual([]);
      expect(err.length).toBeGreaterThan(0);
    },
  );

  it('help and version end with 0', async () => {
    const { run, text } = cli(tempDir());
    for (const argv of [['--help'], ['--version'], ['version'], ['help', 'nodes'], ['serve', '--help']]) {
      expect(await run(...argv)).toBe(EXIT.done);
    }
    expect(text()).toContain('9.8.7');
    expect(text()).toContain('--bus ');
  });

  it('serve gets its flags as they were typed', async () => {
    const serve = vi.fn(async () => EXIT.done);
    const { run } = cli(tempDir(), { serve });
    expect(await run('serve', '--bus', 'amqp://h', '--port', '0')).toBe(EXIT.done);
    expect(serve).toHaveBeenCalledWith(['--bus', 'amqp://h', '--port', '0']);
  });
});
