/**
 * What Vault and OpenBao answer, as values: tolerant of everything that is optional or unknown, strict in what we use.
 * The token in a lookup is dropped right here. Texts inside are foreign and stay as they came, but for the warnings,
 * which are only shown; what an answer means for the life of a token is not decided here.
 */
import * as z from 'zod';
import { isJsonObject } from '../../../../shared/lib/json.js';
import {
  cleanWords,
  formOf,
  problemOfAnswer,
  textsOf,
  vaultProblem,
  type RawAnswer,
  type VaultProblem,
} from './problem.js';

export type Reading<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problem: VaultProblem };

const MAX_WARNINGS = 20;

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const seconds = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
export const orNull = z
  .string()
  .nullish()
  .transform((value) => value || null);
const meta = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
/** RFC 3339 as epoch ms; what has no such form is null. */
const time = text.transform((value) => {
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
});
const object = z.custom<Readonly<Record<string, unknown>>>(isJsonObject);

/** What a lookup says of a token, without the token. */
export const lookupAnswer = z
  .object({
    data: z.object({
      accessor: text,
      display_name: text,
      policies: texts,
      identity_policies: texts,
      path: text,
      orphan: flag,
      type: text,
      creation_ttl: seconds,
      ttl: z.number(),
      explicit_max_ttl: seconds,
      period: seconds,
      num_uses: seconds,
      renewable: flag,
      expire_time: time,
      issue_time: time,
      namespace_path: text,
      meta,
    }),
  })
  .transform(({ data }) => ({
    /** Empty for a batch token. */
    accessor: data.accessor,
    displayName: data.display_name,
    policies: data.policies,
    identityPolicies: data.identity_policies,
    path: data.path,
    isOrphan: data.orphan,
    type: data.type,
    creationTtlS: data.creation_ttl,
    /** 0 with `expiresAt` null: never ends. */
    ttlS: data.ttl,
    explicitMaxTtlS: data.explicit_max_ttl,
    /** 0: not periodic. */
    periodS: data.period,
    /** 0: unlimited. */
    usesLeft: data.num_uses,
    isRenewable: data.renewable,
    expiresAt: data.expire_time,
    issuedAt: data.issue_time,
    namespacePath: data.namespace_path,
    meta: data.meta,
  }));
export type TokenFacts = z.output<typeof lookupAnswer>;

const auth = z.object({
  accessor: text,
  policies: texts,
  metadata: meta,
  lease_duration: z.number(),
  renewable: flag,
  token_type: text,
  orphan: flag,
  num_uses: seconds,
});
const factsOf = (given: z.output<typeof auth>) => ({
  accessor: given.accessor,
  policies: given.policies,
  meta: given.metadata,
  leaseS: given.lease_duration,
  isRenewable: given.renewable,
  type: given.token_type,
  isOrphan: given.orphan,
  usesLeft: given.num_uses,
});
const grant = auth
  .extend({ client_token: z.string().min(1) })
  .transform((given) => ({ token: given.client_token, ...factsOf(given) }));

/** Of a renewal; the token in it is the one that was renewed, and is dropped. */
export const renewalAnswer = z.object({ auth }).transform((body) => factsOf(body.auth));
export type Renewal = z.output<typeof renewalAnswer>;

/** Of a login or a creation. */
export const grantAnswer = z.object({ auth: grant }).transform((body) => body.auth);
/** Holds a token. */
export type Grant = z.output<typeof grantAnswer>;

export const wrapAnswer = z
  .object({
    wrap_info: z.object({
      token: z.string().min(1),
      accessor: text,
      ttl: z.number(),
      creation_time: time,
      creation_path: text,
      wrapped_accessor: orNull,
    }),
  })
  .transform(({ wrap_info: wrap }) => ({
    /** The wrapping token: whoever has it may open it, once. */
    wrapping: wrap.token,
    accessor: wrap.accessor,
    ttlS: wrap.ttl,
    createdAt: wrap.creation_time,
    creationPath: wrap.creation_path,
    /** Of the token inside, where there is one. */
    wrappedAccessor: wrap.wrapped_accessor,
  }));
export type Wrap = z.output<typeof wrapAnswer>;

export const wrappingLookupAnswer = z
  .object({ data: z.object({ creation_path: z.string(), creation_time: time, creation_ttl: seconds }) })
  .transform(({ data }) => ({
    creationPath: data.creation_path,
    createdAt: data.creation_time,
    creationTtlS: data.creation_ttl,
  }));
export type WrappingFacts = z.output<typeof wrappingLookupAnswer>;

/** What was inside a wrapping token: a login or creation, or data. */
export const unwrapAnswer = z
  .object({ auth: grant.nullish(), data: object.nullish() })
  .refine((body) => body.auth || body.data, 'nothing inside')
  .transform((body) => ({ grant: body.auth ?? null, data: body.data ?? null }));
export type Unwrapped = z.output<typeof unwrapAnswer>;

/** `options` of a mount tells the version of a key-value store; anything else is null. */
export const mountAnswer = z
  .object({
    data: z.object({ type: text, options: z.object({ version: z.coerce.string().optional() }).nullish() }),
  })
  .transform(({ data }): 1 | 2 | null => {
    if (data.type !== 'kv' && data.type !== 'generic') return null;
    return data.options?.version === '2' ? 2 : 1;
  });

export type Secret = { readonly data: Readonly<Record<string, unknown>>; readonly version: number | null };

export const secretV1Answer = z
  .object({ data: object })
  .transform(({ data }): Secret => ({ data, version: null }));
export const secretV2Answer = z
  .object({ data: z.object({ data: object, metadata: z.object({ version: z.number() }) }) })
  .transform(({ data }): Secret => ({ data: data.data, version: data.metadata.version }));
export const writtenV2Answer = z
  .object({ data: z.object({ version: z.number() }) })
  .transform(({ data }): number | null => data.version);
export const keysAnswer = z.object({ data: z.object({ keys: texts }) }).transform(({ data }) => data.keys);
/** Whatever a Vault says, or 204. */
export const nothingAnswer = z.union([z.null(), object]).transform(() => null);

export const sealAnswer = z
  .object({
    type: text,
    initialized: z.boolean(),
    sealed: z.boolean(),
    t: seconds,
    n: seconds,
    progress: seconds,
    version: text,
    cluster_name: orNull,
    removed_from_cluster: flag,
  })
  .transform((seal) => ({
    type: seal.type,
    isInitialized: seal.initialized,
    isSealed: seal.sealed,
    threshold: seal.t,
    shares: seal.n,
    /** Shares entered so far. */
    progress: seal.progress,
    version: seal.version,
    clusterName: seal.cluster_name,
    isRemoved: seal.removed_from_cluster,
  }));
export type SealStatus = z.output<typeof sealAnswer>;

/** The value in an answer of 2xx, or why there is none. `secrets`: what was sent and must not come back in words. */
export function readAnswer<T>(
  answer: RawAnswer,
  schema: z.ZodType<T>,
  secrets: readonly string[] = [],
): Reading<T> {
  const body = bodyOf(answer);
  const parsed = schema.safeParse(body);
  return isSuccess(answer) && parsed.success
    ? { ok: true, value: parsed.data, warnings: warningsIn(body, secrets) }
    : unreadable(answer, body, parsed.error ?? null, secrets);
}

export const isSuccess = ({ status }: RawAnswer): boolean => status >= 200 && status <= 299;

/** No success, or one without the form of one. */
export function unreadable(
  answer: RawAnswer,
  body: unknown,
  error: z.ZodError | null,
  secrets: readonly string[] = [],
): Reading<never> {
  if (!isSuccess(answer)) return { ok: false, problem: problemOfAnswer(answer, body, secrets) };
  const places = error?.issues.map(({ path }) => path.join('.') || 'all').join(', ');
  const form = isJsonObject(body) ? `fields missing or of another form: ${places}` : formOf(answer);
  const words = cleanWords(`HTTP ${answer.status}, ${form}`, secrets);
  return { ok: false, problem: vaultProblem('VAULT_ANSWER', { status: answer.status, words }) };
}

/** Null for an empty text, undefined for one that is no JSON. */
export function bodyOf({ text: raw }: RawAnswer): unknown {
  if (raw.trim() === '') return null;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

const warningsIn = (body: unknown, secrets: readonly string[]): readonly string[] =>
  textsOf(isJsonObject(body) ? body['warnings'] : null)
    .slice(0, MAX_WARNINGS)
    .map((warning) => cleanWords(warning, secrets));
