/**
 * Cluster secrets, private keys and passphrases, old ones and new ones: while keys and secrets are exchanged, given,
 * loaded, replaced and refused, none of them leaves the process but encrypted, or into the folder that is for secrets.
 */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, visit } from '../support/browser.js';
import { answersOfAll, canary, CRASH, crashed, filesIn, foundIn, linesOfKey } from '../support/canaries.js';
import { makeCerts } from '../support/certs.js';
import { runCommand, type CliResult } from '../support/cli-process.js';
import { startConsole } from '../support/console-process.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aRuby } from '../support/keys-stage.js';
import { hasOpenSsl, makePkcs12 } from '../support/openssl.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { encryptTo, mime60 } from '../support/ruby-node-crypt.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const hex = (): string => randomBytes(32).toString('hex');
describeWithRabbitMq('keys and secrets on RabbitMQ', () => {
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
      const canaries = new Map<string, string>();
      const mark = (what: string, secret: string): string => {
        canaries.set(what, secret);
        return secret;
      };
      const markKey = (what: string, pem: string): void => {
        const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
        const pkcs1 = createPrivateKey(pem).export({ type: 'pkcs1', format: 'pem' }).toString();
        for (const [line, text] of [...linesOfKey(what, pkcs1), ...linesOfKey(`${what} (PKCS#8)`, pkcs8)])
          canaries.set(line, text);
      };
      const first = mark('configured secret', hex());
      const served = await startConsole(
        [
          ...['--name', 'console-1', '--node-name-check-s', '0.3', '--node-beat-interval-s', '1'],
          ...['--secrets-policy', 'ask', '--log-level', 'debug', '--crypt-encrypt-messages', 'true'],
        ],
        {
          LEGION_CONSOLE_BUS_URL: broker.url,
          LEGION_CONSOLE_CRYPT_CLUSTER_SECRET: first,
          NODE_OPTIONS: CRASH,
        },
      );
      const printed: string[] = [];
      const cli = async (...args: string[]): Promise<CliResult> => {
        const result = await runCommand(served, args);
        printed.push(result.out, result.err);
        return result;
      };
      const ok = async (...args: string[]): Promise<void> => {
        const result = await cli(...args);
        expect(result.code, `${args.join(' ')}: ${result.err}`).toBe(0);
      };
      const secretFiles = (): string[] =>
        filesIn(served.dataDir).filter((file) => file.startsWith(join(served.dataDir, 'secrets')));
      /** Every private key and every cluster secret in the store, as it is now. */
      const markStored = (when: string): void => {
        for (const file of secretFiles()) {
          const text = readFileSync(file, 'utf8');
          for (const [, pem] of text.matchAll(/"(-----BEGIN (?:RSA )?PRIVATE KEY-----[^"]+)"/g))
            markKey(`key in ${file} ${when}`, JSON.parse(`"${pem}"`) as string);
          for (const [, secret] of text.matchAll(/"secret": "([0-9a-f]{64})"/g))
            mark(`secret in ${file} ${when}`, secret!);
        }
      };
      try {
        await until(async () => (await served.call('key.own', {})).announcedAt !== null, 30_000);
        markStored('at first');
        const { page, go, received } = await visit(browser(), served, { at: '/secrets' });
        const folder = tempDir();
        const file = (name: string, content: string | Buffer): string => {
          writeFileSync(join(folder, name), content, { mode: 0o600 });
          return join(folder, name);
        };

        // Given to a node that asks, and offered by others, readable and not.
        const node = await aRuby(broker, '1.9', 'web-01', null, { secretTimeoutMs: 60_000 });
        await page.getByText('1 node asks for it.').waitFor();
        await ok('keys', 'trust', 'web-01', node.fingerprint);
        await ok('requests', 'give', (await served.call('secret.get', {})).requests[0]!.id);
        await until(() => node.secret() === first);
        const { pem: ours } = await served.call('key.own', {});
        const offer = (message: string, more: object = {}): Promise<void> =>
          peers.send('node', 'node.console-1', {
            function: 'receive_cluster_secret',
            message,
            public_key: mime60(Buffer.from(node.publicPem)),
            ...more,
          });
        const offered = mark('offered secret', hex());
        await offer(encryptTo('1.9', ours!, offered));
        await until(async () => (await served.call('secret.get', {})).secret.state === 'conflict');
        await offer(encryptTo('1.4', ours!, mark('no secret', canary('NoSecret'))));
        await offer(encryptTo('1.9', ours!, mark('misfit', hex())), {
          validation_string: 'legion',
          encrypted_string: {
            enciphered_message: 'gcm:AAAA:AAAAAAAAAAAAAAAAAAAAAA==',
            iv: 'AAAAAAAAAAAAAAAA',
          },
        });
        await offer(mark('plain text', hex()));
        const vaultToken = mark('vault token', canary('hvs.'));
        await peers.send('', 'node.console-1', {
          function: 'receive_vault_token',
          token: vaultToken,
          message: vaultToken,
        });
        await until(async () => {
          const codes = (await served.call('health.get', {})).refused.map(({ code }) => code);
          return ['SECRET_FORM', 'SECRET_CHECK', 'CIPHER'].every((code) => codes.includes(code));
        });
        await page.getByText('Another one is offered', { exact: true }).waitFor();
        const [candidate] = (await served.call('secret.get', {})).secret.candidates;
        await ok('secrets', 'adopt', candidate!.id);

        // Loaded from files and standard input, right and wrong.
        await ok('secrets', 'set', '--file', file('secret', mark('loaded secret', hex())));
        const wrong = file('wrong', mark('wrong file', `${hex()}${hex()}`));
        expect((await cli('secrets', 'set', '--file', wrong)).code).toBe(1);
        const open = file('open', mark('open file', hex()));
        chmodSync(open, 0o644);
        expect((await cli('secrets', 'set', '--file', open)).code).toBe(1);
        const piped = await runCommand(served, ['secrets', 'set', '--file', '-'], {
          input: mark('piped', hex()),
        });
        expect(piped.code).toBe(0);
        printed.push(piped.out, piped.err);

        // Replaced: the secret of all, and our own key.
        const { keys } = await served.call('session.get', {});
        await ok('secrets', 'rotate', '--confirm', String(keys.trusted - 1));
        await until(() => node.secret() !== first);
        mark('made secret', node.secret()!);
        await ok('keys', 'rotate');
        markStored('after the rotation');

        // Certificates, with and without their passphrase.
        const certs = makeCerts();
        markKey('key of the certificate', certs.client.key);
        const passphrase = mark('passphrase', canary('Pass phrase'));
        if (hasOpenSsl()) {
          const p12 = file('all.p12', makePkcs12({ ...certs.client, passphrase }));
          await ok('identities', 'import', p12, '--passphrase-file', file('passphrase', `${passphrase}\n`));
          const bad = mark('wrong passphrase', canary('WrongPass'));
          expect((await cli('identities', 'import', p12, '--passphrase-file', file('bad', bad))).code).toBe(
            1,
          );
        }
        await ok(
          'identities',
          'import',
          file('cert.pem', certs.client.cert),
          '--key',
          file('key.pem', certs.client.key),
        );
        expect(
          (await cli('identities', 'import', file('mixed.pem', certs.server.cert + certs.client.key))).code,
        ).toBe(1);
        await ok('identities', 'request', '--name', 'console-1');
        markStored('with certificates');

        for (const verb of [
          'status',
          'keys',
          'keys own',
          'keys export',
          'secrets',
          'requests',
          'identities',
          'events',
          'config',
        ]) {
          await ok(...verb.split(' '));
          await ok(...verb.split(' '), '--json');
        }
        for (const path of [
          '/keys',
          '/keys?key=own',
          '/secrets',
          '/events',
          '/health',
          '/settings',
          '/nodes',
          '/connect',
        ])
          await go(path);
        const answers = await answersOfAll(served, {
          'key.get': { name: 'web-01', fingerprint: node.fingerprint },
          'secret.set': { secret: mark('in a call', `${hex()}0`) },
          'secret.adopt': { id: 'x' },
          'request.give': { id: 'x' },
          'identity.import': { pkcs12: 'AAAA', passphrase: mark('in a bad call', canary('BadCall')) },
          'identity.complete': { id: 'x', certificate: certs.client.key },
          'key.import': { text: mark('no pins', canary('Pins')) },
        });
        const content = await page.content();

        // A bug ends the process; what it says then is searched as well.
        await crashed(served);

        expect(canaries.size).toBeGreaterThan(100);
        const inside = (text: string): string[] => foundIn(text, canaries);
        expect.soft(inside(received.join('\n')), 'frames to the page').toEqual([]);
        expect.soft(inside(content), 'the page').toEqual([]);
        expect.soft(inside(answers), 'answers over HTTP').toEqual([]);
        expect.soft(inside(printed.join('\n')), 'the command line').toEqual([]);
        expect.soft(inside(served.log()), 'the log, with the crash').toEqual([]);
        for (const each of filesIn(served.dataDir)) {
          if (!secretFiles().includes(each))
            expect.soft(inside(readFileSync(each, 'utf8')), each).toEqual([]);
          else expect.soft(statSync(each).mode & 0o777, each).toBe(0o600);
        }
        // The search itself works.
        expect(
          inside(
            secretFiles()
              .map((each) => readFileSync(each, 'utf8'))
              .join('\n'),
          ).length,
        ).toBeGreaterThan(20);
        expect(printed.join('\n')).toContain(node.fingerprint);
        expect(received.join('\n')).toContain(node.fingerprint);
      } finally {
        await served.stop();
      }
    });
  });
});
