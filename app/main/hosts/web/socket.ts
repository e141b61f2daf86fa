/** One WebSocket as a channel of frames. A client that does not read is cut off before it costs memory. */
import type { WebSocket } from 'ws';
import type { FrameChannel, ServerFrame } from '../../../shared/contract/frames.js';

/** Streams are pulled, so only calls answered faster than they are read can pile up here. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
/** Sent to whoever speaks something that is not JSON text. */
const INVALID_DATA = 1007;

export function socketChannel(socket: WebSocket): FrameChannel<ServerFrame> {
  return {
    send(frame) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
      else socket.send(JSON.stringify(frame));
    },
    onFrame(handle) {
      const listen = (data: Buffer, isBinary: boolean): void => {
        const frame = isBinary ? undefined : parse(data);
        if (frame === undefined) socket.close(INVALID_DATA);
        else handle(frame);
      };
      socket.on('message', listen);
      return () => void socket.off('message', listen);
    },
    onClose(handle) {
      socket.on('close', handle);
      return () => void socket.off('close', handle);
    },
  };
}

function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
