/** What the page gets of the main process: frames out, frames in, and nothing of Electron itself. */
import { FRAME, HELLO } from './channel-names.js';

type IpcRenderer = {
  send(channel: string, frame?: unknown): void;
  on(channel: string, handle: (event: unknown, frame: unknown) => void): unknown;
  removeListener(channel: string, handle: (event: unknown, frame: unknown) => void): unknown;
};

export function makeBridge(ipc: IpcRenderer) {
  ipc.send(HELLO);
  return {
    send: (frame: unknown): void => ipc.send(FRAME, frame),
    onFrame(handle: (frame: unknown) => void): () => void {
      // The event itself stays here: it holds the sender, with which a page could do more than we mean.
      const listen = (_event: unknown, frame: unknown): void => handle(frame);
      ipc.on(FRAME, listen);
      return () => void ipc.removeListener(FRAME, listen);
    },
  };
}
