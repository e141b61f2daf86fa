/**
 * Our place at the queue that all nodes share for what concerns Vault: taken while we have a token to give and may give it,
 * left otherwise, so that whoever asks reaches somebody who can help. What we cannot serve is passed on.
 */
import { VAULT_QUEUE, vaultTopology } from '../../core/protocol/bus/topology.js';
import type { Bus, Delivery, Disposition } from '../../ports/bus.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';

/** What is held here for a moment is held from the others; with too few, a flood of what we pass on would stop the rest. */
const PREFETCH = 20;
/** More than these are passed on at once: whoever asks behind a flood waits for seconds, not for minutes. */
const MAX_HELD = 10;
/** VX3 With nobody else at the queue it would come back a thousand times a second. */
const PASS_ON_AFTER_MS = 1_000;
const MAX_RETURNS = 3;
/** After the broker refused it, or took the queue away. */
const AGAIN_MS = 30_000;

export type VaultQueueDeps = {
  readonly bus: Pick<Bus, 'visit'>;
  readonly clock: Clock;
  readonly log: Log;
  /** There is a token, and requests may be answered. */
  readonly mayServe: () => boolean;
  /** `pass`: somebody else may be able to. */
  readonly serve: (delivery: Delivery) => 'ack' | 'reject' | 'pass';
};

/** How often a message came back to a quorum queue. */
export const returnsOf = ({ properties }: Delivery): number => {
  const count = properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
};

export function createVaultQueue({ bus, clock, log, mayServe, serve }: VaultQueueDeps) {
  let leave: Cancel | null = null;
  let notBeforeUp = -Infinity;
  let lastReason = '';
  let heldBack = 0;

  async function work(delivery: Delivery): Promise<Disposition> {
    if (!mayServe()) {
      // What comes before the next look is for the others already.
      stop();
      return 'requeue';
    }
    const verdict = serve(delivery);
    if (verdict !== 'pass') return verdict;
    if (returnsOf(delivery) >= MAX_RETURNS) return 'ack';
    if (heldBack < MAX_HELD) {
      heldBack += 1;
      await new Promise<void>((resolve) => clock.after(PASS_ON_AFTER_MS, resolve));
      heldBack -= 1;
    }
    return 'requeue';
  }

  const plan = {
    topology: vaultTopology,
    consumers: [{ queue: VAULT_QUEUE, mode: 'work', prefetch: PREFETCH, handle: work }],
  } as const;

  const stop = (): void => {
    leave?.();
    leave = null;
  };
  return {
    /** Once a second, and whenever the answer may have changed. */
    look(): void {
      if (!mayServe()) return stop();
      if (leave !== null || clock.uptime() < notBeforeUp) return;
      leave = bus.visit(plan, (error) => {
        leave = null;
        notBeforeUp = clock.uptime() + AGAIN_MS;
        const isNews = error.message !== lastReason;
        lastReason = error.message;
        const facts = { reason: error.message, queue: VAULT_QUEUE };
        log[isNews ? 'warn' : 'debug'](facts, 'requests for Vault tokens are not heard');
      });
    },
    stop,
  };
}
