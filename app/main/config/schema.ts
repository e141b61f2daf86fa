/**
 * Every setting of the console, in one table: key, type with range, default, what it is for.
 * Names of environment variables and flags are derived from the key: `bus.url` is LEGION_CONSOLE_BUS_URL and --bus-url.
 */
import * as z from 'zod';
import { SECRET_POLICIES } from '../../shared/domain/secret.js';
import { RECEIVE_MODES } from '../../shared/domain/received.js';
import { PROFILE_KINDS } from '../../shared/domain/session.js';
import { VAULT_LOGINS } from '../../shared/domain/vault.js';

type Entry<T extends z.ZodType> = {
  readonly schema: T;
  readonly fallback: z.output<T>;
  readonly description: string;
  /** Given by reference in files; never shown. */
  readonly secret?: boolean;
};

const entry = <T extends z.ZodType>(
  schema: T,
  fallback: z.output<T>,
  description: string,
  secret = false,
): Entry<T> => ({ schema, fallback, description, secret });

const text = z.string().max(4_096);

export const SETTINGS = {
  'bus.url': entry(
    z.union([z.literal(''), z.string().regex(/^amqps?:\/\/.+/i, 'must begin with amqp:// or amqps://')]),
    '',
    'Address of the broker, amqp:// or amqps://. Empty: the demo cluster in memory.',
  ),
  'bus.user': entry(text, '', 'User, where the address names none.'),
  'bus.password': entry(text, '', 'Password, where the address holds none.', true),
  'bus.caFile': entry(text, '', 'PEM file of the authorities to trust, for amqps.'),
  'bus.certFile': entry(text, '', 'PEM file of our client certificate, for amqps.'),
  'bus.keyFile': entry(text, '', 'PEM file of our client key, for amqps.'),
  'bus.keyPassphrase': entry(text, '', 'Passphrase of the client key.', true),
  'bus.identity': entry(
    z.string().max(64),
    '',
    'Id of an imported certificate to show, instead of the two files.',
  ),
  'bus.serverName': entry(
    text,
    '',
    'Name to expect in the certificate, where it is not the host of the address.',
  ),
  'bus.verify': entry(
    z.boolean(),
    true,
    "Check the broker's certificate. Cannot be off for a production profile.",
  ),
  'bus.heartbeatS': entry(z.number().int().min(1).max(120), 5, 'AMQP heartbeat, seconds.'),
  'bus.joinVaultQueue': entry(
    z.boolean(),
    false,
    'Declare and bind the shared queue node.vault from the start, not only while there is a token to hand out. It outlives this node.',
  ),
  'node.name': entry(
    z.string().max(240),
    '',
    'Our name on the bus. Empty: made from host name and process id.',
  ),
  'node.enabled': entry(z.boolean(), true, 'Whether this node beats. Off: it only listens.'),
  'node.beatIntervalS': entry(z.number().min(0.2).max(3_600), 60, 'Seconds between our own beats.'),
  'node.expectedIntervalS': entry(
    z.number().min(0).max(3_600),
    0,
    'Interval to expect of a node before its fourth beat, seconds. 0: as our own.',
  ),
  'node.nameCheckS': entry(
    z.number().min(0).max(60),
    3,
    'How long to listen for our name before the first beat.',
  ),
  'crypt.clusterSecret': entry(text, '', 'The cluster secret, to read encrypted messages.', true),
  'crypt.cipher': entry(
    z.enum(['auto', 'legacy', 'modern']),
    'auto',
    'Forms in which we encrypt: legacy is read by every LegionIO, modern since legion-crypt 1.5. auto: as each peer reads.',
  ),
  'crypt.keyBits': entry(
    z.union([z.literal(2_048), z.literal(3_072), z.literal(4_096)]),
    2_048,
    'Size of our own RSA key, when it is made.',
  ),
  'crypt.encryptMessages': entry(
    z.boolean(),
    false,
    'Encrypt whole messages with the cluster secret where LegionIO does not forbid it.',
  ),
  'secrets.policy': entry(
    z.enum(SECRET_POLICIES),
    'never',
    'What to do when a node asks for the cluster secret or our Vault token: never, ask (a person decides) or trusted (pinned keys only).',
  ),
  'vault.address': entry(
    z.union([z.literal(''), z.string().regex(/^https?:\/\/.+/i, 'must begin with https:// or http://')]),
    '',
    'Address of Vault or OpenBao, as https://vault.example:8200. Empty: Vault is not used.',
  ),
  'vault.namespace': entry(text, '', 'Namespace of Vault Enterprise or OpenBao. Empty: none.'),
  'vault.login': entry(
    z.enum(VAULT_LOGINS),
    'none',
    'How this node gets a token: none (a person enters it, or another node gives it), token, approle or cert.',
  ),
  'vault.token': entry(text, '', 'The token, for login token.', true),
  'vault.tokenFile': entry(
    text,
    '',
    'File that holds the token, for login token; read anew when it is over.',
  ),
  'vault.roleId': entry(text, '', 'Role id, for login approle.'),
  'vault.secretId': entry(text, '', 'Secret id, for login approle.', true),
  'vault.secretIdFile': entry(text, '', 'File that holds the secret id, for login approle.'),
  'vault.secretIdIsWrapped': entry(
    z.boolean(),
    false,
    'What is given as secret id is a wrapping token around it, which opens once.',
  ),
  'vault.role': entry(text, '', 'Name of the role, for login cert. Empty: Vault finds one that fits.'),
  'vault.mount': entry(text, '', 'Where the login method is mounted. Empty: approle or cert.'),
  'vault.caFile': entry(text, '', 'PEM file of the authorities to trust, for Vault.'),
  'vault.certFile': entry(text, '', 'PEM file of our client certificate, for Vault; read anew each time.'),
  'vault.keyFile': entry(text, '', 'PEM file of its key.'),
  'vault.keyPassphrase': entry(text, '', 'Passphrase of that key.', true),
  'vault.serverName': entry(
    text,
    '',
    'Name to expect in the certificate of Vault, where it is not its host.',
  ),
  'vault.verify': entry(
    z.boolean(),
    true,
    'Check the certificate of Vault. Cannot be off for a production profile.',
  ),
  'vault.secretMount': entry(
    text,
    '',
    'Key-value mount that keeps the cluster secret, as legion. Empty: it is not read from Vault.',
  ),
  'vault.secretPath': entry(
    text,
    '',
    'Path of the cluster secret below that mount. Empty: crypt, then cluster, as LegionIO has it.',
  ),
  'vault.secretField': entry(
    text,
    '',
    'Field of the cluster secret. Empty: cluster_secret in crypt, secret in cluster.',
  ),
  'vault.redirectHosts': entry(
    text,
    '',
    'Other hosts, with commas, to which a standby of Vault may send us with our token.',
  ),
  'vault.handoverRole': entry(
    z.string().regex(/^[\w.-]*\w$/, 'must be the name of a token role'),
    'legion-node',
    'Token role by which a token is made for another console that asks. Where Vault has no such role, an orphan with the policy legion-node is made.',
  ),
  'receive.settings': entry(
    z.enum(RECEIVE_MODES),
    'ask',
    'What to do with settings that others push to this node: off, ask (a person decides) or on.',
  ),
  'receive.gem': entry(
    z.enum(RECEIVE_MODES),
    'ask',
    'What to do with gem upgrades that others push to this node: off, ask or on.',
  ),
  'receive.message': entry(
    z.enum(RECEIVE_MODES),
    'ask',
    'What to do with values that others push to this node by the function message: off, ask or on.',
  ),
  'receive.allow': entry(
    text,
    'extensions.*, transport.messages, transport.prefetch, logging.*, cache.*, data.*, region.*, role.*',
    'Settings that others may change here, as section.key or section.*, with commas.',
  ),
  'gem.command': entry(text, 'gem', 'The command that installs gems here, by name or path.'),
  'gem.home': entry(text, '', 'Folder for gems installed here. Empty: where the command puts them.'),
  'gem.source': entry(text, '', 'Address of the only source of gems. Empty: those of the command.'),
  'gem.timeoutS': entry(z.number().min(1).max(3_600), 300, 'How long an installation may take, seconds.'),
  'changes.secondPerson': entry(
    z.boolean(),
    false,
    'A second person on another console has to approve changes of the broadest reach.',
  ),
  'profile.name': entry(z.string().max(60), '', 'Name of this profile, shown in the window.'),
  'profile.kind': entry(z.enum(PROFILE_KINDS), 'local', 'production, staging, test or local.'),
  'profile.readOnly': entry(z.boolean(), false, 'Watch only: nothing that sends is offered.'),
  'roster.maxNodes': entry(z.number().int().min(10).max(200_000), 50_000, 'Names the roster holds at most.'),
  'demo.nodes': entry(
    z.number().int().min(0).max(10_000),
    12,
    'Nodes of the demo cluster. 0: connect to nothing.',
  ),
  'web.port': entry(z.number().int().min(0).max(65_535), 4_280, 'Port of the web host on 127.0.0.1. 0: any.'),
  'web.tokenFile': entry(text, '', 'File for the token of scripts. Empty: `token` in the data folder.'),
  'data.dir': entry(text, '', 'Folder for what outlives the process. Empty: the platform’s folder.'),
  'settings.dir': entry(text, '', 'A LegionIO settings directory to read broker, name and intervals from.'),
  'log.level': entry(z.enum(['debug', 'info', 'warn', 'error']), 'info', 'Least level that is logged.'),
} as const;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];
export type Values = { [K in SettingKey]: z.output<(typeof SETTINGS)[K]['schema']> };

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(SETTINGS, key);
export const isSecretKey = (key: SettingKey): boolean => SETTINGS[key].secret === true;

const words = (key: string): string[] => key.split(/[.]|(?=[A-Z])/).map((word) => word.toLowerCase());
export const variableOf = (key: SettingKey): string => `LEGION_CONSOLE_${words(key).join('_').toUpperCase()}`;
export const flagOf = (key: SettingKey): string => `--${words(key).join('-')}`;

/** Short names that people type. */
export const ALIASES: Readonly<Record<string, SettingKey>> = {
  '--bus': 'bus.url',
  '--name': 'node.name',
  '--port': 'web.port',
  '--token-file': 'web.tokenFile',
};

/** A text from a flag or variable, as the type its key wants. The schema judges the result. */
export function fromText(key: SettingKey, value: string): unknown {
  const { fallback } = SETTINGS[key];
  if (typeof fallback === 'number') return value.trim() === '' ? NaN : Number(value);
  if (typeof fallback === 'boolean')
    return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;
  return value;
}

/** The valid key that a mistyped one most likely meant. */
export function nearestKey(key: string): SettingKey {
  return SETTING_KEYS.reduce((best, candidate) =>
    distance(key, candidate) < distance(key, best) ? candidate : best,
  );
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= Math.min(a.length, 80); i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
