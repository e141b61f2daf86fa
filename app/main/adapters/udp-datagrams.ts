/** The Datagrams port on UDP over IPv4, shared addresses allowed, as uWSGI opens it. */
import { createSocket } from 'node:dgram';
import { AppError } from '../../shared/errors/app-error.js';
import type { ErrorCode } from '../../shared/errors/codes.js';
import type { Datagrams } from '../ports/datagrams.js';

const MULTICAST = /^(?:22[4-9]|23\d)\./;
/** Room for a burst while the process is busy. */
const RECEIVE_BYTES = 1_048_576;

export const udpDatagrams: Datagrams = {
  open({ address, port, interface: via }, { onPacket, onError }) {
    return new Promise((resolve, reject) => {
      const isGroup = MULTICAST.test(address);
      const isBroadcast = address === '255.255.255.255';
      // Sharing a port is for multicast only: two unicast sockets on one port would steal each other's packets.
      const socket = createSocket({ type: 'udp4', reuseAddr: isGroup || isBroadcast });
      let isOpen = false;
      socket.on('error', (error) => {
        if (isOpen) return onError(error);
        socket.close();
        reject(refusal(error));
      });
      socket.on('message', onPacket);
      socket.bind({ port, address: isGroup || isBroadcast || address === '' ? '0.0.0.0' : address }, () => {
        try {
          if (isBroadcast) socket.setBroadcast(true);
          if (isGroup) {
            if (via === '') socket.addMembership(address);
            else {
              socket.addMembership(address, via);
              socket.setMulticastInterface(via);
            }
            socket.setMulticastLoopback(true);
            socket.setMulticastTTL(1);
          }
        } catch (error) {
          socket.close();
          return reject(refusal(error instanceof Error ? error : new Error(String(error)), isGroup));
        }
        try {
          socket.setRecvBufferSize(RECEIVE_BYTES);
        } catch {
          // The system's own size has to do.
        }
        isOpen = true;
        let pending = 0;
        let onSettled = (): void => undefined;
        resolve({
          send(bytes, to) {
            if (!isOpen) return;
            pending += 1;
            socket.send(bytes, to.port, to.host, (error) => {
              pending -= 1;
              if (error && isOpen) onError(error);
              if (pending === 0) onSettled();
            });
          },
          async close() {
            if (!isOpen) return;
            isOpen = false;
            // A socket that is closed drops what still waits for its address.
            if (pending > 0) await settled((done) => (onSettled = done));
            socket.close();
          },
        });
      });
    });
  },
};

/** Or not for longer than a name may take to be looked up. */
const settled = (listen: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, SETTLE_MS);
    listen(() => {
      clearTimeout(timer);
      resolve();
    });
  });
const SETTLE_MS = 1_000;

const REFUSALS: Readonly<Record<string, ErrorCode>> = {
  EADDRINUSE: 'LEGION_PORT',
  EACCES: 'LEGION_FORBIDDEN',
  EPERM: 'LEGION_FORBIDDEN',
};

function refusal(error: Error, isGroup = false): AppError {
  const { code } = error as NodeJS.ErrnoException;
  if (isGroup) return new AppError('LEGION_MULTICAST', error.message, { cause: error });
  return new AppError(REFUSALS[code ?? ''] ?? 'LEGION_ADDRESS', error.message, { cause: error });
}
