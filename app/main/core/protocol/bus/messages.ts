/**
 * The messages of lex-node other than the beat: which there are, how each is told from the others, its schema.
 * Told by `function` (a header beats a body key of that name, as in LegionIO); an UpdateResult has none.
 * The table is closed: nothing that comes by wire names code.
 */
import * as z from 'zod';

const text = z.string().max(65_536);
const short = z.string().max(1_024);
const optionalText = text.nullish();

/** Every function a node queue may be asked for (lex-node 0.3.2, runners Node and Vault), and those of consoles. */
export const FUNCTIONS = {
  message: { message: 'Message', area: 'changes', schema: z.looseObject({}) },
  update_settings: {
    message: 'UpdateSettings',
    area: 'changes',
    // What cannot be taken is answered with a failed result, so that its sender hears why.
    schema: z.looseObject({ settings: z.unknown().optional(), restart: z.unknown().optional() }),
  },
  update_gem: {
    message: 'UpdateGem',
    area: 'changes',
    schema: z.looseObject({
      extension: z.unknown().optional(),
      version: z.unknown().optional(),
      reload: z.unknown().optional(),
    }),
  },
  push_public_key: { message: 'RequestPublicKeys', area: 'keys', schema: z.looseObject({}) },
  request_public_keys: { message: 'RequestPublicKeys', area: 'keys', schema: z.looseObject({}) },
  update_public_key: {
    message: 'PublicKey',
    area: 'keys',
    schema: z.looseObject({ name: short, public_key: text }),
  },
  delete_public_key: { message: 'DeletePublicKey', area: 'keys', schema: z.looseObject({ name: short }) },
  push_cluster_secret: {
    message: 'RequestClusterSecret',
    area: 'secrets',
    // The form of lex-node's own class has only node_name; it cannot be answered, but it was heard.
    schema: z.looseObject({
      node_name: short.nullish(),
      queue_name: short.nullish(),
      public_key: optionalText,
    }),
  },
  request_cluster_secret: { message: 'RequestClusterSecret', area: 'secrets', schema: z.looseObject({}) },
  receive_cluster_secret: {
    message: 'PushClusterSecret',
    area: 'secrets',
    schema: z.looseObject({
      message: text,
      validation_string: optionalText,
      encrypted_string: z.looseObject({ enciphered_message: text, iv: short }).nullish(),
      public_key: optionalText,
    }),
  },
  push_vault_token: {
    message: 'RequestVaultToken',
    area: 'secrets',
    schema: z.looseObject({ node_name: short, public_key: text }),
  },
  request_vault_token: { message: 'RequestVaultToken', area: 'secrets', schema: z.looseObject({}) },
  request_token: { message: 'RequestVaultToken', area: 'secrets', schema: z.looseObject({}) },
  receive_vault_token: {
    message: 'PushVaultToken',
    area: 'secrets',
    schema: z.looseObject({ message: optionalText, token: optionalText, public_key: optionalText }),
  },
  /** Of consoles alone: a wrapped token did not open. */
  fail_vault_token: {
    message: 'FailVaultToken',
    area: 'secrets',
    schema: z.looseObject({ node_name: short, handover: z.looseObject({}) }),
  },
} as const;

export type FunctionName = keyof typeof FUNCTIONS;
export const isFunctionName = (name: string): name is FunctionName => Object.hasOwn(FUNCTIONS, name);

/** UpdateResult, key `node.<name>.update_result`: what became of a pushed change. */
export const UpdateResult = z.looseObject({
  /** `message` has none upstream; consoles report it like the others. */
  action: z.enum(['update_settings', 'update_gem', 'message']),
  status: short,
  detail: text.nullish(),
  error: text.nullish(),
  node: short,
  timestamp: short.nullish(),
});
export type UpdateResult = z.infer<typeof UpdateResult>;

/** The name of the node a message speaks of or for, where its body says so. */
export function senderOf(body: Record<string, unknown>): string | null {
  for (const key of ['node_name', 'name', 'node']) {
    const value = body[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return null;
}
