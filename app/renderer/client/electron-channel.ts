/**
 * The channel of the desktop window: frames through what the preload exposes, and nothing else.
 * The main process outlives every window, so this channel never closes under a page that still runs.
 */
import type { Cancel, ClientFrame, FrameChannel } from '../../shared/contract/frames.js';

/** What the preload puts on `window`. */
export type Bridge = {
  send(frame: unknown): void;
  onFrame(handle: (frame: unknown) => void): Cancel;
};

declare global {
  interface Window {
    readonly legionConsole?: Bridge;
  }
}

export function openElectronChannel(bridge: Bridge): FrameChannel<ClientFrame> {
  return {
    send: (frame) => bridge.send(frame),
    onFrame: (handle) => bridge.onFrame(handle),
    onClose: () => () => undefined,
  };
}
