/**
 * The HookRunner port: commands as child processes with few variables, a time limit and a bounded output; HTTP by
 * fetch. What the console itself does (log, notify, signal) succeeds here and is told by the service.
 */
import { spawn } from 'node:child_process';
import { maskText } from '../../shared/lib/mask-text.js';
import type { HookCall, HookResult, HookRunner } from '../ports/hook-runner.js';

const KEPT_OUTPUT = 4_000;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'SystemRoot'];

export const hookRunner: HookRunner = {
  run(call) {
    switch (call.action) {
      case 'cmd':
      case 'exec':
        // What cannot even be started (an argument with a NUL) is thrown, not told.
        return command(call).catch((error: unknown) => ({ ok: false, code: null, output: String(error) }));
      case 'http':
        return request(call);
      default:
        return Promise.resolve({ ok: true, code: null, output: '' });
    }
  },
};

/** Words apart at blanks; quotes hold one together. Nothing is expanded. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [, double, single, bare] of text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+)/g))
    words.push(double?.replace(/\\(["\\])/g, '$1') ?? single ?? bare ?? '');
  return words;
}

function command({ argument, shell, timeoutMs, env }: HookCall): Promise<HookResult> {
  const [file, ...args] = shell ? [argument] : wordsOf(argument);
  if (file === undefined) return Promise.resolve({ ok: false, code: null, output: 'no command' });
  const passed = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as Record<string, string>;
  return new Promise((resolve) => {
    let output = '';
    let isLate = false;
    const child = spawn(file, args, {
      env: { ...passed, ...clean(env) },
      shell,
      // In a group of its own, so that what it started ends with it.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const take = (chunk: Buffer): void => {
      if (output.length < 2 * KEPT_OUTPUT) output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const timer = setTimeout(() => {
      isLate = true;
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    }, timeoutMs);
    const end = (ok: boolean, code: number | null, words: string): void => {
      clearTimeout(timer);
      const said = [output.slice(-KEPT_OUTPUT).trimEnd(), words].filter(Boolean).join('\n');
      resolve({ ok, code, output: maskText(said) });
    };
    child.on('error', (error) => end(false, null, error.message));
    child.on('close', (code, signal) => {
      const late = isLate ? `not finished within ${timeoutMs / 1_000} s` : '';
      // uWSGI counts the end by a signal as success; here it is a failure, and says so.
      end(code === 0 && !isLate, code, late || (signal === null ? '' : `ended by ${signal}`));
    });
  });
}

/** Names of members are foreign text: a NUL in one would keep the command from being started at all. */
const clean = (env: HookCall['env']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace(/[\0-\x1f\x7f]/g, '?')]),
  );

async function request({ argument, timeoutMs, env }: HookCall): Promise<HookResult> {
  try {
    const answer = await fetch(argument, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(env),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const text = (await answer.text()).slice(0, KEPT_OUTPUT);
    return { ok: answer.ok, code: answer.status, output: maskText(text) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ok: false,
      code: null,
      output: maskText(cause instanceof Error ? cause.message : String(cause)),
    };
  }
}
