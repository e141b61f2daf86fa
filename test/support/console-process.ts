/** The built product as users run it: `legion-console serve` as a child process, asked over its own HTTP door. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallName, In, Out } from '../../app/shared/contract/contract.js';

export const CLI = resolve(import.meta.dirname, '../../out/main/cli.js');
const READY_WITHIN_MS = 20_000;

export type ConsoleProcess = {
  readonly pid: number;
  readonly dataDir: string;
  /** Lets one browser in, once. */
  readonly url: string;
  readonly origin: string;
  readonly token: string;
  call<K extends CallName>(procedure: K, input: In<K>): Promise<Out<K>>;
  /** Everything it wrote to stderr so far. */
  log(): string;
  /** Resident memory in MB. */
  rssMb(): number;
  stop(): Promise<number | null>;
  /** As a power cut would; its data folder stays. */
  kill9(): Promise<void>;
};

/** Starts it on a free port, with a data folder of its own or this one; resolves when its address is printed. */
export async function startConsole(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  dataDir = mkdtempSync(join(tmpdir(), 'legion-console-')),
): Promise<ConsoleProcess> {
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--data-dir', dataDir, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.on('exit', done));
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const url = await new Promise<string>((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`not ready in time:\n${log}`)), READY_WITHIN_MS);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const match = /ready: (\S+)/.exec(out);
      if (!match) return;
      clearTimeout(timer);
      found(match[1]!);
    });
    void ended.then((code) => failed(new Error(`ended with ${code}:\n${log}`)));
  });
  const { origin } = new URL(url);
  const token = readFileSync(join(dataDir, 'token'), 'utf8').trim();
  return {
    pid: child.pid!,
    dataDir,
    url,
    origin,
    token,
    async call(procedure, input) {
      const answer = await fetch(`${origin}/api/${procedure}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      const body: unknown = await answer.json();
      if (!answer.ok) throw new Error(`${procedure}: ${answer.status} ${JSON.stringify(body)}`);
      return body as never;
    },
    log: () => log,
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    rssMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}
