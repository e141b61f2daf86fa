/** The StatsReader port on TCP and Unix sockets: connected, read to its end within bounds, closed. Nothing is sent. */
import { createConnection } from 'node:net';
import type { StatsReader } from '../ports/stats-reader.js';

const MAX_BYTES = 4_194_304;
const WITHIN_MS = 3_000;

export const statsReader: StatsReader = {
  read(place) {
    return new Promise((resolve, reject) => {
      const cut = place.lastIndexOf(':');
      const socket = place.startsWith('/')
        ? createConnection({ path: place })
        : createConnection({ host: place.slice(0, cut), port: Number(place.slice(cut + 1)) });
      const parts: Buffer[] = [];
      let bytes = 0;
      const giveUp = (why: string): void => void socket.destroy(new Error(why));
      // Some wait for ever: one that holds a lock answers nobody.
      const timer = setTimeout(giveUp, WITHIN_MS, `no answer within ${WITHIN_MS / 1_000} s`);
      socket.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_BYTES) giveUp(`more than ${MAX_BYTES} bytes`);
        else parts.push(part);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        const text = Buffer.concat(parts).toString('utf8');
        // With `stats-http` it is preceded by a head.
        resolve(text.startsWith('HTTP/') ? text.slice(text.indexOf('\r\n\r\n') + 4) : text);
      });
    });
  },
};
