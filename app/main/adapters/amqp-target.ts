/**
 * From our options to what amqplib takes: address, credentials, virtual host, TLS, and the name under which an
 * admin sees our two connections. The password goes in here and comes out nowhere else.
 */
import type { Options, SocketOptions } from 'amqplib';
import { AppError } from '../../shared/errors/app-error.js';

type AmqpTls = {
  readonly ca?: Buffer | string;
  /** Our own certificate and its key, PEM. */
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly passphrase?: string;
  /** The name the certificate must carry, when it is not the host's. */
  readonly serverName?: string;
  /** False accepts any certificate. */
  readonly verify: boolean;
};

export type AmqpOptions = {
  /** amqp: or amqps:, may hold user, password and vhost. */
  readonly url: string;
  /** Win over those in the address. */
  readonly user?: string;
  readonly password?: string;
  /** Default 5. */
  readonly heartbeatS?: number;
  /** The broker's list shows it with ` publish` and ` consume`. */
  readonly connectionName: string;
  readonly product: string;
  readonly version: string;
  readonly tls?: AmqpTls;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
};

export type AmqpTarget = {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
  readonly connectTimeoutMs: number;
  readonly connect: Options.Connect;
  /** TLS part of the socket's options; empty for plain. */
  readonly tls: SocketOptions;
};

/** @throws AppError CONFIG_INVALID, without quoting the address: it may hold a password */
export function toTarget(options: AmqpOptions): AmqpTarget {
  const url = URL.canParse(options.url) ? new URL(options.url) : null;
  if (!url || (url.protocol !== 'amqp:' && url.protocol !== 'amqps:') || url.hostname === '') {
    throw new AppError('CONFIG_INVALID', 'the address of the bus must look like amqp://host:5672/vhost');
  }
  const isTls = url.protocol === 'amqps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (isTls ? 5671 : 5672);
  const isNamed = url.username !== '' || url.password !== '';
  const user = options.user ?? (isNamed ? decode(url.username) : 'guest');
  const password = options.password ?? (isNamed ? decode(url.password) : 'guest');
  const vhost = decode(url.pathname.slice(1)) || '/';
  return {
    host,
    port,
    isTls,
    user,
    password,
    vhost,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    connect: {
      protocol: isTls ? 'amqps' : 'amqp',
      hostname: host,
      port,
      username: user,
      password,
      vhost: encodeURIComponent(vhost), // amqplib decodes it once more
      heartbeat: options.heartbeatS ?? 5,
    },
    tls: isTls ? tlsOptions(options.tls ?? { verify: true }) : {},
  };
}

/** Socket options of one of our connections; `role` tells them apart in the broker's list. */
export function socketOptions(target: AmqpTarget, options: AmqpOptions, role: string): SocketOptions {
  return {
    ...target.tls,
    timeout: target.connectTimeoutMs,
    noDelay: true,
    keepAlive: true,
    clientProperties: {
      product: options.product,
      version: options.version,
      connection_name: `${options.connectionName} ${role}`,
    },
  };
}

function tlsOptions({ ca, cert, key, passphrase, serverName, verify }: AmqpTls): SocketOptions {
  return {
    rejectUnauthorized: verify,
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
