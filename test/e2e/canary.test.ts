/**
 * Secrets go in and never come out: each canary below is put where a secret belongs, then everything that leaves
 * the process is searched for it: frames to the page, answers over HTTP, metrics, log, files, command line.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit, type Visit } from '../support/browser.js';
import { answersOfAll, canary, filesIn, foundIn } from '../support/canaries.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

/** In the console's own configuration and forms. */
const OWN = {
  busPassword: canary('Bus'),
  clusterSecret: randomBytes(32).toString('hex'),
  keyPassphrase: canary('Passphrase'),
  formPassword: canary('Form'),
  formAddress: canary('Address'),
};
/** In what peers send. */
const HEARD = {
  password: canary('Password'),
  nested: canary('Nested'),
  inList: canary('List'),
  shortKey: canary('Pwd'),
  accessKey: canary('Access'),
  authorization: canary('Bearer'),
  inUrl: canary('Url'),
  inError: canary('Error'),
  vaultToken: canary('Vault'),
  encrypted: canary('Encrypted'),
  inBeat: canary('Beat'),
  privateKey: canary('Private'),
};
const CANARIES = Object.entries({ ...OWN, ...HEARD });

const found = (text: string): string[] => foundIn(text, CANARIES);

describeWithRabbitMq('secrets on RabbitMQ', () => {
  describeInBrowser('stay inside', (browser) => {
    let broker: RabbitMq;
    let served: ConsoleProcess;
    let peers: Peers;
    let opened: Visit;
    const settingsDir = mkdtempSync(join(tmpdir(), 'legion-console-settings-'));

    beforeAll(async () => {
      broker = await startRabbitMq();
      await broker.addUser('console', OWN.busPassword);
      peers = await joinPeers(broker);
      writeFileSync(
        join(settingsDir, 'transport.json'),
        JSON.stringify({ transport: { connection: { password: OWN.busPassword, user: 'console' } } }),
      );
      served = await startConsole(
        ['--name', 'console-1', '--node-name-check-s', '0.5', '--log-level', 'debug'],
        {
          LEGION_CONSOLE_BUS_URL: `amqp://console:${OWN.busPassword}@127.0.0.1:${broker.port}`,
          LEGION_CONSOLE_CRYPT_CLUSTER_SECRET: OWN.clusterSecret,
          LEGION_CONSOLE_BUS_KEY_PASSPHRASE: OWN.keyPassphrase,
          LEGION_CONSOLE_SETTINGS_DIR: settingsDir,
        },
      );
      await until(
        async () => (await served.call('session.get', {})).link.state === 'live' || undefined,
        20_000,
      );
    });
    afterAll(async () => {
      await peers?.close();
      await served?.stop();
      await broker?.dispose();
      rmSync(settingsDir, { recursive: true, force: true });
    });

    /** A message under the cluster secret, as nodes send it. */
    const encrypted = (body: unknown): { readonly body: Buffer; readonly iv: string } => {
      const iv = randomBytes(16);
      const key = createHash('sha256').update(OWN.clusterSecret).digest();
      const cipher = createCipheriv('aes-256-cbc', key, iv);
      const bytes = Buffer.concat([cipher.update(JSON.stringify(body)), cipher.final()]);
      return { body: Buffer.from(bytes.toString('base64')), iv: iv.toString('base64') };
    };

    async function tellSecrets(): Promise<void> {
      const settings = {
        transport: {
          password: HEARD.password,
          connection: { deep: { credentials: { user: 'app', value: HEARD.nested } } },
          tokens: [HEARD.inList, { secret: HEARD.inList }],
          pwd: HEARD.shortKey,
          aws: { access_key: HEARD.accessKey },
          headers: { authorization: `Bearer ${HEARD.authorization}` },
          url: `amqp://app:${HEARD.inUrl}@broker.example:5672/prod`,
        },
      };
      await peers.send('node', 'node.app-1', { function: 'update_settings', settings });
      await peers.send('node', 'node.app-1.update_result', {
        action: 'update_settings',
        status: 'failed',
        node: 'app-1',
        detail: null,
        error: `could not connect to amqp://app:${HEARD.inError}@broker.example:5672/prod`,
        timestamp: '2026-11-21T03:43:49Z',
      });
      await peers.send('node', 'vault', {
        function: 'receive_vault_token',
        message: HEARD.vaultToken,
        token: HEARD.vaultToken,
      });
      await peers.send('node', 'node.crypt.push_cluster_secret', {
        function: 'receive_cluster_secret',
        message: HEARD.privateKey,
        private_key: HEARD.privateKey,
      });
      const sealed = encrypted({
        function: 'update_settings',
        settings: { db: { password: HEARD.encrypted } },
      });
      await peers.send('node', 'node.app-1', sealed.body, {
        headers: { iv: sealed.iv },
        contentEncoding: 'encrypted/cs',
      });
      await peers.beat('app-1', {
        vault: { token: HEARD.inBeat },
        rabbitmq_cluster: {
          shovel_links: { status: 'ok', uri: `amqp://shovel:${HEARD.inBeat}@other.example` },
        },
      });
    }

    /** Everything a person may look at while these messages are there. */
    async function lookAtEverything(page: Page): Promise<void> {
      const { go } = opened;
      await go('/events', 'Events');
      const lines = page.getByRole('list', { name: 'Events' }).getByRole('button');
      await page.getByRole('button', { name: /Heard UpdateResult/ }).waitFor();
      for (let index = (await lines.count()) - 1; index >= 0; index -= 1) await lines.nth(index).click();
      await go('/nodes/app-1', 'app-1');
      await page.getByRole('tab', { name: 'Raw' }).click();
      await peers.beat('app-1', {
        vault: { token: HEARD.inBeat },
        rabbitmq_cluster: { uri: `amqp://x:${HEARD.inBeat}@y` },
      });
      await page.getByRole('main').getByText('"app-1"').first().waitFor();
      for (const path of ['/overview', '/nodes', '/health', '/settings', '/connect']) await go(path);
      await page.getByRole('heading', { level: 1, name: 'Connect' }).waitFor();
    }

    const answers = (): Promise<string> =>
      answersOfAll(served, {
        'node.get': { name: 'app-1' },
        'roster.beats': { names: ['app-1'] },
        'history.get': { rangeMs: 60_000, points: 10 },
        'profile.check': { text: '{}' },
      });

    it('when the console is configured with them, hears them, shows what it heard, and fails with them', async () => {
      opened = await visit(browser(), served);
      const { page } = opened;
      await tellSecrets();
      await until(async () => {
        const { events } = await served.call('event.list', {});
        const kinds = new Set(events.map((event) => event.facts['message']));
        return ['UpdateResult', 'PushVaultToken', 'PushClusterSecret'].every((kind) => kinds.has(kind));
      });
      await lookAtEverything(page);
      const said = [await answers()];

      // Refused with a password in the form and one in the address; kept as a profile.
      const field = (name: string) => page.getByRole('textbox', { name, exact: true });
      for (const [address, password] of [
        [`amqp://127.0.0.1:${broker.port}`, OWN.formPassword],
        [`amqp://watcher:${OWN.formAddress}@127.0.0.1:${broker.port}`, ''],
      ] as const) {
        await opened.go('/connect', 'Connect');
        await field('Address').fill(address);
        await field('User').fill('watcher');
        await field('Password').fill(password);
        await field('Profile name').fill('kept');
        await page.getByRole('checkbox', { name: /Keep this profile/ }).check();
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await page.getByRole('alert').filter({ hasText: 'did not accept this user and password' }).waitFor();
      }
      said.push(await answers());

      expect.soft(found(opened.received.join('\n')), 'frames to the page').toEqual([]);
      expect.soft(found(said.join('\n')), 'answers over HTTP').toEqual([]);
      expect.soft(found(served.log()), 'the log').toEqual([]);
      // What is kept secret is kept in one folder; the rest of the data holds none of it.
      const written = filesIn(served.dataDir).filter(
        (file) => !file.startsWith(join(served.dataDir, 'secrets')),
      );
      expect(written.length).toBeGreaterThan(1);
      for (const file of written) expect.soft(found(readFileSync(file, 'utf8')), file).toEqual([]);
      expect.soft(found(readFileSync(`/proc/${served.pid}/cmdline`, 'utf8')), 'the command line').toEqual([]);
      expect.soft(found(await page.content()), 'the page').toEqual([]);
      expect
        .soft(
          found(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))),
          'its store',
        )
        .toEqual([]);
      // The search itself works: what is no secret was found where it should be.
      expect(opened.received.join('\n')).toContain('broker.example');
      expect(said.join('\n')).toContain('app-1');
    });
  });
});
