/**
 * An AMQP broker in memory: one virtual host, the part of RabbitMQ that a node uses, with RabbitMQ's words when
 * it refuses. Pure: calls in, frames out. It starts no timer and calls nobody back but for one hint, `onWork`;
 * whoever runs it takes the frames and ticks it when `nextExpiry` is due. Faults are injected: cut, block, kick.
 */
import { createChannel, type Channel } from './channel.js';
import { createTopologyStore } from './topology.js';
import { BrokerError, type Frame, type Hear, type QueueStatus, type Readings } from './types.js';

export type Connection = {
  readonly name: string;
  isOpen(): boolean;
  openChannel(): Channel;
  /** A polite goodbye: unsettled messages go back, exclusive queues go away. */
  close(): void;
};

type Output = { readonly frame: Frame; readonly hear: Hear };

export type Broker = {
  /** @throws BrokerError 0 while the broker is cut off */
  connect(name: string, hear: Hear): Connection;
  /** The oldest frames not yet taken, at most `max`. Frames for connections that ended in between are gone. */
  take(max: number): readonly Output[];
  /** Called when there are frames to take, or a new expiry to wait for. One listener: who runs the broker. */
  onWork(wake: () => void): void;
  /** Uptime in ms at which `tick` has something to do, or null. */
  nextExpiry(): number | null;
  tick(): void;
  connectionNames(): readonly string[];
  queueStatus(): ReadonlyMap<string, QueueStatus>;

  /** Every line is cut without a word and nobody gets in; queues, but exclusive ones, and messages stay. */
  cut(): void;
  restore(): void;
  /** The broker closes the connections of that name, as an admin would (320). */
  kick(name: string, reason: string): void;
  /** A resource alarm: publishers are told when they next publish, and held until `unblock`. */
  block(reason: string): void;
  unblock(): void;
};

type Live = {
  readonly connection: Connection;
  readonly hear: Hear;
  end(frame: Frame | null): void;
  toldBlocked: boolean;
};

export function createBroker(clock: Readings): Broker {
  const topology = createTopologyStore(clock, () => wake());
  const live = new Set<Live>();
  let outputs: { frame: Frame; hear: Hear; owner: Live }[] = [];
  let held: (() => void)[] = [];
  let blockedBecause: string | null = null;
  let isCut = false;
  let wake: () => void = () => {};

  function emit(owner: Live, frame: Frame): void {
    outputs.push({ frame, hear: owner.hear, owner });
    if (outputs.length === 1) wake();
  }

  function whenUnblocked(owner: Live, run: () => void): void {
    if (blockedBecause === null) return run();
    if (!owner.toldBlocked) emit(owner, { type: 'blocked', reason: blockedBecause });
    owner.toldBlocked = true;
    held.push(run);
  }

  function accept(name: string, hear: Hear): Live {
    const channels = new Map<number, Channel>();
    let open = true;
    let nextId = 1;

    const connection: Connection = {
      name,
      isOpen: () => open,
      openChannel() {
        if (!open) throw new BrokerError(504, 'connection is closed');
        const channel = createChannel({
          id: nextId++,
          connection,
          topology,
          emit: (frame) => emit(self, frame),
          whenUnblocked: (run) => whenUnblocked(self, run),
          onClosed: (id) => channels.delete(id),
        });
        channels.set(channel.id, channel);
        return channel;
      },
      close: () => self.end(null),
    };

    const self: Live = {
      connection,
      hear,
      toldBlocked: false,
      end(lastWord) {
        if (!open) return;
        open = false;
        live.delete(self);
        // What was on its way is lost with the line.
        outputs = outputs.filter((output) => output.owner !== self);
        for (const channel of [...channels.values()]) channel.close();
        topology.removeOwned(connection);
        outputs = outputs.filter((output) => output.owner !== self);
        if (lastWord) emit(self, lastWord);
      },
    };
    live.add(self);
    return self;
  }

  return {
    connect(name, hear) {
      if (isCut) throw new BrokerError(0, 'the broker cannot be reached');
      return accept(name, hear).connection;
    },

    take(max) {
      if (outputs.length > max) return outputs.splice(0, max);
      const taken = outputs;
      outputs = [];
      return taken;
    },

    onWork(listener) {
      wake = listener;
    },

    nextExpiry: () => topology.nextExpiry(),
    tick: () => topology.expire(),
    connectionNames: () => [...live].map(({ connection }) => connection.name),
    queueStatus: () =>
      new Map(
        [...topology.queues()].map((queue) => [
          queue.name,
          { messageCount: queue.size(), consumerCount: queue.consumerCount() },
        ]),
      ),

    cut() {
      isCut = true;
      for (const one of [...live])
        one.end({ type: 'connection-closed', code: null, text: 'the line was cut' });
    },

    restore() {
      isCut = false;
    },

    kick(name, reason) {
      const text = `CONNECTION_FORCED - ${reason}`;
      for (const one of [...live]) {
        if (one.connection.name === name) one.end({ type: 'connection-closed', code: 320, text });
      }
    },

    block(reason) {
      blockedBecause = reason;
    },

    unblock() {
      blockedBecause = null;
      const runs = held;
      held = [];
      for (const run of runs) run();
      for (const one of live) {
        if (one.toldBlocked) emit(one, { type: 'unblocked' });
        one.toldBlocked = false;
      }
    },
  };
}
