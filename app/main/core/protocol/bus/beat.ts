/**
 * Beat: the periodic sign of life, exchange `node`, routing key `status`, type `heartbeat`
 * (lex-node `transport/messages/beat.rb` 0.3.2; both framework generations send the same body).
 *
 * Read by hand rather than by a schema library: this is the one message that comes ten thousand times a second.
 * A test holds it equal to the slow, obvious schema beside it.
 */
import { isJsonObject } from '../../../../shared/lib/json.js';
import type { Envelope } from '../amqp.js';
import { ProtocolError } from '../protocol-error.js';
import { readName } from './name.js';
import { formatRubyTime, parseRubyTime } from './ruby-time.js';

/** Everything any version may leave out is null. Numbers are finite and not negative. */
export type Beat = {
  readonly name: string;
  /** Only where it stands beside a name of its own. */
  readonly hostname: string | null;
  readonly pid: number | null;
  /** By the sender's clock, epoch ms. */
  readonly sentAt: number | null;
  readonly status: string | null;
  readonly version: string | null;
  readonly memoryMb: number | null;
  readonly cpuUserS: number | null;
  readonly cpuSystemS: number | null;
  readonly threads: number | null;
  readonly extensions: number | null;
  readonly uptimeS: number | null;
  readonly workers: number | null;
};

const MAX_WORD = 80;
const MAX_VERSION = 60;
const NO_METRICS: Record<string, unknown> = {};

const refuse = (field: string): never => {
  throw new ProtocolError('SCHEMA', `beat: ${field} has the wrong type`);
};
const textOrNull = (value: unknown, field: string, max: number): string | null => {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') return refuse(field);
  return value.length > max ? `${value.slice(0, max)}…` : value;
};
const measureOrNull = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value < Infinity ? value : null;

/** A parsed body to a Beat. Throws ProtocolError NAME or SCHEMA; a metric that is no number is unknown, not fatal. */
export function readBeat(body: Record<string, unknown>): Beat {
  // Before 0.3.0 the name was the host name, and lex-health reads `hostname`: name, else hostname, else node.
  const name = readName(body.name ?? body.hostname ?? body.node);
  const hasOwnName = body.name !== undefined && body.name !== null;
  const { pid, timestamp, hosted_worker_ids: workers } = body;
  const metrics = body.metrics ?? NO_METRICS;
  if (!isJsonObject(metrics)) return refuse('metrics');
  if (pid !== undefined && pid !== null && !(Number.isSafeInteger(pid) && (pid as number) >= 0))
    refuse('pid');
  return {
    name,
    hostname: hasOwnName ? textOrNull(body.hostname, 'hostname', MAX_WORD) : null,
    pid: (pid as number | null | undefined) ?? null,
    sentAt: typeof timestamp === 'string' ? parseRubyTime(timestamp) : null,
    status: textOrNull(body.status, 'status', MAX_WORD),
    version: textOrNull(body.version, 'version', MAX_VERSION),
    memoryMb: measureOrNull(metrics.memory_rss_mb),
    cpuUserS: measureOrNull(metrics.cpu_user_seconds),
    cpuSystemS: measureOrNull(metrics.cpu_system_seconds),
    threads: measureOrNull(metrics.thread_count),
    extensions: measureOrNull(metrics.loaded_extensions),
    uptimeS: measureOrNull(metrics.uptime_seconds),
    workers: Array.isArray(workers) ? workers.length : null,
  };
}

/** What a node says of itself. */
export type OwnBeat = {
  readonly name: string;
  /** Sent beside `name`, because lex-health wants it; null leaves it out, as Ruby nodes do. */
  readonly hostname: string | null;
  readonly pid: number;
  readonly status: string;
  readonly version: string;
  readonly memoryMb: number;
  readonly cpuUserS: number;
  readonly cpuSystemS: number;
  /** null where the platform does not tell. */
  readonly threads: number | null;
  readonly extensions: number;
  readonly uptimeS: number;
};

const UNASKED = { status: 'unknown', detail: 'not asked by this node' };

/** The envelope of our own beat; `at` is epoch ms. */
export function encodeBeat(beat: OwnBeat, at: number): Envelope {
  const body = {
    name: beat.name,
    ...(beat.hostname === null ? {} : { hostname: beat.hostname }),
    pid: beat.pid,
    timestamp: formatRubyTime(at),
    status: beat.status,
    version: beat.version,
    metrics: {
      memory_rss_mb: beat.memoryMb,
      cpu_user_seconds: beat.cpuUserS,
      cpu_system_seconds: beat.cpuSystemS,
      ...(beat.threads === null ? {} : { thread_count: beat.threads }),
      loaded_extensions: beat.extensions,
      uptime_seconds: beat.uptimeS,
    },
    hosted_worker_ids: [],
    // Ruby asks the broker's management API for these; this node has no business there and says so.
    rabbitmq_cluster: { node_count: UNASKED, quorum_leaders: UNASKED, shovel_links: UNASKED },
  };
  return {
    exchange: 'node',
    routingKey: 'status',
    properties: {
      contentType: 'application/json',
      contentEncoding: 'identity',
      type: 'heartbeat',
      priority: 0,
      deliveryMode: 1,
      expiration: '5000',
      appId: 'legion',
      timestamp: Math.floor(at / 1000),
      headers: { legion_protocol_version: '2.0' },
    },
    body: Buffer.from(JSON.stringify(body), 'utf8'),
  };
}
