/**
 * What a Ruby node of our tests does about Vault tokens: the Vault runner of lex-node 0.3.2 in either generation, as strict
 * and as faulty as the real one. Written from the specification; who calls it, and over which bus, is its user's.
 */
import { decryptWith, encryptTo, mime60, type Generation } from './ruby-node-crypt.js';
import type { Body } from './ruby-node-types.js';

const RUNNER = 'Legion::Extensions::Node::Runners::Vault';

export type RubyVaultOptions = {
  readonly generation: Generation;
  readonly name: string;
  readonly publicPem: string;
  readonly privatePem: string;
  /** `crypt.vault.token`; null: it is not connected. */
  readonly token: string | null;
  /** To the exchange `node`. */
  readonly publish: (routingKey: string, body: Body) => Promise<void>;
};

function take<K extends string>(body: Body, ...wanted: readonly K[]): Record<K, string> {
  const missing = wanted.filter((key) => !(key in body));
  if (missing.length > 0) throw new Error(`missing keywords: ${missing.join(', ')}`);
  return body as Record<K, string>;
}

export function createRubyVault({
  generation,
  name,
  publicPem,
  privatePem,
  publish,
  ...options
}: RubyVaultOptions) {
  let token = options.token;
  let answers = 0;

  const ask = (): Promise<void> | void => {
    if (token !== null) return;
    return publish('vault', {
      function: 'push_vault_token',
      node_name: name,
      runner_class: RUNNER,
      public_key: mime60(Buffer.from(publicPem)),
    });
  };
  const receive = ({ message, token: plain }: Body): void => {
    if (token !== null) return;
    token = typeof message === 'string' ? decryptWith(generation, privatePem, message) : String(plain);
  };

  /** By name, as the queue `node.vault` calls them. */
  const runner: Readonly<Record<string, (body: Body) => unknown>> = {
    request_token: ask,
    request_vault_token: ask,
    push_vault_token(body) {
      const { public_key: to, node_name: asker } = take(body, 'public_key', 'node_name');
      if (token === null) return;
      // Given Base64 of a PEM this raises, and nobody hears of it.
      const message = encryptTo(generation, to, token);
      answers += 1;
      return publish(`node.${asker}`, {
        function: 'receive_vault_token',
        runner_class: RUNNER,
        message,
        public_key: mime60(Buffer.from(publicPem)),
      });
    },
    receive_vault_token: receive,
  };
  return {
    runner,
    /** As the Node runner passes it on: three arguments, none of which may be missing. */
    receiveOnNodeQueue(body: Body): void {
      const { message, routing_key, public_key } = take(body, 'message', 'routing_key', 'public_key');
      receive({ message, routing_key, public_key });
    },
    token: (): string | null => token,
    /** How often it gave its token away. */
    answers: (): number => answers,
  };
}
export type RubyVault = ReturnType<typeof createRubyVault>;
