/**
 * Names as peers send them. A name is identity and nothing else: never a path, a property or a pattern.
 * AMQP limits a queue name to 255 bytes, so a longer node name cannot belong to a queue that we could address;
 * it is kept apart from others by a hash and cut, so that no peer can make us hold its kilobytes.
 */
import { ProtocolError } from '../protocol-error.js';

const MAX_NAME = 255;
const KEEP = 240;

/** The name to know a sender by. Throws ProtocolError NAME for anything but a text with something in it. */
export function readName(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw new ProtocolError('NAME', 'no usable name');
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
  let end = name.length;
  while (end > 0 && isDigit(name, end - 1)) end -= 1;
  // `.4711` at the end is a process id; digits without a dot belong to the host name.
  const host = end > 1 && end < name.length && name[end - 1] === '.' ? name.slice(0, end - 1) : name;
  const cut = host.indexOf('_');
  const first = cut > 0 && host.indexOf('_', cut + 1) > 0 ? host.slice(0, cut) : host;
  end = first.length;
  while (end > 0 && isDigit(first, end - 1)) end -= 1;
  while (end > 0 && SEPARATORS.includes(first[end - 1]!)) end -= 1;
  return (end === 0 ? first : first.slice(0, end)).slice(0, 60);
}

const SEPARATORS = '-_.: ';
const isDigit = (text: string, index: number): boolean => {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
};
