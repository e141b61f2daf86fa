/**
 * The way to Vault over node:http and node:https: our TLS files, one deadline for the whole exchange, a bound on what is
 * read. Files are read anew for each request, because they rotate: another certificate gets connections of its own.
 * What an answer means, redirects and retries are for others.
 */
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { AppError } from '../../shared/errors/app-error.js';
import type { ErrorCode } from '../../shared/errors/codes.js';
import { visible } from '../../shared/i18n/visible.js';
import type { VaultHttp } from '../ports/vault-http.js';
import { classify, wordsOf } from './amqp-errors.js';

type HttpsVaultOptions = {
  /** PEM files; null for none. Without a CA file the authorities of Node are trusted. */
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly keyPassphrase: string | null;
  /** The name that the certificate must carry, where it is not the host's. */
  readonly serverName: string | null;
  /** False accepts any certificate. */
  readonly verify: boolean;
  /** For the whole exchange; default 10 s. */
  readonly deadlineMs?: number;
};

const DEADLINE_MS = 10_000;
const MAX_BYTES = 1_048_576;
/** A connection that was idle for longer may be closed by the server just as we use it. */
const IDLE_MS = 4_000;
const MAX_WORDS = 200;

/** Which fault of TLS the words of amqp-errors stand for; the catalogue has a sentence for each. */
const TLS_FAULT: Partial<Record<ErrorCode, string>> = {
  BUS_CERT_UNTRUSTED: 'authority',
  BUS_CERT_HOST: 'host',
  BUS_CERT_EXPIRED: 'expired',
  BUS_CLIENT_CERT: 'client',
  BUS_NO_TLS: 'plain',
  CONFIG_INVALID: 'files',
};

export function createHttpsVault(options: HttpsVaultOptions): VaultHttp & { close(): void } {
  const { deadlineMs = DEADLINE_MS } = options;
  // Idle sockets of an agent do not keep the process. A resumed session would show a certificate of yesterday.
  const plain = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  const secure = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS, maxCachedSessions: 0 });

  return {
    async request(origin, { method, path, headers, body }) {
      const { protocol, hostname, port } = new URL(origin);
      const isTls = protocol === 'https:';
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), deadlineMs);
      try {
        const wanted: RequestOptions = {
          ...(isTls && (await tlsOptions(options))),
          agent: isTls ? secure : plain,
          host: hostname.replace(/^\[|\]$/g, ''),
          ...(port !== '' && { port }),
          ...{ method, path, signal: deadline.signal },
          headers: { ...headers, ...(body !== null && { 'Content-Length': Buffer.byteLength(body) }) },
        };
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const outgoing = (isTls ? httpsRequest : httpRequest)(wanted, resolve);
          outgoing.on('error', reject);
          outgoing.end(body);
        });
        return {
          status: response.statusCode ?? 0,
          headers: plainHeaders(response),
          text: await textOf(response),
        };
      } catch (error) {
        if (deadline.signal.aborted)
          throw new AppError('VAULT_TIMEOUT', `no whole answer within ${deadlineMs} ms`);
        throw failureOf(error);
      } finally {
        clearTimeout(timer);
      }
    },

    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

const tlsFault = (name: string, words: string): AppError =>
  new AppError('VAULT_TLS', words, { details: { name } });

async function tlsOptions(options: HttpsVaultOptions): Promise<RequestOptions> {
  const { certFile, keyFile, keyPassphrase, serverName, verify } = options;
  if ((certFile === null) !== (keyFile === null))
    throw tlsFault('files', 'client certificate and client key go together');
  const [ca, cert, key] = await Promise.all([
    readPem(options.caFile, 'the CA file'),
    readPem(certFile, 'the client certificate'),
    readPem(keyFile, 'the client key'),
  ]);
  // OpenSSL takes an empty list of authorities for none given, and would trust all of Node's.
  if (ca !== null && !ca.includes('-----BEGIN ')) throw tlsFault('files', 'the CA file holds no certificate');
  return {
    rejectUnauthorized: verify,
    minVersion: 'TLSv1.2',
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    ...(keyPassphrase !== null && { passphrase: keyPassphrase }),
    ...(serverName !== null && { servername: serverName }),
  };
}

async function readPem(path: string | null, what: string): Promise<string | null> {
  if (path === null) return null;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw tlsFault('files', `${what} cannot be read (${code ?? 'unknown'})`);
  }
}

const plainHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new AppError('VAULT_ANSWER', `an answer of more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without its cause: what node:http throws may carry bytes of the answer. */
function failureOf(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const raw = thrown instanceof Error ? thrown : new Error(String(thrown));
  const words = visible(wordsOf(raw), MAX_WORDS);
  const code = String((raw as { code?: unknown }).code);
  if (code.startsWith('HPE_')) return new AppError('VAULT_ANSWER', `no HTTP answer (${words})`);
  const known = classify(reasonOf(raw), 'opening');
  const fault = known && TLS_FAULT[known.code];
  if (fault) return tlsFault(fault, fault === 'files' ? visible(known.message, MAX_WORDS) : words);
  if (known?.code === 'BUS_TIMEOUT') return new AppError('VAULT_TIMEOUT', words);
  return /^(EPROTO|ERR_(SSL|TLS)_)/.test(code)
    ? tlsFault('other', words)
    : new AppError('VAULT_UNREACHABLE', words);
}

/** What OpenSSL says while we write comes as EPROTO, with its reason in the words only. */
function reasonOf(raw: Error): Error {
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(raw.message)?.[1];
  if (reason === undefined || (raw as { code?: unknown }).code !== 'EPROTO') return raw;
  const code = `ERR_SSL_${reason.toUpperCase().replace(/\W+/g, '_')}`;
  return Object.assign(new Error(raw.message), { code });
}
