/**
 * A delivery from exchange `node` or from our own queue, to one decoded and schema-checked message.
 * Bytes in, value out or ProtocolError; no clock, no state. Follows LegionIO's order of decoding, but kinder:
 * content types with parameters and in any case are read, and an absent one is taken for JSON.
 */
import { isJsonObject } from '../../../../shared/lib/json.js';
import { decryptClusterText, isModernText, type ClusterKey } from '../../crypto/cluster-cipher.js';
import type { Delivery } from '../amqp.js';
import { ProtocolError } from '../protocol-error.js';
import { readBeat, type Beat } from './beat.js';
import { FUNCTIONS, isFunctionName, UpdateResult, type FunctionName } from './messages.js';

/** Real messages are below 4 KB; more than this is refused before any parse. */
export const MAX_BODY_BYTES = 65_536;
/** What is sent to us alone may be settings: as much as a Ruby node takes (`transport.max_payload_bytes`). */
const MAX_DIRECT_BYTES = 1_048_576;

export type Heard =
  | { readonly type: 'beat'; readonly beat: Beat; readonly body: Record<string, unknown> }
  | { readonly type: 'result'; readonly result: UpdateResult; readonly body: Record<string, unknown> }
  | {
      readonly type: 'function';
      readonly name: FunctionName;
      readonly body: Record<string, unknown>;
      /** Which of our keys opened it (0: the present secret), or null: it was not encrypted. */
      readonly keyIndex: number | null;
      /** The sender reads the newer cipher forms: its transport says its version (1.4.29 and newer), or it used them. */
      readonly isModern: boolean;
    };

/** Throws ProtocolError; the code says which step refused. `keys`: newest first, none while no cluster secret is held. */
export function decodeDelivery(delivery: Delivery, keys: readonly ClusterKey[]): Heard {
  const { body, properties } = delivery;
  const limit = delivery.exchange === '' ? MAX_DIRECT_BYTES : MAX_BODY_BYTES;
  if (body.length > limit) throw new ProtocolError('TOO_LARGE', `body of ${body.length} bytes`);
  const encoding = properties.contentEncoding;
  const encrypted = encoding === 'encrypted/cs';
  if (encoding === 'encrypted/pk') throw new ProtocolError('CONTENT_ENCODING', 'encrypted/pk has no reader');
  checkContentType(properties.contentType);
  const opened = encrypted ? open(delivery, keys) : { body: parseObject(body, encoding), keyIndex: null };
  const parsed = opened.body;
  // A header called `function` counts more than the body's (LegionIO merges headers over the body).
  const header = properties.headers?.function;
  const name = typeof header === 'string' ? header : parsed.function;
  if (name === undefined || name === null) return decodeWithoutFunction(delivery, parsed);
  if (typeof name !== 'string') throw new ProtocolError('SCHEMA', 'function is not a text');
  if (!isFunctionName(name)) throw new ProtocolError('UNKNOWN_FUNCTION', 'a function that nodes do not have');
  const checked = FUNCTIONS[name].schema.safeParse(parsed);
  if (!checked.success) {
    const path = checked.error.issues[0]?.path.join('.') ?? '';
    throw new ProtocolError('SCHEMA', `${name}: ${path} is missing or has the wrong type`);
  }
  return {
    type: 'function',
    name,
    body: parsed,
    keyIndex: opened.keyIndex,
    isModern: isModern(delivery, parsed),
  };
}

function isModern({ properties, body }: Delivery, parsed: Record<string, unknown>): boolean {
  if (typeof properties.headers?.['x-legion-version'] === 'string') return true;
  if (properties.contentEncoding === 'encrypted/cs') return body.subarray(0, 4).toString('latin1') === 'gcm:';
  return typeof parsed.message === 'string' && isModernText(parsed.message);
}

function decodeWithoutFunction(delivery: Delivery, body: Record<string, unknown>): Heard {
  if (delivery.routingKey === 'status' || delivery.properties.type === 'heartbeat') {
    return { type: 'beat', beat: readBeat(body), body };
  }
  if (body.action !== undefined || delivery.routingKey.endsWith('.update_result')) {
    const checked = UpdateResult.safeParse(body);
    if (!checked.success)
      throw new ProtocolError('SCHEMA', 'update result: a field is missing or has the wrong type');
    return { type: 'result', result: checked.data, body };
  }
  throw new ProtocolError('NO_FUNCTION', 'the message names no function');
}

/** With the first key that makes an object of it: under a wrong key CBC may end in bytes instead of an error. */
function open(
  { body, properties }: Delivery,
  keys: readonly ClusterKey[],
): { body: Record<string, unknown>; keyIndex: number } {
  const iv = properties.headers?.iv;
  if (typeof iv !== 'string') throw new ProtocolError('NO_IV', 'encrypted message without an IV header');
  if (keys.length === 0)
    throw new ProtocolError('NO_SECRET', 'encrypted message, and we hold no cluster secret');
  const text = body.toString('latin1');
  for (const [keyIndex, key] of keys.entries()) {
    try {
      return { body: parseObject(decryptClusterText(key, text, iv), undefined), keyIndex };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  throw new ProtocolError('CIPHER', 'cannot be read with our cluster secret');
}

function checkContentType(contentType: string | undefined): void {
  if (contentType === undefined || contentType === 'application/json') return;
  const bare = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (bare !== 'application/json') throw new ProtocolError('CONTENT_TYPE', 'not application/json');
}

/** LegionIO ignores encodings it does not know and reads the body as it is; that one is named when this fails. */
function parseObject(bytes: Buffer, encoding: string | undefined): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    const isPlain = encoding === undefined || encoding === '' || encoding === 'identity';
    if (!isPlain) throw new ProtocolError('CONTENT_ENCODING', 'not JSON, in an encoding nobody reads');
    throw new ProtocolError('NOT_JSON', 'the body is not JSON');
  }
  if (!isJsonObject(parsed)) throw new ProtocolError('NOT_OBJECT', 'the body is JSON but not an object');
  return parsed;
}
