/**
 * The typed client: calls and streams of the contract over any channel.
 * A stream's next item is asked for only when the last was dealt with, so a page sets its own pace.
 * Opening a channel is beside it; opening streams again after a loss is the stores' business.
 */
import type { CallName, In, Out, StreamName } from '../../shared/contract/contract.js';
import {
  type Cancel,
  type ClientFrame,
  type FrameChannel,
  ServerFrame,
} from '../../shared/contract/frames.js';
import { AppError } from '../../shared/errors/app-error.js';
import { fromWireError } from '../../shared/errors/wire.js';
import { assertNever } from '../../shared/lib/assert.js';

export type Watcher<T> = {
  /** The next item is asked for after this has returned, or what it returned has resolved. */
  onItem(item: T): void | Promise<void>;
  /** Called once, unless cancelled: null when the stream ended by itself. */
  onEnd(error: AppError | null): void;
};

export type Client = {
  /** Rejects with AppError: the console's own, CONSOLE_NOT_RUNNING when the channel is lost, or the signal's reason. */
  call<K extends CallName>(name: K, input: In<K>, signal?: AbortSignal): Promise<Out<K>>;
  watch<K extends StreamName>(name: K, input: In<K>, watcher: Watcher<Out<K>>): Cancel;
  /** Told once when the channel is gone; at once when it already is. */
  onLost(handle: () => void): Cancel;
};

type Waiting = {
  readonly onOutput: (output: unknown) => void;
  readonly onEnd: (error: AppError | null) => void;
};

export function connect(channel: FrameChannel<ClientFrame>): Client {
  const waiting = new Map<number, Waiting>();
  const lostHandlers = new Set<() => void>();
  let nextId = 0;
  let isLost = false;

  const lost = () => new AppError('CONSOLE_NOT_RUNNING', 'the channel to the console is closed');

  const start = (frame: (id: number) => ClientFrame, handlers: (id: number) => Waiting): number => {
    const id = nextId++;
    const entry = handlers(id);
    if (isLost) queueMicrotask(() => entry.onEnd(lost()));
    else {
      waiting.set(id, entry);
      channel.send(frame(id));
    }
    return id;
  };

  const giveUp = (id: number): void => {
    if (waiting.delete(id) && !isLost) channel.send({ type: 'close', id });
  };
  const end = (id: number, error: AppError | null): void => {
    const entry = waiting.get(id);
    waiting.delete(id);
    entry?.onEnd(error);
  };

  channel.onFrame((raw) => {
    const parsed = ServerFrame.safeParse(raw);
    if (!parsed.success) return;
    const frame = parsed.data;
    switch (frame.type) {
      case 'result':
      case 'item':
        return waiting.get(frame.id)?.onOutput(frame.output);
      case 'failure':
        return end(frame.id, fromWireError(frame.error));
      case 'close':
        return end(frame.id, null);
      default:
        return assertNever(frame);
    }
  });
  channel.onClose(() => {
    if (isLost) return;
    isLost = true;
    for (const id of [...waiting.keys()]) end(id, lost());
    for (const handle of lostHandlers) handle();
  });

  return {
    call(name, input, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const onAbort = () => {
          giveUp(id);
          reject(signal?.reason as Error);
        };
        const id = start(
          (id) => ({ type: 'call', id, procedure: name, input }),
          (id) => ({
            onOutput: (output) => {
              waiting.delete(id);
              signal?.removeEventListener('abort', onAbort);
              resolve(output as Out<typeof name>);
            },
            onEnd: (error) => {
              signal?.removeEventListener('abort', onAbort);
              reject(error ?? lost());
            },
          }),
        );
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },

    watch(name, input, watcher) {
      const take = async (id: number, output: unknown): Promise<void> => {
        try {
          await watcher.onItem(output as Out<typeof name>);
        } catch (cause) {
          if (!waiting.has(id)) return;
          giveUp(id);
          watcher.onEnd(new AppError('INTERNAL', 'an item could not be used', { cause }));
          return;
        }
        if (waiting.has(id)) channel.send({ type: 'ack', id });
      };
      let cancelled = false;
      const id = start(
        (id) => ({ type: 'open', id, procedure: name, input }),
        (id) => ({
          onOutput: (output) => void take(id, output),
          onEnd: (error) => {
            if (!cancelled) watcher.onEnd(error);
          },
        }),
      );
      return () => {
        cancelled = true;
        giveUp(id);
      };
    },

    onLost(handle) {
      if (isLost) queueMicrotask(handle);
      lostHandlers.add(handle);
      return () => void lostHandlers.delete(handle);
    },
  };
}
