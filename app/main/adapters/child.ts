/**
 * One command as a child process: in a group of its own, so that what it starts ends with it; with a time limit and a
 * bounded output. What is still running when this process ends, ends too, unless it is to go on.
 */
import { spawn, type ChildProcess } from 'node:child_process';

export type ChildEnd = {
  /** Exit code; the system's word when it could not be started; null when it was ended. */
  readonly code: string | number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly isLate: boolean;
};

export type ChildCall = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly timeoutMs: number;
  /** Of each stream; more ends it. */
  readonly maxOutput: number;
  /** It goes on when this process ends: what it takes back must not stay half taken back. */
  readonly outlivesUs?: boolean;
  /** Ends it, with all that it started. */
  readonly ends?: AbortSignal | undefined;
};

const hasGroups = process.platform !== 'win32';
const LAST_WORDS_MS = 200;
const running = new Set<ChildProcess>();

function end(child: ChildProcess): void {
  try {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It is gone already.
  }
}
process.once('exit', () => running.forEach(end));

/** Never rejects. No shell, unless `file` is one. */
export function runChild(call: ChildCall): Promise<ChildEnd> {
  const { file, args, env, cwd, timeoutMs, maxOutput, outlivesUs = false, ends } = call;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      detached: hasGroups,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    if (!outlivesUs) running.add(child);
    const said = { stdout: '', stderr: '' };
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      end(child);
    }, timeoutMs);
    const stop = (): void => end(child);
    ends?.addEventListener('abort', stop);
    if (ends?.aborted === true) stop();
    const done = (code: ChildEnd['code']): void => {
      clearTimeout(timer);
      ends?.removeEventListener('abort', stop);
      running.delete(child);
      resolve({ code, ...said, isLate });
    };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] = (said[stream] + text).slice(0, maxOutput);
        // Whoever writes without end is not waited for.
        if (said[stream].length >= maxOutput) end(child);
      });
    child.on('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    child.on('close', (code) => done(code));
    // What it left running may hold its output open for ever: its last words have a moment, and no more.
    child.on('exit', (code) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        done(code);
      }, LAST_WORDS_MS);
    });
  });
}
