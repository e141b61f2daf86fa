/**
 * A private RabbitMQ for tests: own ports on loopback, own node name, data, cookie and epmd, in a temporary
 * folder; ended by its process group. Who tests with it says so by `describeWithRabbitMq`.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.js';

type TlsFiles = { readonly ca: string; readonly cert: string; readonly key: string };

export type RabbitMqOptions = {
  /** PEM texts; adds a TLS listener. */
  readonly tls?: TlsFiles & { readonly requireClientCert: boolean };
};

export type RabbitMq = {
  /** As guest, plain, vhost `/`. */
  readonly url: string;
  readonly port: number;
  readonly tlsPort: number | null;
  /** rabbitmqctl against this server; resolves with its output, rejects with its words. */
  ctl(...args: string[]): Promise<string>;
  /** Permissions are regular expressions on names, in the vhost `/`. */
  addUser(
    user: string,
    password: string,
    permissions?: { configure: string; write: string; read: string },
  ): Promise<void>;
  /** A memory alarm, on or off; resolves when the broker acts on it. */
  alarm(on: boolean): Promise<void>;
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** Again on the same ports and data, after `stop` or `kill9`. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  dispose(): Promise<void>;
};

const DEBIAN_LIB = '/usr/lib/rabbitmq/lib';
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;

/** The folder with rabbitmq-server and rabbitmqctl that run as whoever we are, or null. */
function findSbin(): string | null {
  const home = process.env['RABBITMQ_HOME'];
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'rabbitmq-server'));
  const candidates = [
    ...(home ? [join(home, 'sbin', 'rabbitmq-server')] : []),
    // Debian's wrapper on PATH changes the user; the scripts behind it do not.
    ...list(DEBIAN_LIB).map((name) => join(DEBIAN_LIB, name, 'sbin', 'rabbitmq-server')),
    ...onPath,
  ];
  const found = candidates.find((path) => existsSync(path));
  return found ? dirname(found) : null;
}

/** Why there is no own RabbitMQ here, or null when there can be one. */
export function rabbitMqMissing(): string | null {
  return findSbin() ? null : 'no rabbitmq-server found (Debian: apt-get install rabbitmq-server)';
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export async function startRabbitMq(options: RabbitMqOptions = {}): Promise<RabbitMq> {
  const sbin = findSbin();
  if (!sbin) throw new Error(rabbitMqMissing() ?? '');
  const folder = mkdtempSync(join(tmpdir(), 'rabbitmq-'));
  const port = await freePort();
  const tlsPort = options.tls ? await freePort() : null;
  const env = await prepare(folder, port, tlsPort, options);
  let epmd: ChildProcess | null = null;
  let server: ChildProcess | null = null;

  const killAll = (): void => {
    for (const child of [server, epmd]) signalGroup(child, 'SIGKILL');
  };
  process.once('exit', killAll);

  async function start(): Promise<void> {
    epmd = spawn('epmd', ['-port', env['ERL_EPMD_PORT']!, '-address', '127.0.0.1'], {
      env,
      detached: true,
      stdio: 'ignore',
    });
    epmd.once('error', () => {}); // not on PATH: the server brings its own
    server = spawn(join(sbin!, 'rabbitmq-server'), { env, cwd: folder, detached: true, stdio: 'ignore' });
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await accepts(port)) || (tlsPort !== null && !(await accepts(tlsPort)))) {
      if (server.exitCode !== null || Date.now() > deadline) {
        killAll();
        throw new Error(`RabbitMQ did not start: ${lastLog(folder)}`);
      }
      await pause(50);
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = server;
    server = null;
    if (running && running.exitCode === null && running.signalCode === null) {
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      signalGroup(running, signal);
      const tooLong = setTimeout(() => signalGroup(running, 'SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(tooLong);
    }
    signalGroup(epmd, 'SIGKILL');
    epmd = null;
    while (await accepts(port)) await pause(20);
  }

  async function ctl(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(join(sbin!, 'rabbitmqctl'), ['--quiet', ...args], {
      env,
      cwd: folder,
    });
    return stdout;
  }

  await start();
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    tlsPort,
    ctl,
    async addUser(user, password, { configure, write, read } = { configure: '.*', write: '.*', read: '.*' }) {
      await ctl('add_user', user, password);
      await ctl('set_permissions', user, configure, write, read);
    },
    async alarm(on) {
      await ctl('set_vm_memory_high_watermark', on ? '0.00001' : '0.4');
      await until(async () => ((await ctl('eval', 'rabbit_alarm:get_alarms().')).trim() === '[]') !== on);
    },
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    restart: start,
    async dispose() {
      await end('SIGKILL');
      process.off('exit', killAll);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Folders, configuration and environment of one server. */
async function prepare(
  folder: string,
  port: number,
  tlsPort: number | null,
  { tls }: RabbitMqOptions,
): Promise<NodeJS.ProcessEnv> {
  for (const name of ['home', 'mnesia', 'log', 'gen']) mkdirSync(join(folder, name));
  const lines = ['loopback_users = none', 'disk_free_limit.absolute = 1MB', 'log.console = false'];
  if (tls && tlsPort !== null) {
    for (const part of ['ca', 'cert', 'key'] as const) writeFileSync(join(folder, `${part}.pem`), tls[part]);
    lines.push(
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${join(folder, 'ca.pem')}`,
      `ssl_options.certfile = ${join(folder, 'cert.pem')}`,
      `ssl_options.keyfile = ${join(folder, 'key.pem')}`,
      'ssl_options.verify = verify_peer',
      `ssl_options.fail_if_no_peer_cert = ${tls.requireClientCert}`,
    );
  }
  writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n');
  const ctlPort = await freePort();
  return {
    PATH: `${process.env['PATH']}${delimiter}/usr/sbin`,
    LANG: 'C.UTF-8',
    HOME: join(folder, 'home'),
    ERL_EPMD_PORT: String(await freePort()),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `t${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(await freePort()),
    RABBITMQ_CTL_DIST_PORT_MIN: String(ctlPort),
    RABBITMQ_CTL_DIST_PORT_MAX: String(ctlPort + 10),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'gen'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'no-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
  };
}

function signalGroup(child: ChildProcess | null, signal: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether somebody accepts on the port. */
async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function lastLog(folder: string): string {
  const log = list(join(folder, 'log')).find((name) => name.endsWith('.log'));
  return log ? readFileSync(join(folder, 'log', log), 'utf8').slice(-2000) : 'no log was written';
}
