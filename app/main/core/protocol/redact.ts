/**
 * A foreign message as text that may be shown and logged: secret-looking values masked, cut, no deeper than it is
 * worth reading. What a peer sends may hold passwords in settings; ciphertexts and tokens are nobody's reading either.
 */
import { isJsonObject } from '../../../shared/lib/json.js';
import { looksSecret } from '../../../shared/lib/looks-secret.js';
import { maskText } from '../../../shared/lib/mask-text.js';

const MAX_TEXT = 8_192;
const MAX_VALUE = 300;
const MAX_DEPTH = 8;
const MAX_ITEMS = 60;
const MASK = '•••';

/** JSON text of at most 8 KB. */
export function redact(body: Record<string, unknown>): string {
  const text = JSON.stringify(clean(body, 0), null, 1) ?? '';
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    const masked = maskText(value);
    return masked.length > MAX_VALUE ? `${masked.slice(0, MAX_VALUE)}…` : masked;
  }
  if (Array.isArray(value))
    return depth >= MAX_DEPTH ? '[…]' : value.slice(0, MAX_ITEMS).map((item) => clean(item, depth + 1));
  if (!isJsonObject(value)) return value;
  if (depth >= MAX_DEPTH) return '{…}';
  const entries = Object.entries(value).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key.slice(0, 80),
      looksSecret(key) && item !== null && typeof item !== 'boolean'
        ? maskOf(item, depth)
        : clean(item, depth + 1),
    ]),
  );
}

/** An object under a secret-looking key keeps its shape; its values do not. */
function maskOf(item: unknown, depth: number): unknown {
  if (!isJsonObject(item) || depth >= MAX_DEPTH) return MASK;
  return Object.fromEntries(
    Object.keys(item)
      .slice(0, MAX_ITEMS)
      .map((key) => [key.slice(0, 80), MASK]),
  );
}
