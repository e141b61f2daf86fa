/**
 * The messages about Vault tokens that we send, in the forms their receivers read (lex-node 0.3.2 on both generations of
 * the framework). Bytes out; who sends them, and when, is the services'.
 */
import { keyTextFor } from '../../crypto/public-key.js';
import type { Answer, Failed, Question } from '../../vault/handover.js';
import type { Envelope } from '../amqp.js';
import { taskEnvelope, toAll, toNode } from './envelope.js';

/** Receivers ignore it, as any `runner_class`; the reference sends it. */
const VAULT_RUNNER = 'Legion::Extensions::Node::Runners::Vault';

/** Frameworks before 1.6.23 bind the first to the shared queue, newer ones what the second matches. */
export const VAULT_REQUEST_KEYS = ['vault', 'lex.node.runners.vault.request'] as const;

/**
 * RequestVaultToken with raw PEM: the reference sends Base64 of PEM, and raises when it is to answer that. Consoles read
 * `handover` as well; for Ruby nodes it is one more field that they ignore.
 */
export const requestVaultToken = (
  own: { readonly name: string; readonly pem: string },
  routingKey: (typeof VAULT_REQUEST_KEYS)[number],
  at: number,
  handover?: Question,
): Envelope =>
  taskEnvelope(
    toAll(routingKey),
    {
      function: 'push_vault_token',
      node_name: own.name,
      runner_class: VAULT_RUNNER,
      public_key: own.pem,
      ...(handover && { handover }),
    },
    at,
  );

/** PushVaultToken, to one node. `message` is the token, encrypted to its key; without our key it would raise. */
export const pushVaultToken = (
  to: string,
  parts: { readonly message: string; readonly ownPem: string },
  at: number,
): Envelope =>
  taskEnvelope(
    toNode(to),
    {
      function: 'receive_vault_token',
      runner_class: VAULT_RUNNER,
      message: parts.message,
      public_key: keyTextFor(parts.ownPem, 'base64'),
    },
    at,
  );

/** VW3 Between consoles: the wrapped token, sealed. Without `message`: a node that reads LegionIO's form finds nothing. */
export const pushWrappedToken = (
  to: string,
  own: { readonly name: string; readonly pem: string },
  handover: Answer,
  at: number,
): Envelope =>
  taskEnvelope(
    toNode(to),
    {
      function: 'receive_vault_token',
      runner_class: VAULT_RUNNER,
      node_name: own.name,
      public_key: keyTextFor(own.pem, 'base64'),
      handover,
    },
    at,
  );

/** VW8 Back to the giver: what it sent could not be used, and is to be revoked. */
export const failVaultToken = (to: string, name: string, handover: Failed, at: number): Envelope =>
  taskEnvelope(toNode(to), { function: 'fail_vault_token', node_name: name, handover }, at);
