/** Certificate files as people have them: made by the openssl program, in a folder of their own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.js';

/** For `describe.skipIf`. */
export function hasOpenSsl(): boolean {
  return spawnSync('openssl', ['version']).status === 0;
}

export type OpenSsl = {
  /** Runs it in the folder; gives what it printed. */
  run(...args: readonly string[]): string;
  /** Full path of a file with this text, for its arguments. */
  write(name: string, text: string): string;
  read(name: string): Buffer;
};

export function openSsl(): OpenSsl {
  const folder = tempDir();
  return {
    run: (...args) =>
      execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    write(name, text) {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    read: (name) => readFileSync(join(folder, name)),
  };
}

export type Pkcs12Wish = {
  readonly cert: string;
  readonly key: string;
  readonly passphrase: string;
  /** More certificates in it. */
  readonly chain?: string;
  /** Further flags, as `-legacy`. */
  readonly flags?: readonly string[];
};

/** The bytes of a .p12. */
export function makePkcs12({ cert, key, passphrase, chain, flags = [] }: Pkcs12Wish): Buffer {
  const { run, write, read } = openSsl();
  const more = chain === undefined ? [] : ['-certfile', write('chain.pem', chain)];
  const files = ['-in', write('cert.pem', cert), '-inkey', write('key.pem', key), ...more, '-out', 'all.p12'];
  run('pkcs12', '-export', ...files, '-passout', `file:${write('pass', `${passphrase}\n`)}`, ...flags);
  return read('all.p12');
}
