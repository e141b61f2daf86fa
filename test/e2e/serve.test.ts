/** `legion-console serve` and the verbs beside it, as built and run from a terminal. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NodeRow } from '../../app/shared/domain/node.js';
import type { Session } from '../../app/shared/domain/session.js';
import { CLI } from '../support/console-process.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

type Run = { child: ChildProcess; out: () => string; err: () => string; ended: Promise<number | null> };

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, out: () => out, err: () => err, ended };
}

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { ended, out, err } = start(args);
  const code = await ended;
  return { code, out: out(), err: err() };
}

async function serving(
  args: readonly string[] = [],
): Promise<Run & { dataDir: string; ask: (...words: string[]) => ReturnType<typeof run> }> {
  const dataDir = tempDir();
  const served = start(['serve', '--port', '0', '--data-dir', dataDir, ...args]);
  await until(() => served.out().endsWith('\n') || served.child.exitCode !== null, 20_000);
  expect(served.out(), served.err()).toMatch(/ready/);
  return { ...served, dataDir, ask: (...words) => run(...words, '--data-dir', dataDir) };
}

describe('legion-console serve', () => {
  it('prints one line when it is ready, and logs elsewhere', async () => {
    const { out, err, ask } = await serving();
    expect(out()).toMatch(/^Legion Console is ready: http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
    await until(async () => (await ask('nodes', '--json')).out.includes('"healthy"'));
    expect(out().split('\n')).toHaveLength(2);
    for (const line of err().trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('goes on when nobody reads its log any more', async () => {
    const { child, ask } = await serving(['--log-level', 'debug']);
    child.stderr!.destroy();
    // Each of these is a line of the log, at the other end of nothing.
    for (let n = 0; n < 5; n += 1) expect((await ask('status', '--json')).code).toBe(0);
    child.kill('SIGTERM');
    await until(() => child.exitCode !== null, 20_000);
    expect(child.exitCode).toBe(0);
  });

  it('shows nothing of its flags to other users of the machine', async () => {
    const { child } = await serving(['--bus-password', 'hunter2']);
    if (process.platform !== 'linux') return;
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain('hunter2');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'leaves in order on %s, and takes its address back',
    async (signal) => {
      const { child, ended, dataDir } = await serving();
      expect(existsSync(join(dataDir, 'host.json'))).toBe(true);
      const askedAt = performance.now();
      child.kill(signal);
      expect(await ended).toBe(0);
      expect(performance.now() - askedAt).toBeLessThan(5000);
      expect(existsSync(join(dataDir, 'host.json'))).toBe(false);
    },
  );

  it('does not start a second time in one data folder', async () => {
    const { dataDir } = await serving();
    const second = await run('serve', '--port', '0', '--data-dir', dataDir);
    expect(second.code).toBe(1);
    expect(second.err).toContain('is running with');
    expect(second.out).toBe('');
  });

  it('names all mistakes of its configuration at once', async () => {
    const { code, err, out } = await run(
      'serve',
      '--port',
      'many',
      '--bus',
      'http://x',
      '--log-level',
      'loud',
    );
    expect(code).toBe(2);
    expect(out).toBe('');
    for (const key of ['web.port', 'bus.url', 'log.level']) expect(err).toContain(key);
  });

  it('goes on when nothing answers at the broker, and status says why and ends with 3', async () => {
    const { ask } = await serving(['--bus', 'amqp://127.0.0.1:9/']);
    const failed = await until(async () => {
      const status = await ask('status');
      return status.out.includes('Nothing answers') ? status : null;
    });
    expect(failed.code).toBe(3);
    const json = JSON.parse((await ask('status', '--json')).out) as Session;
    expect(json.link.error?.code).toBe('BUS_UNREACHABLE');
  });
});

describe('the other verbs', () => {
  it('ask the running console', async () => {
    const { ask } = await serving(['--demo-nodes', '12']);
    await until(async () => (await ask('status')).out.includes('13 healthy'), 30_000);
    const nodes = JSON.parse((await ask('nodes', '--json')).out) as NodeRow[];
    expect(nodes).toHaveLength(13);
    const name = nodes.find((node) => !node.badges.includes('self'))?.name ?? '';
    expect((await ask('node', name)).out).toContain(name);
    expect((await ask('node', 'no-such-node')).code).toBe(1);
    expect((await ask('events')).out).toContain('joined');
    expect((await ask('config')).out).toMatch(/demo\.nodes +12 +flag --demo-nodes/);
    expect((await ask('link')).out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/);
  });

  it('follow events until the console goes', async () => {
    const { child, dataDir } = await serving();
    const follower = start(['events', '--follow', '--json', '--data-dir', dataDir]);
    await until(() => follower.out().includes('node.joined'));
    child.kill('SIGTERM');
    expect(await follower.ended).toBe(3);
    for (const line of follower.out().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('kind');
  });

  it('end with 3 when nothing runs, and with 2 when they are used wrongly', async () => {
    const dataDir = tempDir();
    expect((await run('status', '--data-dir', dataDir)).code).toBe(3);
    expect((await run('events', '--limit', 'x', '--data-dir', dataDir)).code).toBe(2);
    expect((await run('explode')).code).toBe(2);
    expect((await run('version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
