/**
 * Real uWSGI processes as members of legions: Debian's uwsgi-core with options of ours, each with its own folder, its log
 * kept, its hooks written down with their times, its stats server read. Signals go to one process id and no other. Who
 * tests with it says so by `describeWithUwsgi`.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOOK_EVENTS, type HookEvent } from '../../app/shared/domain/legion.js';
import { until } from './until.js';

export type UwsgiOptions = {
  /** Its host name, as the others see it; needs root, else it is this machine's. */
  readonly name: string;
  readonly legion: string;
  readonly valor: number;
  /** `host:port`. */
  readonly listen: string;
  readonly nodes: readonly string[];
  /** The address is a group: announced to as well. */
  readonly multicast?: boolean;
  readonly cipher: string;
  readonly secret: string;
  readonly iv?: string | null;
  readonly freqS?: number;
  readonly toleranceS?: number;
  readonly quorum?: number;
  readonly deathOnLordErrorS?: number;
  /** Where its stats server listens, `host:port`; without it a socket in its folder. */
  readonly stats?: string;
  /** Its stats server waits for a request first. */
  readonly statsHttp?: boolean;
  /** Shell commands, after the one that writes down when. */
  readonly hooks?: readonly (readonly [HookEvent, string])[];
  /** What the process is started by, e.g. in a network namespace. */
  readonly via?: readonly string[];
};

export type HookRun = { readonly at: number; readonly event: HookEvent };

export type UwsgiLegion = {
  readonly legion: string;
  readonly uuid: string;
  readonly valor: number;
  readonly checksum: number;
  readonly quorum: number;
  readonly i_am_the_lord: number;
  readonly lord_valor: number;
  readonly lord_uuid: string;
  readonly members: readonly { readonly name: string; readonly uuid: string; readonly valor: number }[];
};

export type Uwsgi = {
  readonly name: string;
  readonly pid: number;
  log(): string;
  /** Waits for a line of its log that fits; only what came after `since` characters counts. */
  said(line: RegExp, withinMs?: number, since?: number): Promise<string>;
  /** Which hooks ran, and when. */
  hookRuns(): HookRun[];
  /** Waits for a hook of this event to run, not before `since`, epoch ms. */
  ran(event: HookEvent, withinMs?: number, since?: number): Promise<HookRun>;
  /** Where its stats server listens: the path of a socket, or `host:port`. */
  readonly statsPlace: string;
  /** What its stats server says of the legion. */
  stats(): Promise<UwsgiLegion>;
  isRunning(): boolean;
  /** SIGINT: death hooks, then the dead announce. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  pause(): void;
  goOn(): void;
  /** Ends it, whatever state it is in, and removes its folder. */
  end(): Promise<void>;
};

const UWSGI = '/usr/bin/uwsgi-core';
const LEGACY_PROVIDER = `openssl_conf = init
[init]
providers = providers
[providers]
default = on
legacy = on
[on]
activate = 1
`;
const isRoot = process.getuid?.() === 0;

/** Why there is no real uWSGI here, or null when there is one. */
export const uwsgiMissing = (): string | null =>
  existsSync(UWSGI) ? null : `no ${UWSGI} found (Debian: apt-get install uwsgi-core)`;

/** The shell line with which a hook tells when it ran. */
export const writesDown = (file: string, event: HookEvent): string =>
  `echo "$(date +%s%3N) ${event}" >> ${file}`;

export function readHookRuns(file: string): HookRun[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [at, event] = line.split(' ');
      return event ? [{ at: Number(at), event: event as HookEvent }] : [];
    });
}

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}

/** Resolves when its legion thread runs. */
export async function startUwsgi(options: UwsgiOptions): Promise<Uwsgi> {
  const folder = mkdtempSync(join(tmpdir(), 'uwsgi-'));
  const [logFile, hookFile, socketFile] = ['log', 'hooks', 'stats'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const statsPlace = options.stats ?? socketFile;
  const openssl = join(folder, 'openssl.cnf');
  writeFileSync(openssl, LEGACY_PROVIDER);
  const named = isRoot ? ['unshare', '--uts', 'sh', '-c', 'hostname "$0"; exec "$@"', options.name] : [];
  const [file, ...args] = [
    ...(options.via ?? []),
    ...named,
    UWSGI,
    ...argsOf(options, hookFile),
    ...['--stats', statsPlace, ...(options.statsHttp ? ['--stats-http'] : [])],
  ] as [string, ...string[]];
  const out = openSync(logFile, 'w');
  const child = spawn(file, args, {
    cwd: folder,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...(options.cipher.startsWith('bf') && { OPENSSL_CONF: openssl }) },
  });
  closeSync(out);
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  child.on('error', () => undefined);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): void => void (isRunning() && child.kill(name));
  const atExit = (): void => signal('SIGKILL');
  process.once('exit', atExit);
  const kill9 = async (): Promise<void> => {
    signal('SIGKILL');
    await ended;
  };
  const log = (): string => readFileSync(logFile, 'utf8');

  const uwsgi: Uwsgi = {
    name: isRoot ? options.name : hostname(),
    pid: child.pid ?? 0,
    log,
    said: (line, withinMs = 10_000, since = 0) =>
      orLog(
        () =>
          until(
            () =>
              log()
                .slice(since)
                .split('\n')
                .find((each) => line.test(each)),
            withinMs,
          ),
        `${options.name} did not say ${line}`,
      ),
    hookRuns: () => readHookRuns(hookFile),
    ran: (event, withinMs = 10_000, since = 0) =>
      orLog(
        () =>
          until(() => readHookRuns(hookFile).find((run) => run.event === event && run.at >= since), withinMs),
        `${options.name} did not run its ${event} hooks`,
      ),
    statsPlace,
    stats: async () => {
      const { legions } = JSON.parse(await readSocket(socketFile)) as { legions: UwsgiLegion[] };
      const found = legions.find(({ legion }) => legion === options.legion);
      if (!found) throw new Error('the stats server knows no such legion');
      return found;
    },
    isRunning,
    async stop() {
      signal('SIGINT');
      await ended;
    },
    kill9,
    pause: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async end() {
      await kill9();
      process.off('exit', atExit);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  async function orLog<T>(wait: () => Promise<T>, what: string): Promise<T> {
    return wait().catch((cause: unknown) => {
      throw new Error(`${what}:\n${log().slice(-2_000)}`, { cause });
    });
  }
  try {
    await until(() => /Stats server enabled/.test(log()) || !isRunning());
    if (!isRunning()) throw new Error(`uWSGI ended at its start:\n${log().slice(-2_000)}`);
    return uwsgi;
  } catch (error) {
    await uwsgi.end();
    throw error;
  }
}

function argsOf(options: UwsgiOptions, hookFile: string): string[] {
  const { legion, listen, valor, cipher, secret, iv, nodes, quorum, deathOnLordErrorS, hooks = [] } = options;
  const own = HOOK_EVENTS.filter((event) => event !== 'setup').map(
    (event) => [event, writesDown(hookFile, event)] as const,
  );
  return [
    ...['--master', '--processes', '0'],
    ...['--legion-freq', String(options.freqS ?? 1), '--legion-tolerance', String(options.toleranceS ?? 3)],
    ...(deathOnLordErrorS === undefined ? [] : ['--legion-death-on-lord-error', String(deathOnLordErrorS)]),
    options.multicast ? '--legion-mcast' : '--legion',
    `${legion} ${listen} ${valor} ${cipher}:${secret}${iv ? ` ${iv}` : ''}`,
    ...nodes.flatMap((node) => ['--legion-node', `${legion} ${node}`]),
    ...(quorum ? ['--legion-quorum', `${legion} ${quorum}`] : []),
    ...[...own, ...hooks].flatMap(([event, command]) => [`--legion-${event}`, `${legion} cmd:${command}`]),
  ];
}

/** All that it says when asked, until it hangs up. */
function readSocket(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    createConnection({ path })
      .on('data', (chunk) => (text += chunk.toString('utf8')))
      .on('error', reject)
      .on('end', () => resolve(text));
  });
}
