/**
 * Response wrapping of the fake Vault: what is inside a wrapping token, who may look and who opened it; and the
 * cubbyholes, the deprecated way to it among them.
 */
import { bad, denied, isObject, missing, parseSeconds, textOf, timeText } from './fake-vault-answers.js';
import { WRAPPING_POLICY, type TokenStore } from './fake-vault-tokens.js';
import type { Answer, Call, Json, Refusal, Route, Token } from './fake-vault-types.js';

type Wrapped = { readonly creationPath: string; readonly ttlS: number; readonly content: Json };
export type Wrapping = ReturnType<typeof createWrapping>;

const invalid = (): Refusal => bad('wrapping token is not valid or does not exist');

export function createWrapping(tokens: TokenStore) {
  const wrapped = new Map<string, Wrapped>();
  const cubbyholes = new Map<string, Map<string, Json>>();

  /** Puts an envelope away; gives the `wrap_info` that is sent in its place. */
  function wrap(content: Json, { creationPath, ttlS, namespace }: Omit<Wrapped, 'content'> & Named): Json {
    const token = tokens.add({
      policies: [WRAPPING_POLICY],
      path: creationPath,
      namespace,
      ttlS,
      explicitMaxTtlS: ttlS,
      numUses: 1,
      renewable: false,
    });
    wrapped.set(token.id, { creationPath, ttlS, content });
    const accessor = accessorIn(content);
    return {
      token: token.id,
      accessor: token.accessor,
      ttl: ttlS,
      creation_time: timeText(token.createdAt),
      creation_path: creationPath,
      ...(accessor !== '' && { wrapped_accessor: accessor }),
    };
  }

  function wrappingToken(id: string | null): { readonly token: Token; readonly inside: Wrapped } {
    const token = id === null ? null : tokens.find(id);
    const inside = token && wrapped.get(token.id);
    if (!token || !inside) throw invalid();
    return { token, inside };
  }

  function open(id: string | null): Json {
    const { token, inside } = wrappingToken(id);
    tokens.revoke(token);
    return inside.content;
  }

  /** Whoever brings a token of their own has to be allowed, and pays a use. */
  function permit({ rawToken, namespace }: Call, path: string): void {
    const self = rawToken === null ? null : tokens.find(rawToken);
    if (!self || (self.namespace !== '' && self.namespace !== namespace)) throw denied();
    tokens.use(self);
    tokens.settle(self);
    tokens.demand(self, path, 'update');
  }

  const routes: readonly Route[] = [
    {
      path: /^sys\/wrapping\/lookup$/,
      isOpen: true,
      on: {
        update({ body, rawToken }): Answer {
          const { token, inside } = wrappingToken(textOf(body, 'token') ?? rawToken);
          return {
            data: {
              creation_path: inside.creationPath,
              creation_time: timeText(token.createdAt),
              creation_ttl: inside.ttlS,
            },
          };
        },
      },
    },
    {
      path: /^sys\/wrapping\/unwrap$/,
      isOpen: true,
      on: {
        update(call): Answer {
          const third = textOf(call.body, 'token');
          if (third !== null) {
            wrappingToken(third);
            permit(call, 'sys/wrapping/unwrap'); // this spends `third` when it is in both places
          }
          return { bare: open(third ?? call.rawToken) };
        },
      },
    },
    {
      path: /^sys\/wrapping\/rewrap$/,
      on: {
        update({ body, rawToken, namespace, id }): Answer {
          const { inside } = wrappingToken(textOf(body, 'token') ?? rawToken);
          const content = open(textOf(body, 'token') ?? rawToken);
          const info = wrap(content, { ...inside, namespace });
          return { bare: wrapEnvelope(id, info) };
        },
      },
    },
    {
      path: /^sys\/wrapping\/wrap$/,
      on: {
        update({ body, headers }): Answer {
          if (wrapTtlOf(headers) === 0) throw bad('endpoint requires response wrapping to be used');
          return { data: body };
        },
      },
    },
    {
      path: /^cubbyhole\/response$/,
      on: {
        read({ self }): Answer {
          const inside = self && wrapped.get(self.id);
          if (!inside) throw missing();
          return { data: { response: JSON.stringify(inside.content) } };
        },
      },
    },
    {
      path: /^cubbyhole\/(.+)$/,
      exists: ({ self }, match) => holeOf(self).has(match[1] ?? ''),
      on: {
        read({ self }, match): Answer {
          const data = holeOf(self).get(match[1] ?? '');
          if (!data) throw missing();
          return { data };
        },
        update({ self, body }, match) {
          holeOf(self).set(match[1] ?? '', body);
          return null;
        },
        delete({ self }, match) {
          holeOf(self).delete(match[1] ?? '');
          return null;
        },
      },
    },
  ];

  function holeOf(self: Token | null): Map<string, Json> {
    if (!self || self.type === 'batch')
      throw bad('cubbyhole operations are only supported by service tokens');
    const hole = cubbyholes.get(self.id) ?? new Map<string, Json>();
    cubbyholes.set(self.id, hole);
    return hole;
  }

  return {
    routes,
    wrap,
    /** With its token, everything in its cubbyhole goes. */
    forget({ id }: Token): void {
      wrapped.delete(id);
      cubbyholes.delete(id);
    },
  };
}

type Named = { readonly namespace: string };

/** Seconds that `X-Vault-Wrap-TTL` asks for; 0 without it. */
export function wrapTtlOf(headers: Readonly<Record<string, string>>): number {
  const text = headers['x-vault-wrap-ttl'];
  if (text === undefined) return 0;
  const seconds = parseSeconds(text);
  if (seconds === null) throw bad('error parsing wrap TTL: time: invalid duration');
  if (seconds < 0) throw bad('requested wrap ttl was less than zero');
  return seconds;
}

export const wrapEnvelope = (id: string, info: Json): Json => ({
  request_id: id,
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: info,
  warnings: null,
  auth: null,
});

function accessorIn({ auth, data }: Json): string {
  const accessor = isObject(auth) ? auth['accessor'] : isObject(data) ? data['secret_id_accessor'] : '';
  return typeof accessor === 'string' ? accessor : '';
}
