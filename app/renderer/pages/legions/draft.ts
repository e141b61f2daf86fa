/** What is written in the form of a legion, what is wrong with it, and the input it makes. Pure; all fields are text. */
import { LEGION_DEFAULTS } from '../../../shared/domain/legion-options.js';
import type {
  HookAction,
  HookEvent,
  Legion,
  LegionInput,
  LegionRole,
} from '../../../shared/domain/legion.js';
import type { AppError } from '../../../shared/errors/app-error.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { readValor } from './words.js';

export type HookDraft = {
  readonly key: number;
  readonly event: HookEvent;
  readonly action: HookAction;
  readonly argument: string;
  readonly shell: boolean;
  readonly timeoutS: number | null;
};
export type Draft = {
  readonly name: string;
  readonly way: Legion['way'];
  readonly address: string;
  readonly port: string;
  readonly interface: string;
  readonly nodes: string;
  readonly role: LegionRole;
  readonly valor: string;
  readonly cipher: string;
  readonly secret: string;
  readonly iv: string;
  readonly freq: string;
  readonly tolerance: string;
  readonly skew: string;
  readonly planned: string;
  readonly quorum: string;
  readonly busWitness: boolean;
  readonly proxyDeath: boolean;
  readonly stats: string;
  readonly scroll: string;
  readonly lordError: string;
  readonly hooks: readonly HookDraft[];
};
export type Field = Exclude<keyof Draft, 'way' | 'busWitness' | 'proxyDeath' | 'hooks'> | `hook-${number}`;
export type Problems = Readonly<Partial<Record<Field, string>>>;

export const EMPTY: Draft = {
  name: '',
  way: 'unicast',
  address: '',
  port: '4001',
  interface: '',
  nodes: '',
  role: 'watch',
  valor: '10',
  cipher: 'aes-256-cbc',
  secret: '',
  iv: '',
  freq: String(LEGION_DEFAULTS.freqS),
  tolerance: String(LEGION_DEFAULTS.toleranceS),
  skew: String(LEGION_DEFAULTS.skewS),
  planned: '',
  quorum: '0',
  busWitness: false,
  proxyDeath: false,
  stats: '',
  scroll: '',
  lordError: '0',
  hooks: [],
};
const BROADCAST = '255.255.255.255';

export function draftOf(legion: Legion): Draft {
  const cut = legion.address.lastIndexOf(':');
  const address = legion.address.slice(0, cut);
  // The group itself is not written twice.
  const others =
    legion.way === 'unicast' ? legion.nodes : legion.nodes.filter((node) => node !== legion.address);
  return {
    ...EMPTY,
    name: legion.name,
    way: legion.way,
    address: legion.way === 'broadcast' ? '' : address,
    port: legion.address.slice(cut + 1),
    interface: legion.interface,
    nodes: others.join('\n'),
    role: legion.role,
    valor: String(legion.valor),
    cipher: legion.cipher,
    freq: String(legion.freqS),
    tolerance: String(legion.toleranceS),
    skew: String(legion.skewS),
    planned: legion.planned === null ? '' : String(legion.planned),
    quorum: String(legion.quorum),
    busWitness: legion.busWitness,
    proxyDeath: legion.proxyDeath,
    stats: statsOf(legion),
    scroll: legion.scroll ?? '',
    lordError: String(legion.deathOnLordErrorS),
    hooks: legion.hooks.map(({ event, action, argument, shell, timeoutS }, key) => ({
      ...{ key, event, action, argument, shell, timeoutS },
    })),
  };
}

const statsOf = ({ witnesses }: Legion): string => witnesses.map(({ address }) => address).join('\n');

/** null: it says nothing. */
export const majorityOf = (planned: string): number | null => {
  const count = wholeOf(planned, 1, 10_000);
  return count === null ? null : Math.floor(count / 2) + 1;
};
/** Below it healthy members may drop out. */
export const safeTolerance = (freq: string): number | null => {
  const period = numberOf(freq, 0.05, 3600);
  return period === null ? null : 3 * period + 1;
};
export const isShortTolerance = ({ freq, tolerance }: Draft): boolean => {
  const safe = safeTolerance(freq);
  const chosen = numberOf(tolerance, 0.1, 86_400);
  return safe !== null && chosen !== null && chosen < safe;
};

const KEY_BYTES: Readonly<Record<string, number>> = {
  'aes-256-cbc': 32,
  'aes-192-cbc': 24,
  'aes-128-cbc': 16,
  'des-ede3-cbc': 24,
  'bf-cbc': 16,
};
export const keyBytes = (cipher: string): number => KEY_BYTES[cipher] ?? 32;
const sizeOf = (written: string): number => new TextEncoder().encode(written).length;
export const isShortSecret = ({ secret, cipher }: Draft): boolean =>
  secret !== '' && sizeOf(secret) < keyBytes(cipher);

export function problemsOf(draft: Draft, taken: readonly string[]): Problems {
  const bad: { -readonly [F in Field]?: string } = {};
  const { name, way, address, role, nodes, freq, tolerance } = draft;
  if (name === '' || /\s/.test(name) || sizeOf(name) > 255) bad.name = text('legionForm.bad.name');
  else if (taken.includes(name)) bad.name = text('legionForm.bad.name-taken');
  if (way === 'multicast' && !isGroup(address)) bad.address = text('legionForm.bad.group');
  if (way === 'unicast' && address !== '' && !isIpv4(address)) bad.address = text('legionForm.bad.address');
  if (way === 'multicast' && draft.interface !== '' && !isIpv4(draft.interface))
    bad.interface = text('legionForm.bad.address');
  if (wholeOf(draft.port, 1, 65_535) === null) bad.port = text('legionForm.bad.port');
  const lines = linesOf(nodes);
  const wrong = lines.find(({ node }) => node === null);
  if (wrong) bad.nodes = text('legionForm.bad.nodes', { line: wrong.line });
  else if (way === 'unicast' && lines.length === 0 && (role === 'arbiter' || role === 'standby'))
    bad.nodes = text('legionForm.bad.nodes-none');
  if (role === 'standby' && readValor(draft.valor) === null) bad.valor = text('legionForm.bad.valor');
  if (/\s/.test(draft.secret)) bad.secret = text('legionForm.bad.secret');
  if (draft.iv.length > MAX_IV || CONTROL.test(draft.iv)) bad.iv = text('legionForm.bad.iv');
  if (draft.scroll.length > MAX_SCROLL || CONTROL.test(draft.scroll))
    bad.scroll = text('legionForm.bad.scroll', { max: MAX_SCROLL });
  if (wholeOf(draft.lordError, 0, 86_400) === null) bad.lordError = text('legionForm.bad.lordError');
  const period = numberOf(freq, 0.05, 3600);
  if (period === null) bad.freq = text('legionForm.bad.freq');
  const limit = numberOf(tolerance, 0.1, 86_400);
  if (limit === null || (period !== null && limit <= period))
    bad.tolerance = text('legionForm.bad.tolerance');
  if (numberOf(draft.skew, 1, 86_400) === null) bad.skew = text('legionForm.bad.skew');
  if (draft.planned.trim() !== '' && wholeOf(draft.planned, 1, 10_000) === null)
    bad.planned = text('legionForm.bad.planned');
  if (wholeOf(draft.quorum, 0, 65_535) === null) bad.quorum = text('legionForm.bad.quorum');
  const places = placesOf(draft.stats);
  const odd = places.find(({ isGood }) => !isGood);
  if (odd) bad.stats = text('legionForm.bad.stats', { line: odd.line });
  else if (places.length > MAX_STATS) bad.stats = text('legionForm.bad.stats-many', { max: MAX_STATS });
  for (const hook of draft.hooks)
    if (hook.argument.trim() === '') bad[`hook-${hook.key}`] = text('legionForm.bad.argument');
  return bad;
}

/** What the console found wrong, beside the field it is about. */
export function problemOf(error: AppError | null): Problems {
  if (error === null) return {};
  const said = (field: Field, words: string): Problems => ({ [field]: words });
  if (error.code === 'LEGION_VALOR') return said('valor', text('legionForm.bad.valor'));
  const { field, why } = error.details;
  const place = typeof field === 'string' ? FIELDS[field] : undefined;
  if (error.code === 'LEGION_CIPHER') return said('cipher', visible(error.message, 200));
  return place && typeof why === 'string' ? said(place, visible(why, 200)) : {};
}
const FIELDS: Readonly<Record<string, Field>> = {
  name: 'name',
  address: 'address',
  interface: 'interface',
  secret: 'secret',
  toleranceS: 'tolerance',
  nodes: 'nodes',
  stats: 'stats',
  iv: 'iv',
  scroll: 'scroll',
};

/** Only for a draft without problems. `before`: the known legion that it is about. */
export function inputOf(draft: Draft, before: Legion | null = null): LegionInput {
  const port = Number(draft.port);
  const address = draft.way === 'broadcast' ? BROADCAST : draft.address;
  const listed = linesOf(draft.nodes).flatMap(({ node }) => (node === null ? [] : [node]));
  // To a group one announces by sending to the group.
  const nodes =
    draft.way === 'unicast' || listed.some(({ host }) => host === address)
      ? listed
      : [{ host: address, port }, ...listed];
  const planned = draft.planned.trim() === '' ? null : Number(draft.planned);
  return {
    name: draft.name,
    role: draft.role,
    valor: Number(draft.valor) || 0,
    address,
    port,
    interface: draft.interface,
    nodes,
    cipher: draft.cipher,
    // A secret comes with its own iv, or with none.
    ...(draft.secret === '' ? {} : { secret: draft.secret, iv: draft.iv === '' ? null : draft.iv }),
    ...(draft.secret === '' && draft.iv !== '' && { iv: draft.iv }),
    freqS: Number(draft.freq),
    toleranceS: Number(draft.tolerance),
    skewS: Number(draft.skew),
    planned,
    quorum: Number(draft.quorum),
    scroll: draft.scroll === '' ? null : draft.scroll,
    deathOnLordErrorS: Number(draft.lordError),
    busWitness: draft.busWitness,
    proxyDeath: draft.busWitness && draft.proxyDeath,
    // A legion that is not joined now tells of no witnesses: what was not touched stays.
    ...(before !== null && draft.stats === statsOf(before)
      ? {}
      : { stats: placesOf(draft.stats).map(({ place }) => place) }),
    hooks: draft.hooks.map(({ event, action, argument, shell, timeoutS }) => ({
      ...{ event, action, argument: argument.trim() },
      shell: shell && (action === 'exec' || action === 'cmd'),
      ...(timeoutS === null ? {} : { timeoutS }),
    })),
  };
}

type NodeLine = { readonly line: number; readonly node: { host: string; port: number } | null };

function linesOf(written: string): readonly NodeLine[] {
  return written.split('\n').flatMap((line, place): NodeLine[] => {
    if (line.trim() === '') return [];
    const [, host = '', digits = ''] =
      /^([A-Za-z0-9_][A-Za-z0-9._-]{0,252}):(\d{1,5})$/.exec(line.trim()) ?? [];
    const port = wholeOf(digits, 1, 65_535);
    return [{ line: place + 1, node: host === '' || port === null ? null : { host, port } }];
  });
}

const MAX_IV = 100;
const MAX_SCROLL = 4_096;
const CONTROL = /[\u0000-\u001f\u007f]/;
const MAX_STATS = 20;
type PlaceLine = { readonly line: number; readonly place: string; readonly isGood: boolean };

/** Of stats servers, a path or host:port in each line. */
const placesOf = (written: string): readonly PlaceLine[] =>
  written.split('\n').flatMap((of, before): PlaceLine[] => {
    const place = of.trim();
    return place === '' ? [] : [{ line: before + 1, place, isGood: isPlace(place) }];
  });
const isPlace = (place: string): boolean =>
  place.startsWith('/') ? /^\/[^\0]{1,106}$/.test(place) : linesOf(place).every(({ node }) => node !== null);

const isIpv4 = (written: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(written) && written.split('.').every((part) => Number(part) <= 255);
const isGroup = (written: string): boolean => {
  const [first = 0] = written.split('.').map(Number);
  return isIpv4(written) && first >= 224 && first <= 239;
};

function numberOf(written: string, from: number, to: number): number | null {
  const value = /^\d*\.?\d+$/.test(written.trim()) ? Number(written) : NaN;
  return value >= from && value <= to ? value : null;
}
const wholeOf = (written: string, from: number, to: number): number | null => {
  const value = numberOf(written, from, to);
  return value !== null && Number.isInteger(value) ? value : null;
};
