/** The contestant: our whole node (client, decode, check, roster, history), fed the same bytes. */
import { createAmqpBus } from '../../app/main/adapters/amqp-bus.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import type { Bus } from '../../app/main/ports/bus.js';
import { createNode } from '../../app/main/services/node-service.js';
import { report } from '../lib/report.js';
import { benchDeps, benchSettings } from '../lib/settings.js';

const [url = '', count = '0'] = process.argv.slice(2);
const measure = report(Number(count));
const real = createAmqpBus({ url, connectionName: 'bench', product: 'bench', version: '0' }, systemClock);
// Counts beside the node, at the same place where the anchor counts.
const bus: Bus = {
  ...real,
  open: (plan) =>
    real.open({
      ...plan,
      consumers: plan.consumers.map((consumer) =>
        consumer.mode === 'watch'
          ? {
              ...consumer,
              handle: (delivery) => {
                consumer.handle(delivery);
                measure.count();
              },
            }
          : consumer,
      ),
    }),
};
const node = createNode(benchSettings(url), { bus, ...benchDeps() });
measure.check(() => ({
  known: node.roster.state.byName.size,
  beats: node.observer.counters().beats,
  refused: node.observer.counters().refused.size,
}));
node.start();
