/**
 * kill -9 of the console at random moments of a run of 1,000 nodes: afterwards the run is held, nobody got the message
 * twice, whoever got it is known to have got it, and no result that anybody was shown is lost.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqplib from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Run, RunFrame } from '../../app/shared/domain/change.js';
import { chance } from '../support/chance.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const NODES = 1_000;
const KILLS = 50;
/** Within this time from the request a run of 1,000 is over, or nearly. */
const WINDOW_MS = 1_500;
const SEED = 20_261_121;

type Fleet = {
  readonly names: readonly string[];
  /** How often each node was sent the push with this mark. */
  deliveries(mark: number): ReadonlyMap<string, number>;
  close(): Promise<void>;
};

/** The node queues of a cluster, answered by one process: each push is obeyed and told. */
async function aFleet(broker: RabbitMq): Promise<Fleet> {
  const connection = await amqplib.connect(broker.url);
  const channel = await connection.createChannel();
  await channel.assertExchange('node', 'topic', { durable: true });
  const names = Array.from({ length: NODES }, (_, index) => `k-${String(index).padStart(4, '0')}`);
  const counts = new Map<number, Map<string, number>>();
  for (const name of names) {
    const queue = `node.${name}`;
    await channel.assertQueue(queue, { durable: false, autoDelete: true, exclusive: true });
    await channel.consume(
      queue,
      (message) => {
        if (!message) return;
        const body = JSON.parse(message.content.toString()) as { settings: { extensions: { mark: number } } };
        const { mark } = body.settings.extensions;
        const of = counts.get(mark) ?? new Map<string, number>();
        counts.set(mark, of.set(name, (of.get(name) ?? 0) + 1));
        const result = {
          action: 'update_settings',
          status: 'success',
          detail: 'keys: extensions',
          error: null,
          node: name,
          timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
        };
        channel.publish('node', `node.${name}.update_result`, Buffer.from(JSON.stringify(result)), {
          contentType: 'application/json',
          contentEncoding: 'identity',
          type: 'task',
          appId: 'legion',
          timestamp: Math.floor(Date.now() / 1_000),
          headers: { legion_protocol_version: '2.0' },
        });
      },
      { noAck: true },
    );
  }
  return {
    names,
    deliveries: (mark) => counts.get(mark) ?? new Map(),
    close: async () => void (await connection.close().catch(() => undefined)),
  };
}

/** Names whose result a client of the stream has been shown. Ends with the console. */
async function watchResults(served: ConsoleProcess, id: string, shown: Set<string>): Promise<void> {
  const query = encodeURIComponent(JSON.stringify({ id }));
  const answer = await fetch(`${served.origin}/api/run.watch?input=${query}`, {
    headers: { authorization: `Bearer ${served.token}` },
  });
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { rows } = JSON.parse(line) as RunFrame;
      for (const row of rows) if (row.resultAt !== null) shown.add(row.name);
    }
  }
}

describeWithRabbitMq('a console that is killed', () => {
  let broker: RabbitMq;
  let fleet: Fleet;
  const dataDir = mkdtempSync(join(tmpdir(), 'legion-console-'));
  beforeAll(async () => {
    broker = await startRabbitMq();
    fleet = await aFleet(broker);
  });
  afterAll(async () => {
    await fleet?.close();
    await broker?.dispose();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<ConsoleProcess> {
    const args = [
      '--name',
      'killed',
      '--node-name-check-s',
      '0',
      '--profile-kind',
      'test',
      '--profile-name',
      'kill',
    ];
    const served = await startConsole(args, { LEGION_CONSOLE_BUS_URL: broker.url }, dataDir);
    await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
    return served;
  }

  /** Pushes, and kills it `afterMs` later, wherever it is then. What was shown until then. */
  async function pushAndKill(served: ConsoleProcess, mark: number, afterMs: number): Promise<Set<string>> {
    const shown = new Set<string>();
    const pushed = served
      .call('run.start', {
        what: { kind: 'settings', settings: JSON.stringify({ extensions: { mark } }) },
        where: { names: [...fleet.names], unknown: 'send' },
        how: { atMost: 40, deadlineS: 2 },
      })
      .then(({ id }) => watchResults(served, id, shown))
      // It breaks off in the middle; that is what this is about.
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await served.kill9();
    await pushed;
    return shown;
  }

  const runOf = async (served: ConsoleProcess, mark: number): Promise<Run | null> => {
    const { runs } = await served.call('run.list', {});
    const found = runs.find(
      ({ what }) => what.kind === 'settings' && what.settings.includes(`"mark": ${mark}\n`),
    );
    return found ? served.call('run.get', { id: found.id }) : null;
  };

  it(
    `${KILLS} times: holds, sends nothing twice and forgets nothing`,
    { timeout: 540_000, retry: 0 },
    async () => {
      const random = chance(SEED);
      const seen = { held: 0, over: 0, none: 0, unsure: 0, inTheMiddle: 0, shown: 0 };
      let served = await start();
      try {
        for (let mark = 1; mark <= KILLS; mark += 1) {
          const afterMs = Math.floor(random() * WINDOW_MS);
          const shown = await pushAndKill(served, mark, afterMs);
          served = await start();
          const where = `kill ${mark}, after ${afterMs} ms`;
          const run = await runOf(served, mark);
          const delivered = fleet.deliveries(mark);
          if (!run) {
            // It was not written down yet, so nothing may have left.
            expect(delivered.size, where).toBe(0);
            seen.none += 1;
            continue;
          }
          const isOver = run.state === 'done';
          seen[isOver ? 'over' : 'held'] += 1;
          if (!isOver) expect(run, where).toMatchObject({ state: 'held', hold: { why: 'restart' } });
          if (delivered.size > 0 && delivered.size < NODES) seen.inTheMiddle += 1;
          const targets = new Map(run.targets.map((target) => [target.name, target]));
          for (const name of delivered.keys())
            expect(targets.get(name)?.attempt, `${where}: ${name} got it`).toBe(1);
          for (const name of shown)
            expect(targets.get(name)?.resultAt, `${where}: the result of ${name} was shown`).not.toBeNull();
          seen.shown += shown.size;
          seen.unsure += run.targets.filter(({ unsure }) => unsure).length;

          if (isOver) continue;
          if (mark % 5 === 0) {
            // The rest goes out, and nobody who has it or may have it gets it again.
            await served.call('run.resume', { id: run.id });
            await until(async () => {
              const { counts, inFlight } = await served.call('run.get', { id: run.id });
              return counts.queued === 0 && inFlight === 0;
            }, 60_000);
            const { targets: after } = await served.call('run.get', { id: run.id });
            for (const { name, attempt } of after) expect(attempt, `${where}: ${name}`).toBe(1);
          } else await served.call('run.stop', { id: run.id });
        }
        for (let mark = 1; mark <= KILLS; mark += 1) {
          const twice = [...fleet.deliveries(mark)].filter(([, count]) => count > 1);
          expect(twice, `twice in run ${mark}`).toEqual([]);
        }
        const { events } = await served.call('event.list', { limit: 5_000, area: 'audit' });
        expect(events.filter(({ kind }) => kind === 'audit.broken')).toEqual([]);
        console.info(`kills: ${JSON.stringify(seen)}`);
        expect(seen.inTheMiddle).toBeGreaterThan(KILLS / 4);
        expect(seen.held).toBeGreaterThan(KILLS / 3);
        expect(seen.shown).toBeGreaterThan(NODES);
      } finally {
        await served.stop();
      }
    },
  );
});
