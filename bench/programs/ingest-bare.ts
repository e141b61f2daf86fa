/** The anchor: the least any console must do. amqplib, JSON.parse, a Map. */
import { connect } from 'amqplib';
import { report } from '../lib/report.js';

const [url = '', count = '0'] = process.argv.slice(2);
const nodes = new Map<string, unknown>();
const measure = report(Number(count));
const connection = await connect(url);
const channel = await connection.createChannel();
await channel.assertExchange('node', 'topic', { durable: true });
await channel.assertQueue('beats', { exclusive: true, autoDelete: true });
await channel.bindQueue('beats', 'node', '#');
await channel.consume(
  'beats',
  (message) => {
    if (!message) return;
    const beat = JSON.parse(message.content.toString('utf8')) as { name: string };
    nodes.set(beat.name, beat);
    measure.count();
  },
  { noAck: true },
);
