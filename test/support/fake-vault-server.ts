/** The fake Vault over a socket: HTTP or TLS, at a free port of 127.0.0.1, with client certificates where wanted. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { VaultResponse } from '../../app/main/ports/vault-http.js';
import { MAX_BODY } from './fake-vault-answers.js';
import { VaultGone, type ClientCertificate, type FakeVault } from './fake-vault-types.js';

export type ServedVault = {
  readonly origin: string;
  readonly port: number;
  /** Connections open now. */
  connections(): number;
  close(): Promise<void>;
};
export type ServedTls = {
  readonly cert: string;
  readonly key: string;
  /** Asks clients for a certificate of this authority; one of another is no certificate. */
  readonly clientCa?: string;
  /** Lets nobody in without one. */
  readonly demandsClientCert?: boolean;
};

export async function serveFakeVault(
  fake: FakeVault,
  { tls, port = 0 }: { readonly tls?: ServedTls; readonly port?: number } = {},
): Promise<ServedVault> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY + 1) chunks.push(chunk); // one byte more tells that it was too much
    });
    request.on('end', () => {
      try {
        send(response, answer(fake, request, Buffer.concat(chunks).toString('utf8')));
      } catch (error) {
        if (!(error instanceof VaultGone)) return void response.destroy(error as Error);
        if (error.kind === 'cut') request.socket.destroy();
      }
    });
    request.on('error', () => {}); // a client that went away
  };
  const server = tls
    ? createTlsServer(
        {
          cert: tls.cert,
          key: tls.key,
          minVersion: 'TLSv1.2',
          requestCert: tls.clientCa !== undefined,
          rejectUnauthorized: tls.demandsClientCert ?? false,
          ...(tls.clientCa !== undefined && { ca: tls.clientCa }),
        },
        onRequest,
      )
    : createServer(onRequest);
  let open = 0;
  server.on(tls ? 'secureConnection' : 'connection', (socket: TLSSocket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    port: bound,
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}`,
    connections: () => open,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(fake: FakeVault, request: IncomingMessage, text: string): VaultResponse {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const certificate = certificateOf(request);
  return fake.handle({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers,
    body: text === '' ? null : text,
    ...(certificate && { certificate }),
  });
}

/** Only what the listener could check: a stranger's certificate counts as none. */
function certificateOf({ socket }: IncomingMessage): ClientCertificate | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const { subject } = socket.getPeerCertificate();
  const name = subject?.CN;
  return name === undefined ? null : { commonName: String(name) };
}

function send(response: ServerResponse, { status, headers, text }: VaultResponse): void {
  response.writeHead(status, headers);
  response.end(text);
}
