/**
 * The StatsReader port on TCP and Unix sockets: connected, read to its end within bounds, closed. A stats server speaks
 * at once, but with `stats-http` it waits for a request: it gets one after a moment of silence, and at once when it asked
 * for one before. Others get none: they hang up without reading it, and what was still on its way would be lost.
 */
import { createConnection } from 'node:net';
import type { StatsReader } from '../ports/stats-reader.js';

/** uWSGI lists each of its cores: eight processes of a thousand are 2 MB. */
const MAX_BYTES = 8_388_608;
const WITHIN_MS = 3_000;
const SILENT_MS = 400;
const REQUEST = 'GET / HTTP/1.0\r\n\r\n';

/** Places that spoke HTTP when they were read last. */
const askedFirst = new Set<string>();

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
      let asking: NodeJS.Timeout | undefined;
      const wasHttp = askedFirst.delete(place);
      socket.on('connect', () => {
        if (wasHttp) socket.write(REQUEST);
        else asking = setTimeout(() => void socket.write(REQUEST), SILENT_MS);
      });
      socket.on('data', (part: Buffer) => {
        clearTimeout(asking);
        bytes += part.length;
        if (bytes > MAX_BYTES) giveUp(`more than ${MAX_BYTES} bytes`);
        else parts.push(part);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        clearTimeout(asking);
        const text = Buffer.concat(parts).toString('utf8');
        const isHttp = text.startsWith('HTTP/');
        if (isHttp) askedFirst.add(place);
        // Its head comes before what it says.
        resolve(isHttp ? text.slice(text.indexOf('\r\n\r\n') + 4) : text);
      });
    });
  },
};
