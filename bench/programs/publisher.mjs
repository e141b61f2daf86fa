/** Beats of many nodes at a steady rate onto a real broker: `publisher.mjs <url> <names> <per second> <seconds>`. */
import amqplib from 'amqplib';
import { beatBody } from '../lib/wire-broker.mjs';

const [url, names, rate, seconds] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const connection = await amqplib.connect(url);
const channel = await connection.createChannel();
await channel.assertExchange('node', 'topic', { durable: true });
const SLICE_MS = 10;
const began = Date.now();
let sent = 0;
const timer = setInterval(() => {
  const elapsed = Date.now() - began;
  if (elapsed > seconds * 1000) {
    clearInterval(timer);
    void connection.close().then(() => process.exit(0));
    return;
  }
  for (const due = Math.floor((elapsed * rate) / 1000); sent < due; sent += 1) {
    const which = sent % names;
    channel.publish(
      'node',
      'status',
      Buffer.from(
        beatBody(
          `rack-${which % 4}-${String(which).padStart(5, '0')}`,
          1000 + which,
          Math.floor(sent / names),
        ),
      ),
      {
        contentType: 'application/json',
        contentEncoding: 'identity',
        type: 'heartbeat',
        priority: 0,
        deliveryMode: 1,
        expiration: '5000',
        appId: 'legion',
        timestamp: Math.floor(Date.now() / 1000),
        headers: { legion_protocol_version: '2.0' },
      },
    );
  }
}, SLICE_MS);
