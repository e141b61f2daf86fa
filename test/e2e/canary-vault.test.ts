/**
 * Vault tokens and what logs in for them: entered, logged in for, sent, handed over wrapped, renewed, refused and revoked,
 * none of them leaves the process but to Vault, or encrypted. Accessors are no secrets, and prove that the search works.
 */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, visit } from '../support/browser.js';
import { answersOfAll, canary, CRASH, crashed, filesIn, foundIn } from '../support/canaries.js';
import { runCommand } from '../support/cli-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { createFakeVault, serveFakeVault } from '../support/fake-vault.js';
import { aConsole, trustEachOther } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { encryptTo } from '../support/ruby-node-crypt.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const PAGES = ['/overview', '/secrets', '/keys', '/events', '/health', '/settings', '/connect'];

describeWithRabbitMq('Vault tokens on RabbitMQ', () => {
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

    it('whatever is done with them, and when the process crashes', { timeout: 180_000 }, async () => {
      const vault = createFakeVault({ clock: { now: () => Date.now() } });
      const vaultServed = await serveFakeVault(vault);
      onTestFinished(() => vaultServed.close());
      for (const path of ['auth/token/create-orphan', 'auth/token/revoke-accessor'])
        vault.grant('legion-node', path);
      const canaries = new Map<string, string>();
      const mark = (what: string, secret: string): string => {
        canaries.set(what, secret);
        return secret;
      };
      const markAll = (when: string): void =>
        vault.tokens().forEach(({ id, accessor }) => mark(`token ${accessor} ${when}`, id));
      const aToken = (what: string): string =>
        mark(what, vault.createToken({ policies: ['default', 'legion-node'], ttlS: 3_600 }).id);
      const file = (name: string, content: string, mode = 0o600): string => {
        const path = join(tempDir(), name);
        writeFileSync(path, content);
        chmodSync(path, mode);
        return path;
      };
      vault.appRole('console', { roleId: 'console-role', policies: ['legion-node'], ttlS: 3_600 });
      const args = ['--vault-address', vaultServed.origin, '--log-level', 'debug'];

      const giver = await aConsole(broker, {
        args: [...args, '--vault-login', 'approle', '--secrets-policy', 'trusted'],
        env: {
          LEGION_CONSOLE_VAULT_ROLE_ID: 'console-role',
          LEGION_CONSOLE_VAULT_SECRET_ID: mark('secret id', vault.secretId('console')),
          NODE_OPTIONS: CRASH,
        },
      });
      const held = await until(async () => (await giver.call('vault.get', {})).token);
      const asker = await aConsole(broker, { args, env: { NODE_OPTIONS: CRASH } });
      const { page, go, received } = await visit(browser(), asker, { at: '/secrets' });
      const printed: string[] = [];
      const cli = async (verbs: string, input?: string): Promise<number | null> => {
        const result = await runCommand(asker, verbs.split(' '), input === undefined ? {} : { input });
        printed.push(result.out, result.err);
        return result.code;
      };
      const dialog = page.getByRole('dialog');

      // Sent by somebody: root's, another server's, and in the clear.
      await asker.call('vault.ask', {});
      const { pem } = await asker.call('key.own', {});
      const send = (body: object): Promise<void> =>
        peers.send('', `node.${asker.name}`, { function: 'receive_vault_token', ...body });
      await send({ message: encryptTo('1.4', pem!, mark('root', vault.rootToken)) });
      await send({ message: encryptTo('1.9', pem!, mark('of another server', canary('hvs.'))) });
      await send({ token: mark('in the clear', canary('hvs.')), message: mark('as it is', canary('hvs.')) });
      await until(async () => {
        const { events } = await asker.call('event.list', {});
        const whys = events.filter(({ kind }) => kind === 'vault.ignored').map(({ facts }) => facts['why']);
        return ['root', 'refused', 'unreadable'].every((why) => whys.includes(why));
      });

      // Handed over wrapped, renewed, revoked.
      await trustEachOther(giver, asker);
      await asker.call('vault.ask', {});
      const own = await until(async () => (await asker.call('vault.get', {})).token);
      markAll('handed over');
      expect(await cli('vault renew')).toBe(0);
      expect(await cli('vault revoke')).toBe(0);

      // Entered: in the window, by standard input and by file, right and wrong.
      await page.getByRole('button', { name: 'Enter a token…' }).click();
      await dialog.getByLabel('Token').fill(mark('typed, unknown', canary('hvs.')));
      await dialog.getByRole('button', { name: 'Use it' }).click();
      await page.getByRole('alert').first().waitFor();
      await dialog.getByLabel('Token').fill(aToken('typed'));
      await dialog.getByRole('button', { name: 'Use it' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await cli('vault enter', mark('piped, unknown', canary('hvs.')))).toBe(1);
      expect(await cli('vault enter', aToken('piped'))).toBe(0);
      expect(await cli(`vault enter --file ${file('open', aToken('open file'), 0o644)}`)).not.toBe(0);
      expect(await cli(`vault enter --file ${file('kept', aToken('file'))}`)).toBe(0);
      vault.failNext(2, 'html');
      await cli('vault renew');
      for (const verbs of ['vault', 'status', 'secrets', 'requests', 'events', 'config']) {
        await cli(verbs);
        await cli(`${verbs} --json`);
      }
      for (const path of PAGES) await go(path);
      markAll('at the end');
      const content = await page.content();
      const answers = [
        await answersOfAll(asker, { 'vault.enter': { token: mark('in a call', canary('hvs.')) } }),
        await answersOfAll(giver),
      ].join('\n');

      await Promise.all([crashed(asker), crashed(giver)]);
      expect(canaries.size).toBeGreaterThan(15);
      const inside = (text: string): string[] => foundIn(text, canaries);
      expect.soft(inside(received.join('\n')), 'frames to the page').toEqual([]);
      expect.soft(inside(content), 'the page').toEqual([]);
      expect.soft(inside(answers), 'answers over HTTP').toEqual([]);
      expect.soft(inside(printed.join('\n')), 'the command line').toEqual([]);
      for (const each of [asker, giver]) {
        expect.soft(inside(each.log()), `the log of ${each.name}, with the crash`).toEqual([]);
        for (const path of filesIn(each.dataDir))
          expect.soft(inside(readFileSync(path, 'utf8')), path).toEqual([]);
      }
      // The search itself works, and accessors may be told.
      expect(inside(`x ${[...canaries.values()].join(' ')}`)).toHaveLength(canaries.size);
      expect(received.join('\n')).toContain(own.accessor);
      expect(answers).toContain(held.accessor);
    });
  });
});
