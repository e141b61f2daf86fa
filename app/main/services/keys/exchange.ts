/**
 * The runner functions of lex-node that are about keys and the cluster secret: what a message asks of this node becomes
 * a call of a service. Knows the forms of the messages and who they are for; decides nothing about trust.
 * Throws ProtocolError for what is counted and not used.
 */
import type { TrustState } from '../../../shared/domain/key.js';
import { createKeyCache, type PublicKey } from '../../core/crypto/public-key.js';
import type { Heard } from '../../core/protocol/bus/decode.js';
import { readName } from '../../core/protocol/bus/name.js';
import { nodeQueue } from '../../core/protocol/bus/topology.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Delivery } from '../../ports/bus.js';
import type { SecretService } from './secret-service.js';

export type HeardFunction = Extract<Heard, { type: 'function' }>;

type Deps = {
  readonly name: string;
  readonly isOwnKey: (fingerprint: string) => boolean;
  /** Ids of our own broadcasts: they come back to us as well. */
  readonly isOwnMessage: (messageId: string | undefined) => boolean;
  readonly see: (name: string, key: PublicKey, message: string, at: number) => void;
  readonly ownNameUsed: (fingerprint: string | null, message: string, at: number) => void;
  readonly noteForm: (name: string, isModern: boolean) => void;
  /** What was decided about this key, under each name that it was seen under. */
  readonly trustsIn: (fingerprint: string) => readonly TrustState[];
  readonly nameOf: (fingerprint: string) => string | null;
  readonly announce: () => void;
  readonly askForKeys: () => void;
  readonly forgetAsked: (name: string, at: number) => void;
  /** Asks for the cluster secret when there is none and this node may speak. */
  readonly askIfWanted: () => void;
  readonly secrets: Pick<SecretService, 'requested' | 'answeredElsewhere' | 'received'>;
};

/** Whose key came with an answer. A message without one has a sender that nobody knows. */
export type Sender = {
  readonly fingerprint: string | null;
  /** The one name that this key is known under. */
  readonly name: string | null;
  /** The key was refused, or contradicts a pin. */
  readonly isSuspect: boolean;
  /** Somebody pinned it for a name. */
  readonly isTrusted: boolean;
};

const CACHED_KEYS = 20_000;
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function createExchange(deps: Deps) {
  const { secrets } = deps;
  const readKey = createKeyCache(CACHED_KEYS);

  /** The bindings of a node queue say who is meant; the default exchange means us alone. */
  const isForUs = ({ exchange, routingKey }: Delivery): boolean =>
    exchange === '' ||
    routingKey === 'node' ||
    routingKey === nodeQueue(deps.name) ||
    routingKey.startsWith('node.crypt.');

  /** The key that a message shows for a name, taken into the inventory; null when it is our own message. */
  const learn = (name: string, text: string, message: string, at: number): PublicKey | null => {
    const key = readKey(text);
    if (name === deps.name) {
      if (deps.isOwnKey(key.fingerprint)) return null;
      deps.ownNameUsed(key.fingerprint, message, at);
      throw new ProtocolError('OWN_NAME', 'a key of somebody else under our name');
    }
    deps.see(name, key, message, at);
    return key;
  };

  const requested = (message: HeardFunction, delivery: Delivery, at: number): void => {
    const { body } = message;
    const queue = textOf(body.queue_name);
    const said = textOf(body.node_name) ?? /^node\.(.+)$/s.exec(queue ?? '')?.[1];
    const name = readName(said);
    // An asker names its own queue; another one would have our answer sent to somebody else.
    if (queue !== null && queue !== nodeQueue(name))
      throw new ProtocolError('REPLY_QUEUE', 'not the queue of the asker');
    const text = textOf(body.public_key);
    if (name === deps.name && text === null) return;
    const key = text === null ? null : learn(name, text, 'RequestClusterSecret', at);
    if (name === deps.name || !isForUs(delivery)) return;
    secrets.requested('cluster-secret', name, queue === null ? null : key, message.isModern);
  };

  /** Who sent an answer; null: we did. Throws ProtocolError for what is no key. */
  const senderOf = ({ public_key }: Record<string, unknown>): Sender | null => {
    const text = textOf(public_key);
    if (text === null) return { fingerprint: null, name: null, isSuspect: false, isTrusted: false };
    const { fingerprint } = readKey(text);
    if (deps.isOwnKey(fingerprint)) return null;
    const trusts = deps.trustsIn(fingerprint);
    const isSuspect = trusts.some((trust) => trust === 'refused' || trust === 'changed');
    const isTrusted = trusts.includes('trusted') && !isSuspect;
    return { fingerprint, name: deps.nameOf(fingerprint), isSuspect, isTrusted };
  };
  /** Whom an answer is for: us, or the name it was seen on its way to; null: nobody in particular. */
  const recipientOf = ({ exchange, routingKey }: Delivery): string | null =>
    exchange === '' ? deps.name : (/^node\.(.+)$/s.exec(routingKey)?.[1] ?? null);

  const offered = ({ body }: HeardFunction, delivery: Delivery): void => {
    const sender = senderOf(body);
    if (sender === null) return;
    const recipient = recipientOf(delivery);
    if (recipient !== deps.name) {
      if (recipient !== null) secrets.answeredElsewhere('cluster-secret', recipient, sender.name);
      return;
    }
    const message = String(body.message);
    const check = body.encrypted_string as { enciphered_message: string; iv: string } | null | undefined;
    const plain = textOf(body.validation_string);
    const validation =
      check && plain !== null ? { plain, text: check.enciphered_message, iv: check.iv } : null;
    secrets.received(message, validation, sender);
  };

  return {
    isForUs,
    learn,
    senderOf,
    recipientOf,

    hear(message: HeardFunction, delivery: Delivery, at: number): void {
      const { body } = message;
      // Before the message is acted on, since the answer takes the form that its receiver reads. As it wrote last:
      // whoever claims once to be modern for another does not make it unreachable for good.
      const said = textOf(body.node_name) ?? textOf(body.name);
      if (said !== null && said !== deps.name && message.name !== 'delete_public_key')
        deps.noteForm(readName(said), message.isModern);
      switch (message.name) {
        case 'update_public_key':
          learn(readName(body.name), String(body.public_key), 'PublicKey', at);
          break;
        case 'push_public_key':
          if (isForUs(delivery) && !deps.isOwnMessage(delivery.properties.messageId)) deps.announce();
          break;
        case 'request_public_keys':
          if (isForUs(delivery)) deps.askForKeys();
          break;
        case 'delete_public_key':
          if (isForUs(delivery) && !deps.isOwnMessage(delivery.properties.messageId))
            deps.forgetAsked(readName(body.name), at);
          break;
        case 'push_cluster_secret':
          requested(message, delivery, at);
          break;
        case 'request_cluster_secret':
          if (isForUs(delivery)) deps.askIfWanted();
          break;
        case 'receive_cluster_secret':
          offered(message, delivery);
          break;
        case 'push_vault_token':
          // Only the key is taken here; the rest is for whoever looks after Vault.
          learn(readName(body.node_name), String(body.public_key), 'RequestVaultToken', at);
          break;
        default:
      }
    },
  };
}
