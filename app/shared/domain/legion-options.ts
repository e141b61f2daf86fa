/**
 * One legion as uWSGI's options describe it, and what there is to say about a file that such options were read from.
 * Holds a secret: for the main process and its files, never for the window. Only what an .ini line can carry fits.
 */
import * as z from 'zod';
import { CipherName } from './legion-cipher.js';

/** One line, no control characters, and no blank at the end: uWSGI takes that off. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\u0000-\u001f\u007f]*$/)
    .regex(/(^|[^ ])$/);
const word = (max: number) => line(max).regex(/^\S+$/);
const Port = z.number().int().min(1).max(65_535);
const DAY_S = 86_400;
const Seconds = z.number().int().min(1).max(DAY_S);

export const MAX_SCROLL = 4096;

export const HOOK_EVENTS = ['setup', 'join', 'lord', 'unlord', 'death', 'node-joined', 'node-left'] as const;
/** The first five are uWSGI's, the last two are known to this console only. */
export const HOOK_ACTIONS = ['cmd', 'exec', 'signal', 'log', 'alarm', 'notify', 'http'] as const;

/** As it stands in a file. It is data: what runs is decided by a person on this machine. */
export const LegionHook = z.object({
  event: z.enum(HOOK_EVENTS),
  action: z.enum(HOOK_ACTIONS),
  argument: line(MAX_SCROLL),
});
export type LegionHook = z.infer<typeof LegionHook>;

export const LegionOptions = z.object({
  name: word(255),
  /** `0.0.0.0`: all interfaces. A group (224 to 239) is to be joined, and bound on all interfaces. */
  listen: z.object({ address: z.ipv4(), port: Port }),
  /** Written as `legion-mcast`: announces go to `listen` too, before `nodes`. */
  multicast: z.boolean(),
  nodes: z
    .array(z.object({ host: z.string().regex(/^[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})$/), port: Port }))
    .max(1000),
  valor: z.number().int().min(0).max(65_535),
  cipher: CipherName,
  secret: word(1024),
  iv: line(1024).min(1).nullable(),
  quorum: z.number().int().min(0).max(65_535),
  freqS: Seconds,
  toleranceS: Seconds,
  skewS: Seconds,
  /** 0: off. */
  deathOnLordErrorS: z.number().int().min(0).max(DAY_S),
  /** UTF-8; keep it short: a packet should stay under 1,400 bytes. */
  scroll: line(MAX_SCROLL).min(1).nullable(),
  hooks: z.array(LegionHook).max(1000),
});
export type LegionOptions = z.infer<typeof LegionOptions>;

/** What uWSGI does without the option. */
export const LEGION_DEFAULTS = {
  multicast: false,
  nodes: [],
  quorum: 0,
  freqS: 3,
  toleranceS: 15,
  skewS: 60,
  deathOnLordErrorS: 0,
  scroll: null,
  hooks: [],
} as const satisfies Partial<LegionOptions>;

/** The line was not taken over. */
export const IMPORT_ERRORS = [
  'syntax',
  'address',
  'unix-socket',
  'valor',
  'cipher',
  'value',
  'twice',
  'order',
  'unknown-legion',
  'action',
  'action-unknown',
  'too-many',
] as const;
/** It was taken over, but look at it. */
export const IMPORT_NOTES = [
  'rubbish',
  'number',
  'placeholder',
  'size-late',
  'section',
  'logic',
  'more',
] as const;
/** Options about legions that mean nothing here. */
export const IMPORT_IGNORED = [
  'alarm',
  'cron',
  'daemon',
  'size',
  'multicast',
  'route',
  'include',
  'other',
  'more',
] as const;

export const ImportProblem = z.object({
  line: z.number().int(),
  kind: z.enum([...IMPORT_ERRORS, ...IMPORT_NOTES]),
  isError: z.boolean(),
  text: z.string(),
});
export type ImportProblem = z.infer<typeof ImportProblem>;

export const ImportIgnored = z.object({
  line: z.number().int(),
  option: z.string(),
  kind: z.enum(IMPORT_IGNORED),
  text: z.string(),
});
export type ImportIgnored = z.infer<typeof ImportIgnored>;
