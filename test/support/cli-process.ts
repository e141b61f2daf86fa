/** The command line of the built product as its users run it: one process per command, against a running console. */
import { spawn } from 'node:child_process';
import { CLI, type ConsoleProcess } from './console-process.js';

export type CliResult = {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What it printed with `--json`. */
  json<T>(): T;
};

/** Runs it to its end. `input` goes to its standard input. */
export function runCommand(
  served: Pick<ConsoleProcess, 'dataDir'>,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args, '--data-dir', served.dataDir], {
      env: { ...process.env, ...env },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err, json: () => JSON.parse(out) as never }));
    child.stdin.end(input);
  });
}
