/**
 * What others push to this node, obeyed as lex-node does and more carefully: each of the three functions is off, asked
 * for, or on; each ends in an UpdateResult; what was applied can be taken back. The bus does not sign: who is said to
 * have sent something is a claim.
 */
import * as z from 'zod';
import type { EventKind } from '../../../shared/domain/event.js';
import {
  RECEIVE_MODES,
  type Receive,
  type Received,
  type ReceivedKind,
  type ReceiveMode,
} from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { whatText } from '../../../shared/i18n/index.js';
import { isJsonObject } from '../../../shared/lib/json.js';
import { AppliedChange, createOwnSettings, takesEffect } from '../../core/changes/own-settings.js';
import { readCorrelation } from '../../core/changes/match.js';
import { shownWords } from '../../core/changes/run-views.js';
import {
  detailOf,
  maskSettings,
  maskValue,
  readWhat,
  shownWhat,
  type What,
} from '../../core/changes/what.js';
import type { EventLog } from '../../core/history/event-log.js';
import { updateResult } from '../../core/protocol/bus/change-messages.js';
import type { Bus, Delivery } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Installer } from '../../ports/installer.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import type { HeardFunction } from '../keys/exchange.js';

export type ReceiverSettings = {
  readonly name: string;
  readonly profileId: string;
  readonly isReadOnly: boolean;
  readonly modes: Readonly<Record<ReceivedKind, ReceiveMode>>;
  /** Kinds whose mode the configuration fixes: a choice made in the window counts only for the others. */
  readonly chosen: readonly ReceivedKind[];
  readonly allow: readonly string[];
  /** Our own settings in LegionIO's layout. */
  readonly base: Readonly<Record<string, unknown>>;
};
export type ReceiverDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly events: EventLog;
  readonly installer: Installer;
  /** Where only this user may read: pushed values may be secret. */
  readonly store: Store;
  /** Something took effect: beats and messages are to follow. */
  readonly onChanged: () => void;
  /** Leaves the bus and joins it again. */
  readonly rejoin: () => Promise<void>;
  readonly isLive: () => boolean;
};
export type ReceiverService = ReturnType<typeof createReceiver>;

type Item = {
  view: Received;
  readonly what: What;
  readonly action: 'update_settings' | 'update_gem' | 'message';
  readonly correlationId: string | undefined;
};
type Result = { status: 'success' | 'failed'; detail: string | null; error: string | null };

const MAX_WAITING = 100;
const MAX_ITEMS = 200;
const MAX_OUTBOX = 1_000;
const ACTIONS = { settings: 'update_settings', gem: 'update_gem', message: 'message' } as const;
const Kept = z.object({
  version: z.literal(1),
  modes: z.record(z.string(), z.enum(RECEIVE_MODES)),
  applied: z.array(AppliedChange),
});
/** LegionIO merges headers and these over the body; they are no settings. */
const NOT_SETTINGS: ReadonlySet<string> = new Set(['function', 'routing_key', 'datetime', 'timestamp']);

export function createReceiver(settings: ReceiverSettings, deps: ReceiverDeps) {
  const { clock, log, events, random } = deps;
  const own = createOwnSettings(settings.base, settings.allow);
  const modes = { ...settings.modes };
  const storeKey = `received.${settings.profileId}`;
  /** Newest last. */
  let items: Item[] = [];
  let outbox: { item: Item; result: Result; at: number }[] = [];
  let installer = { available: false, about: '' };
  let rev = 0;
  let working: Promise<void> = Promise.resolve();
  let isBroken = false;

  const change = (item: Item, fields: Partial<Received>): void => {
    item.view = { ...item.view, ...fields, stateAt: clock.now() };
    rev += 1;
  };
  const record = (kind: EventKind, item: Item): void => {
    const { id, what, from, error } = item.view;
    events.record(
      { kind, names: from === null ? [] : [from], facts: { received: id, what: whatText(what), error } },
      clock.now(),
    );
  };
  const save = async (): Promise<void> => {
    // What could not be read is not written over.
    if (isBroken) throw new AppError('STORE_UNREADABLE', 'what was pushed before cannot be read');
    const chosen = Object.fromEntries(
      Object.entries(modes).filter(([kind]) => !settings.chosen.includes(kind as ReceivedKind)),
    );
    await deps.store.write(storeKey, { version: 1, modes: chosen, applied: own.applied() });
  };

  const tell = (item: Item, result: Result): void => {
    outbox.push({ item, result, at: clock.now() });
    if (outbox.length > MAX_OUTBOX) outbox.shift();
    void flush();
  };
  /** What cannot be sent now is sent when we are back. */
  const flush = async (): Promise<void> => {
    if (!deps.isLive()) return;
    const waiting = outbox;
    outbox = [];
    for (const entry of waiting) {
      const { item, result } = entry;
      try {
        await deps.bus.publish(
          updateResult(settings.name, { action: item.action, ...result }, item.correlationId, clock.now()),
        );
      } catch (error) {
        log.debug({ error }, 'an update result waits for the link');
        outbox.push(entry);
      }
    }
  };
  const fail = (item: Item, state: 'failed' | 'refused', error: string): void => {
    change(item, { state, error });
    record(`received.${state}`, item);
    tell(item, { status: 'failed', detail: item.what.kind === 'gem' ? item.what.extension : null, error });
  };

  const applySettings = async (item: Item, what: Extract<What, { kind: 'settings' }>): Promise<void> => {
    const objection = own.objection(what.settings);
    if (objection !== null) return fail(item, 'failed', objection);
    const applied = own.apply(item.view.id, what.settings, clock.now());
    try {
      await save();
    } catch (error) {
      own.undo(item.view.id);
      log.error({ error }, 'a pushed change could not be kept');
      return fail(item, 'failed', 'it could not be kept on this machine');
    }
    change(item, { state: 'applied', detail: detailOf(what), canUndo: true, changes: stepsOf(applied) });
    record('received.applied', item);
    deps.onChanged();
    if (what.restart) await deps.rejoin();
    tell(item, { status: 'success', detail: detailOf(what), error: null });
  };
  const installGem = async (item: Item, what: Extract<What, { kind: 'gem' }>): Promise<void> => {
    change(item, { state: 'working' });
    const { ok, error, output } = await deps.installer.install(what.extension, what.version);
    change(item, { output: shownWords(output.slice(-2_000)) });
    if (!ok) return fail(item, 'failed', error ?? 'not installed');
    change(item, { state: 'applied', detail: detailOf(what) });
    record('received.applied', item);
    if (what.reload) await deps.rejoin();
    tell(item, { status: 'success', detail: detailOf(what), error: null });
  };
  /** One after the other: a restart in between is part of the first. */
  const obey = (item: Item): Promise<void> => {
    const { what } = item;
    working = working
      .then(() => (what.kind === 'settings' ? applySettings(item, what) : installGem(item, what)))
      .catch((error: unknown) => {
        log.error({ error }, 'a pushed change failed unexpectedly');
        fail(item, 'failed', 'it failed unexpectedly on this machine');
      });
    return working;
  };

  const stepsOf = ({ steps }: AppliedChange): Received['changes'] =>
    steps.map(({ path, before, after }) => {
      const key = path.slice(path.indexOf('.') + 1);
      const text = (value: unknown): string => JSON.stringify(maskValue(key, value));
      return {
        path,
        before: before === undefined ? null : text(before),
        after: text(after),
        takesEffect: takesEffect(path),
      };
    });

  const take = (kind: ReceivedKind, what: What, delivery: Delivery, at: number): void => {
    const { correlationId } = delivery.properties;
    const preview =
      what.kind === 'settings' && own.objection(what.settings) === null ? own.preview(what.settings) : [];
    const item: Item = {
      what,
      action: ACTIONS[kind],
      correlationId,
      view: {
        ...{
          id: random.uuid(),
          kind,
          at,
          state: 'waiting',
          stateAt: at,
          detail: null,
          error: null,
          canUndo: false,
        },
        from: shownWords(readCorrelation(correlationId)?.from || null),
        audience: delivery.exchange === '' || delivery.routingKey === `node.${settings.name}` ? 'us' : 'all',
        what: shownWhat(what),
        changes: stepsOf({
          id: '',
          at,
          steps: preview.map(({ path, before, after }) => ({ path, before, after })),
        }),
        output: null,
      },
    };
    items.push(item);
    if (items.length > MAX_ITEMS) items = dropOldest(items);
    rev += 1;
    const mode = settings.isReadOnly ? 'off' : modes[kind];
    if (mode === 'off') return fail(item, 'refused', `${item.action} is switched off on this console`);
    if (mode === 'on') return void obey(item);
    if (items.filter(({ view }) => view.state === 'waiting').length > MAX_WAITING)
      return fail(item, 'refused', 'too many changes wait for a person on this console');
    record('received.asked', item);
  };

  const find = (id: string): Item => {
    const item = items.find(({ view }) => view.id === id);
    if (!item) throw new AppError('RECEIVED_UNKNOWN', 'no such pushed change');
    return item;
  };

  return {
    rev: (): number => rev,
    own,

    /** Reads what was pushed before. Never rejects. */
    async load(): Promise<void> {
      try {
        const kept = await deps.store.read(storeKey);
        const read = kept === undefined || kept === null ? null : Kept.parse(kept);
        for (const kind of Object.keys(modes) as ReceivedKind[])
          if (!settings.chosen.includes(kind)) modes[kind] = read?.modes[kind] ?? modes[kind];
        if (read) own.restore(read.applied);
        for (const applied of read?.applied ?? []) items.push(restored(applied));
      } catch (error) {
        isBroken = true;
        log.error({ error }, 'what was pushed to this node before cannot be read');
      }
      installer = await deps.installer.about();
      rev += 1;
    },

    /** `update_settings`, `update_gem` or `message`, meant for us. Each ends in an UpdateResult. */
    hear(message: HeardFunction, delivery: Delivery, at: number): void {
      const { body } = message;
      if (message.name === 'update_gem') {
        const { what, notes } = readWhat({
          ...{ kind: 'gem', extension: String(body['extension']), reload: body['reload'] !== false },
          version: typeof body['version'] === 'string' ? body['version'] : null,
        });
        const reload = body['reload'] !== false;
        const shown = {
          kind: 'gem',
          extension: String(body['extension']).slice(0, 100),
          version: null,
          reload,
        } as const;
        if (what) return take('gem', what, delivery, at);
        return refuse(
          'gem',
          shown,
          `not a name or version of an extension (${notes[0]?.code ?? ''})`,
          delivery,
          at,
        );
      }
      const pushed =
        message.name === 'message'
          ? sectionsOf(body, delivery)
          : (body['settings'] as Record<string, unknown>);
      const kind = message.name === 'message' ? 'message' : 'settings';
      if (message.name === 'message' && Object.keys(pushed).length === 0) return;
      const restart = message.name !== 'message' && body['restart'] === true;
      const { what, notes } = readWhat({ kind: 'settings', settings: deepText(pushed), restart });
      const isEmpty = notes.some(({ code }) => code === 'empty');
      if (what && !isEmpty) return take(kind, what, delivery, at);
      // As LegionIO: nothing to do is done.
      if (isEmpty) return take(kind, { kind: 'settings', settings: {}, restart }, delivery, at);
      const error = notes.find(({ severity }) => severity === 'error');
      const where = error?.facts['path'];
      refuse(
        kind,
        emptyWhat(restart),
        `these settings cannot be taken: ${error?.code ?? ''}${where ? ` at ${where}` : ''}`,
        delivery,
        at,
      );
    },

    async decide(id: string, accept: boolean): Promise<void> {
      const item = find(id);
      if (item.view.state !== 'waiting') throw new AppError('RECEIVED_DECIDED', `it is ${item.view.state}`);
      if (!accept) return fail(item, 'refused', 'refused by the person at this console');
      change(item, { state: 'working' });
      await obey(item);
    },
    async undo(id: string): Promise<void> {
      const item = find(id);
      if (item.view.state !== 'applied' || !own.canUndo(id))
        throw new AppError('RECEIVED_NO_UNDO', 'nothing to take back');
      own.undo(id);
      await save();
      change(item, { state: 'undone', canUndo: false });
      record('received.undone', item);
      deps.onChanged();
    },
    async setMode(kind: ReceivedKind, mode: ReceiveMode): Promise<void> {
      const before = modes[kind];
      modes[kind] = mode;
      try {
        await save();
      } catch (error) {
        modes[kind] = before;
        throw error;
      }
      rev += 1;
      events.record({ kind: 'received.mode', facts: { what: kind, policy: mode } }, clock.now());
    },

    linkUp: (): void => void flush(),
    waiting: () => items.filter(({ view }) => view.state === 'waiting').map(({ view }) => view),
    view(): Receive {
      const views = items
        .map(({ view }) => ({ ...view, canUndo: view.state === 'applied' && own.canUndo(view.id) }))
        .reverse();
      return {
        at: clock.now(),
        modes: { ...modes },
        allow: [...settings.allow],
        installer,
        settings: JSON.stringify(
          maskSettings(own.tree() as Record<string, Record<string, unknown>>),
          null,
          2,
        ),
        items: [
          ...views.filter(({ state }) => state === 'waiting'),
          ...views.filter(({ state }) => state !== 'waiting'),
        ],
      };
    },

    /** Those who wait are told that nobody decided. Never rejects. */
    async stop(): Promise<void> {
      for (const item of items)
        if (item.view.state === 'waiting') fail(item, 'refused', 'this console left before anybody decided');
      await flush();
    },
  };

  /** What cannot even be read as a change is answered all the same. */
  function refuse(kind: ReceivedKind, what: What, error: string, delivery: Delivery, at: number): void {
    const { correlationId } = delivery.properties;
    const item: Item = {
      ...{ what, action: ACTIONS[kind], correlationId },
      view: {
        ...{
          id: random.uuid(),
          kind,
          at,
          from: shownWords(readCorrelation(correlationId)?.from || null),
          audience: 'us',
        },
        ...{
          what: shownWhat(what),
          state: 'waiting',
          stateAt: at,
          detail: null,
          error: null,
          changes: [],
          canUndo: false,
        },
        output: null,
      },
    };
    items.push(item);
    if (items.length > MAX_ITEMS) items = dropOldest(items);
    fail(item, 'failed', error);
  }
  function restored(applied: AppliedChange): Item {
    const sections: Record<string, Record<string, unknown>> = {};
    for (const { path, after } of applied.steps) {
      const dot = path.indexOf('.');
      (sections[path.slice(0, dot)] ??= {})[path.slice(dot + 1)] = after;
    }
    const what: What = { kind: 'settings', settings: sections, restart: false };
    return {
      ...{ what, action: 'update_settings', correlationId: undefined },
      view: {
        ...{
          id: applied.id,
          kind: 'settings',
          at: applied.at,
          from: null,
          audience: 'us',
          what: shownWhat(what),
        },
        ...{
          state: 'applied',
          stateAt: applied.at,
          detail: detailOf(what),
          error: null,
          changes: stepsOf(applied),
        },
        ...{ canUndo: true, output: null },
      },
    };
  }
}

const emptyWhat = (restart: boolean): What => ({ kind: 'settings', settings: {}, restart });

/** `message`: whatever of body and headers is a section; LegionIO raises at the first that is none, which nobody means. */
function sectionsOf(body: Record<string, unknown>, { properties }: Delivery): Record<string, unknown> {
  const headers = properties.headers ?? {};
  return Object.fromEntries(
    Object.entries(body).filter(
      ([key, value]) => isJsonObject(value) && !NOT_SETTINGS.has(key) && !Object.hasOwn(headers, key),
    ),
  );
}

/** JSON text, or one that is refused when the value is nested too deeply to be written. */
function deepText(value: unknown): string {
  try {
    return JSON.stringify(value ?? null);
  } catch (error) {
    if (error instanceof RangeError) return '['.repeat(100);
    throw error;
  }
}

/** Those that wait for a person stay. */
function dropOldest(items: readonly Item[]): Item[] {
  const index = items.findIndex(({ view }) => view.state !== 'waiting' && view.state !== 'working');
  return items.filter((_, place) => place !== Math.max(0, index));
}
