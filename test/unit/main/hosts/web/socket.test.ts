import { once } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { socketChannel } from '../../../../../app/main/hosts/web/socket.js';
import type { Api } from '../../../../../app/shared/contract/contract.js';
import { aWebHost } from '../../../../support/web-host.js';
import { MAX_BODY_BYTES } from '../../../../../app/main/hosts/web/api-route.js';

type Host = Awaited<ReturnType<typeof aWebHost>>;

async function open(host: Host, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = host.socket({ origin: host.host.origin, cookie: await host.signIn(), ...headers });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

/** The status with which an upgrade was refused; 101 when it was not. */
function statusOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket
      .on('open', () => resolve(101))
      .on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
}

const nextFrame = async (socket: WebSocket): Promise<unknown> => {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return JSON.parse(data.toString()) as unknown;
};

const link: Partial<Api> = { 'host.link': async () => ({ url: null }) };
const call = (id: number) => JSON.stringify({ type: 'call', id, procedure: 'host.link', input: {} });

describe('a window over a WebSocket', () => {
  it('calls through it', async () => {
    const socket = await open(await aWebHost(link));
    socket.send(call(1));
    expect(await nextFrame(socket)).toEqual({ type: 'result', id: 1, output: { url: null } });
  });

  it('is refused from another site, without an origin, and without a session', async () => {
    const host = await aWebHost(link);
    const { origin } = host.host;
    const cookie = await host.signIn();
    expect(await statusOf(host.socket({ origin: 'https://evil.example', cookie }))).toBe(403);
    expect(await statusOf(host.socket({ origin: `http://localhost:${host.port}`, cookie }))).toBe(403);
    expect(await statusOf(host.socket({ origin: 'null', cookie }))).toBe(403);
    expect(await statusOf(host.socket({ cookie }))).toBe(403);
    expect(await statusOf(host.socket({ origin }))).toBe(401);
    expect(await statusOf(host.socket({ origin, host: `evil.example:${host.port}`, cookie }))).toBe(403);
  });

  it.each(['{', 'hello', Buffer.from([1, 2, 3])])('is closed when it does not speak JSON', async (data) => {
    const socket = await open(await aWebHost(link));
    socket.send(data);
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1007);
  });

  it('is closed when a frame is over 12 MB, and the host lives on', async () => {
    const host = await aWebHost(link);
    const socket = await open(host);
    socket.on('error', () => undefined);
    socket.send(JSON.stringify('x'.repeat(MAX_BODY_BYTES)));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
    const other = await open(host);
    other.send(call(2));
    expect(await nextFrame(other)).toMatchObject({ type: 'result', id: 2 });
  });

  it('ends its streams when it goes', async () => {
    let signal: AbortSignal | null = null;
    const host = await aWebHost({
      'event.watch': async function* (_input, given) {
        signal = given;
        yield { type: 'snapshot', seq: 0, events: [] };
      },
    });
    const socket = await open(host);
    socket.send(JSON.stringify({ type: 'open', id: 1, procedure: 'event.watch', input: {} }));
    await nextFrame(socket);
    socket.terminate();
    await vi.waitUntil(() => signal?.aborted);
  });

  it('is cut off when it does not read what it asked for', () => {
    const sent: string[] = [];
    const terminate = vi.fn();
    const stalled = {
      readyState: 1,
      OPEN: 1,
      bufferedAmount: 0,
      send: (text: string) => sent.push(text),
      terminate,
    };
    const channel = socketChannel(stalled as unknown as WebSocket);
    channel.send({ type: 'close', id: 1 });
    expect(sent).toHaveLength(1);
    stalled.bufferedAmount = 33 * 1024 * 1024;
    channel.send({ type: 'close', id: 1 });
    expect(sent).toHaveLength(1);
    expect(terminate).toHaveBeenCalledOnce();
  });
});
