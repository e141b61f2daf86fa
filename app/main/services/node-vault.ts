/**
 * Vault within one node: the service that looks after the token, and what passes between this node and others about
 * tokens. Which message is for whom is decided here.
 */
import { FUNCTIONS } from '../core/protocol/bus/messages.js';
import { readName } from '../core/protocol/bus/name.js';
import { requestVaultToken, VAULT_REQUEST_KEYS } from '../core/protocol/bus/vault-messages.js';
import { MAX_EVENTS } from '../core/history/event-log.js';
import type { Delivery } from '../ports/bus.js';
import { NO_VAULT } from '../ports/vault-http.js';
import type { HeardFunction, Sender } from './keys/exchange.js';
import type { KeyService } from './keys/index.js';
import type { RecordEvent } from './keys/record.js';
import type { NodeDeps, NodeSettings } from './node-service.js';
import type { Observer } from './observer.js';
import { createAsking } from './vault/bus-asking.js';
import { createClusterSecretReader } from './vault/cluster-secret.js';
import { createGiving } from './vault/bus-giving.js';
import { createVaultQueue } from './vault/bus-queue.js';
import { createReceiving } from './vault/bus-receiving.js';
import { createWrappedGiving } from './vault/bus-wrapped-giving.js';
import { createWrappedTaking } from './vault/bus-wrapped-taking.js';
import { createVault } from './vault/index.js';

type Parts = {
  /** Both are there by the time that anything happens. */
  readonly keys: () => KeyService;
  readonly observer: () => Observer;
};

const FOLD_MS = 5_000;

export function createNodeVault(settings: NodeSettings, deps: NodeDeps, { keys, observer }: Parts) {
  const { bus, clock, log, events, random } = deps;
  const { name } = settings.identity;
  const record: RecordEvent = (kind, facts = {}, names = [], foldKey) => {
    const fold = foldKey === undefined ? {} : { foldMs: FOLD_MS, foldKey };
    events.record({ kind, facts, names, ...fold }, clock.now());
  };
  const ownPem = (): string => keys().ourKey().pem;

  const asking = createAsking({
    ...{ clock, log, record, speaks: settings.beating },
    async send() {
      const self = { name, pem: ownPem() };
      const question = taking.question();
      await Promise.all(
        VAULT_REQUEST_KEYS.map((key) => bus.publish(requestVaultToken(self, key, clock.now(), question))),
      );
    },
    isWanted: () => vault.needsOthers(),
    mayAct: () => keys().mayAct(),
  });
  const vault = createVault(deps.vault?.settings ?? null, {
    ...{ clock, log, random, record, asking, http: deps.vault?.http ?? NO_VAULT },
    giving: { list: () => giving.list(), revoke: (accessor) => giving.revoke(accessor) },
  });
  const secretReader = createClusterSecretReader(deps.vault?.settings.clusterSecret ?? null, {
    ...{ clock, log, record, vault: () => vault },
    found: (secret) => keys().secrets.foundInVault(secret),
  });
  const receiving = createReceiving({
    ...{ clock, log, record, asking, vault: () => vault },
    keys: { open: (text) => keys().open(text), usedBy: (other, isOld) => keys().usedBy(other, isOld) },
  });
  const wrapped = { ...{ bus, clock, random, record, name, keys }, vault: () => vault };
  const giving = createWrappedGiving({
    ...wrapped,
    address: deps.vault?.settings.address ?? null,
    story: () => events.list(MAX_EVENTS, 'audit'),
  });
  const taking = createWrappedTaking({ ...wrapped, log, isOpen: () => asking.isOpen() });
  const queue = createVaultQueue({
    ...{ bus, clock, log },
    // VX1
    mayServe: () =>
      vault.hasToken() &&
      settings.beating &&
      !settings.keys.isReadOnly &&
      keys().secrets.policy() !== 'never',
    serve: (delivery) => observer().share(delivery, (message) => serve(message, delivery)),
  });

  const received = (body: HeardFunction['body'], sender: Sender): void =>
    body.handover === undefined || body.handover === null
      ? receiving.received(body.message, sender)
      : taking.received(body);

  /** What came by the shared queue. True: it is ours, and done with. Throws ProtocolError. */
  function serve({ name: called, body, isModern }: HeardFunction, delivery: Delivery): boolean {
    switch (called) {
      case 'push_vault_token': {
        const other = readName(body.node_name);
        const key = keys().learn(other, String(body.public_key), 'RequestVaultToken', clock.now());
        // Our own question, from when we had no token: others can answer it no more than we can.
        if (key === null) return true;
        const heard = giving.heard(other, key, body.handover);
        if (heard === 'dropped' || heard === 'passed') return heard === 'dropped';
        const isSame = delivery.redelivered || heard === 'same';
        const wish = body.handover === undefined || body.handover === null ? 'vault-token' : 'vault-wrapped';
        return keys().secrets.requested(wish, other, key, isModern, isSame);
      }
      case 'receive_vault_token': {
        const sender = keys().senderOf(body);
        if (sender) received(body, sender);
        return true;
      }
      case 'request_token':
      case 'request_vault_token':
        asking.provoked();
        return true;
      default:
        // The Vault runner has no other functions.
        return true;
    }
  }

  return {
    vault,
    handouts: {
      shared: createGiving({ bus, clock, cipher: settings.keys.cipher, ownPem, vault: () => vault }),
      wrapped: giving.handout,
    },

    /** A message of the exchange, or to our own queue. Throws ProtocolError. */
    hear(message: HeardFunction, delivery: Delivery): void {
      const { name: called, body } = message;
      if (FUNCTIONS[called].area !== 'secrets') return;
      if (called === 'receive_vault_token') {
        const sender = keys().senderOf(body);
        const recipient = keys().recipientOf(delivery);
        if (sender === null || recipient === null) return;
        if (recipient === name) received(body, sender);
        else
          for (const wish of ['vault-token', 'vault-wrapped'] as const)
            keys().secrets.answeredElsewhere(wish, recipient, sender.name);
      } else if (called === 'fail_vault_token') {
        if (keys().recipientOf(delivery) === name) giving.failed(readName(body.node_name), body.handover);
      } else if (called === 'request_token' || called === 'request_vault_token') {
        if (keys().isForUs(delivery)) asking.provoked();
      }
    },
    secretIsComing: secretReader.isComing,
    /** Once a second. */
    tick(): void {
      vault.tick();
      asking.look();
      secretReader.tick();
      queue.look();
    },
    /** Never rejects. */
    async stop(): Promise<void> {
      queue.stop();
      await vault.stop();
    },
  };
}
