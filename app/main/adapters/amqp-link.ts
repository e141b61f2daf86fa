/**
 * One connection that comes back: amqplib's own opt-in recovery, with our setup run after every connect.
 * It closes three gaps of that recovery: a close that is never answered, and an end in the moment between setup
 * and listening, would stop it for ever; a socket whose other end fell silent would stay open. What an error
 * means is for its user to decide.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { connect, type ChannelModel, type SocketOptions } from 'amqplib';
import type { Clock } from '../ports/clock.js';
import type { Phase } from './amqp-errors.js';
import type { AmqpTarget } from './amqp-target.js';
import { tolerateHeaders } from './amqp-tolerance.js';

/**
 * Live again within a second of the port accepting: a starting broker takes some 0.1 s for the first handshake, and the
 * slower of our two links decides, so the longest wait is half a second. Jitter keeps it from being a stampede.
 */
const RECOVERY = { initialDelay: 50, factor: 2, maxDelay: 500, jitter: 0.2, waitForConnect: false } as const;
const CLOSE_WITHIN_MS = 1000;

export type LinkHandlers = {
  /** Signed in: declare and consume. Runs after every connect. */
  readonly setup: (model: ChannelModel) => Promise<void>;
  readonly onUp: () => void;
  /** It was up and is not any more; `onRetry` follows with the reason. */
  readonly onLost: () => void;
  readonly onRetry: (error: unknown, phase: Phase, attempt: number, delayMs: number) => void;
  readonly onBlocked: (reason: string) => void;
  readonly onUnblocked: () => void;
};

export type Link = {
  isUp(): boolean;
  /** Between two attempts. */
  isWaiting(): boolean;
  /** Ends this connection for a reason of ours; recovery brings the next one. */
  drop(reason: Error): void;
  /** Ends it for good: politely, or by force after a second. */
  close(): Promise<void>;
  /** Ends it for good, at once. */
  destroy(): void;
};

export function openLink(target: AmqpTarget, options: SocketOptions, clock: Clock, on: LinkHandlers): Link {
  let socket: Socket | null = null;
  let phase: Phase = 'opening';
  let isEnded = false;
  let nextAttemptAt = 0;

  async function setup(model: ChannelModel): Promise<void> {
    const own = socketOf(model);
    socket = own;
    phase = 'declaring';
    model.on('error', () => {}); // said again by `close`; without a listener it would be thrown
    boundClose(model, own, clock);
    tolerateHeaders(model);
    // Recovery listens for the end only after this function: one that comes earlier would go unheard.
    let ended = null as Error | null;
    model.on('close', (error) => (ended = error ?? new Error('Unexpected close')));
    await on.setup(model);
    if (ended) throw ended;
  }

  const recovering = connect(target.connect, { ...options, recovery: { ...RECOVERY, setup } }).then(
    (model) => {
      model.on('error', () => {});
      model.on('connect', () => {
        phase = 'live';
        if (!isEnded) on.onUp();
      });
      model.on('disconnect', () => {
        if (socket) giveUp(socket);
        if (!isEnded) on.onLost();
      });
      model.on('blocked', (reason: string) => !isEnded && on.onBlocked(reason));
      model.on('unblocked', () => !isEnded && on.onUnblocked());
      model.on('reconnect-scheduled', ({ attempt, delay, error }) => {
        const failedIn = phase;
        phase = 'opening';
        nextAttemptAt = clock.uptime() + delay;
        if (!isEnded) on.onRetry(error, failedIn, attempt, delay);
      });
      return model;
    },
  );

  return {
    isUp: () => phase === 'live' && !isEnded,
    isWaiting: () => clock.uptime() < nextAttemptAt,
    drop: (reason) => socket?.destroy(reason),
    async close() {
      isEnded = true;
      await (await recovering).close();
    },
    destroy() {
      isEnded = true;
      void recovering.then((model) => model.close());
      if (socket) giveUp(socket);
    },
  };
}

/** `TLSv1.3 TLS_AES_256_GCM_SHA384`, or null on a plain line. */
export function tlsOf(model: ChannelModel): string | null {
  const socket = socketOf(model);
  return socket instanceof TLSSocket ? `${socket.getProtocol() ?? 'TLS'} ${socket.getCipher().name}` : null;
}

/** amqplib keeps the socket to itself; we need it to end lines on which nobody answers. */
function socketOf(model: ChannelModel): Socket {
  return (model.connection as unknown as { readonly stream: Socket }).stream;
}

/** With an error, or amqplib would not notice, and its heartbeats would keep the process alive. */
function giveUp(socket: Socket): void {
  socket.destroy(new Error('line given up'));
}

/** amqplib's close waits for the other end without limit, and recovery waits for the close. */
function boundClose(model: ChannelModel, socket: Socket, clock: Clock): void {
  const close = model.close.bind(model);
  model.close = () =>
    new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        giveUp(socket);
        resolve();
      };
      const cancel = clock.after(CLOSE_WITHIN_MS, finish);
      close().then(finish, finish);
    });
}
