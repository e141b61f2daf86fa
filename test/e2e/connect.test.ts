/** From the demo to a real cluster through the form: each way to fail has its step, its words, its remedy. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit, type Visit } from '../support/browser.js';
import { startConsole, type ConsoleProcess } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers } from '../support/e2e-cluster.js';
import { freePort, startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const PASSWORD = 'canary-form-7Qx2';
const IN_ADDRESS = 'canary-address-9Lm4';
const STEPS = [
  'Broker reached',
  'TLS verified',
  'Signed in',
  'Exchange and own queue',
  'Name is free',
  'First beat heard',
];

type Form = {
  readonly address: string;
  readonly user?: string;
  readonly password?: string;
  readonly name?: string;
};

async function connect(page: Page, form: Form): Promise<void> {
  const field = (name: string) => page.getByRole('textbox', { name, exact: true });
  await field('Address').fill(form.address);
  await field('User').fill(form.user ?? '');
  await field('Password').fill(form.password ?? '');
  await field('Node name').fill(form.name ?? 'console-e2e');
  await field('Beats every').fill('1');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

/** Each step with its word: done (its time), failed, waiting, not used. */
const stepsOf = (page: Page): Promise<string[]> =>
  page
    .getByRole('list', { name: 'Steps' })
    .first()
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map((item) => {
        const words = [...item.querySelectorAll('span')]
          .map((each) => each.textContent ?? '')
          .filter((each) => each !== '');
        return `${words[0]}: ${/^\d/.test(words.at(-1)!) ? 'done' : words.at(-1)!}`;
      }),
    );

describeWithRabbitMq('connecting to RabbitMQ', () => {
  describeInBrowser('through the form', (browser) => {
    let broker: RabbitMq;
    let served: ConsoleProcess;
    let web: Server;
    let opened: Visit;

    beforeAll(async () => {
      broker = await startRabbitMq();
      served = await startConsole(['--demo-nodes', '12', '--node-name-check-s', '1']);
      web = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
      await broker.addUser('watcher', PASSWORD);
    });
    afterAll(async () => {
      web?.close();
      await served?.stop();
      await broker?.dispose();
    });

    const open = async (): Promise<Page> => {
      opened = await visit(browser(), served, { at: '/connect' });
      return opened.page;
    };
    const expectFailure = async (
      page: Page,
      words: string,
      remedy: RegExp,
      steps: readonly string[],
    ): Promise<void> => {
      const alert = page.getByRole('alert').filter({ hasText: words });
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(remedy);
      await expect
        .poll(async () => (await stepsOf(page)).slice(0, steps.length), { timeout: 5_000 })
        .toEqual(steps);
    };
    const expectNoSecrets = (): void => {
      expect(opened.received.join('\n')).not.toContain(PASSWORD);
      expect(opened.received.join('\n')).not.toContain(IN_ADDRESS);
    };

    it('says what is wrong with the form before anything is sent, and goes to the field', async () => {
      const page = await open();
      await page.getByRole('textbox', { name: 'Beats every' }).fill('soon');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      const address = page.getByRole('textbox', { name: 'Address' });
      await page.getByText(/The address must begin with amqp:\/\/ or amqps:\/\//).waitFor();
      await page.getByText('Give seconds between 0.2 and 3,600, for example 10.').waitFor();
      await expect.poll(() => address.evaluate((field) => field === document.activeElement)).toBe(true);
      expect(await address.getAttribute('aria-invalid')).toBe('true');
      expect(opened.sent.join('')).not.toContain('session.connect');
      await page.getByRole('banner').getByText('DEMO', { exact: true }).waitFor();
    });

    it('a wrong password: the step that fails is signing in', async () => {
      const page = await open();
      await connect(page, {
        address: `amqp://127.0.0.1:${broker.port}`,
        user: 'watcher',
        password: `${PASSWORD}-wrong`,
      });
      await expectFailure(page, 'The broker did not accept this user and password.', /Check both\./, [
        'Broker reached: done',
        'TLS verified: not used',
        'Signed in: failed',
        'Exchange and own queue: waiting',
      ]);
      expect(await stepsOf(page)).toHaveLength(STEPS.length);
      expectNoSecrets();
    });

    it('a wrong virtual host, and a password inside the address', async () => {
      const page = await open();
      await connect(page, { address: `amqp://guest:guest@127.0.0.1:${broker.port}/no-such-place` });
      await expectFailure(
        page,
        'The broker has no such virtual host',
        /Check the part after the host in the address/,
        ['Broker reached: done', 'TLS verified: not used', 'Signed in: failed'],
      );
      // The broker's own words stand beside ours.
      await page
        .getByText(/no-such-place/)
        .first()
        .waitFor();
      await connect(page, { address: `amqp://watcher:${IN_ADDRESS}@127.0.0.1:${broker.port}` });
      await expectFailure(page, 'The broker did not accept this user and password.', /Check both/, []);
      expectNoSecrets();
      // Handed over once: the address that stays in the form has no password any more.
      expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).not.toContain(IN_ADDRESS);
      expect(await page.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('');
    });

    it('nobody there, and somebody who speaks something else', async () => {
      const page = await open();
      await connect(page, { address: `amqp://127.0.0.1:${await freePort()}` });
      await expectFailure(page, 'Nothing answers at this address.', /Check host and port/, [
        'Broker reached: failed',
        'TLS verified: not used',
        'Signed in: waiting',
      ]);
      await connect(page, { address: `amqp://127.0.0.1:${(web.address() as AddressInfo).port}` });
      await expectFailure(
        page,
        'Something answers there, but it does not speak AMQP.',
        /Use the AMQP port \(5672/,
        ['Broker reached: failed'],
      );
      await connect(page, { address: `amqps://127.0.0.1:${broker.port}` });
      await expectFailure(
        page,
        'The address asks for TLS, but the broker’s port does not speak it.',
        /Use amqp:\/\//,
        ['Broker reached: done', 'TLS verified: failed'],
      );
    });

    it('then rightly: the steps pass, the page leaves DEMO, and nothing keeps the password', async () => {
      const page = await open();
      await page.getByRole('radiogroup', { name: 'Kind' }).getByRole('radio', { name: 'Staging' }).click();
      await page.getByRole('textbox', { name: 'Profile name' }).fill('eu-staging');
      await page.getByRole('checkbox', { name: /Keep this profile/ }).check();
      await connect(page, {
        address: `amqp://127.0.0.1:${broker.port}`,
        user: 'watcher',
        password: PASSWORD,
      });
      await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
      const banner = page.getByRole('banner');
      await banner.getByText('Staging', { exact: true }).waitFor();
      await banner.getByText('eu-staging').waitFor();
      expect(await banner.getByText('DEMO', { exact: true }).count()).toBe(0);
      expect(await banner.getByRole('link', { name: 'Connect to a cluster' }).count()).toBe(0);
      await page.getByRole('main').getByText('The one node is healthy.').waitFor();
      await until(
        async () =>
          (await served.call('session.get', {})).link.steps.every(
            ({ state }) => state === 'done' || state === 'skipped',
          ) || undefined,
      );

      expectNoSecrets();
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      );
      expect(kept).not.toContain('canary');
      // Asked again, the form knows the cluster and no password.
      await opened.go('/connect');
      expect(await page.getByRole('textbox', { name: 'Password' }).inputValue()).toBe('');
      await page.getByRole('button', { name: 'Use eu-staging' }).click();
      expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).toBe(
        `amqp://127.0.0.1:${broker.port}`,
      );
      expect(await page.getByRole('textbox', { name: 'User' }).inputValue()).toBe('watcher');
      await page.getByRole('button', { name: 'Forget eu-staging' }).click();
      await page.getByText('Profiles you keep appear here.').waitFor();
    });

    it('a name that is taken, by a queue or by a beat: it fights for neither, and says what to do', async () => {
      const other = await startConsole([
        ...['--bus', broker.url, '--name', 'console-taken'],
        ...['--node-beat-interval-s', '1', '--node-name-check-s', '0'],
      ]);
      const peers = await joinPeers(broker);
      try {
        const page = await open();
        await connect(page, { address: broker.url, name: 'console-taken' });
        const alert = page
          .getByRole('alert')
          .filter({ hasText: 'A node with this name is in the cluster already.' });
        await alert.getByText('Choose another name for this console, or stop the other one first.').waitFor();
        await expect.poll(async () => (await stepsOf(page))[4]).toBe('Name is free: failed');

        peers.keepBeating(['ruby-1']);
        await opened.go('/connect');
        await connect(page, { address: broker.url, name: 'ruby-1' });
        await page.getByText('The name ruby-1 is taken: this console listens and does not beat.').waitFor();
        await page.getByRole('link', { name: 'Rename', exact: true }).click();
        await page.getByRole('textbox', { name: 'Node name' }).waitFor();
      } finally {
        await peers.close();
        await other.stop();
      }
    });

    it('and back to the demo, by the menu of profiles', async () => {
      const page = await open();
      await page
        .getByRole('banner')
        .getByRole('button', { name: /^Profile/ })
        .click();
      await page.getByRole('menuitem', { name: 'Leave this cluster…' }).click();
      await page
        .getByRole('heading', { level: 1, name: 'This machine becomes a node of your cluster.' })
        .waitFor();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('banner').getByText('DEMO', { exact: true }).waitFor();
    });
  });
});
