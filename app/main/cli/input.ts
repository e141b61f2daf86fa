/**
 * What the command line reads from files and standard input, and refuses to read: secrets and passphrases come from
 * places that nobody else can look into, never from the arguments, which every user of the machine can see.
 */
import { readFile, stat } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import type { In } from '../../shared/contract/contract.js';
import { text, visible } from '../../shared/i18n/index.js';
import { CliError, EXIT } from './exit.js';

const OTHERS_MAY = 0o077;
const STANDARD_INPUT = '-';

type Limits = {
  /** Bytes. */
  readonly limit: number;
  /** Only a file that nobody but its owner may read. */
  readonly private?: boolean;
};

/** The raw file. Throws CliError: not readable, too large, or open to others. */
export async function readBytes(
  file: string,
  { limit, private: isPrivate = false }: Limits,
): Promise<Buffer> {
  const { mode, size } = await stat(file).catch(fileFailure(file));
  if (isPrivate && process.platform !== 'win32' && (mode & OTHERS_MAY) !== 0) {
    throw new CliError(EXIT.failed, [
      text('cli.file.open', { file: visible(file) }),
      text('cli.file.open.next', { file: visible(file) }),
    ]);
  }
  if (size > limit) throw tooLarge(file);
  return readFile(file).catch(fileFailure(file));
}

/** The same as text. `-` is standard input. */
export async function readText(file: string, limits: Limits): Promise<string> {
  if (file !== STANDARD_INPUT) return (await readBytes(file, limits)).toString('utf8');
  let whole = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    whole += String(chunk);
    if (whole.length > limits.limit) throw tooLarge(file);
  }
  return whole;
}

/** Turns what the file system says into words with the file's name; for `catch`. */
export const fileFailure =
  (file: string) =>
  (cause: unknown): never => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
    throw new CliError(EXIT.failed, [text('cli.file.failed', { file: visible(file), code })], { cause });
  };

const tooLarge = (file: string): CliError =>
  new CliError(EXIT.failed, [text('cli.file.large', { file: visible(file) })]);

type KeyBits = NonNullable<In<'key.rotate'>['bits']>;
const KEY_BITS: readonly KeyBits[] = [2048, 3072, 4096];

/** A flag's value as the size of an RSA key. */
export function bits(typed: string): KeyBits {
  const found = KEY_BITS.find((known) => String(known) === typed);
  if (found === undefined) throw new InvalidArgumentError(KEY_BITS.join(', '));
  return found;
}

/** A flag's value as a number; where it is none, commander names the flag before these words. */
export const numberUpTo =
  (max: number, example: number, min = 1) =>
  (typed: string): number => {
    const value = Number(typed);
    if (typed.trim() !== '' && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      text('cli.number', { min: `${min}`, max: `${max}`, example: `${example}` }),
    );
  };

/** The same without a fraction. */
export const wholeUpTo =
  (max: number, example: number, min = 1) =>
  (typed: string): number => {
    const value = Number(typed);
    if (typed.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      text('cli.number.whole', { min: `${min}`, max: `${max}`, example: `${example}` }),
    );
  };
