/**
 * The built product on a machine of an own network: its door listens on the loopback of that machine alone, so what it is
 * asked goes through a small process that stands beside it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CallName, In, Out } from '../../app/shared/contract/contract.js';
import { CLI } from './console-process.js';
import { until } from './until.js';

export type PlacedConsole = {
  readonly pid: number;
  call<K extends CallName>(procedure: K, input: In<K>): Promise<Out<K>>;
  pause(): void;
  goOn(): void;
  kill9(): Promise<void>;
  /** SIGTERM, as a service is stopped. */
  stop(): Promise<void>;
  /** Ends it, whatever state it is in, and removes its folder. */
  end(): Promise<void>;
};

/** Nobody is there: a console that only belongs to legions. */
const NO_BROKER = 'amqp://127.0.0.1:1';
const READY_WITHIN_MS = 20_000;
const RELAY = `
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { id, url, init } = JSON.parse(line);
  const answer = await fetch(url, init).then(async (got) => ({ ok: got.ok, body: await got.text() }),
    (error) => ({ ok: false, body: String(error.cause ?? error) }));
  console.log(JSON.stringify({ id, ...answer }));
});`;

type Answer = { readonly ok: boolean; readonly body: string };

/** `via`: what is put before its command; none: this machine. */
export async function startPlacedConsole(
  via: readonly string[] = [],
  args: readonly string[] = [],
): Promise<PlacedConsole> {
  const dataDir = mkdtempSync(join(tmpdir(), 'legion-console-'));
  const start = (...command: string[]): ChildProcess => {
    const [file, ...rest] = [...via, process.execPath, ...command] as [string, ...string[]];
    return spawn(file, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  };
  const child = start(CLI, 'serve', '--port', '0', '--data-dir', dataDir, '--bus-url', NO_BROKER, ...args);
  const relay = start('-e', RELAY);
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): void => void (isRunning() && child.kill(name));
  const atExit = (): void => {
    signal('SIGKILL');
    relay.kill('SIGKILL');
  };
  process.once('exit', atExit);
  let out = '';
  let log = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const kill9 = async (): Promise<void> => {
    signal('SIGKILL');
    await ended;
  };
  const end = async (): Promise<void> => {
    await kill9();
    relay.kill('SIGKILL');
    process.off('exit', atExit);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await until(() => /ready: \S+/.test(out) || !isRunning(), READY_WITHIN_MS);
    if (!isRunning()) throw new Error('it ended');
  } catch (cause) {
    await end();
    throw new Error(`the console did not start:\n${log.slice(-2_000)}`, { cause });
  }
  const { origin } = new URL(/ready: (\S+)/.exec(out)?.[1] ?? '');
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  const waiting = new Map<number, (answer: Answer) => void>();
  let nextId = 1;
  if (relay.stdout)
    createInterface({ input: relay.stdout }).on('line', (line) => {
      const { id, ...answer } = JSON.parse(line) as Answer & { id: number };
      waiting.get(id)?.(answer);
      waiting.delete(id);
    });
  return {
    pid: child.pid ?? 0,
    async call(procedure, input) {
      const id = nextId++;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(input) };
      const answered = new Promise<Answer>((answer) => waiting.set(id, answer));
      relay.stdin?.write(`${JSON.stringify({ id, url: `${origin}/api/${procedure}`, init })}\n`);
      const { ok, body } = await answered;
      if (!ok) throw new Error(`${procedure}: ${body}`);
      return JSON.parse(body) as never;
    },
    pause: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    kill9,
    async stop() {
      signal('SIGTERM');
      await ended;
    },
    end,
  };
}
