/**
 * The channel of a browser: frames as JSON over one WebSocket to the host that served the page.
 * It closes and stays closed; whoever opened it decides whether to open another.
 */
import type { ClientFrame, FrameChannel } from '../../shared/contract/frames.js';

/** Resolves once open. Rejects when the host is away, or no longer knows this browser's session. */
export function openWebChannel(address: string = socketAddress()): Promise<FrameChannel<ClientFrame>> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address);
    socket.onerror = () => reject(new Error('the console cannot be reached'));
    socket.onopen = () => {
      resolve({
        send: (frame) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
        },
        onFrame: (handle) => {
          const listen = (event: MessageEvent) => handle(JSON.parse(String(event.data)));
          socket.addEventListener('message', listen);
          return () => socket.removeEventListener('message', listen);
        },
        onClose: (handle) => {
          socket.addEventListener('close', handle);
          return () => socket.removeEventListener('close', handle);
        },
      });
    };
  });
}

const socketAddress = (): string => `ws://${location.host}/socket`;
