/**
 * Runs a broker in memory for all its buses: hands out its frames in batches, after the call that caused them
 * has returned, and ticks it when something expires. One pump per broker, however many buses share it.
 */
import type { Broker } from '../core/broker/index.js';
import type { Cancel, Clock } from '../ports/clock.js';

/** Frames per turn of the event loop: a storm must not hold up sockets and screens. */
const BATCH = 2000;

const pumped = new WeakSet<Broker>();

/** Starts the pump of this broker; again is harmless. It stops costing anything when the broker falls silent. */
export function runBroker(broker: Broker, clock: Clock): void {
  if (pumped.has(broker)) return;
  pumped.add(broker);
  let isScheduled = false;
  let dueAt = Infinity;
  let cancelTimer: Cancel = () => {};

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(drain);
  }

  function drain(): void {
    isScheduled = false;
    const outputs = broker.take(BATCH);
    for (const { frame, hear } of outputs) hear(frame);
    if (outputs.length === BATCH) schedule();
    armTimer();
  }

  function armTimer(): void {
    const next = broker.nextExpiry() ?? Infinity;
    if (next === dueAt) return;
    cancelTimer();
    dueAt = next;
    if (next === Infinity) return;
    cancelTimer = clock.after(Math.max(0, next - clock.uptime()), () => {
      dueAt = Infinity;
      broker.tick();
      armTimer();
    });
  }

  broker.onWork(schedule);
  schedule();
}
