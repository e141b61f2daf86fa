/**
 * Frames over Electron's IPC. Each document that loads says hello once (its preload does), which ends the
 * channel of the document before it and begins its own. What comes from any other frame is not heard.
 */
import type { Cancel, FrameChannel, ServerFrame } from '../../../shared/contract/frames.js';
import type { Log } from '../../ports/log.js';
import { FRAME, HELLO } from './channel-names.js';
import { isOwnFrame, type SenderFrame } from './origin.js';

/** The parts of Electron's objects that are used here. */
type IpcEvent = { readonly senderFrame: SenderFrame; readonly sender: Sender };
type Sender = {
  readonly id: number;
  send(channel: string, frame: unknown): void;
  isDestroyed(): boolean;
  once(event: 'destroyed', handle: () => void): unknown;
};
type Ipc = { on(channel: string, handle: (event: IpcEvent, frame?: unknown) => void): unknown };

type Open = { deliver(frame: unknown): void; close(): void };

/** Listens for windows; `attach` serves the contract over one channel until it closes. */
export function acceptWindows(
  ipc: Ipc,
  attach: (channel: FrameChannel<ServerFrame>) => Cancel,
  log: Log,
): void {
  const open = new Map<number, Open>();
  const close = (id: number): void => {
    open.get(id)?.close();
    open.delete(id);
  };
  const isOurs = (event: IpcEvent): boolean => {
    if (isOwnFrame(event.senderFrame)) return true;
    log.warn({ url: event.senderFrame?.url ?? null }, 'a message from a foreign frame was refused');
    return false;
  };

  ipc.on(HELLO, (event) => {
    if (!isOurs(event)) return;
    const { sender } = event;
    if (!open.has(sender.id)) sender.once('destroyed', () => close(sender.id));
    close(sender.id);
    const { channel, ...ends } = channelTo(sender);
    open.set(sender.id, ends);
    attach(channel);
  });
  ipc.on(FRAME, (event, frame) => {
    if (isOurs(event)) open.get(event.sender.id)?.deliver(frame);
  });
}

function channelTo(sender: Sender): Open & { channel: FrameChannel<ServerFrame> } {
  const frames = new Set<(frame: unknown) => void>();
  const closes = new Set<() => void>();
  let isOpen = true;
  return {
    channel: {
      send(frame) {
        if (isOpen && !sender.isDestroyed()) sender.send(FRAME, frame);
      },
      onFrame(handle) {
        frames.add(handle);
        return () => void frames.delete(handle);
      },
      onClose(handle) {
        closes.add(handle);
        return () => void closes.delete(handle);
      },
    },
    deliver: (frame) => frames.forEach((handle) => handle(frame)),
    close() {
      isOpen = false;
      closes.forEach((handle) => handle());
    },
  };
}
