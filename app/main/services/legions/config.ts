/** What a legion is set up with: as asked for, as kept, and as uWSGI would write it. */
import { isIPv4 } from 'node:net';
import { AppError } from '../../../shared/errors/app-error.js';
import type { LegionInput } from '../../../shared/domain/legion.js';
import { LEGION_DEFAULTS, type LegionOptions } from '../../../shared/domain/legion-options.js';
import { quoted } from '../../../shared/lib/command-words.js';
import { freshSecret, requireCipher } from '../../core/protocol/uwsgi/cipher.js';
import type { Random } from '../../ports/random.js';
import { nameOf } from './hooks.js';
import type { LegionConfig } from './types.js';
import { wayOf } from './views.js';

const HOOK_TIMEOUT_S = 30;

/**
 * What was asked for over what is kept. A legion that is new and says no secret gets a strong one.
 * Throws LEGION_INVALID, LEGION_VALOR, and what the cipher throws.
 */
export function configOf(input: LegionInput, before: LegionConfig | null, random: Random): LegionConfig {
  const cipher = requireCipher(input.cipher);
  const made = input.secret === undefined && before === null ? freshSecret(random.bytes(48)) : null;
  const config: LegionConfig = {
    ...{ name: input.name, role: input.role, valor: input.valor, cipher, nodes: input.nodes },
    ...{ address: input.address === '0.0.0.0' ? '' : input.address, port: input.port },
    interface: input.interface ?? before?.interface ?? '',
    secret: input.secret ?? before?.secret ?? made?.secret ?? '',
    iv: input.iv !== undefined ? input.iv : before ? before.iv : (made?.iv ?? null),
    freqS: input.freqS ?? before?.freqS ?? LEGION_DEFAULTS.freqS,
    toleranceS: input.toleranceS ?? before?.toleranceS ?? LEGION_DEFAULTS.toleranceS,
    skewS: input.skewS ?? before?.skewS ?? LEGION_DEFAULTS.skewS,
    planned: input.planned !== undefined ? input.planned : (before?.planned ?? null),
    quorum: input.quorum ?? before?.quorum ?? (input.planned ? Math.floor(input.planned / 2) + 1 : 0),
    scroll: input.scroll !== undefined ? input.scroll : (before?.scroll ?? null),
    deathOnLordErrorS: input.deathOnLordErrorS ?? before?.deathOnLordErrorS ?? 0,
    handOverBeforeSleep: input.handOverBeforeSleep ?? before?.handOverBeforeSleep ?? true,
    valor0OnBattery: input.valor0OnBattery ?? before?.valor0OnBattery ?? false,
    busWitness: input.busWitness ?? before?.busWitness ?? false,
    proxyDeath: input.proxyDeath ?? before?.proxyDeath ?? false,
    stats: [...new Set(input.stats ?? before?.stats ?? [])],
    hooks: input.hooks ? hooksOf(input.hooks, before, random) : (before?.hooks ?? []),
  };
  check(config);
  return config;
}

/** A hook that is the same as one before stays switched as that was; any other begins switched off. */
function hooksOf(
  hooks: NonNullable<LegionInput['hooks']>,
  before: LegionConfig | null,
  random: Random,
): LegionConfig['hooks'] {
  // Of equal hooks each is one of its own, so that no switch is taken over twice.
  const ids = new Set<string>();
  const left = (before?.hooks ?? []).filter(({ id }) => !ids.has(id) && ids.add(id));
  return hooks.map((hook) => {
    const shell = hook.shell ?? false;
    const at = left.findIndex(
      (each) => nameOf(each) === nameOf(hook) && each.argument === hook.argument && each.shell === shell,
    );
    const [old] = at < 0 ? [] : left.splice(at, 1);
    return {
      ...{ event: hook.event, action: hook.action, argument: hook.argument, shell },
      id: old?.id ?? random.uuid(),
      timeoutS: hook.timeoutS ?? old?.timeoutS ?? HOOK_TIMEOUT_S,
      isOn: old?.isOn ?? false,
    };
  });
}

/** A profile that only watches sends nothing and runs nothing, whatever is kept. */
export const asWatcher = (config: LegionConfig): LegionConfig => ({
  ...config,
  role: config.role === 'off' ? 'off' : 'watch',
  hooks: config.hooks.map((hook) => ({ ...hook, isOn: false })),
});

/** Of these a part in the vote, its socket and its packets are made; the rest may change under way. */
const PART_KEYS = [
  ...(['role', 'valor', 'address', 'port', 'interface', 'cipher', 'secret', 'iv'] as const),
  ...(['freqS', 'toleranceS', 'quorum', 'scroll', 'deathOnLordErrorS'] as const),
];
export const isSamePart = (a: LegionConfig, b: LegionConfig): boolean =>
  PART_KEYS.every((key) => a[key] === b[key]);

const CONTROL = /[\u0000-\u001f\u007f]/;
export const invalid = (field: string, why: string): AppError =>
  new AppError('LEGION_INVALID', `${field}: ${why}`, { details: { field, why } });

/** Throws LEGION_INVALID, LEGION_VALOR. */
export function check(config: LegionConfig): void {
  const { role, valor, address, secret, freqS, toleranceS, nodes, name } = config;
  if (role === 'standby' && (valor < 1 || valor > 65_535 || !Number.isInteger(valor)))
    throw new AppError('LEGION_VALOR', 'standby needs a valor of 1 to 65535');
  if (/[\s\0]/.test(name)) throw invalid('name', 'it may hold no blank');
  // What is exported is one line each, and nothing in it may begin another.
  for (const [field, value] of [
    ['scroll', config.scroll],
    ['iv', config.iv],
  ] as const)
    if (value !== null && CONTROL.test(value)) throw invalid(field, 'no line breaks and control characters');
  for (const hook of config.hooks)
    if (CONTROL.test(hook.argument))
      throw invalid('hooks', 'no line breaks and control characters in a hook');
  if (address !== '' && !isIPv4(address)) throw invalid('address', 'not an IPv4 address');
  if (config.interface !== '' && !isIPv4(config.interface))
    throw invalid('interface', 'not an IPv4 address of this machine');
  if (secret === '') throw invalid('secret', 'it is empty');
  if (/[\s\0]/.test(secret)) throw invalid('secret', 'uWSGI reads no blank in it');
  if (toleranceS <= freqS) throw invalid('toleranceS', 'it must be longer than the period');
  if ((role === 'arbiter' || role === 'standby') && nodes.length === 0)
    throw invalid('nodes', 'a member that announces needs somebody to announce to');
}

/** What a uWSGI configuration asks for, to be watched first. */
export function inputOf(options: LegionOptions): Omit<LegionInput, 'secret' | 'iv'> {
  const { listen, multicast, nodes, hooks } = options;
  const address = listen.address === '0.0.0.0' ? '' : listen.address;
  return {
    ...{ name: options.name, role: 'watch', valor: options.valor, cipher: options.cipher },
    ...{ address, port: listen.port },
    nodes: [...(multicast ? [{ host: listen.address, port: listen.port }] : []), ...nodes],
    ...{ freqS: options.freqS, toleranceS: options.toleranceS, skewS: options.skewS, quorum: options.quorum },
    ...{ scroll: options.scroll, deathOnLordErrorS: options.deathOnLordErrorS },
    // `alarm` is uWSGI's own and means nothing here. Its commands are shell lines.
    hooks: hooks.flatMap(({ event, action, argument }) =>
      action === 'alarm' ? [] : [{ event, action, argument, shell: action === 'cmd' || action === 'exec' }],
    ),
  };
}

/** As uWSGI would be told of it. With the secret. */
export function optionsOf(config: LegionConfig): LegionOptions {
  const { address, port, nodes } = config;
  const isToGroup = wayOf(address) !== 'unicast' && nodes[0]?.host === address && nodes[0].port === port;
  return {
    ...{
      name: config.name,
      // An arbiter is one with valor 0; who only watches here keeps what it was.
      valor: config.role === 'arbiter' ? 0 : config.valor,
      cipher: requireCipher(config.cipher),
    },
    listen: { address: address === '' ? '0.0.0.0' : address, port },
    multicast: isToGroup,
    nodes: isToGroup ? nodes.slice(1) : nodes,
    ...{ secret: config.secret, iv: config.iv, quorum: config.quorum, scroll: config.scroll },
    freqS: Math.max(1, Math.round(config.freqS)),
    toleranceS: Math.max(1, Math.round(config.toleranceS)),
    skewS: Math.max(1, Math.round(config.skewS)),
    deathOnLordErrorS: config.deathOnLordErrorS,
    // uWSGI gives both to a shell; words that none is to read are quoted.
    hooks: config.hooks.map(({ event, action, argument, shell }) => ({
      ...{ event, action },
      argument: shell || (action !== 'exec' && action !== 'cmd') ? argument : quoted(argument),
    })),
  };
}
