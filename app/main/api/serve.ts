/**
 * Frames in, frames out: serves the contract over one channel, whatever carries it.
 * A stream is pulled: its next item is asked for only after the last was acknowledged, so the window sets
 * the pace and nothing queues up here. Parsing and errors are the door's.
 */
import type { Api } from '../../shared/contract/contract.js';
import {
  type Cancel,
  ClientFrame,
  type FrameChannel,
  type ServerFrame,
} from '../../shared/contract/frames.js';
import { AppError } from '../../shared/errors/app-error.js';
import { assertNever } from '../../shared/lib/assert.js';
import type { Log } from '../ports/log.js';
import { createDoor } from './door.js';

/** Calls and streams that may be open on one channel at a time; a window needs about ten. */
export const MAX_OPEN = 64;

type Work = { readonly abort: AbortController; acknowledge: () => void };

/** Serves until the channel closes or the returned function is called; either gives up all that is open. */
export function serve(api: Api, channel: FrameChannel<ServerFrame>, log: Log): Cancel {
  const door = createDoor(api, log);
  const open = new Map<number, Work>();

  const begin = (frame: { id: number; procedure: string }, run: (work: Work) => Promise<void>): void => {
    const { id, procedure } = frame;
    if (open.has(id)) {
      log.warn({ id, procedure }, 'a frame reused an id that is still open');
      return;
    }
    if (open.size >= MAX_OPEN) {
      const error = new AppError('HOST_REFUSED', `more than ${MAX_OPEN} calls and streams are open`);
      channel.send({ type: 'failure', id, error: door.refuse(error, procedure) });
      return;
    }
    const work: Work = { abort: new AbortController(), acknowledge: () => undefined };
    open.set(id, work);
    run(work)
      .catch((error: unknown) => {
        // What fails because it was given up is nobody's failure.
        if (!work.abort.signal.aborted)
          channel.send({ type: 'failure', id, error: door.refuse(error, procedure) });
      })
      .finally(() => {
        if (open.get(id) === work) open.delete(id);
      });
  };

  const answer =
    (frame: ClientFrame & { type: 'call' }) =>
    async ({ abort }: Work) => {
      const output = await door.call(frame.procedure, frame.input, abort.signal);
      if (!abort.signal.aborted) channel.send({ type: 'result', id: frame.id, output });
    };

  const pump = (frame: ClientFrame & { type: 'open' }) => async (work: Work) => {
    const { signal } = work.abort;
    for await (const output of door.open(frame.procedure, frame.input, signal)) {
      if (signal.aborted) return;
      const acknowledged = new Promise<void>((resolve) => (work.acknowledge = resolve));
      channel.send({ type: 'item', id: frame.id, output });
      await acknowledged;
      if (signal.aborted) return;
    }
    if (!signal.aborted) channel.send({ type: 'close', id: frame.id });
  };

  const giveUp = (id: number): void => {
    const work = open.get(id);
    open.delete(id);
    work?.abort.abort();
    work?.acknowledge();
  };
  const giveUpAll = (): void => [...open.keys()].forEach(giveUp);

  const stopFrames = channel.onFrame((raw) => {
    const parsed = ClientFrame.safeParse(raw);
    if (!parsed.success) {
      log.warn(
        { path: parsed.error.issues[0]?.path.join('.') },
        'a window sent something that is not a frame',
      );
      return;
    }
    const frame = parsed.data;
    switch (frame.type) {
      case 'call':
        return begin(frame, answer(frame));
      case 'open':
        return begin(frame, pump(frame));
      case 'ack':
        return open.get(frame.id)?.acknowledge();
      case 'close':
        return giveUp(frame.id);
      default:
        return assertNever(frame);
    }
  });
  const stopClose = channel.onClose(giveUpAll);

  return () => {
    stopFrames();
    stopClose();
    giveUpAll();
  };
}
