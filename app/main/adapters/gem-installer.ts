/**
 * The Installer port on a real `gem` command: a child process without a shell, with checked arguments, few variables,
 * a time limit and a bounded output.
 */
import { execFile } from 'node:child_process';
import type { Installed, Installer } from '../ports/installer.js';

export type GemOptions = {
  /** The command, by name or path. */
  readonly command: string;
  /** Folder for gems (GEM_HOME); empty: the system's. */
  readonly home: string;
  /** Address of the only source to use; empty: those of the system. */
  readonly source: string;
  readonly timeoutMs: number;
};

const NAME = /^lex-[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/;
const VERSION = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z.-]+)?$/;
const MAX_OUTPUT = 256 * 1024;
const KEPT_OUTPUT = 8_000;
const ABOUT_TIMEOUT_MS = 10_000;
/** What a child may know of this process. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SystemRoot',
];

type Ended = { readonly code: string | number | null; readonly output: string; readonly isLate: boolean };

export function createGemInstaller({ command, home, source, timeoutMs }: GemOptions): Installer {
  const env = Object.fromEntries([
    ...PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ...(home === '' ? [] : [['GEM_HOME', home]]),
  ]) as Record<string, string>;

  const run = (args: readonly string[], limitMs: number): Promise<Ended> =>
    new Promise((resolve) => {
      const options = {
        env,
        timeout: limitMs,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_OUTPUT,
        windowsHide: true,
      } as const;
      execFile(command, [...args], options, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`;
        if (!error) return resolve({ code: 0, output, isLate: false });
        resolve({ code: error.code ?? null, output, isLate: error.killed === true });
      });
    });

  let about: Promise<{ available: boolean; about: string }> | null = null;

  const wordsOf = ({ code, output, isLate }: Ended): string => {
    if (isLate) return `not finished within ${Math.round(timeoutMs / 1_000)} s`;
    if (code === 'ENOENT') return 'no installer here';
    // Without the marks that RubyGems puts before its words.
    const line = output
      .split('\n')
      .map((each) =>
        each
          .replace(/^ERROR:\s+(?:Error installing [^:]*:|While executing gem \.\.\. \([^)]*\))?\s*/, '')
          .trim(),
      )
      .find((each) => each !== '');
    return line ?? `gem ended with ${String(code)}`;
  };

  return {
    about() {
      about ??= run(['--version'], ABOUT_TIMEOUT_MS).then((ended) =>
        ended.code === 0
          ? { available: true, about: `gem ${ended.output.trim().slice(0, 40)}` }
          : { available: false, about: 'no installer here' },
      );
      return about;
    },
    async install(name, version): Promise<Installed> {
      if (!NAME.test(name) || name.length > 110 || (version !== null && !VERSION.test(version)))
        return { ok: false, error: 'not a name or version of an extension', output: '' };
      const ended = await run(
        [
          ...['install', name, '--no-document', '--no-user-install'],
          ...(version === null ? [] : ['--version', version]),
          ...(source === '' ? [] : ['--clear-sources', '--source', source]),
        ],
        timeoutMs,
      );
      const output = ended.output.slice(-KEPT_OUTPUT);
      return ended.code === 0
        ? { ok: true, error: null, output }
        : { ok: false, error: wordsOf(ended).slice(0, 1_000), output };
    },
  };
}
