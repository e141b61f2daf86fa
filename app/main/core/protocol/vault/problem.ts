/**
 * Why something asked of Vault did not come: one union, each code with its kind, whether it can pass, how long the
 * server wants us to wait, and the server's words, cleaned. Never a header, a body, or anything secret that was sent.
 * What to do about it is the caller's business.
 */
import { AppError } from '../../../../shared/errors/app-error.js';
import { isRetryable } from '../../../../shared/errors/codes.js';
import { visible } from '../../../../shared/i18n/visible.js';
import { isJsonObject } from '../../../../shared/lib/json.js';
import { maskText } from '../../../../shared/lib/mask-text.js';

/** What came over HTTP; header names in lower case. */
export type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

const KIND_OF = {
  VAULT_UNREACHABLE: 'unreachable',
  VAULT_TIMEOUT: 'timeout',
  VAULT_TLS: 'tls',
  VAULT_ANSWER: 'no-vault',
  VAULT_REDIRECT: 'redirect',
  VAULT_SEALED: 'sealed',
  VAULT_STANDBY: 'standby',
  VAULT_NO_ACTIVE: 'standby',
  VAULT_DR: 'dr',
  VAULT_REMOVED: 'removed',
  VAULT_UNINITIALISED: 'uninitialised',
  /** No token, a dead one, or a policy: a look at the token itself tells. */
  VAULT_DENIED: 'denied',
  VAULT_NAMESPACE: 'denied',
  /** Nothing is wrong with any token: there was none yet. */
  VAULT_LOGIN: 'login',
  VAULT_POLICY: 'policy',
  VAULT_MISSING: 'missing',
  VAULT_DELETED: 'missing',
  VAULT_INVALID: 'invalid',
  VAULT_METHOD: 'invalid',
  /** Refused by us, nothing was sent. */
  VAULT_TOKEN: 'invalid',
  VAULT_PATH: 'invalid',
  /** What should be in a file cannot be read. */
  VAULT_FILE: 'file',
  VAULT_LIMITED: 'limited',
  VAULT_LEASES: 'limited',
  VAULT_BEHIND: 'server',
  VAULT_UPSTREAM: 'server',
  VAULT_FAILED: 'server',
  /** Of a wrapping token: somebody may have opened it before us. */
  VAULT_WRAPPING: 'wrapping',
} as const;

export type VaultCode = keyof typeof KIND_OF;
type Circumstances = {
  /** Null when nothing came. */
  readonly status: number | null;
  /** As the server asks, in bounds; null when it does not. */
  readonly retryAfterMs: number | null;
  /** Of the server or of what failed: one line, at most 200 characters. */
  readonly words: string;
  /** Which fault of TLS, for the catalogue. */
  readonly fault: string | null;
};
export type VaultProblem = {
  readonly [C in VaultCode]: Circumstances & {
    readonly code: C;
    readonly kind: (typeof KIND_OF)[C];
    readonly canPass: boolean;
  };
}[VaultCode];

const MAX_WORDS = 200;
const MAX_RETRY_AFTER_MS = 300_000;

export function vaultProblem(code: VaultCode, over: Partial<Circumstances> = {}): VaultProblem {
  const circumstances = { status: null, retryAfterMs: null, words: '', fault: null, ...over };
  // The compiler does not follow the pairing of code and kind through the table.
  return { code, kind: KIND_OF[code], canPass: isRetryable(code), ...circumstances } as VaultProblem;
}

/** A lookup of the token has shown that it lives: then a refusal is a policy's. */
export const asPolicy = ({ status, words }: VaultProblem): VaultProblem =>
  vaultProblem('VAULT_POLICY', { status, words });

/** Anything but an error of Vault's transport is thrown on: it is a bug. */
export function problemOfThrown(thrown: unknown): VaultProblem {
  if (!(thrown instanceof AppError) || !isVaultCode(thrown.code)) throw thrown;
  const { name } = thrown.details;
  return vaultProblem(thrown.code, {
    words: cleanWords(thrown.message),
    fault: typeof name === 'string' ? name : null,
  });
}

const isVaultCode = (code: string): code is VaultCode => Object.hasOwn(KIND_OF, code);

export const toAppError = ({ code, words, status, retryAfterMs, fault }: VaultProblem): AppError =>
  new AppError(code, words, { details: { status, retryAfterMs, ...(fault !== null && { name: fault }) } });

/** Foreign words made fit to show; whatever secret we sent is taken out, should the server repeat it. */
export function cleanWords(words: string, secrets: readonly string[] = []): string {
  const scrubbed = secrets
    .filter((secret) => secret.length >= 4)
    .reduce((text, secret) => text.replaceAll(secret, '•••'), words);
  return visible(maskText(scrubbed).trim(), MAX_WORDS);
}

const BY_STATUS: Readonly<Record<number, VaultCode>> = {
  403: 'VAULT_DENIED',
  404: 'VAULT_MISSING',
  405: 'VAULT_METHOD',
  412: 'VAULT_BEHIND',
  472: 'VAULT_DR',
  473: 'VAULT_STANDBY',
  474: 'VAULT_NO_ACTIVE',
  501: 'VAULT_UNINITIALISED',
  502: 'VAULT_UPSTREAM',
  503: 'VAULT_SEALED',
  530: 'VAULT_REMOVED',
};

/** Where the words tell more than the status: states of the server that come as 400, 500 or 503. */
const BY_WORDS: readonly (readonly [RegExp, VaultCode])[] = [
  [/\bDR secondary\b/i, 'VAULT_DR'],
  [/removed from the (HA )?cluster/i, 'VAULT_REMOVED'],
  [/active cluster node not found/i, 'VAULT_NO_ACTIVE'],
  [/not (yet )?initiali[sz]ed/i, 'VAULT_UNINITIALISED'],
];
const WANTS_HTTPS = /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i;

/** For an answer that is no success; `body` is its text as JSON, undefined when it is none. */
export function problemOfAnswer(
  answer: RawAnswer,
  body: unknown,
  secrets: readonly string[] = [],
): VaultProblem {
  const { status, headers, text } = answer;
  if (status === 400 && WANTS_HTTPS.test(text.slice(0, 2_000))) {
    return vaultProblem('VAULT_TLS', { status, fault: 'https', words: 'the server speaks TLS on this port' });
  }
  const said = wordsIn(body);
  const words = cleanWords(said?.join('; ') ?? '', secrets);
  const retryAfterMs = retryAfterOf(headers);
  if (status >= 300 && status < 400)
    return vaultProblem('VAULT_REDIRECT', {
      status,
      words: words || cleanWords(`HTTP ${status}${toOf(headers)}`, secrets),
    });
  if (status === 429) {
    const code = /lease count quota/i.test(words) ? 'VAULT_LEASES' : 'VAULT_LIMITED';
    return vaultProblem(code, { status, retryAfterMs, words });
  }
  if (said === null) {
    return vaultProblem('VAULT_ANSWER', { status, retryAfterMs, words: `HTTP ${status}, ${formOf(answer)}` });
  }
  const deleted = status === 404 ? deletedVersion(body) : null;
  if (deleted !== null) return vaultProblem('VAULT_DELETED', { status, words: cleanWords(deleted) });
  const told = BY_WORDS.find(([pattern]) => pattern.test(words) && [400, 500, 503].includes(status))?.[1];
  const other = status >= 500 ? 'VAULT_FAILED' : 'VAULT_INVALID';
  return vaultProblem(told ?? BY_STATUS[status] ?? other, { status, retryAfterMs, words });
}

/** Where a redirect goes, without path and query: those may repeat what was asked. */
function toOf(headers: RawAnswer['headers']): string {
  const to = headers['location'];
  return to !== undefined && URL.canParse(to) ? ` to ${new URL(to).origin}` : '';
}

/** What a body is, said without quoting it. */
export function formOf({ headers, text }: RawAnswer): string {
  if (text.trim() === '') return 'an empty answer';
  if (/^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text))
    return 'a page of HTML';
  return /^\s*[{[]/.test(text) ? 'JSON that Vault does not write' : 'no JSON';
}

/** The server's words; null when this is no answer of a Vault. */
function wordsIn(body: unknown): readonly string[] | null {
  if (!isJsonObject(body)) return null;
  const { errors, warnings } = body;
  const [errorWords, warningWords] = [textsOf(errors), textsOf(warnings)];
  if (errorWords.length > 0) return errorWords;
  if (warningWords.length > 0) return warningWords;
  return Array.isArray(errors) || isJsonObject(body['data']) ? [] : null;
}

export const textsOf = (list: unknown): readonly string[] =>
  Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];

/** A read of a version that is gone answers 404 with its metadata. */
function deletedVersion(body: unknown): string | null {
  const data = isJsonObject(body) ? body['data'] : null;
  const metadata = isJsonObject(data) ? data['metadata'] : null;
  if (!isJsonObject(metadata)) return null;
  const { version, destroyed, deletion_time: at } = metadata;
  const which = typeof version === 'number' ? `version ${version}` : 'this version';
  if (destroyed === true) return `${which} was destroyed`;
  return typeof at === 'string' && at !== '' ? `${which} was deleted at ${at}` : `${which} was deleted`;
}

/** Seconds, or a date: then measured by the server's own clock, so that neither of the two has to be right. */
function retryAfterOf(headers: RawAnswer['headers']): number | null {
  const wish = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+$/.test(wish) ? Number(wish) * 1_000 : Date.parse(wish) - Date.parse(headers['date'] ?? '');
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}
