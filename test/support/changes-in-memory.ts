/** Changes between whole nodes on the broker in memory, in virtual time: an admin's console, others, and Ruby-like nodes. */
import { expect } from 'vitest';
import type { ChangeInput } from '../../app/shared/domain/change.js';
import type { Installer } from '../../app/main/ports/installer.js';
import { aCluster } from './a-cluster.js';

export type Cluster = ReturnType<typeof aCluster>;
export type Node = ReturnType<Cluster['node']>;

export const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
export const id = (name: string, pid: number) => ({
  identity: { name, hostname: 'desk', pid, version: '0.1.0' },
});
export const modes = (mode: 'off' | 'ask' | 'on') => ({
  modes: { settings: mode, gem: mode, message: mode },
});
export const settings = (value: object, restart = false): ChangeInput['what'] => ({
  ...{ kind: 'settings', settings: JSON.stringify(value), restart },
});
export const INTERVAL = { extensions: { node: { beat_interval: 1 } } };
export const to = (...names: string[]): ChangeInput['where'] => ({ names });

/** An admin's console and others that take changes; all live, and heard. */
export async function stage(
  others: readonly { name: string; mode?: 'off' | 'ask' | 'on'; installer?: Installer }[] = [{ name: 'b' }],
  admin: Parameters<Cluster['node']>[0] = {},
) {
  const cluster = aCluster();
  const a = cluster.node({ ...id('admin', 1), ...admin });
  a.start();
  const nodes = new Map<string, Node>();
  for (const [index, { name, mode = 'on', installer }] of others.entries()) {
    const node = cluster.node({
      ...id(name, 10 + index),
      receiver: modes(mode),
      ...(installer ? { installer } : {}),
    });
    node.start();
    nodes.set(name, node);
  }
  await cluster.clock.advanceAsync(10_000);
  return { ...cluster, a, node: (name: string) => nodes.get(name)!, make: cluster.node };
}
export const states = (a: Node, runId: string) =>
  Object.fromEntries(a.changes.living(runId)?.targets.map(({ name, state }) => [name, state]) ?? []);
export const finalOf = async (a: Node, runId: string) =>
  (await a.changes.get(runId))!.targets.map(({ name, state }) => `${name} ${state}`);

export const beat = (seconds: number) => settings({ extensions: { node: { beat_interval: seconds } } });

/** A node that is none of ours, of framework 1.9: beats when it is told to, and answers what comes to its queue. */
export function ruby({ clock, connect, stranger }: Awaited<ReturnType<typeof stage>>, name: string) {
  const raw = stranger(`of ${name}`);
  const began = clock.now();
  const bus = connect(name);
  const node = {
    raw,
    answers: true,
    got: [] as unknown[],
    answer: (detail = 'keys: extensions', status = 'success') =>
      raw.say({
        routingKey: `node.${name}.update_result`,
        body: Buffer.from(
          JSON.stringify({
            ...{ action: 'update_settings', status, detail, error: null, node: name },
            timestamp: new Date(clock.now()).toISOString(),
          }),
        ),
      }),
    beats: (status = 'active') => raw.beat(name, 5, status, (clock.now() - began) / 1_000),
    lives: async (seconds: number, status?: string) => {
      for (let second = 0; second < seconds; second += 1) {
        await clock.advanceAsync(500);
        await node.beats(status);
        await clock.advanceAsync(500);
      }
    },
    leave: () => void bus.close(),
  };
  bus.open({
    topology: {
      exchanges: [],
      queues: [{ name: `node.${name}`, durable: false, autoDelete: true, exclusive: true, arguments: {} }],
      bindings: [],
    },
    consumers: [
      {
        ...{ queue: `node.${name}`, mode: 'watch' },
        handle: ({ body }) => {
          node.got.push(JSON.parse(body.toString()));
          if (node.answers) void node.answer();
        },
      },
    ],
  });
  return node;
}
export const pusher =
  ({ a }: Awaited<ReturnType<typeof stage>>, node: ReturnType<typeof ruby>) =>
  async (seconds: number, how: ChangeInput['how'] = {}) => {
    const run = await a.changes.start({ what: beat(seconds), where: to('ra'), how });
    await node.lives(1);
    return run.plan.id;
  };
/** The intervals that a roll-back would send. */
export const back = async (a: Node, id: string) =>
  (await a.changes.rollbackCheck(id, {})).bodies.map(({ what }) =>
    Number(/beat_interval\D*(\d+)/.exec(JSON.stringify(what))?.[1]),
  );
export const sourceOf = async (a: Node, name: string) =>
  (await a.changes.check({ what: beat(99), where: to(name) })).diff[0]!.before[0]?.source;
