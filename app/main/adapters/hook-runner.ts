/**
 * The HookRunner port: commands as child processes with few variables, a time limit and a bounded output; HTTP by
 * fetch. What the console itself does (log, notify, signal) succeeds here and is told by the service.
 */
import { maskText } from '../../shared/lib/mask-text.js';
import { wordsOf } from '../../shared/lib/command-words.js';
import { runChild } from './child.js';
import type { HookCall, HookResult, HookRunner } from '../ports/hook-runner.js';

const SHELL = process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c'] : ['/bin/sh', '-c'];
const KEPT_OUTPUT = 4_000;
const MAX_OUTPUT = 262_144;
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

async function command({ argument, shell, timeoutMs, env, ends }: HookCall): Promise<HookResult> {
  const words = shell ? [...SHELL, argument] : wordsOf(argument);
  if (words === null) return { ok: false, code: null, output: 'a quote is left open' };
  const [file, ...args] = words;
  if (file === undefined) return { ok: false, code: null, output: 'no command' };
  const passed = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as Record<string, string>;
  const ended = await runChild({
    ...{ file, args, timeoutMs, maxOutput: MAX_OUTPUT, outlivesUs: true, ends },
    env: { ...passed, ...clean(env) },
  });
  const code = typeof ended.code === 'number' ? ended.code : null;
  const late = ended.isLate ? notWithin(timeoutMs) : '';
  // uWSGI counts the end by a signal as success; here it is a failure, and says so.
  const word =
    late ||
    (code === null
      ? `not run, or ended by a signal${typeof ended.code === 'string' ? ` (${ended.code})` : ''}`
      : '');
  const said = maskText(`${ended.stdout}${ended.stderr}`).trimEnd().slice(-KEPT_OUTPUT);
  return { ok: code === 0 && !ended.isLate, code, output: [said, word].filter(Boolean).join('\n') };
}

/** Names of members are foreign text: a NUL in one would keep the command from being started at all. */
const clean = (env: HookCall['env']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace(/[\0-\x1f\x7f]/g, '?')]),
  );

/** Redirects are not followed: what a hook says goes where a person has said. */
async function request({ argument, timeoutMs, env, ends }: HookCall): Promise<HookResult> {
  const ending = new AbortController();
  // One timer for all of it, the answer too.
  const timer = setTimeout(() => ending.abort(new Error(notWithin(timeoutMs))), timeoutMs);
  try {
    const answer = await fetch(argument, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(env),
      signal: ends ? AbortSignal.any([ending.signal, ends]) : ending.signal,
      redirect: 'error',
    });
    const text = maskText(await beginning(answer)).slice(0, KEPT_OUTPUT);
    return { ok: answer.ok, code: answer.status, output: text };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      ok: false,
      code: null,
      output: maskText(cause instanceof Error ? cause.message : String(cause)),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** As much of an answer as is kept, and a little more; the rest is not waited for. */
async function beginning({ body }: Response): Promise<string> {
  if (body === null) return '';
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < KEPT_OUTPUT) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
  // Whoever never ends need not agree to it.
  void reader.cancel().catch(() => undefined);
  return text;
}

const notWithin = (timeoutMs: number): string => `not finished within ${timeoutMs / 1_000} s`;
