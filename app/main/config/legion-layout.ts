/**
 * Our own settings as a LegionIO node would have them: what can be pushed to this node is merged into this. Nothing in
 * it is secret; defaults are those of LegionIO 1.4.
 */
export type LayoutFacts = {
  readonly name: string;
  readonly hostname: string;
  readonly beating: boolean;
  readonly intervalMs: number;
  /** Without user and password. */
  readonly address: string;
  readonly encryptMessages: boolean;
};

export function legionLayout(facts: LayoutFacts): Record<string, Record<string, unknown>> {
  const { hostname: host, port } = URL.canParse(facts.address)
    ? new URL(facts.address)
    : { hostname: facts.address, port: '' };
  return {
    client: { hostname: facts.hostname, name: facts.name, ready: true },
    cluster: {},
    crypt: { dynamic_keys: true },
    extensions: { node: { enabled: facts.beating, beat_interval: facts.intervalMs / 1_000 } },
    transport: {
      connection: { host, port: port === '' ? 5_672 : Number(port) },
      messages: { encrypt: facts.encryptMessages, persistent: false, priority: 0, ttl: null },
      prefetch: 0,
    },
  };
}
