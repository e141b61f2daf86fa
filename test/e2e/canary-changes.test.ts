/**
 * Secret-looking values that are pushed: from here to others and from others to here. They go into the message, and into
 * the folder that is for secrets; nothing else that leaves the process holds them.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit } from '../support/browser.js';
import { answersOfAll, canary, filesIn, foundIn } from '../support/canaries.js';
import { receivedWhen, runWhen } from '../support/changes-stage.js';
import { runCommand, type CliResult } from '../support/cli-process.js';
import { startConsole } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aRuby } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

describeWithRabbitMq('secret-looking values in changes', () => {
  describeInBrowser('stay inside', (browser) => {
    let broker: RabbitMq;
    let peers: Peers;
    beforeAll(async () => {
      broker = await startRabbitMq();
      peers = await joinPeers(broker);
    });
    afterAll(async () => {
      await peers?.close();
      await broker?.dispose();
    });

    it(
      'whatever is pushed, watched, tried again, rolled back, decided and undone',
      { timeout: 180_000 },
      async () => {
        const secrets = {
          pushed: canary('Pushed'),
          nested: canary('Nested'),
          inUrl: canary('Url'),
          typed: canary('Typed'),
          received: canary('Received'),
          asked: canary('Asked'),
          inMessage: canary('Message'),
          rolledBack: canary('Back'),
        };
        const canaries = Object.entries(secrets);
        const served = await startConsole(
          [
            ...['--name', 'console-1', '--node-name-check-s', '0.3', '--node-beat-interval-s', '1'],
            ...['--profile-kind', 'test', '--profile-name', 'lab', '--log-level', 'debug'],
            ...['--receive-settings', 'on', '--receive-message', 'on'],
          ],
          { LEGION_CONSOLE_BUS_URL: broker.url },
        );
        const printed: string[] = [];
        const cli = async (...args: string[]): Promise<CliResult> => {
          const result = await runCommand(served, args);
          printed.push(result.out, result.err);
          return result;
        };
        const file = (value: unknown): string => {
          const at = join(tempDir(), 'settings.json');
          writeFileSync(at, JSON.stringify(value), { mode: 0o600 });
          return at;
        };
        try {
          await until(async () => (await served.call('session.get', {})).link.state === 'live', 20_000);
          const node = await aRuby(broker, '1.9', 'web-01', null, {
            beatIntervalMs: 300,
            secretTimeoutMs: 60_000,
          });
          await until(async () =>
            (await served.call('node.list', {})).nodes.some(({ name }) => name === 'web-01'),
          );
          const { page, go, received } = await visit(browser(), served, { at: '/changes' });

          // Pushed from the command line, watched in the window, tried again, exported, rolled back.
          const settings = {
            extensions: {
              api_token: secrets.pushed,
              database: { credentials: { password: secrets.nested } },
              broker: `amqp://app:${secrets.inUrl}@broker.example:5672/prod`,
            },
          };
          await cli('push', 'settings', '--file', file(settings), '--to', 'web-01', '--dry-run');
          await cli('push', 'settings', '--file', file(settings), '--to', 'web-01', '--dry-run', '--json');
          const first = await cli('push', 'settings', '--file', file(settings), '--to', 'web-01', '--json');
          const { id } = first.json<{ id: string }>();
          await go(`/changes/${id}`);
          await runWhen(served, id, ({ state }) => state === 'done');
          expect(node.settings()['extensions']).toMatchObject({ api_token: secrets.pushed });
          const other = { extensions: { api_token: secrets.rolledBack } };
          const second = (
            await cli('push', 'settings', '--file', file(other), '--to', 'web-01', '--json')
          ).json<{ id: string }>();
          await runWhen(served, second.id, ({ state }) => state === 'done');
          for (const verb of [
            ['run', second.id],
            ['run', 'export', second.id],
            ['run', second.id, '--json'],
            ['runs'],
          ])
            expect((await cli(...verb)).code).toBe(0);
          await cli('run', 'rollback', second.id, '--dry-run');
          await cli('run', 'rollback', second.id, '--file', file(settings));
          await cli(
            'push',
            'settings',
            '--file',
            file({ extensions: settings.extensions.api_token }),
            '--to',
            'web-01',
          );

          // Typed in the window, and left there.
          await go('/changes/new/settings', 'New settings change');
          await page.getByRole('radio', { name: 'JSON', exact: true }).click();
          await page
            .getByRole('textbox', { name: 'Settings as JSON' })
            .fill(JSON.stringify({ extensions: { password: secrets.typed } }));
          await page.getByRole('button', { name: 'Next: Where' }).click();
          await page.locator('[aria-current="step"]').filter({ hasText: 'Where' }).waitFor();

          // Pushed to this console: obeyed, undone, waiting, told by others on their way.
          const push = (body: object): Promise<void> => peers.send('', 'node.console-1', body);
          await push({
            function: 'update_settings',
            settings: { extensions: { password: secrets.received } },
          });
          const applied = await receivedWhen(served, ({ state }) => state === 'applied');
          await push({ function: 'message', extensions: { secret_key: secrets.inMessage } });
          await receivedWhen(served, ({ kind, state }) => kind === 'message' && state === 'applied');
          await cli('received');
          await cli('received', '--json');
          await cli('received', 'mode', 'settings', 'ask');
          await push({ function: 'update_settings', settings: { extensions: { token: secrets.asked } } });
          await receivedWhen(served, ({ state }) => state === 'waiting');
          await go('/settings');
          await cli('received', 'undo', applied.id);
          await peers.send('node', 'node.web-01', {
            function: 'update_settings',
            settings: { extensions: { token: secrets.asked } },
          });
          await cli('events', '--limit', '1000', '--json');
          await go('/events', 'Events');

          const answers = await answersOfAll(served, {
            'run.get': { id },
            'run.watch': { id },
            'run.input': { id },
            'run.rollback.check': { id },
            'run.ofNode': { name: 'web-01' },
            'node.get': { name: 'web-01' },
            'event.list': { limit: 5_000 },
          });
          expect(foundIn(answers, canaries), 'answers over HTTP').toEqual([]);
          expect(foundIn(received.join('\n'), canaries), 'frames to the page').toEqual([]);
          expect(foundIn(printed.join('\n'), canaries), 'what the command line printed').toEqual([]);
          expect(foundIn(served.log(), canaries), 'the log').toEqual([]);
          const text = await page.evaluate(
            () => document.body.innerText + JSON.stringify({ ...localStorage }),
          );
          expect(foundIn(text, canaries), 'the page and what it keeps').toEqual([]);
          const secretsDir = join(served.dataDir, 'secrets');
          for (const path of filesIn(served.dataDir)) {
            const holds = foundIn(readFileSync(path, 'utf8'), canaries);
            if (!path.startsWith(secretsDir)) expect(holds, path).toEqual([]);
            else if (holds.length > 0) expect(statSync(path).mode & 0o077, path).toBe(0);
          }
        } finally {
          await served.stop();
        }
        expect(foundIn(served.log(), canaries), 'the log at the end').toEqual([]);
      },
    );
  });
});
