/**
 * What others push to this node, obeyed as lex-node does and more carefully: each of the three functions is off, asked
 * for, or on; each ends in an UpdateResult; what was applied can be taken back. The bus does not sign: who is said to
 * have sent something is a claim.
 */
import type { EventKind } from '../../../shared/domain/event.js';
import {
  RECEIVED_KINDS,
  type Receive,
  type Received,
  type ReceivedKind,
  type ReceiveMode,
} from '../../../shared/domain/received.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { whatText } from '../../../shared/i18n/index.js';
import { maskText } from '../../../shared/lib/mask-text.js';
import { readCorrelation } from '../../core/changes/match.js';
import { createOwnSettings, type KeptSettings } from '../../core/changes/own-settings.js';
import { readPushed, type Pushed } from '../../core/changes/pushed.js';
import { shownWords } from '../../core/changes/run-views.js';
import { detailOf, maskSettings, wordsWithout, type Sections, type What } from '../../core/changes/what.js';
import type { EventLog } from '../../core/history/event-log.js';
import { nodeQueue } from '../../core/protocol/bus/topology.js';
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Bus, Delivery } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Installer } from '../../ports/installer.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import type { HeardFunction } from '../keys/exchange.js';
import { createKept } from './kept.js';
import {
  copy,
  cut,
  emptied,
  fromBefore,
  isOpen,
  itemFromKept,
  keptItem,
  listedSteps,
  listedWhat,
  trimmed,
  type Item,
} from './items.js';
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
  /** Settings went back to what they were. */
  readonly onUndone: () => void;
  /** Leaves the bus and joins it again. */
  readonly rejoin: () => Promise<void>;
  readonly isLive: () => boolean;
};
export type ReceiverService = ReturnType<typeof createReceiver>;

/** For a person; and for their turn. */
const MAX_PER_SECOND = 1_000;
const MAX_WAITING = 100;
const MAX_QUEUED = 100;
/** Of the messages of both. */
const MAX_BYTES = 8_000_000;
const MAX_OUTPUT = 2_000;
const MAX_TREE = 262_144;
const STOP_MS = 2_000;
const LEFT = 'this console left before anybody decided';
const CUT_OFF = 'this console ended before it was done';
const CUT_OFF_GEM = 'this console ended while it was being installed, and does not know whether it is there';
const ACTIONS = { settings: 'update_settings', gem: 'update_gem', message: 'message' } as const;
export function createReceiver(settings: ReceiverSettings, deps: ReceiverDeps) {
  const { clock, log, events, random } = deps;
  const own = createOwnSettings(settings.base, settings.allow);
  const reports = createReports(settings.name, deps);
  let modes = { ...settings.modes };
  const kept = createKept(`received.${settings.profileId}`, deps.store);
  /** Newest last. */
  let items: Item[] = [];
  let installer = { available: false, about: '' };
  let rev = 0;
  let turns = { second: 0, taken: 0 };
  let working: Promise<void> = Promise.resolve();
  /** What is worked on; others in state `working` wait for their turn. */
  let current: Item | null = null;
  let shownTree = { tree: {}, text: '' };
  let isStopped = false;

  const change = (item: Item, fields: Partial<Received>): void => {
    item.view = { ...item.view, ...fields, stateAt: clock.now() };
    if (!isOpen(item.view)) item.what = emptied(item.what);
    rev += 1;
  };
  const record = (kind: EventKind, { view }: Item): void => {
    const { id, what, from, error } = view;
    const facts = { received: id, what: whatText(what), error };
    events.record({ kind, names: from === null ? [] : [from], facts }, clock.now());
  };
  const free = RECEIVED_KINDS.filter((kind) => !settings.chosen.includes(kind));
  const save = (next: KeptSettings, wanted = modes): Promise<void> =>
    kept.save(
      next,
      Object.fromEntries(free.map((kind) => [kind, wanted[kind]])),
      items.filter(({ view }) => isOpen(view)).map(keptItem),
    );
  /** What is open is kept, soon and together, so that a crash does not leave the sender without an answer. */
  let isKeeping = false;
  const keepOpen = (): void => {
    if (isKeeping) return;
    isKeeping = true;
    const keep = async (): Promise<void> => {
      isKeeping = false;
      await save(own.kept());
    };
    kept.alone(keep).catch((error: unknown) => log.error({ error }, 'what is open could not be kept'));
  };

  const fail = (item: Item, state: 'failed' | 'refused', words: string): void => {
    const { what } = item;
    const safe = what.kind === 'settings' ? wordsWithout(words, what.settings) : words;
    const error = copy(shownWords(safe) ?? '');
    report(item, 'failed', what.kind === 'gem' ? what.extension : null, error);
    change(item, { state, error });
    record(`received.${state}`, item);
  };
  const report = (item: Item, status: string, detail: string | null, error: string | null): void =>
    reports.tell({
      ...{ action: ACTIONS[item.view.kind], status, detail, error },
      correlationId: item.correlationId,
    });
  const comeAgain = async (): Promise<void> => {
    if (isStopped) return;
    await deps.rejoin().catch((error: unknown) => log.error({ error }, 'leaving and joining again failed'));
  };

  const stepsOf = (what: What): Received['changes'] =>
    what.kind === 'settings' && own.objection(what.settings) === null
      ? listedSteps(own.preview(what.settings))
      : [];
  /** Whoever decides on those that wait sees what they would change now. */
  const lookAgain = (): void => {
    for (const item of items)
      if (item.view.state === 'waiting') item.view = { ...item.view, changes: stepsOf(item.what) };
  };

  const applySettings = async (item: Item, what: Extract<What, { kind: 'settings' }>): Promise<void> => {
    const objection = await kept.alone(async () => {
      const words = own.objection(what.settings);
      if (words !== null) return words;
      const plan = own.planApply(item.view.id, what.settings, clock.now());
      const steps = own.preview(what.settings);
      try {
        await save(plan.kept);
      } catch (error) {
        log.error({ error }, 'a pushed change could not be kept');
        return 'it could not be kept on this machine';
      }
      plan.commit();
      change(item, {
        ...{ state: 'applied', detail: cut(detailOf(what), MAX_OUTPUT), changes: listedSteps(steps) },
      });
      lookAgain();
      return null;
    });
    if (objection !== null) return fail(item, 'failed', objection);
    record('received.applied', item);
    deps.onChanged();
    if (what.restart) await comeAgain();
    report(item, 'success', item.view.detail, null);
  };
  const installGem = async (item: Item, what: Extract<What, { kind: 'gem' }>): Promise<void> => {
    const { ok, error, output } = await deps.installer.install(what.extension, what.version);
    change(item, { output: copy(maskText(output).slice(-MAX_OUTPUT)) });
    if (!ok) return fail(item, 'failed', error ?? 'not installed');
    const detail = detailOf(what);
    change(item, { state: 'applied', detail });
    record('received.applied', item);
    if (what.reload) await comeAgain();
    report(item, 'success', detail, null);
  };
  /** One after the other: a restart in between is part of the first. */
  const obey = (item: Item): Promise<void> => {
    if (items.filter(({ view }) => view.state === 'working').length >= MAX_QUEUED) {
      fail(item, 'failed', 'too many changes wait on this console');
      return Promise.resolve();
    }
    change(item, { state: 'working' });
    keepOpen();
    working = working.then(async () => {
      // It was refused while it waited for its turn.
      if (item.view.state !== 'working') return;
      current = item;
      const { what } = item;
      try {
        await (what.kind === 'settings' ? applySettings(item, what) : installGem(item, what));
      } catch (error) {
        log.error({ error }, 'a pushed change failed unexpectedly');
        fail(item, 'failed', 'it failed unexpectedly on this machine');
      }
      current = null;
      keepOpen();
    });
    return working;
  };

  /** It was worked on when the process before this one ended: its sender still waits for a word. */
  const interrupted = (item: Item, isApplied: boolean): void => {
    if (isApplied) return report(item, 'success', cut(detailOf(item.what), MAX_OUTPUT), null);
    fail(item, 'failed', item.what.kind === 'gem' ? CUT_OFF_GEM : CUT_OFF);
  };

  const add = ({ kind, what, problem }: Pushed, delivery: Delivery, at: number): Item => {
    const { exchange, routingKey, properties } = delivery;
    const isOurs = exchange === '' || routingKey === nodeQueue(settings.name);
    const item: Item = {
      ...{ what, bytes: delivery.body.length, correlationId: properties.correlationId },
      view: {
        ...{ id: random.uuid(), kind, at, state: 'waiting', stateAt: at, detail: null, error: null },
        from: shownWords(readCorrelation(properties.correlationId)?.from || null),
        audience: isOurs ? 'us' : 'all',
        what: listedWhat(what),
        changes: problem === null ? stepsOf(what) : [],
        ...{ canUndo: false, output: null },
      },
    };
    items.push(item);
    rev += 1;
    return item;
  };
  const judge = (item: Item, { kind, problem }: Pushed): void => {
    if (problem !== null) return fail(item, 'failed', problem);
    const mode = settings.isReadOnly ? 'off' : modes[kind];
    if (mode === 'off') return fail(item, 'refused', `${ACTIONS[kind]} is switched off on this console`);
    if (isStopped) return fail(item, 'refused', LEFT);
    const open = items.filter(({ view }) => isOpen(view));
    const bytes = open.reduce((sum, each) => sum + each.bytes, 0);
    if (mode === 'on' && bytes <= MAX_BYTES) return void obey(item);
    if (mode === 'on') return fail(item, 'failed', 'too many changes wait on this console');
    // What nobody here could accept waits for nobody.
    const objection = item.what.kind === 'settings' ? own.objection(item.what.settings) : null;
    if (objection !== null) return fail(item, 'failed', objection);
    if (bytes > MAX_BYTES || open.filter(({ view }) => view.state === 'waiting').length > MAX_WAITING)
      return fail(item, 'refused', 'too many changes wait for a person on this console');
    record('received.asked', item);
    keepOpen();
  };

  /** Each push costs an answer and a line of the audit; whoever floods us gets only so many. Throws ProtocolError RATE. */
  const takeTurn = (): void => {
    const second = Math.floor(clock.uptime() / 1_000);
    turns = second === turns.second ? { second, taken: turns.taken + 1 } : { second, taken: 1 };
    if (turns.taken > MAX_PER_SECOND) throw new ProtocolError('RATE', 'more pushes than anybody means');
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
      // It may take seconds, and nothing here needs it.
      deps.installer
        .about()
        .then((found) => {
          installer = found;
          rev += 1;
        })
        .catch((error: unknown) => log.error({ error }, 'the installer cannot be asked'));
      try {
        const read = await kept.load();
        for (const kind of free) modes[kind] = read?.modes[kind] ?? modes[kind];
        if (read) own.restore(read.settings);
        const applied = new Set(own.applied().map(({ id }) => id));
        const open = (read?.waiting ?? []).map(itemFromKept);
        const listed = open.filter(({ view }) => !applied.has(view.id));
        items = trimmed([...own.applied().map(fromBefore), ...listed, ...items], canUndo);
        for (const item of open)
          if (item.view.state === 'working') interrupted(item, applied.has(item.view.id));
        lookAgain();
        keepOpen();
      } catch (error) {
        log.error({ error }, 'what was pushed to this node before cannot be read');
      }
      rev += 1;
    },

    /** `update_settings`, `update_gem` or `message`, meant for us. Each ends in an UpdateResult. */
    hear(message: HeardFunction, delivery: Delivery, at: number): void {
      const pushed = readPushed(message, delivery);
      if (!pushed) return;
      takeTurn();
      judge(add(pushed, delivery, at), pushed);
      items = trimmed(items, canUndo);
    },

    /** Throws RECEIVED_UNKNOWN or RECEIVED_DECIDED. */
    async decide(id: string, accept: boolean): Promise<void> {
      const item = find(id);
      if (item.view.state !== 'waiting') throw new AppError('RECEIVED_DECIDED', `it is ${item.view.state}`);
      keepOpen();
      if (!accept) return fail(item, 'refused', 'refused by the person at this console');
      await obey(item);
    },
    /** Throws RECEIVED_UNKNOWN, RECEIVED_NO_UNDO or STORE_UNREADABLE; then nothing has changed. */
    undo: (id: string): Promise<void> =>
      kept.alone(async () => {
        const item = find(id);
        const plan = item.view.state === 'applied' ? own.planUndo(id) : null;
        if (!plan) throw new AppError('RECEIVED_NO_UNDO', 'nothing to take back');
        await save(plan.kept);
        plan.commit();
        change(item, { state: 'undone' });
        // Later ones may have another value to go back to now.
        for (const applied of own.applied()) {
          const later = items.find(({ view }) => view.id === applied.id);
          if (later) later.view = { ...later.view, changes: listedSteps(applied.steps) };
        }
        lookAgain();
        record('received.undone', item);
        deps.onUndone();
        deps.onChanged();
      }),
    setMode: (kind: ReceivedKind, mode: ReceiveMode): Promise<void> =>
      kept.alone(async () => {
        const wanted = { ...modes, [kind]: mode };
        await save(own.kept(), wanted);
        modes = wanted;
        rev += 1;
        events.record({ kind: 'received.mode', facts: { what: kind, policy: mode } }, clock.now());
      }),

    /** Reports that could not be sent are sent now. */
    linkUp: (): void => void reports.flush(),
    waiting: () => items.filter(({ view }) => view.state === 'waiting').map(({ view }) => view),
    view(): Receive {
      const views = items.map(({ view }) => ({ ...view, canUndo: canUndo(view) })).reverse();
      const isWaiting = ({ state }: Received): boolean => state === 'waiting';
      const tree = own.tree();
      if (shownTree.tree !== tree)
        shownTree = { tree, text: cut(JSON.stringify(maskSettings(tree as Sections), null, 2), MAX_TREE) };
      return {
        at: clock.now(),
        modes: { ...modes },
        allow: [...settings.allow],
        installer,
        settings: shownTree.text,
        items: [...views.filter(isWaiting), ...views.filter((view) => !isWaiting(view))],
      };
    },

    /** Who waits is told so; what is being worked on may end, and be reported, within two seconds. Never rejects. */
    async stop(): Promise<void> {
      isStopped = true;
      for (const item of items) if (isOpen(item.view) && item !== current) fail(item, 'refused', LEFT);
      keepOpen();
      await new Promise<void>((resolve) => {
        const cancel = clock.after(STOP_MS, resolve);
        void working.then(reports.flush).finally(() => {
          cancel();
          resolve();
        });
      });
    },
  };
}
