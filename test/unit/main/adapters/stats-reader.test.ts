/** The stats server of a uWSGI over real sockets: read to its end, within bounds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { statsReader } from '../../../../app/main/adapters/stats-reader.js';

const open: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  open.splice(0).forEach((server) => server.close());
});

/** Until so many are set: its time limit, and once connected the wait for its first word. */
const timers = async (count: number): Promise<void> => {
  while (vi.getTimerCount() !== count) await immediate();
};

const serve = async (answer: (socket: Socket) => void, path?: string): Promise<string> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(path ?? { host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  return typeof address === 'string' ? address : `127.0.0.1:${address?.port}`;
};

describe('a stats server', () => {
  it('is read to its end over TCP, and over a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'legion-stats-'));
    try {
      const speak = (socket: Socket) => {
        socket.write('{"legions"');
        socket.end(':[]}');
      };
      expect(await statsReader.read(await serve(speak))).toBe('{"legions":[]}');
      expect(await statsReader.read(await serve(speak, join(folder, 's.sock')))).toBe('{"legions":[]}');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('may speak HTTP before it says what it has to say', async () => {
    const place = await serve((socket) => socket.end('HTTP/1.0 200 OK\r\nA: b\r\n\r\n{"a":1}'));
    expect(await statsReader.read(place)).toBe('{"a":1}');
  });
  it('that waits for a request gets one after a moment of silence, and the next time at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const place = await serve((socket) =>
      socket.once('data', (request) => {
        const isGet = request.toString() === 'GET / HTTP/1.0\r\n\r\n';
        socket.end(`HTTP/1.0 200 OK\r\n\r\n{"isGet":${isGet}}`);
      }),
    );
    const first = statsReader.read(place);
    await timers(2);
    vi.advanceTimersByTime(1_000);
    expect(await first).toBe('{"isGet":true}');
    expect(await statsReader.read(place)).toBe('{"isGet":true}');
  });
  it('that speaks by itself hears nothing, so that its hanging up loses nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let heard = 0;
    let theirs: Socket | undefined;
    const place = await serve((socket) => {
      theirs = socket.on('data', ({ length }) => (heard += length));
    });
    const reading = statsReader.read(place);
    await timers(2);
    while (!theirs) await immediate();
    theirs.write('{"legions"');
    await timers(1);
    vi.advanceTimersByTime(1_000);
    theirs.end(':[]}');
    expect(await reading).toBe('{"legions":[]}');
    expect(heard).toBe(0);
  });
  it('that says too much is cut off', async () => {
    const place = await serve((socket) => {
      const more = (): void => void (socket.writable && socket.write('x'.repeat(1_000_000), more));
      more();
    });
    await expect(statsReader.read(place)).rejects.toThrow('more than 8388608 bytes');
  });
  it('that is not there fails with the words of the system', async () => {
    await expect(statsReader.read('127.0.0.1:1')).rejects.toThrow('ECONNREFUSED');
    await expect(statsReader.read('/run/there-is-none.sock')).rejects.toThrow('ENOENT');
  });
});
