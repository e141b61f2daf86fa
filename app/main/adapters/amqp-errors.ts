/**
 * From what amqplib, the socket and TLS throw to our codes. The broker's own words are kept as the message;
 * what can be read from them goes into the details. What amqplib swallows is for amqp-probe to find out.
 */
import { AppError } from '../../shared/errors/app-error.js';
import type { ErrorCode } from '../../shared/errors/codes.js';
import type { JsonObject } from '../../shared/lib/json.js';

/** When it happened: before we were signed in, while declaring, or after. */
export type Phase = 'opening' | 'declaring' | 'live';

type RawError = Error & {
  readonly code?: unknown;
  readonly classId?: unknown;
  readonly methodId?: unknown;
  readonly reason?: unknown;
  readonly errors?: readonly Error[];
};

const SYSTEM: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'BUS_UNREACHABLE',
  EHOSTUNREACH: 'BUS_UNREACHABLE',
  ENETUNREACH: 'BUS_UNREACHABLE',
  EHOSTDOWN: 'BUS_UNREACHABLE',
  EADDRNOTAVAIL: 'BUS_UNREACHABLE',
  EACCES: 'BUS_UNREACHABLE',
  EPERM: 'BUS_UNREACHABLE',
  ENOTFOUND: 'BUS_HOST_UNKNOWN',
  EAI_AGAIN: 'BUS_HOST_UNKNOWN',
  EAI_FAIL: 'BUS_HOST_UNKNOWN',
  ETIMEDOUT: 'BUS_TIMEOUT',
  CERT_HAS_EXPIRED: 'BUS_CERT_EXPIRED',
  CERT_NOT_YET_VALID: 'BUS_CERT_EXPIRED',
  ERR_TLS_CERT_ALTNAME_INVALID: 'BUS_CERT_HOST',
  HOSTNAME_MISMATCH: 'BUS_CERT_HOST',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'BUS_CERT_UNTRUSTED',
  SELF_SIGNED_CERT_IN_CHAIN: 'BUS_CERT_UNTRUSTED',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'BUS_CERT_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT: 'BUS_CERT_UNTRUSTED',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'BUS_CERT_UNTRUSTED',
  CERT_SIGNATURE_FAILURE: 'BUS_CERT_UNTRUSTED',
  CERT_CHAIN_TOO_LONG: 'BUS_CERT_UNTRUSTED',
  CERT_REVOKED: 'BUS_CERT_UNTRUSTED',
  CERT_UNTRUSTED: 'BUS_CERT_UNTRUSTED',
  CERT_REJECTED: 'BUS_CERT_UNTRUSTED',
  INVALID_CA: 'BUS_CERT_UNTRUSTED',
  INVALID_PURPOSE: 'BUS_CERT_UNTRUSTED',
  ERR_SSL_WRONG_VERSION_NUMBER: 'BUS_NO_TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'BUS_NO_TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'BUS_NO_TLS',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'BUS_NO_TLS',
};

/** Alerts with which a server refuses our certificate or misses one. */
const CLIENT_CERT =
  /^ERR_SSL_.*ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED|DECRYPT_ERROR)|^ERR_OSSL_/;

/** What OpenSSL says of our own files before anything is sent: it reads the certificate first, then the key. */
const OWN_FILES: readonly (readonly [RegExp, string])[] = [
  [
    /KEY_(VALUES|TYPE)_MISMATCH$/,
    'the client key cannot be used, it does not belong to the client certificate',
  ],
  [
    /BAD_DECRYPT$|BAD_PASSWORD_READ$|INTERRUPTED_OR_CANCELLED$/,
    'the client key cannot be read, its passphrase is wrong or missing',
  ],
  [/^ERR_OSSL_(PEM|ASN1)_/, 'the client certificate cannot be read, it is no PEM certificate'],
  [/^ERR_OSSL_([A-Z0-9]+_)?UNSUPPORTED$/, 'the client key cannot be read, it is no private key in PEM'],
];

const CHANNEL: Readonly<Record<number, ErrorCode>> = {
  403: 'BUS_NO_PERMISSION',
  404: 'BUS_TOPOLOGY_MISMATCH',
  405: 'BUS_NAME_TAKEN',
  406: 'BUS_TOPOLOGY_MISMATCH',
};

/** Our error for a thrown one, or null when only the other end can say what it was (see amqp-probe). */
export function classify(thrown: unknown, phase: Phase): AppError | null {
  if (thrown instanceof AppError) return thrown;
  const raw = (thrown instanceof Error ? thrown : new Error(String(thrown))) as RawError;
  const words = wordsOf(raw);
  const make = (code: ErrorCode, details: JsonObject = {}): AppError =>
    new AppError(code, words, { cause: raw, details });

  if (typeof raw.code === 'string') {
    const code = SYSTEM[raw.code];
    if (code) return make(code);
    const own = phase === 'opening' ? ownFileFault(raw.code) : null;
    if (own !== null) return new AppError('CONFIG_INVALID', `${own} (${words})`, { cause: raw });
    if (CLIENT_CERT.test(raw.code)) return make('BUS_CLIENT_CERT');
  }
  if (/\bETIMEDOUT\b/.test(raw.message)) return make('BUS_TIMEOUT');
  if (/^Handshake terminated by server: |^SASL mechanism /.test(raw.message))
    return make('BUS_ACCESS_REFUSED');
  if (/^Connection closed: /.test(raw.message)) return make('BUS_CLOSED');
  if (typeof raw.code === 'number' && raw.classId !== undefined) {
    const code = CHANNEL[raw.code];
    if (code === 'BUS_NO_PERMISSION') return make(code, permissionOf(words, raw.classId, raw.methodId));
    if (code) return make(code);
  }
  return phase === 'opening' ? null : make('BUS_LOST');
}

function ownFileFault(code: string): string | null {
  if (!code.startsWith('ERR_OSSL_')) return null;
  return OWN_FILES.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

/** What a broker's refusal of the virtual host says; AMQP has one number (530) for all of them. */
export function refusalOf(code: number, words: string): AppError {
  const vhost = /vhost '?([^']*?)'?(?: not found| refused| is down|:|$)/.exec(words)?.[1] ?? null;
  if (/not found/.test(words)) return new AppError('BUS_VHOST_MISSING', words, { details: { vhost } });
  if (/access to vhost .* refused/.test(words) && !/is down|limit/.test(words)) {
    return new AppError('BUS_NO_PERMISSION', words, { details: { kind: 'vhost', name: vhost } });
  }
  if (code === 403) return new AppError('BUS_ACCESS_REFUSED', words);
  return new AppError('BUS_CLOSED', words);
}

/** The text between the quotes where amqplib reports a broker's words, else the message, on one line. */
export function wordsOf(error: Error): string {
  const raw = error as RawError;
  const quoted = /with message "(.*)"$/s.exec(raw.message)?.[1];
  const first = raw.errors?.[0]?.message; // all addresses of a name were tried
  const text = quoted ?? (typeof raw.reason === 'string' ? raw.reason : raw.message || first || raw.name);
  return text.replace(/\s+/g, ' ').trim();
}

/** Which right is missing on what. Newer brokers say it; for older ones the refused method tells. */
function permissionOf(words: string, classId: unknown, methodId: unknown): JsonObject {
  const [, said, kind = null, name = null] =
    /(?:(configure|write|read) )?access to (queue|exchange|topic) '(.*?)' in/.exec(words) ?? [];
  return { permission: said ?? permissionFor(`${String(classId)}.${String(methodId)}`, kind), kind, name };
}

function permissionFor(method: string, kind: string | null): string {
  switch (method) {
    case '60.40': // publish
      return 'write';
    case '60.20': // consume
      return 'read';
    case '50.20': // bind: write to the queue, read from the exchange
      return kind === 'queue' ? 'write' : 'read';
    case '50.10': // declare; with a dead-letter exchange also reading the queue and writing to that exchange
      return kind === 'exchange' ? 'write' : 'configure, or read for its dead letters';
    default:
      return 'configure';
  }
}
