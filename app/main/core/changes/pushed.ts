/**
 * A message that changes a node, as a change: `update_settings`, `update_gem` or `message` (lex-node 0.3.2, runner Node).
 * What cannot be taken is told with the reason, so that the sender hears of it.
 */
import type { ReceivedKind } from '../../../shared/domain/received.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import type { Delivery } from '../protocol/amqp.js';
import type { Heard } from '../protocol/bus/decode.js';
import { readWhat, type What } from './what.js';

export type Pushed = {
  readonly kind: ReceivedKind;
  readonly what: What;
  /** Why it cannot be taken, in words for the sender; null: it can. */
  readonly problem: string | null;
};

type HeardFunction = Extract<Heard, { type: 'function' }>;

/** LegionIO merges these over the body; they are no settings. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['function', 'routing_key', 'datetime', 'timestamp']);
const MAX_SHOWN = 120;

/** null: the message changes nothing, or asks for something else. */
export function readPushed({ name, body }: HeardFunction, delivery: Delivery): Pushed | null {
  if (name === 'update_gem') return readGem(body);
  if (name === 'update_settings') return readSettings('settings', body['settings'], body['restart'] === true);
  if (name !== 'message') return null;
  const sections = sectionsOf(body, delivery);
  return Object.keys(sections).length === 0 ? null : readSettings('message', sections, false);
}

function readGem(body: Record<string, unknown>): Pushed {
  const extension = typeof body['extension'] === 'string' ? body['extension'] : '';
  const { version: wanted = null } = body;
  const version = wanted === null || typeof wanted === 'string' ? wanted : '?';
  const reload = body['reload'] !== false;
  const { what, notes } = readWhat({ kind: 'gem', extension, version, reload });
  if (what) return { kind: 'gem', what, problem: null };
  const problem =
    notes[0]?.code === 'gem-version' ? 'not a version of an extension' : 'not a name of an extension';
  // What no version can look like stands there as JSON: a text `none` would read as the newest.
  const isOdd = notes.some(({ code }) => code === 'gem-version');
  const shown = isOdd ? textOf(wanted).slice(0, MAX_SHOWN) : version;
  return {
    ...{ kind: 'gem', problem },
    what: { kind: 'gem', extension: extension.slice(0, MAX_SHOWN), version: shown, reload },
  };
}

function readSettings(kind: 'settings' | 'message', settings: unknown, restart: boolean): Pushed {
  const { what, notes } = readWhat({ kind: 'settings', settings: textOf(settings), restart });
  const nothing: What = { kind: 'settings', settings: {}, restart };
  // As LegionIO does: nothing to do is done.
  if (notes.some(({ code }) => code === 'empty')) return { kind, what: nothing, problem: null };
  if (what) return { kind, what, problem: null };
  const error = notes.find(({ severity }) => severity === 'error');
  const path = error?.facts['path'];
  const where = path === undefined ? '' : ` at ${String(path).slice(0, MAX_SHOWN)}`;
  return {
    kind,
    what: nothing,
    problem: `these settings cannot be taken: ${error?.code ?? 'unreadable'}${where}`,
  };
}

/** Whatever of the body is a section. LegionIO raises at the first key that is none, and at its own headers. */
function sectionsOf(body: Record<string, unknown>, { properties }: Delivery): Record<string, unknown> {
  const headers = properties.headers ?? {};
  return Object.fromEntries(
    Object.entries(body).filter(
      ([key, value]) => isJsonObject(value) && !NOT_SETTINGS.has(key) && !Object.hasOwn(headers, key),
    ),
  );
}

/** JSON text; of something nested too deeply to be written, one that is refused for that. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value ?? null);
  } catch (error) {
    if (error instanceof RangeError) return '['.repeat(1_000);
    throw error;
  }
}
