/** The queues of many nodes on a real broker, with nobody behind them: `node-queues.mjs <url> <count>`. Until it is killed. */
import amqplib from 'amqplib';

const [url, count] = [process.argv[2], Number(process.argv[3])];
const connection = await amqplib.connect(url);
const channel = await connection.createChannel();
const queues = Array.from({ length: count }, (_, index) => `node.push-${String(index).padStart(5, '0')}`);
// What a run before left in it is dropped: each run finds it as short.
const options = { durable: false, exclusive: true, arguments: { 'x-max-length': 1 } };
for (let at = 0; at < count; at += 500)
  await Promise.all(queues.slice(at, at + 500).map((queue) => channel.assertQueue(queue, options)));
process.stdout.write('ready\n');
