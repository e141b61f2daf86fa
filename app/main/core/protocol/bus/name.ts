/**
 * Names as peers send them. A name is identity and nothing else: never a path, a property or a pattern.
 * AMQP limits a queue name to 255 bytes, so a longer node name cannot belong to a queue that we could address;
 * it is kept apart from others by a hash and cut, so that no peer can make us hold its kilobytes.
 */
import { ProtocolError } from '../protocol-error.js';

const MAX_NAME = 255;
const KEEP = 240;

/** The name to know a sender by. Throws ProtocolError NAME for anything but a non-empty text. */
export function readName(value: unknown): string {
  if (typeof value !== 'string' || value.length === 0) throw new ProtocolError('NAME', 'no usable name');
  return value.length <= MAX_NAME ? value : `${value.slice(0, KEEP)}…${fnv1a(value)}`;
}

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * The prefix by which the Fleet map groups: `c-114` is in `c`, `rack-a-0012` in `rack-a`,
 * and the default name `web01_example_org.4711` (host name with dots as underscores, then the pid) in `web`.
 */
export function groupOf(name: string): string {
  const host = name.replace(/\.\d+$/, '');
  const first = host.split('_').length > 2 ? host.slice(0, host.indexOf('_')) : host;
  const prefix = first.replace(/[\d]+$/, '').replace(/[-_.:\s]+$/, '');
  return (prefix === '' ? first : prefix).slice(0, 60);
}
