/**
 * A running console, reached through its web host as any script would: calls by POST, streams as lines.
 * What goes wrong becomes a CliError with the sentence, the raw words and the remedy.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { CallName, In, Out, StreamName } from '../../shared/contract/contract.js';
import { CheckNote } from '../../shared/domain/change.js';
import { fromWireError, WireError } from '../../shared/errors/wire.js';
import { checkText, errorText, text, visible } from '../../shared/i18n/index.js';
import { isJsonObject } from '../../shared/lib/json.js';
import { CliError, EXIT, type ExitCode } from './exit.js';
import { shellWord } from './table.js';

const ANSWER_TIMEOUT_MS = 15_000;
/** Who leaves a legion runs hooks first, and may wait for the next lord. */
const LEGION_TIMEOUT_MS = 180_000;

export type ConsoleClient = {
  call<K extends CallName>(name: K, input: In<K>): Promise<Out<K>>;
  /** Ends when the console does, or by the signal; throws CliError when it fails. */
  watch<K extends StreamName>(name: K, input: In<K>, signal?: AbortSignal): AsyncIterable<Out<K>>;
};

export async function openConsole(url: string, tokenFile: string): Promise<ConsoleClient> {
  const token = await readToken(tokenFile);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const request = async (path: string, init: RequestInit, input: object): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), { ...init, headers, redirect: 'error' });
    } catch (cause) {
      throw unreachable(url, cause);
    }
    if (response.ok) return response;
    throw await refusal(response, input);
  };

  return {
    async call(name, input) {
      const init = {
        method: 'POST',
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(name.startsWith('legion.') ? LEGION_TIMEOUT_MS : ANSWER_TIMEOUT_MS),
      };
      const response = await request(`/api/${name}`, init, input);
      return (await response.json()) as Out<typeof name>;
    },

    async *watch(name, input, signal) {
      const query = encodeURIComponent(JSON.stringify(input));
      try {
        const init = { method: 'GET', ...(signal && { signal }) };
        const response = await request(`/api/${name}?input=${query}`, init, input);
        for await (const line of linesOf(response)) {
          const item: unknown = JSON.parse(line);
          const failure = isJsonObject(item) ? WireError.safeParse(item['failure']) : null;
          if (failure?.success) throw told(failure.data, input);
          yield item as Out<typeof name>;
        }
      } catch (cause) {
        if (signal?.aborted) return;
        throw cause instanceof CliError ? cause : unreachable(url, cause);
      }
    },
  };
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new CliError(EXIT.failed, [text('cli.token.missing', { file: visible(file) })], { cause });
  }
}

async function refusal(response: Response, input: object): Promise<CliError> {
  const body: unknown = await response.json().catch(() => null);
  const wire = WireError.safeParse(body);
  return wire.success ? told(wire.data, input) : new CliError(EXIT.failed, [`HTTP ${response.status}`]);
}

const USAGE: readonly string[] = [
  'CONTRACT_INPUT_INVALID',
  'FILTER_INVALID',
  'CHANGE_INVALID',
  'CONFIRM_MISSING',
  'CONFIRM_WRONG',
  'REASON_MISSING',
];
const NOT_CONNECTED: readonly string[] = ['BUS_NOT_CONNECTED', 'CONSOLE_NOT_RUNNING'];

function told(wire: WireError, input: object): CliError {
  const { code, message } = fromWireError(wire);
  const { what, next } = errorText(code, wire.details);
  const exit: ExitCode = USAGE.includes(code)
    ? EXIT.usage
    : NOT_CONNECTED.includes(code)
      ? EXIT.notConnected
      : EXIT.failed;
  const report = wire.reportId === null ? '' : ` [${wire.reportId}]`;
  return new CliError(exit, [
    `${what} (${visible(message)})${report}`,
    ...markedPlace(wire, input),
    ...notesOf(wire),
    next,
    ...whatToConfirm(wire),
  ]);
}

/** The filter as typed, and a caret under the place where it cannot be read. */
function markedPlace({ code, details }: WireError, input: object): readonly string[] {
  const { at } = details;
  if (code !== 'FILTER_INVALID' || typeof at !== 'number') return [];
  if (!('filter' in input) || typeof input.filter !== 'string') return [];
  const seen = (typed: string): string => visible(typed, typed.length);
  const before = seen(input.filter.slice(0, at));
  return [`  ${seen(input.filter)}`, `  ${' '.repeat(before.length)}^`];
}

/** What a rehearsal found that stands against sending. */
function notesOf({ code, details }: WireError): readonly string[] {
  const notes = code === 'CHANGE_INVALID' ? z.array(CheckNote).safeParse(details['notes']) : null;
  return notes?.success ? notes.data.map((note) => `  ${checkText(note)}`) : [];
}

function whatToConfirm({ code, details }: WireError): readonly string[] {
  const { expect } = details;
  const isAbout = code === 'CONFIRM_MISSING' || code === 'CONFIRM_WRONG';
  return isAbout && typeof expect === 'string' && expect !== ''
    ? [text('cli.confirm.next', { expect: shellWord(expect) })]
    : [];
}

const unreachable = (url: string, cause: unknown): CliError =>
  new CliError(
    EXIT.notConnected,
    [text('cli.unreachable', { url: visible(url) }), text('cli.not-running.next')],
    { cause },
  );

async function* linesOf(response: Response): AsyncIterable<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
