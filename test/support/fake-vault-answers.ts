/**
 * The form of what the fake Vault reads and writes: bodies and their fields, durations, envelopes of answers and errors.
 * Knows nothing of tokens or secrets.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { VaultResponse } from '../../app/main/ports/vault-http.js';
import { Refusal, type Answer, type Broken, type Json, type Operation } from './fake-vault-types.js';

export const MAX_BODY = 32 * 1_048_576;
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const denied = (): Refusal => new Refusal(403, ['permission denied']);
export const bad = (...words: readonly string[]): Refusal => new Refusal(400, words);
export const missing = (): Refusal => new Refusal(404, []);

/** Letters and digits, as tokens and accessors are made of. */
export const chars = (length: number): string =>
  Array.from(randomBytes(length), (byte) => BASE62[byte % BASE62.length]).join('');

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function operationOf(method: string, query: URLSearchParams): Operation {
  if (method === 'GET') return query.get('list') === 'true' ? 'list' : 'read';
  if (method === 'LIST') return 'list';
  if (method === 'POST' || method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (method === 'DELETE') return 'delete';
  throw new Refusal(405, []);
}

export function parseBody(text: string | null): Json {
  if (text === null || text === '') return {};
  if (Buffer.byteLength(text) > MAX_BODY) throw new Refusal(413, ['http: request body too large']);
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch {
    // told below, like any other text that is no object
  }
  throw bad('failed to parse JSON input: not a JSON object');
}

/** A field that must be text where it is there at all; numbers pass as Vault lets them. */
export function textOf(body: Json, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw notA(name, 'string');
}

export function flagOf(body: Json, name: string, otherwise: boolean): boolean {
  const value = body[name] ?? otherwise;
  if (typeof value !== 'boolean') throw notA(name, 'bool');
  return value;
}

export function countOf(body: Json, name: string): number {
  const value = body[name] ?? 0;
  const count = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isInteger(count)) throw notA(name, 'int');
  return count;
}

/** A list of text; Vault also takes one text with commas. */
export function listOf(body: Json, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (typeof value === 'string') return value.split(',').map((part) => part.trim());
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value;
  throw notA(name, '[]string');
}

export function stringsOf(body: Json, name: string): Readonly<Record<string, string>> | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (!isObject(value) || !Object.values(value).every((one) => typeof one === 'string'))
    throw notA(name, 'map[string]string');
  return value as Readonly<Record<string, string>>;
}

/** Seconds of `"90"`, `90`, `"1h30m"`; null where the field is not there. */
export function secondsOf(body: Json, name: string): number | null {
  const value = textOf(body, name);
  if (value === null) return null;
  const seconds = parseSeconds(value);
  if (seconds === null) throw bad(`error converting input for field "${name}": time: invalid duration`);
  if (seconds < 0) throw bad(`${name} must be positive`);
  return seconds;
}

export function parseSeconds(text: string): number | null {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (!/^(\d+(ms|[dhms]))+$/.test(text)) return null;
  const units = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 0.001 };
  const parts = [...text.matchAll(/(\d+)(ms|[dhms])/g)];
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * units[unit as keyof typeof units], 0);
}

/** As Go prints it: `1h0m0s`. */
export function goDuration(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  if (h > 0) return `${h}h${m}m${s}s`;
  return m > 0 ? `${m}m${s}s` : `${s}s`;
}

/** RFC 3339 with nanoseconds, as in every answer. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace(/Z$/, '000001Z');

export const envelope = (id: string, { data, auth, warnings, lease }: Answer, wrap: Json | null): Json => ({
  request_id: id,
  lease_id: wrap ? '' : (lease?.id ?? ''),
  renewable: !wrap && (lease?.renewable ?? false),
  lease_duration: wrap ? 0 : (lease?.durationS ?? 0),
  data: wrap ? null : (data ?? null),
  wrap_info: wrap,
  warnings: warnings && warnings.length > 0 ? warnings : null,
  auth: wrap ? null : (auth ?? null),
});

export const jsonResponse = (
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): VaultResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  text: `${JSON.stringify(body)}\n`,
});

export const noContent: VaultResponse = { status: 204, headers: { 'cache-control': 'no-store' }, text: '' };

export const refusalResponse = ({ status, errors, headers }: Refusal): VaultResponse =>
  jsonResponse(status, { errors }, headers);

const PAGE =
  '<!DOCTYPE html><html><head><title>503</title></head><body>No server is available.</body></html>';

export function brokenResponse(how: Exclude<Broken, 'hang' | 'cut'>): VaultResponse {
  const html = { 'content-type': 'text/html' };
  const json = { 'content-type': 'application/json' };
  switch (how) {
    case 'html':
      return { status: 200, headers: html, text: PAGE };
    case 'html-error':
      return { status: 503, headers: html, text: PAGE };
    case 'not-json':
      return { status: 200, headers: json, text: '{"request_id": "' };
    case 'no-fields':
      return jsonResponse(200, { request_id: randomUUID() });
    case 'no-content':
      return noContent;
    case 'huge':
      return { status: 200, headers: json, text: `{"data":{"x":"${'x'.repeat(MAX_BODY + 1)}"}}` };
  }
}

function notA(name: string, kind: string): Refusal {
  return bad(`error converting input for field "${name}": '' expected type '${kind}'`);
}
