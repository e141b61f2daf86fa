/** What tests of changes stand on beside keys-stage.ts: runs through the command line, and waiting for their rows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import amqplib, { type ConsumeMessage } from 'amqplib';
import type { ChangeCheck, ResultState, Run, RunTarget } from '../../app/shared/domain/change.js';
import type { Receive, Received } from '../../app/shared/domain/received.js';
import type { StagedConsole } from './keys-stage.js';
import type { RabbitMq } from './rabbitmq.js';
import { tempDir } from './temp-dir.js';
import { until } from './until.js';

export type SomeConsole = Pick<StagedConsole, 'call' | 'ok'>;

/** A file with this, for `--file`. */
export function fileOf(value: unknown): string {
  const file = join(tempDir(), 'settings.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
}

export const pushSettings = (
  served: SomeConsole,
  settings: unknown,
  to: string,
  ...more: readonly string[]
): Promise<Run> => served.ok<Run>('push', 'settings', '--file', fileOf(settings), '--to', to, ...more);

export const pushGem = (
  served: SomeConsole,
  name: string,
  to: string,
  ...more: readonly string[]
): Promise<Run> => served.ok<Run>('push', 'gem', name, '--to', to, ...more);

export const rehearse = (served: SomeConsole, settings: unknown, to: string): Promise<ChangeCheck> =>
  served.ok<ChangeCheck>('push', 'settings', '--file', fileOf(settings), '--to', to, '--dry-run');

/** The run, once it fits. */
export const runWhen = (
  served: Pick<SomeConsole, 'call'>,
  id: string,
  fits: (run: Run) => boolean,
  withinMs = 20_000,
): Promise<Run> =>
  until(async () => {
    const run = await served.call('run.get', { id });
    return fits(run) ? run : null;
  }, withinMs);

export const targetOf = (run: Run, name: string): RunTarget => {
  const target = run.targets.find((each) => each.name === name);
  if (!target) throw new Error(`no target ${name}`);
  return target;
};

/** The row of this node, once it is in one of these states. */
export async function targetWhen(
  served: Pick<SomeConsole, 'call'>,
  id: string,
  name: string,
  states: ResultState | readonly ResultState[],
  withinMs = 20_000,
): Promise<RunTarget> {
  const wanted = typeof states === 'string' ? [states] : states;
  const run = await runWhen(served, id, (each) => wanted.includes(targetOf(each, name).state), withinMs);
  return targetOf(run, name);
}

/** These nodes beat well, as far as this console can tell. */
export const knows = (served: Pick<SomeConsole, 'call'>, ...names: readonly string[]): Promise<unknown> =>
  until(async () => {
    const { nodes } = await served.call('node.list', {});
    return names.every((name) =>
      nodes.some((node) => node.name === name && node.state === 'healthy' && node.intervalMs > 0),
    );
  }, 20_000);

/** What was pushed to this console, once one of them fits. */
export const receivedWhen = (
  served: Pick<SomeConsole, 'call'>,
  fits: (item: Received, picture: Receive) => boolean,
): Promise<Received> =>
  until(async () => {
    const picture = await served.call('receive.get', {});
    return picture.items.find((item) => fits(item, picture));
  }, 20_000);

export type ToldResult = {
  readonly node: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly message: ConsumeMessage;
};
export type Tap = {
  /** Every UpdateResult on the bus since, oldest first. */
  readonly results: readonly ToldResult[];
  /** The one of this node that fits, once it is heard. */
  resultOf(node: string, fits?: (result: ToldResult) => boolean): Promise<ToldResult>;
  close(): Promise<void>;
};

/** Hears UpdateResults as any listener of the exchange would. */
export async function tapResults(broker: Pick<RabbitMq, 'url'>): Promise<Tap> {
  const connection = await amqplib.connect(broker.url);
  const channel = await connection.createChannel();
  await channel.assertExchange('node', 'topic', { durable: true });
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, 'node', '#.update_result');
  const results: ToldResult[] = [];
  const take = (message: ConsumeMessage | null): void => {
    if (!message) return;
    const body = JSON.parse(message.content.toString()) as Record<string, unknown>;
    results.push({ node: String(body['node']), body, message });
  };
  await channel.consume(queue, take, { noAck: true });
  return {
    results,
    resultOf: (node, fits = () => true) =>
      until(() => results.find((result) => result.node === node && fits(result)), 20_000),
    close: async () => void (await connection.close().catch(() => undefined)),
  };
}
