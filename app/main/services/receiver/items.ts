/**
 * Pushed changes as they are listed: each bounded, whatever was sent, so that two hundred of them stay small in memory
 * and on the way to a screen. Cut texts are copied: a cut one would hold on to the whole message.
 */
import type { ShownWhat } from '../../../shared/domain/change.js';
import * as z from 'zod';
import { Received } from '../../../shared/domain/received.js';
import { type AppliedChange, type Step, takesEffect } from '../../core/changes/own-settings.js';
import { detailOf, maskAt, shownWhat, type What } from '../../core/changes/what.js';

export type Item = {
  view: Received;
  /** Emptied once it is decided and done. */
  what: What;
  /** Of the message. */
  readonly bytes: number;
  readonly correlationId: string | undefined;
};

const Values = z.record(z.string(), z.unknown());
/** What is kept of one that waits for a person, so that it is still answered after a crash. */
export const WaitingItem = z.object({
  view: Received,
  bytes: z.number(),
  correlationId: z.string().optional(),
  what: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('settings'), settings: z.record(z.string(), Values), restart: z.boolean() }),
    z.object({
      kind: z.literal('gem'),
      extension: z.string(),
      version: z.string().nullable(),
      reload: z.boolean(),
    }),
  ]),
});
export type WaitingItem = z.infer<typeof WaitingItem>;

export const MAX_ITEMS = 200;
const MAX_KEYS = 200;
const MAX_NAME = 200;
/** Of all settings of one change; and of all values of one before, and after. */
const MAX_TEXT = 8_192;
const MIN_TEXT = 40;
/** So many of the newest are listed even if older ones could be taken back. */
const NEWEST = 50;

export const copy = (text: string): string => Buffer.from(text).toString();
export const cut = (text: string, max: number): string =>
  copy(text.length > max ? `${text.slice(0, max)}…` : text);

/** It waits for a person, or for its turn, or is worked on. */
export const isOpen = ({ state }: Received): boolean => state === 'waiting' || state === 'working';

export function listedWhat(what: What): ShownWhat {
  const shown = shownWhat(what);
  if (shown.kind === 'gem') return { ...shown, extension: cut(shown.extension, MAX_NAME) };
  const isMore = shown.keys.length > MAX_KEYS;
  const keys = isMore ? shown.keys.slice(0, MAX_KEYS - 1) : shown.keys;
  const listed = new Set(keys);
  return {
    ...shown,
    settings: cut(shown.settings, MAX_TEXT),
    keys: [...keys.map((key) => cut(key, MAX_NAME)), ...(isMore ? ['…'] : [])],
    masked: shown.masked.filter((key) => listed.has(key)).map((key) => cut(key, MAX_NAME)),
  };
}

export function listedSteps(steps: readonly Step[]): Received['changes'] {
  const listed = steps.slice(0, MAX_KEYS);
  const max = Math.max(MIN_TEXT, Math.floor(MAX_TEXT / Math.max(1, listed.length)));
  return listed.map((step) => {
    const { section, key, before, after } = step;
    const text = (value: unknown): string => cut(JSON.stringify(maskAt(section, key, value)), max);
    return {
      path: cut(`${section}.${key}`, MAX_NAME),
      before: before === undefined ? null : text(before),
      after: text(after),
      takesEffect: takesEffect(step),
    };
  });
}

/** A change that was applied before this process, with its way back. */
export function fromBefore({ id, at, settings, steps }: AppliedChange): Item {
  const what: What = { kind: 'settings', settings, restart: false };
  return {
    ...{ what: emptied(what), bytes: 0, correlationId: undefined },
    view: {
      ...{ id, at, kind: 'settings', from: null, audience: 'us', what: listedWhat(what) },
      ...{ state: 'applied', stateAt: at, detail: cut(detailOf(what), MAX_NAME), error: null },
      ...{ changes: listedSteps(steps), canUndo: true, output: null },
    },
  };
}

export const keptItem = ({ view, what, bytes, correlationId }: Item): WaitingItem => ({
  ...{ view, what, bytes, correlationId },
});
export const itemFromKept = ({ correlationId, ...item }: WaitingItem): Item => ({ ...item, correlationId });

/** What is still told of it when there is nothing left to do. */
export const emptied = (what: What): What =>
  what.kind === 'settings'
    ? { ...what, settings: {} }
    : { ...what, extension: cut(what.extension, MAX_NAME) };

/** At most so many: what is done goes first, the oldest of it, and rather what cannot be taken back. */
export function trimmed(items: readonly Item[], canUndo: (view: Received) => boolean): Item[] {
  const kept = [...items];
  while (kept.length > MAX_ITEMS) {
    const old = kept.slice(0, -NEWEST).findIndex(({ view }) => !isOpen(view) && !canUndo(view));
    const done = old >= 0 ? old : kept.findIndex(({ view }) => !isOpen(view));
    if (done < 0) break;
    kept.splice(done, 1);
  }
  return kept;
}
