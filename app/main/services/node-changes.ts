/** The two halves of changes in one node: what it pushes, and what others push to it; and which message is for which. */
import { readPushed } from '../core/changes/pushed.js';
import { FUNCTIONS } from '../core/protocol/bus/messages.js';
import { nodeQueue } from '../core/protocol/bus/topology.js';
import type { Delivery } from '../ports/bus.js';
import { createApprovals } from './approvals.js';
import { createChanges } from './changes/index.js';
import type { ChangeDeps } from './changes/types.js';
import type { HeardFunction } from './keys/exchange.js';
import type { KeyService } from './keys/index.js';
import type { NodeDeps, NodeSettings } from './node-service.js';
import { createReceiver, type ReceiverDeps } from './receiver/index.js';

type Parts = Pick<ChangeDeps, 'cluster' | 'isLive' | 'isBlocked'> &
  Pick<ReceiverDeps, 'onChanged' | 'rejoin'> & { readonly keys: KeyService };

export function createNodeChanges(settings: NodeSettings, deps: NodeDeps, parts: Parts) {
  const { bus, clock, log, events, random, journals, installer, secretStore } = deps;
  const { keys, cluster, isLive, isBlocked } = parts;
  const { name } = settings.identity;
  const { profileId, isReadOnly } = settings.keys;
  const receiver = createReceiver(
    { ...settings.receiver, name, profileId, isReadOnly },
    {
      ...{ bus, clock, log, events, random, installer, store: secretStore, isLive },
      ...{ onChanged: parts.onChanged, rejoin: parts.rejoin },
      onUndone: () => changes.undone(clock.now()),
    },
  );
  const changes = createChanges(
    { ...settings.changes, name },
    {
      ...{ bus, clock, log, events, cluster, random, journals, secretStore, isLive, isBlocked },
      ownSettings: () => receiver.own.tree(),
      seal: (envelope) => keys.seal(envelope, receiver.own.encrypts()),
      approvals: createApprovals(keys),
    },
  );

  /** A message that changes nodes: for us, or seen on its way to others. */
  const hearChange = (message: HeardFunction, delivery: Delivery, at: number): void => {
    if (FUNCTIONS[message.name].area !== 'changes') return;
    const { exchange, routingKey, properties } = delivery;
    const isToAll = exchange !== '' && (routingKey === 'node' || routingKey.startsWith('node.crypt.'));
    const isOurs = changes.isOurs(properties.correlationId);
    const pushed = exchange === '' || isOurs ? null : readPushed(message, delivery);
    const target = isToAll ? null : routingKey.replace(/^node\./, '');
    if (pushed?.problem === null)
      changes.heardPush(
        pushed.what,
        target,
        { correlationId: properties.correlationId, unsure: pushed.kind === 'message' },
        at,
      );
    // A node that does not beat listens, and says nothing to anybody.
    if (!settings.beating) return;
    // Of ours only what we sent to ourselves alone is meant for us; a broadcast comes back to its sender.
    if (exchange === '' || (!isOurs && (isToAll || routingKey === nodeQueue(name))))
      receiver.hear(message, delivery, at);
  };

  return { changes, receiver, hearChange };
}
