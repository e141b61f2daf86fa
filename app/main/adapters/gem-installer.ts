/**
 * The Installer port on a real `gem` command: a child process without a shell, with checked arguments, few variables,
 * a folder of its own (gem prefers a file of that name in the folder where it runs), a time limit and a bounded output.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as fullPath } from 'node:path';
import { maskText } from '../../shared/lib/mask-text.js';
import type { Installed, Installer } from '../ports/installer.js';
import { runChild, type ChildEnd } from './child.js';

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
const MAX_LINES = 4;
const MAX_WORDS = 500;
const ABOUT_TIMEOUT_MS = 10_000;
/** Arguments can be read by everybody on this machine. */
const SOURCE_WITH_USER =
  'gem.source holds a user or a password; leave it empty and give that source to gem itself, in its own configuration (.gemrc)';
/** The marks that RubyGems puts before its words. */
const MARKS = /^ERROR:\s+(?:Error installing [^:]*:|While executing gem \.\.\. \([^)]*\))?\s*/;
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

export function createGemInstaller({ command, home, source, timeoutMs }: GemOptions): Installer {
  const env = Object.fromEntries([
    ...PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ...(home === '' ? [] : [['GEM_HOME', fullPath(home)]]),
  ]) as Record<string, string>;

  // It runs elsewhere, where a path from here would lead nowhere.
  const file = /[\\/]/.test(command) ? fullPath(command) : command;

  const run = (args: readonly string[], limitMs: number, cwd?: string): Promise<ChildEnd> =>
    runChild({ file, args, env, cwd, timeoutMs: limitMs, maxOutput: MAX_OUTPUT });
  /** In an empty folder that is gone afterwards. */
  const runApart = async (args: readonly string[]): Promise<ChildEnd> => {
    const folder = await mkdtemp(join(tmpdir(), 'legion-console-gem-'));
    try {
      return await run(args, timeoutMs, folder);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };

  let about: Promise<{ available: boolean; about: string }> | null = null;

  const wordsOf = ({ code, stdout, stderr, isLate }: ChildEnd): string => {
    if (isLate) return `not finished within ${Math.round(timeoutMs / 1_000)} s`;
    if (code === 'ENOENT') return 'no installer here';
    const lines = [...stderr.split('\n'), ...stdout.split('\n')].map((line) => line.trim());
    // The words of an error may stand in the next lines, up to an empty one or the next error.
    const from = Math.max(
      0,
      lines.findIndex((line) => line.startsWith('ERROR:')),
    );
    const words: string[] = [];
    for (const [place, line] of lines.slice(from).entries()) {
      const said = line.replace(MARKS, '');
      if (words.length > 0 && (said === '' || (place > 0 && line.startsWith('ERROR:')))) break;
      if (said !== '') words.push(said);
      if (words.length >= MAX_LINES) break;
    }
    return words.join(' ') || `gem ended with ${String(code)}`;
  };
  const failed = (error: string, output = ''): Installed => ({
    ...{ ok: false, error: maskText(error).slice(0, MAX_WORDS), output },
  });

  return {
    about() {
      if (hasUser(source)) return Promise.resolve({ available: false, about: SOURCE_WITH_USER });
      about ??= run(['--version'], ABOUT_TIMEOUT_MS).then(({ code, stdout }) =>
        code === 0
          ? { available: true, about: `gem ${stdout.trim().slice(0, 40)}` }
          : { available: false, about: 'no installer here' },
      );
      return about;
    },
    async install(name, version): Promise<Installed> {
      if (!NAME.test(name) || name.length > 110 || (version !== null && !VERSION.test(version)))
        return failed('not a name or version of an extension');
      if (hasUser(source)) return failed(SOURCE_WITH_USER);
      const args = [
        ...['install', name, '--no-document', '--no-user-install'],
        ...(version === null ? [] : ['--version', version]),
        ...(source === '' ? [] : ['--clear-sources', '--source', source]),
      ];
      try {
        const ended = await runApart(args);
        // Masked whole: a cut address would no longer look like one.
        const output = maskText(`${ended.stdout}${ended.stderr}`).slice(-KEPT_OUTPUT);
        return ended.code === 0 ? { ok: true, error: null, output } : failed(wordsOf(ended), output);
      } catch (error) {
        return failed(`no folder to work in: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/** `user@` or `user:password@` before the path. */
const hasUser = (source: string): boolean => /^(?:[a-z][a-z0-9+.-]*:)?\/*[^/?#]*@/i.test(source);
