/**
 * The anchor of a storm: how fast Moleculer takes in nodes it did not know (INFO packets with one service of three
 * actions), from the packet's bytes on. Its AMQP client is left out, which flatters it.
 */
import { createRequire } from 'node:module';

const require = createRequire(new URL('../anchors/package.json', import.meta.url));
const { ServiceBroker } = require('moleculer');
const count = Number(process.argv[3]);
const broker = new ServiceBroker({
  logger: false,
  nodeID: 'bench',
  transporter: 'Fake',
  heartbeatInterval: 0,
});
await broker.start();
const action = (name) => ({ name: `v1.jobs.${name}`, rawName: name, params: { id: 'string' } });
const packets = Array.from({ length: count }, (_, i) =>
  Buffer.from(
    JSON.stringify({
      ver: '4',
      sender: `node-${i}`,
      services: [
        {
          name: 'jobs',
          version: 1,
          fullName: 'v1.jobs',
          settings: {},
          metadata: {},
          actions: {
            'v1.jobs.run': action('run'),
            'v1.jobs.stop': action('stop'),
            'v1.jobs.list': action('list'),
          },
          events: {},
        },
      ],
      config: {},
      ipList: ['192.0.2.1'],
      hostname: `host-${i}`,
      client: { type: 'nodejs', version: '0.14.36', langVersion: 'v20' },
      seq: 1,
      instanceID: `instance-${i}`,
      metadata: {},
    }),
  ),
);
const warmUp = Math.floor(count / 5);
let from = 0n;
for (const [i, packet] of packets.entries()) {
  if (i === warmUp) from = process.hrtime.bigint();
  broker.transit.tx.receive('INFO', packet);
}
const seconds = Number(process.hrtime.bigint() - from) / 1e9;
const known = broker.registry.nodes.list({}).length;
process.stdout.write(`${JSON.stringify({ rate: (count - warmUp) / seconds, known })}\n`, () =>
  process.exit(0),
);
