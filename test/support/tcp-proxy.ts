/**
 * A line between a client and a server that a test can break: reset, black hole, delay, nobody home. With TLS
 * options it speaks TLS to the client and plain to the server.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

export type TcpProxy = {
  readonly port: number;
  /** Resets every line and refuses new ones. */
  cut(): Promise<void>;
  /** Swallows every byte in both directions; sockets stay open. */
  blackHole(): void;
  /** Holds every chunk back for so long. */
  delay(ms: number): void;
  /** Accepts and carries again, without delay. Lines that were in the hole stay there. */
  restore(): Promise<void>;
  /** Lines opened so far. */
  accepted(): number;
  close(): Promise<void>;
};

export async function startTcpProxy(upstreamPort: number, tls?: TlsOptions): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isHole = false;
  let delayMs = 0;
  let accepted = 0;
  let port = 0;

  function carry(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (isHole || holed.has(from)) return void holed.add(from).add(to);
      if (delayMs === 0) return void to.write(chunk);
      setTimeout(() => to.writable && to.write(chunk), delayMs);
    });
    from.on('close', () => {
      sockets.delete(from);
      if (!holed.has(from)) to.destroy();
    });
    from.on('error', () => {}); // resets are what this is for
    sockets.add(from);
  }
  const holed = new WeakSet<Socket>();

  const onLine = (client: Socket): void => {
    accepted += 1;
    const upstream = createConnection({ port: upstreamPort, host: '127.0.0.1' });
    carry(client, upstream);
    carry(upstream, client);
  };

  let server: Server;
  async function listen(): Promise<void> {
    server = tls ? createTlsServer(tls, onLine) : createServer(onLine);
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : port;
  }

  async function stopListening(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of [...sockets]) {
      if ('resetAndDestroy' in socket && !tls) socket.resetAndDestroy();
      else socket.destroy();
    }
    sockets.clear();
    await closed;
  }

  await listen();
  return {
    port,
    cut: stopListening,
    blackHole() {
      isHole = true;
    },
    delay(ms) {
      delayMs = ms;
    },
    async restore() {
      isHole = false;
      delayMs = 0;
      if (!server.listening) await listen();
    },
    accepted: () => accepted,
    async close() {
      if (server.listening) await stopListening();
    },
  };
}
