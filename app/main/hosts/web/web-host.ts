/**
 * The web host: the built page, one WebSocket channel per window, and the contract over plain HTTP, on
 * loopback only. It carries and guards; what is asked is answered by what it is handed.
 */
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import type { Cancel, FrameChannel, ServerFrame } from '../../../shared/contract/frames.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { Log } from '../../ports/log.js';
import { createApiRoute, type Door, MAX_BODY_BYTES, sendJson } from './api-route.js';
import { announceHost, makeDataDir, refuseSecond, takeToken } from './data-dir.js';
import { isForUs, sessionCookie, sessionOf, setSafeHeaders } from './guard.js';
import { type PageKey, plainPage } from './pages.js';
import { createSessions, type Sessions } from './sessions.js';
import { socketChannel } from './socket.js';

export type WebHostOptions = {
  /** Serves the contract over one channel until it closes. */
  attach(channel: FrameChannel<ServerFrame>): Cancel;
  readonly door: Door;
  /** Prometheus text. */
  metrics(): string;
  health(): { readonly ok: boolean; readonly detail: string };
  /** 0 takes any free port. */
  readonly port: number;
  /** False: when the port is taken, the next free one is as good. */
  readonly portIsFixed: boolean;
  /** Null: `token` in the data folder. */
  readonly tokenFile: string | null;
  readonly dataDir: string;
  /** Folder of the built page. */
  readonly staticDir: string;
  readonly log: Log;
};

export type WebHost = {
  /** Where it listens, with a one-time token: lets one browser in. */
  readonly url: string;
  readonly origin: string;
  /** Another such address. */
  freshLink(): string;
  stop(): Promise<void>;
};

const LOOPBACK = '127.0.0.1';
const PORTS_TO_TRY = 20;
const MAX_WINDOWS = 32;

/**
 * Rejects with CONFIG_INVALID when another console runs with this data folder, the port is taken, the
 * page is not built, or others may read the token file.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { dataDir, log } = options;
  if (!existsSync(join(options.staticDir, 'index.html'))) {
    throw new AppError('CONFIG_INVALID', `the page is not built: ${options.staticDir} has no index.html`);
  }
  await makeDataDir(dataDir);
  await refuseSecond(dataDir);
  const tokenFile = resolve(options.tokenFile ?? join(dataDir, 'token'));
  const token = await takeToken(tokenFile);

  const sessions = createSessions(() => performance.now());
  const server = createServer({ requestTimeout: 30_000, maxHeaderSize: 16_384 });
  const port = await listen(server, options.port, options.portIsFixed);
  const origin = `http://${LOOPBACK}:${port}`;

  server.on('request', answerRequests(options, sessions, port, token));
  const stopWindows = acceptWindows(server, options, sessions, port);
  const retract = await announceHost(dataDir, { url: origin, pid: process.pid, tokenFile });
  log.info({ origin }, 'the web host listens');

  const freshLink = (): string => `${origin}/?token=${sessions.issue()}`;
  return {
    url: freshLink(),
    origin,
    freshLink,
    async stop() {
      await retract();
      stopWindows();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerRequests(options: WebHostOptions, sessions: Sessions, port: number, token: string) {
  const api = createApiRoute(options.door, token);
  const files = sirv(options.staticDir, {
    etag: true,
    // File names under assets/ carry a hash of what is inside; everything else is asked for again.
    setHeaders: (response, path) =>
      void response.setHeader(
        'Cache-Control',
        path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache',
      ),
  });

  const route = (request: IncomingMessage, response: ServerResponse): void => {
    setSafeHeaders(response);
    // A target that is no path ('*', 'http://…') is meant for a proxy, which we are not.
    if (!isForUs(request, port) || !request.url?.startsWith('/')) return refuse(request, response);
    const url = new URL(`http://${LOOPBACK}:${port}${request.url}`);
    if (url.pathname.startsWith('/api/')) return void api(request, response, url);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(request, response);
    if (url.pathname === '/healthz') {
      const health = options.health();
      return sendJson(response, health.ok ? 200 : 503, { ...health, pid: process.pid });
    }
    if (url.pathname === '/metrics') {
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
      return void response.end(options.metrics());
    }
    const oneTime = url.searchParams.get('token');
    if (url.pathname === '/' && oneTime !== null && request.method === 'GET') return enter(response, oneTime);
    if (!hasSession(request, sessions, port)) return sendPage(response, 401, 'no-session');
    files(request, response, () => sendPage(response, 404, 'not-found'));
  };

  /** The redirect takes the token out of the address bar and the history. */
  const enter = (response: ServerResponse, oneTime: string): void => {
    const trade = sessions.trade(oneTime);
    if (trade.type !== 'session') return sendPage(response, 401, `token-${trade.type}`);
    response.writeHead(303, { Location: '/', 'Set-Cookie': sessionCookie(port, trade.session) });
    response.end();
  };

  const refuse = (request: IncomingMessage, response: ServerResponse): void => {
    options.log.warn({ host: request.headers.host, origin: request.headers.origin }, 'a request was refused');
    sendPage(response, 403, 'refused');
  };

  return (request: IncomingMessage, response: ServerResponse): void => {
    try {
      route(request, response);
    } catch (error) {
      const wire = options.door.refuse(error, 'http');
      if (!response.headersSent) sendJson(response, 500, wire);
      else response.destroy();
    }
  };
}

/** Upgrades at /socket become channels; everything else that wants to upgrade is turned away unheard. */
function acceptWindows(
  server: Server,
  options: WebHostOptions,
  sessions: Sessions,
  port: number,
): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false,
  });

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refusal = !isForUs(request, port)
      ? '403 Forbidden'
      : request.url !== '/socket'
        ? '404 Not Found'
        : !hasSession(request, sessions, port)
          ? '401 Unauthorized'
          : sockets.clients.size >= MAX_WINDOWS
            ? '503 Service Unavailable'
            : null;
    if (refusal) {
      options.log.warn({ refusal, origin: request.headers.origin }, 'a socket was refused');
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      // A frame that is too large or malformed: ws has closed the socket already, which ends the channel.
      opened.on('error', (error) => options.log.warn({ err: error }, 'a window spoke wrongly'));
      options.attach(socketChannel(opened));
    });
  });
  return () => sockets.clients.forEach((client) => client.terminate());
}

const hasSession = (request: IncomingMessage, sessions: Sessions, port: number): boolean =>
  sessions.has(sessionOf(request, port) ?? '');

function sendPage(response: ServerResponse, status: number, key: PageKey): void {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(plainPage(key));
}

async function listen(server: Server, port: number, isFixed: boolean): Promise<number> {
  const last = port === 0 || isFixed ? port : port + PORTS_TO_TRY;
  for (let candidate = port; candidate <= last; candidate++) {
    if (await binds(server, candidate)) return (server.address() as AddressInfo).port;
  }
  const ports = last === port ? `port ${port} is` : `ports ${port} to ${last} are`;
  throw new AppError('CONFIG_INVALID', `${ports} taken on this machine; choose another with --port`);
}

function binds(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError).once('listening', onListening).listen(port, LOOPBACK);
  });
}
