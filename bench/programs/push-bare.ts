/** The anchor: the same message to so many queues, mandatory, with confirms, so many unconfirmed at a time. */
import amqplib from 'amqplib';

const [url = '', count = '0', windowOf = '500'] = process.argv.slice(2);
const total = Number(count);
const most = Number(windowOf);
const body = Buffer.from(
  JSON.stringify({ function: 'update_settings', settings: { transport: { pool: 20 } }, restart: false }),
);

async function main(): Promise<void> {
  const connection = await amqplib.connect(url);
  const channel = await connection.createConfirmChannel();
  let returned = 0;
  channel.on('return', () => (returned += 1));
  const from = performance.now();
  await new Promise<void>((done, failed) => {
    let next = 0;
    let confirmed = 0;
    const confirm = (error: unknown): void => {
      if (error) return failed(new Error('not confirmed', { cause: error }));
      confirmed += 1;
      if (confirmed === total) return done();
      if (next < total) publish();
    };
    const publish = (): void => {
      const name = `push-${String(next).padStart(5, '0')}`;
      next += 1;
      const properties = {
        contentType: 'application/json',
        contentEncoding: 'identity',
        type: 'task',
        priority: 0,
        deliveryMode: 1,
        appId: 'legion',
        messageId: `m-${next}`,
        correlationId: `bench/${next}`,
        timestamp: Math.floor(Date.now() / 1_000),
        headers: { legion_protocol_version: '2.0' },
        mandatory: true,
      };
      channel.publish('', `node.${name}`, body, properties, confirm);
    };
    for (let each = 0; each < Math.min(most, total); each += 1) publish();
  });
  const ms = performance.now() - from;
  process.stdout.write(`${JSON.stringify({ ms, returned })}\n`, () => process.exit(0));
}
void main();
