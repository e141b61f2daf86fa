/**
 * The messages about keys and the cluster secret that we send, in the forms their receivers read (lex-node 0.3.2 and
 * legion-transport 1.3.3 and 1.4.29; both generations read these). Bytes out; who sends them, and when, is the services'.
 */
import type { ClusterKey, CipherForm } from '../../crypto/cluster-cipher.js';
import { encryptClusterText } from '../../crypto/cluster-cipher.js';
import { keyTextFor } from '../../crypto/public-key.js';
import type { Envelope } from '../amqp.js';
import { taskEnvelope, toAll, toNode } from './envelope.js';
import { nodeQueue } from './topology.js';

/** Receivers ignore it since lex-node 0.3.0; the reference still sends it. */
const CRYPT_RUNNER = 'Legion::Extensions::Node::Runners::Crypt';
/** What the reference encrypts so that a receiver can check the secret. */
export const CHECK_TEXT = 'legion';

/** RequestPublicKeys, to all. */
export const requestPublicKeys = (at: number): Envelope =>
  taskEnvelope(toAll('node'), { function: 'push_public_key' }, at, { function: 'push_public_key' });

/** PublicKey, to all: Base64 of the PEM, and the parts of our client settings that receivers read. */
export const publicKey = (own: { name: string; hostname: string; pem: string }, at: number): Envelope =>
  taskEnvelope(
    toAll('node.crypt.update_public_key'),
    {
      function: 'update_public_key',
      public_key: keyTextFor(own.pem, 'base64'),
      hostname: own.hostname,
      name: own.name,
      ready: true,
    },
    at,
    { function: 'update_public_key' },
  );

/** DeletePublicKey: the runner has the function, no upstream code sends it. `to` null: to all. */
export const deletePublicKey = (name: string, to: string | null, at: number): Envelope =>
  taskEnvelope(
    to === null ? toAll('node.crypt.delete_public_key') : toNode(to),
    { function: 'delete_public_key', name },
    at,
  );

/**
 * RequestClusterSecret in the form of legion-transport, with raw PEM: given Base64 of PEM, Ruby raises. `to` null: by
 * exchange, which only frameworks before 1.6.23 hear.
 */
export const requestClusterSecret = (
  own: { name: string; pem: string },
  to: string | null,
  at: number,
): Envelope =>
  taskEnvelope(
    to === null ? toAll('node.crypt.push_cluster_secret') : toNode(to),
    {
      function: 'push_cluster_secret',
      node_name: own.name,
      queue_name: nodeQueue(own.name),
      runner_class: CRYPT_RUNNER,
      public_key: own.pem,
    },
    at,
  );

/** PushClusterSecret, to one node. `message` is the secret, encrypted to its key. */
export const pushClusterSecret = (
  to: string,
  parts: { message: string; check: { text: string; iv: string }; ownPem: string },
  at: number,
): Envelope =>
  taskEnvelope(
    toNode(to),
    {
      function: 'receive_cluster_secret',
      runner_class: CRYPT_RUNNER,
      message: parts.message,
      validation_string: CHECK_TEXT,
      encrypted_string: { enciphered_message: parts.check.text, iv: parts.check.iv },
      public_key: keyTextFor(parts.ownPem, 'base64'),
    },
    at,
  );

/** The same message with its body under the cluster secret (`encrypted/cs`, IV in a header). */
export function sealed(envelope: Envelope, key: ClusterKey, form: CipherForm, iv: Uint8Array): Envelope {
  const encrypted = encryptClusterText(key, envelope.body, form, iv);
  const { properties } = envelope;
  return {
    ...envelope,
    properties: {
      ...properties,
      contentEncoding: 'encrypted/cs',
      headers: { ...properties.headers, iv: encrypted.iv },
    },
    body: Buffer.from(encrypted.text, 'utf8'),
  };
}
