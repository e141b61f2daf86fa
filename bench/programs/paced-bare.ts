/** The anchor at a steady rate from a real broker: amqplib, JSON.parse, a Map. */
import { connect } from 'amqplib';
import { pacedReport } from '../lib/paced.js';

const [url = '', seconds = '20'] = process.argv.slice(2);
const nodes = new Map<string, unknown>();
let beats = 0;
const connection = await connect(url);
const channel = await connection.createChannel();
await channel.assertExchange('node', 'topic', { durable: true });
await channel.assertQueue('bench.beats', { exclusive: true, autoDelete: true });
await channel.bindQueue('bench.beats', 'node', '#');
pacedReport(Number(seconds), () => ({ beats, known: nodes.size }));
await channel.consume(
  'bench.beats',
  (message) => {
    if (!message) return;
    const beat = JSON.parse(message.content.toString('utf8')) as { name: string };
    nodes.set(beat.name, beat);
    beats += 1;
  },
  { noAck: true },
);
