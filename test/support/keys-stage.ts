/** A broker, consoles that hold or lack the cluster secret, and Ruby nodes beside them: what tests of keys stand on. */
import { onTestFinished } from 'vitest';
import type { KeyRow } from '../../app/shared/domain/key.js';
import type { SecretRequest, Secrets } from '../../app/shared/domain/secret.js';
import { type CliResult, runCommand } from './cli-process.js';
import { startConsole, type ConsoleProcess } from './console-process.js';
import type { RabbitMq } from './rabbitmq.js';
import { createRubyNode, type Generation, type RubyNode, type RubyNodeOptions } from './ruby-node.js';
import { until } from './until.js';

export type StagedConsole = ConsoleProcess & {
  readonly name: string;
  cli(...args: string[]): Promise<CliResult>;
  /** Fails unless the command ends with 0; what it printed as JSON. */
  ok<T>(...args: string[]): Promise<T>;
  keysOf(name: string): Promise<KeyRow[]>;
  secrets(): Promise<Secrets>;
  /** The same, once it fits. */
  secretsWhen(fits: (secrets: Secrets) => boolean): Promise<Secrets>;
  /** The newest request of this name that fits, once there is one. */
  request(name: string, fits?: (request: SecretRequest) => boolean): Promise<SecretRequest>;
  /** How often messages were refused with this code. */
  refused(code: string): Promise<number>;
  /** Once an event of this kind about this name is in the log. */
  event(kind: string, name?: string): Promise<void>;
};

let nextConsole = 1;

/** A console of its own for this test, live, with its key made; gone with the test. */
export async function aConsole(
  broker: Pick<RabbitMq, 'url'>,
  {
    secret = '',
    args = [],
    env = {},
  }: {
    readonly secret?: string;
    readonly args?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<StagedConsole> {
  const name = `console-${nextConsole++}`;
  const served = await startConsole(
    ['--name', name, '--node-beat-interval-s', '1', '--node-name-check-s', '0.3', ...args],
    { LEGION_CONSOLE_BUS_URL: broker.url, LEGION_CONSOLE_CRYPT_CLUSTER_SECRET: secret, ...env },
  );
  onTestFinished(async () => void (await served.stop()));
  await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
  // Who only watches shows nobody a key.
  if (!args.includes('--profile-read-only'))
    await until(async () => (await served.call('key.own', {})).announcedAt !== null, 30_000);

  const cli = (...args: string[]): Promise<CliResult> => runCommand(served, args);
  return {
    ...served,
    name,
    cli,
    async ok(...args) {
      const result = await cli(...args, '--json');
      if (result.code !== 0) throw new Error(`${args.join(' ')}: ${result.code}\n${result.err}`);
      return result.json();
    },
    keysOf: async (of) => (await served.call('key.list', {})).keys.filter((row) => row.name === of),
    secrets: () => served.call('secret.get', {}),
    secretsWhen: (fits) =>
      until(async () => [await served.call('secret.get', {})].find((secrets) => fits(secrets))),
    request: (of, fits = () => true) =>
      until(async () =>
        (await served.call('secret.get', {})).requests.find(
          (request) => request.name === of && fits(request),
        ),
      ),
    async refused(code) {
      const { refused } = await served.call('health.get', {});
      return refused.find((entry) => entry.code === code)?.count ?? 0;
    },
    async event(kind, of) {
      await until(async () =>
        (await served.call('event.list', {})).events.some(
          (event) => event.kind === kind && (of === undefined || event.names.includes(of)),
        ),
      );
    },
  };
}

/** Each has the key of the other, and pins it. */
export async function trustEachOther(one: StagedConsole, other: StagedConsole): Promise<void> {
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const { fingerprint } = await there.call('key.own', {});
    await until(async () => {
      if ((await here.keysOf(there.name)).some((row) => row.fingerprint === fingerprint)) return true;
      await there.ok('keys', 'announce');
      return false;
    });
    await here.ok('keys', 'trust', there.name, fingerprint!);
  }
}

/** A Ruby node of its own for this test; gone with it. */
export async function aRuby(
  broker: Pick<RabbitMq, 'url'>,
  generation: Generation,
  name: string,
  secret: string | null,
  more: Partial<RubyNodeOptions> = {},
): Promise<RubyNode> {
  const node = await createRubyNode({ url: broker.url, name, generation, secret, ...more });
  onTestFinished(() => node.stop());
  return node;
}
