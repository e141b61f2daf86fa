/** Two ends of a channel in memory: what one sends, the other hears in a later turn, as a copy made of JSON. */
import type { ClientFrame, FrameChannel, ServerFrame } from '../../app/shared/contract/frames.js';

type End<Out> = FrameChannel<Out> & { close(): void };
export type ChannelPair = {
  readonly client: End<ClientFrame>;
  readonly server: End<ServerFrame>;
  /** Every frame that crossed, oldest first. */
  readonly crossed: (ClientFrame | ServerFrame)[];
  /** Says to the server what no client of ours would. */
  inject(frame: unknown): void;
};

export function channelPair(): ChannelPair {
  const crossed: (ClientFrame | ServerFrame)[] = [];
  const hears = { client: new Set<(frame: unknown) => void>(), server: new Set<(frame: unknown) => void>() };
  const closes = new Set<() => void>();
  const deliver = (to: 'client' | 'server', frame: unknown): void => {
    const text = JSON.stringify(frame);
    setImmediate(() => hears[to].forEach((handle) => handle(JSON.parse(text))));
  };
  const end = <Out extends ClientFrame | ServerFrame>(me: 'client' | 'server'): End<Out> => ({
    send: (frame) => {
      crossed.push(frame);
      deliver(me === 'client' ? 'server' : 'client', frame);
    },
    onFrame: (handle) => {
      hears[me].add(handle);
      return () => void hears[me].delete(handle);
    },
    onClose: (handle) => {
      closes.add(handle);
      return () => void closes.delete(handle);
    },
    close: () => closes.forEach((handle) => handle()),
  });
  return {
    client: end('client'),
    server: end('server'),
    crossed,
    inject: (frame) => deliver('server', frame),
  };
}
