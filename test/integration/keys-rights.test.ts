/** A console whose user may not write where single nodes are reached: it stays, and names the right it lacks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { aConsole, aRuby } from '../support/keys-stage.js';
import { startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { until } from '../support/until.js';

const SECRET = 'c0ffee'.padEnd(64, '7');

describeWithRabbitMq('a user without the right to write on amq.default', () => {
  let broker: RabbitMq;
  beforeAll(async () => {
    broker = await startRabbitMq();
  });
  afterAll(() => broker?.stop());

  it('watches and beats on; asking goes to the exchange; giving says which right is missing', async () => {
    const own = '^(node|node\\.dlx|node\\.console-.*|legion-console\\.observer\\..*)$';
    await broker.addUser('narrow', 'pw', { configure: own, write: own, read: own });
    const address = new URL(broker.url);
    [address.username, address.password] = ['narrow', 'pw'];
    const ruby = await aRuby(broker, '1.4', 'ruby-1', null);
    const narrow = await aConsole(
      { url: address.href },
      { secret: SECRET, args: ['--secrets-policy', 'ask'] },
    );
    await ruby.askForSecret();
    const request = await narrow.request('ruby-1');
    await narrow.ok('keys', 'trust', 'ruby-1', ruby.fingerprint);
    const { code, err } = await narrow.cli('requests', 'give', request.id);
    expect(code).toBe(1);
    expect(err).toContain('amq.default');
    expect(await narrow.request('ruby-1')).toMatchObject({ state: 'failed', why: 'BUS_NO_PERMISSION' });
    await narrow.ok('keys', 'ask-to-forget', 'nobody');
    const before = (await narrow.call('session.get', {})).self?.lastBeatAt ?? 0;
    await until(async () => ((await narrow.call('session.get', {})).self?.lastBeatAt ?? 0) > before + 1_000);
    expect((await narrow.call('session.get', {})).link.state).toBe('live');
  });
});
