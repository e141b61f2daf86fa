/** Our whole node at a steady rate from a real broker, with a window's roster stream being read at 4 Hz. */
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import { frameSince } from '../../app/main/core/roster/frames.js';
import { createNode } from '../../app/main/services/node-service.js';
import { pacedReport } from '../lib/paced.js';
import { benchDeps, benchSettings } from '../lib/settings.js';

const [url = '', seconds = '20', stream = 'stream'] = process.argv.slice(2);
const bus = createAmqpBus({ url, connectionName: 'bench', product: 'bench', version: '0' }, systemClock);
const node = createNode(benchSettings(url), { bus, ...benchDeps() });
let seq = 0;
let rev = 0;
let bytes = 0;
if (stream === 'stream') {
  setInterval(() => {
    const frame = frameSince(node.roster.state, rev, (seq += 1), Date.now());
    rev = node.roster.state.rev;
    if (frame) bytes = Math.max(bytes, JSON.stringify(frame).length * (seq > 40 ? 1 : 0));
  }, 250);
}
pacedReport(Number(seconds), () => ({
  beats: node.observer.counters().beats,
  known: node.roster.state.byName.size,
  silent: node.roster.state.counts[2],
  largestFrame: bytes,
}));
node.start();
