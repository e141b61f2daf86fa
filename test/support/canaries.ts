/** Secrets that a test made up, and the search for them in everything that leaves the process. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contract, type Procedure } from '../../app/shared/contract/contract.js';
import type { ConsoleProcess } from './console-process.js';
import { until } from './until.js';

export const canary = (what: string): string => `canary${what}${randomBytes(6).toString('hex')}`;

/** Names of the secrets a text holds: as they are, as Base64, as percent-encoded bytes. */
export function foundIn(text: string, canaries: Iterable<readonly [what: string, secret: string]>): string[] {
  return [...canaries]
    .filter(([, secret]) => {
      const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1);
      return [secret, base64, encodeURIComponent(secret)].some((form) => text.includes(form));
    })
    .map(([what]) => what);
}

/** Lines of a private key's PEM, each of which would be too much. Its first line is the same for all keys. */
export const linesOfKey = (what: string, pem: string): [string, string][] =>
  pem
    .trim()
    .split('\n')
    .slice(2, -1)
    .map((line, index) => [`${what}, line ${index + 3}`, line]);

export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** These change what the test is about; it calls them itself. */
const CHANGING: readonly Procedure[] = [
  'session.connect',
  'session.demo',
  'session.leave',
  'session.reconnect',
  'node.forget',
  'profile.forget',
  'key.rotate',
  'key.rotate.undo',
  'key.rotate.finish',
  'secret.rotate',
];

/** The answer of every call of the contract and the first items of every stream, as they go over the wire. */
export async function answersOfAll(
  served: ConsoleProcess,
  inputs: Partial<Record<Procedure, unknown>> = {},
): Promise<string> {
  const answers: string[] = [];
  for (const name of Object.keys(contract) as Procedure[]) {
    if (CHANGING.includes(name)) continue;
    const headers = { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' };
    if (contract[name].kind === 'call') {
      const body = JSON.stringify(inputs[name] ?? {});
      // A refusal is an answer too.
      const answer = await fetch(`${served.origin}/api/${name}`, { method: 'POST', headers, body });
      answers.push(await answer.text());
      continue;
    }
    const reader = (await fetch(`${served.origin}/api/${name}`, { headers })).body!.getReader();
    answers.push(Buffer.from((await reader.read()).value!).toString());
    await reader.cancel();
  }
  for (const path of ['/metrics', '/healthz']) answers.push(await (await fetch(served.origin + path)).text());
  return answers.join('\n');
}

/** For NODE_OPTIONS: a bug on demand, after which the process ends as it would after one of its own. */
export const CRASH = `--import data:text/javascript,${encodeURIComponent(
  "process.on('SIGUSR2', () => { throw new Error('made to crash'); });",
)}`;

/** Makes it crash, and waits for its end and for what it says then. */
export async function crashed({ pid, log }: ConsoleProcess): Promise<void> {
  process.kill(pid, 'SIGUSR2');
  await until(() => log().includes('made to crash'));
  await until(() => !isRunning(pid));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
