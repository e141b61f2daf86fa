/**
 * What others push to this node, obeyed as lex-node does and more carefully: each of the three functions is off, asked
 * for, or on; each ends in an UpdateResult; what was applied can be taken back. The bus does not sign: who is said to
 * have sent something is a claim.
 */
import * as z from 'zod';
import type { EventKind } from '../../../shared/domain/event.js';
import {
  RECEIVE_MODES,
  RECEIVED_KINDS,
  type Receive,
  type Received,
  type ReceivedKind,
  type ReceiveMode,
} from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { whatText } from '../../../shared/i18n/index.js';
import { readCorrelation } from '../../core/changes/match.js';
import { AppliedChange, createOwnSettings, takesEffect } from '../../core/changes/own-settings.js';
import { readPushed, type Pushed } from '../../core/changes/pushed.js';
import { shownWords } from '../../core/changes/run-views.js';
import {
  detailOf,
  maskSettings,
  maskValue,
  shownWhat,
  type Sections,
  type What,
} from '../../core/changes/what.js';
import type { EventLog } from '../../core/history/event-log.js';
import { nodeQueue } from '../../core/protocol/bus/topology.js';
import type { Bus, Delivery } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Installer } from '../../ports/installer.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import type { HeardFunction } from '../keys/exchange.js';
import { toStoreError } from '../keys/store-error.js';
import { createReports } from './reports.js';

export type ReceiverSettings = {
  readonly name: string;
  readonly profileId: string;
  readonly isReadOnly: boolean;
  readonly modes: Readonly<Record<ReceivedKind, ReceiveMode>>;
  /** Kinds whose mode the configuration fixes: a choice made in the window counts only for the others. */
  readonly chosen: readonly ReceivedKind[];
  readonly allow: readonly string[];
  /** Our own settings in LegionIO's layout. */
  readonly base: Sections;
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

type Item = { view: Received; readonly what: What; readonly correlationId: string | undefined };

const MAX_WAITING = 100;
const MAX_ITEMS = 200;
const MAX_OUTPUT = 2_000;
const ACTIONS = { settings: 'update_settings', gem: 'update_gem', message: 'message' } as const;
const Kept = z.object({
  version: z.literal(1),
  modes: z.record(z.string(), z.enum(RECEIVE_MODES)),
  applied: z.array(AppliedChange),
});

export function createReceiver(settings: ReceiverSettings, deps: ReceiverDeps) {
  const { clock, log, events, random } = deps;
  const own = createOwnSettings(settings.base, settings.allow);
  const reports = createReports(settings.name, deps);
  const modes = { ...settings.modes };
  const storeKey = `received.${settings.profileId}`;
  /** Newest last. */
  let items: Item[] = [];
  let installer = { available: false, about: '' };
  let rev = 0;
  let working: Promise<void> = Promise.resolve();
  let isBroken = false;

  const change = (item: Item, fields: Partial<Received>): void => {
    item.view = { ...item.view, ...fields, stateAt: clock.now() };
    rev += 1;
  };
  const record = (kind: EventKind, { view }: Item): void => {
    const { id, what, from, error } = view;
    const facts = { received: id, what: whatText(what), error };
    events.record({ kind, names: from === null ? [] : [from], facts }, clock.now());
  };
  const save = async (): Promise<void> => {
    // What could not be read is not written over.
    if (isBroken) throw new AppError('STORE_UNREADABLE', 'what was pushed before cannot be read');
    const free = RECEIVED_KINDS.filter((kind) => !settings.chosen.includes(kind));
    const chosen = Object.fromEntries(free.map((kind) => [kind, modes[kind]]));
    try {
      await deps.store.write(storeKey, { version: 1, modes: chosen, applied: own.applied() });
    } catch (cause) {
      throw toStoreError(cause);
    }
  };

  const fail = (item: Item, state: 'failed' | 'refused', error: string): void => {
    change(item, { state, error });
    record(`received.${state}`, item);
    report(item, 'failed', item.what.kind === 'gem' ? item.what.extension : null, error);
  };
  const report = (item: Item, status: string, detail: string | null, error: string | null): void =>
    reports.tell({
      ...{ action: ACTIONS[item.view.kind], status, detail, error },
      correlationId: item.correlationId,
    });

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
    const detail = detailOf(what);
    change(item, { state: 'applied', detail, changes: stepsOf(applied) });
    record('received.applied', item);
    deps.onChanged();
    if (what.restart) await deps.rejoin();
    report(item, 'success', detail, null);
  };
  const installGem = async (item: Item, what: Extract<What, { kind: 'gem' }>): Promise<void> => {
    change(item, { state: 'working' });
    const { ok, error, output } = await deps.installer.install(what.extension, what.version);
    change(item, { output: shownWords(output.slice(-MAX_OUTPUT)) });
    if (!ok) return fail(item, 'failed', error ?? 'not installed');
    const detail = detailOf(what);
    change(item, { state: 'applied', detail });
    record('received.applied', item);
    if (what.reload) await deps.rejoin();
    report(item, 'success', detail, null);
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

  const stepsOf = ({ steps }: Pick<AppliedChange, 'steps'>): Received['changes'] =>
    steps.map(({ path, before, after }) => {
      const key = path.slice(path.indexOf('.') + 1);
      const text = (value: unknown): string => JSON.stringify(maskValue(key, value));
      return {
        ...{ path, after: text(after), takesEffect: takesEffect(path) },
        before: before === undefined ? null : text(before),
      };
    });

  const add = ({ kind, what, problem }: Pushed, delivery: Delivery, at: number): Item => {
    const { exchange, routingKey, properties } = delivery;
    const isOurs = exchange === '' || routingKey === nodeQueue(settings.name);
    const isTaken = problem === null && what.kind === 'settings' && own.objection(what.settings) === null;
    const item: Item = {
      ...{ what, correlationId: properties.correlationId },
      view: {
        ...{ id: random.uuid(), kind, at, state: 'waiting', stateAt: at, detail: null, error: null },
        from: shownWords(readCorrelation(properties.correlationId)?.from || null),
        audience: isOurs ? 'us' : 'all',
        what: shownWhat(what),
        changes: isTaken ? stepsOf({ steps: [...own.preview(what.settings)] }) : [],
        ...{ canUndo: false, output: null },
      },
    };
    items.push(item);
    if (items.length > MAX_ITEMS) items = dropOldest(items);
    rev += 1;
    return item;
  };

  const find = (id: string): Item => {
    const item = items.find(({ view }) => view.id === id);
    if (!item) throw new AppError('RECEIVED_UNKNOWN', 'no such pushed change');
    return item;
  };
  const canUndo = ({ state, id }: Received): boolean => state === 'applied' && own.canUndo(id);

  return {
    rev: (): number => rev,
    own,

    /** Reads what was pushed before. Never rejects. */
    async load(): Promise<void> {
      try {
        const kept = await deps.store.read(storeKey);
        const read = kept === undefined || kept === null ? null : Kept.parse(kept);
        for (const kind of RECEIVED_KINDS)
          if (!settings.chosen.includes(kind)) modes[kind] = read?.modes[kind] ?? modes[kind];
        if (read) own.restore(read.applied);
        for (const applied of read?.applied ?? []) items.push(fromBefore(applied, stepsOf(applied)));
      } catch (error) {
        isBroken = true;
        log.error({ error }, 'what was pushed to this node before cannot be read');
      }
      installer = await deps.installer.about();
      rev += 1;
    },

    /** `update_settings`, `update_gem` or `message`, meant for us. Each ends in an UpdateResult. */
    hear(message: HeardFunction, delivery: Delivery, at: number): void {
      const pushed = readPushed(message, delivery);
      if (!pushed) return;
      const item = add(pushed, delivery, at);
      if (pushed.problem !== null) return fail(item, 'failed', pushed.problem);
      const mode = settings.isReadOnly ? 'off' : modes[pushed.kind];
      if (mode === 'off')
        return fail(item, 'refused', `${ACTIONS[pushed.kind]} is switched off on this console`);
      if (mode === 'on') return void obey(item);
      if (items.filter(({ view }) => view.state === 'waiting').length > MAX_WAITING)
        return fail(item, 'refused', 'too many changes wait for a person on this console');
      record('received.asked', item);
    },

    /** Throws RECEIVED_UNKNOWN or RECEIVED_DECIDED. */
    async decide(id: string, accept: boolean): Promise<void> {
      const item = find(id);
      if (item.view.state !== 'waiting') throw new AppError('RECEIVED_DECIDED', `it is ${item.view.state}`);
      if (!accept) return fail(item, 'refused', 'refused by the person at this console');
      change(item, { state: 'working' });
      await obey(item);
    },
    /** Throws RECEIVED_UNKNOWN, RECEIVED_NO_UNDO or STORE_UNREADABLE. */
    async undo(id: string): Promise<void> {
      const item = find(id);
      if (!canUndo(item.view)) throw new AppError('RECEIVED_NO_UNDO', 'nothing to take back');
      own.undo(id);
      await save();
      change(item, { state: 'undone' });
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

    linkUp: (): void => void reports.flush(),
    waiting: () => items.filter(({ view }) => view.state === 'waiting').map(({ view }) => view),
    view(): Receive {
      const views = items.map(({ view }) => ({ ...view, canUndo: canUndo(view) })).reverse();
      const isWaiting = ({ state }: Received): boolean => state === 'waiting';
      return {
        at: clock.now(),
        modes: { ...modes },
        allow: [...settings.allow],
        installer,
        settings: JSON.stringify(maskSettings(own.tree() as Sections), null, 2),
        items: [...views.filter(isWaiting), ...views.filter((view) => !isWaiting(view))],
      };
    },

    /** Those who wait are told that nobody decided. Never rejects. */
    async stop(): Promise<void> {
      for (const item of items)
        if (item.view.state === 'waiting') fail(item, 'refused', 'this console left before anybody decided');
      await reports.flush();
    },
  };
}

/** A change that was applied before this process, with its way back. */
function fromBefore(applied: AppliedChange, changes: Received['changes']): Item {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const { path, after } of applied.steps) {
    const dot = path.indexOf('.');
    (sections[path.slice(0, dot)] ??= {})[path.slice(dot + 1)] = after;
  }
  const what: What = { kind: 'settings', settings: sections, restart: false };
  return {
    ...{ what, correlationId: undefined },
    view: {
      ...{
        id: applied.id,
        kind: 'settings',
        at: applied.at,
        from: null,
        audience: 'us',
        what: shownWhat(what),
      },
      ...{ state: 'applied', stateAt: applied.at, detail: detailOf(what), error: null, changes },
      ...{ canUndo: true, output: null },
    },
  };
}

/** Those that wait for a person stay. */
function dropOldest(items: readonly Item[]): Item[] {
  const index = items.findIndex(({ view }) => view.state !== 'waiting' && view.state !== 'working');
  return items.filter((_, place) => place !== Math.max(0, index));
}
