/**
 * One legion from our side: its socket, our part in the vote, what is sent and heard. The election decides; this opens
 * packets, runs hooks beside the announces, and keeps the time. A new part (role, valor, after a sleep) is a new uuid,
 * and the old one says that it is dead first, so that nobody counts us twice.
 */
import { AppError } from '../../../shared/errors/app-error.js';
import {
  createElection,
  type Effect,
  type Election,
  type Peer,
  type Self,
} from '../../core/election/election.js';
import { whyOf, type Why } from '../../core/election/why.js';
import type { Cancel } from '../../ports/clock.js';
import type { DatagramSocket } from '../../ports/datagrams.js';
import { createHooks, type HookFacts } from './hooks.js';
import type { Lords } from './lords.js';
import type { LegionConfig, LegionDeps, LegionSettings } from './types.js';
import { createWire } from './wire.js';
import { createLordWatch } from './lord-watch.js';
import { createLordship } from './lordship.js';
import { createStatsWitness } from './stats.js';
import { createStory } from './story.js';

type Part = {
  readonly self: Self;
  readonly election: Election;
  readonly joinedAt: number;
  /** Nothing is taken over any more. */
  isLeaving: boolean;
};

/** Whoever follows us has so long to say so. */
const HAND_OVER_MS = 5_000;
const LOOK_MS = 20;
/** At the end of the process hooks have so long; then we are gone, and they finish by themselves. */
const STOP_HOOKS_MS = 10_000;
const RETRY_OPEN_MS = 10_000;
/** The loop of a multicast group brings back what we said within moments. */
const MAX_FORMER = 32;

export type Membership = ReturnType<typeof createMembership>;

export function createMembership(
  config: LegionConfig,
  settings: Pick<LegionSettings, 'host' | 'pid'>,
  deps: LegionDeps,
  lords: Lords,
) {
  const { clock, random, log, datagrams, power, record } = deps;
  const wire = createWire(config, clock);
  const hooks = createHooks(config, deps);
  const stats = createStatsWitness(config, deps, () => {
    const now = why();
    const members = [...(part?.election.peers().values() ?? []), ...(part ? [part.self] : [])];
    return {
      lordUuid: now.kind === 'lord' || now.kind === 'disputed' ? now.lord.uuid : null,
      nameOf: (uuid) => members.find((member) => member.uuid === uuid)?.name ?? null,
    };
  });
  const story = createStory(config, deps, lords);
  const lordWatch = createLordWatch<Part>(config, deps, {
    isCurrent: (from) => from === part,
    isVoter: () => isVoter(),
    told: story.told,
    act,
    arm,
    tellDeathOf,
  });
  const lordship = createLordship(config, hooks, settings.host, () => facts());
  /** Uuids that we said goodbye under. */
  const formerly = new Set<string>();
  let socket: DatagramSocket | null = null;
  let part: Part | null = null;
  let problem: AppError | null = null;
  let timer: Cancel = () => undefined;
  let retry: Cancel = () => undefined;
  let comeBack: Cancel = () => undefined;
  let steppedDown = false;
  /** Nobody waits for anything any more. */
  let isEnding = false;
  let endNow = (): void => undefined;
  const ending = new Promise<void>((resolve) => {
    endNow = () => {
      isEnding = true;
      resolve();
    };
  });
  let isStopped = false;
  /** Handed over before a sleep, and not back yet. */
  let isAway = false;
  let changing: Promise<unknown> = Promise.resolve();

  const isVoter = (): boolean => config.role === 'arbiter' || config.role === 'standby';
  const valorNow = (): number => {
    if (config.role !== 'standby' || steppedDown) return 0;
    return config.valor0OnBattery && power.onBattery() ? 0 : config.valor;
  };

  function onPacket(bytes: Buffer): void {
    const from = part;
    const heard = from && wire.open(bytes, isVoter() ? from.self : null, formerly);
    if (!from || !heard) return;
    const { isUsed, effects } = from.election.hear(heard, clock.uptime());
    const { dead, name } = heard.announcement;
    if (!isUsed) wire.drop(dead ? 'stranger-dead' : 'crowd');
    if (!isUsed && dead) story.saidDead(name);
    act(from, effects);
  }

  function announce({ self, election }: Part, dead: boolean): void {
    if (!socket) return;
    const packet = wire.seal(self, election, dead);
    for (const node of config.nodes) socket.send(packet, node);
  }

  const facts = (node?: string): HookFacts => ({
    valor: part?.self.valor ?? 0,
    uuid: part?.self.uuid ?? '',
    lord: lordName(),
    members: part ? [...part.election.peers().values()].map(({ name }) => name) : [],
    ...(node === undefined ? {} : { node }),
  });

  function act(from: Part, effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'announce':
          announce(from, effect.dead);
          break;
        case 'joined':
          // Who is heard first was there before: no coming.
          if (!from.election.view().isSettling) story.came(effect.peer.name);
          hooks.tell('node-joined', () => facts(effect.peer.name));
          break;
        case 'left':
          story.went(effect.peer.name, effect.how === 'dead');
          // uWSGI runs no hook for one that said goodbye.
          if (effect.how !== 'dead') hooks.tell('node-left', () => facts(effect.peer.name));
          break;
        case 'voted':
          void hooks.run('join', facts);
          break;
        case 'won':
          void takeOver(from);
          break;
        case 'lorded':
          record({ kind: 'legion.lorded', facts: { legion: config.name } });
          break;
        case 'unlorded':
          record({ kind: 'legion.unlorded', facts: { legion: config.name, why: effect.why } });
          if (effect.why !== 'left') void lordship.undo();
          break;
      }
    }
    // Claims that change without an effect are seen with the next tick.
    if (effects.length > 0) look();
    arm();
  }

  async function takeOver(from: Part): Promise<void> {
    const isWell = await lordship.takeOver(
      () => from === part && !from.isLeaving,
      () => from.election.view().phase === 'taking',
    );
    if (isWell === null) return;
    const effects = from.election.lordHooksDone(isWell, clock.uptime(), Math.floor(clock.now() / 1_000));
    act(from, effects);
    if (from.election.view().isSuspended)
      comeBack = clock.after(lordship.awayMs(), () => void change(rejoin));
    // Somebody else came first while our hooks ran: what they set up is taken back.
    else if (from.election.view().phase === 'member') void lordship.undo();
  }

  function why(): Why {
    if (!part) return { kind: 'nobody' };
    const { election, self } = part;
    return whyOf({
      ...election.view(),
      ...{ self: isVoter() ? self : null, peers: election.peers().values(), quorum: config.quorum },
    });
  }

  function lordName(): string | null {
    const now = why();
    return now.kind === 'lord' || now.kind === 'disputed' ? now.lord.name : null;
  }

  function look(): void {
    if (part) story.look(why());
  }

  function arm(): void {
    timer();
    if (!part || isStopped) return;
    const from = part;
    const now = clock.uptime();
    const wait = Math.max(1, Math.min(from.election.dueUp(), lordWatch.dueUp(from)) - now);
    timer = clock.after(wait, () => {
      if (from !== part) return;
      act(from, from.election.tick(clock.uptime()));
      look();
      void lordWatch.ask(from);
      // Not every system tells when the machine changes to battery and back.
      if (isVoter() && !isAway && !from.isLeaving && from.self.valor !== valorNow()) void change(rejoin);
    });
  }

  function tellDeathOf(peer: Peer): void {
    const packet = wire.sealDeathOf(peer);
    for (const node of config.nodes) socket?.send(packet, node);
    story.deathTold(peer.name);
  }

  async function open(): Promise<void> {
    if (socket || config.role === 'off' || isStopped) return;
    try {
      const opened = await datagrams.open(config, {
        onPacket,
        onError: (error) => log.debug({ error, legion: config.name }, 'legion socket'),
      });
      if (isStopped) return opened.close();
      socket = opened;
      problem = null;
    } catch (error) {
      const isNew = problem === null;
      problem = error instanceof AppError ? error : new AppError('INTERNAL', String(error), { cause: error });
      if (isNew)
        record({ kind: 'legion.failed', facts: { legion: config.name, why: problem.message.slice(0, 200) } });
      retry = clock.after(RETRY_OPEN_MS, () => void change(rejoin));
    }
  }

  async function join(): Promise<void> {
    if (isEnding) return;
    await open();
    if (!socket || isEnding) return;
    const self: Self = { name: settings.host, pid: settings.pid, valor: valorNow(), uuid: random.uuid() };
    lordWatch.forget();
    part = {
      self,
      joinedAt: clock.now(),
      isLeaving: false,
      election: createElection(
        self,
        {
          ...{ freqMs: config.freqS * 1_000, toleranceMs: config.toleranceS * 1_000, quorum: config.quorum },
          ...{ deathOnLordErrorMs: config.deathOnLordErrorS * 1_000, watches: !isVoter(), unlordAfterMs: 0 },
        },
        clock.uptime(),
      ),
    };
    if (isVoter()) void hooks.run('setup', facts);
    lords.mark(settings.host, 'joined', true);
    stats.start();
    arm();
  }

  /** Unlord and death hooks, then the last word. What the lord hooks set up is gone before another takes it. */
  async function leave(waitMs = 0, hooksMs = Infinity): Promise<void> {
    comeBack();
    retry();
    const from = part;
    if (!from) return;
    from.isLeaving = true;
    const hadLord = from.election.view().phase === 'lord';
    if (isVoter() && !from.election.view().isSuspended) {
      const bye = lordship.undo().then(() => hooks.run('death', facts));
      const enough = ending.then(() => pause(STOP_HOOKS_MS));
      await Promise.race([bye, enough, ...(hooksMs === Infinity ? [] : [pause(hooksMs)])]);
    }
    formerly.add(from.self.uuid);
    for (const uuid of formerly) if (formerly.size > MAX_FORMER) formerly.delete(uuid);
    act(from, from.election.leave());
    const others = [...from.election.peers().values()].some(({ valor }) => valor > 0);
    if (hadLord && others && waitMs > 0) await follower(from, waitMs);
    if (part === from) part = null;
    timer();
    lords.mark(settings.host, 'left', true);
  }
  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  /** Resolves with who leads after us, or null when nobody did in time. */
  async function follower(from: Part, waitMs: number): Promise<string | null> {
    const began = clock.uptime();
    const until = began + waitMs;
    for (;;) {
      // What one that was lord before us said of itself then is not news.
      const next = [...(part ?? from).election.peers().values()].find(
        ({ lord, seenUp }) => lord > 0 && seenUp >= began,
      );
      if (next) return next.name;
      if (clock.uptime() >= until || isEnding) return null;
      await pause(LOOK_MS);
    }
  }

  async function close(): Promise<void> {
    stats.stop();
    const open = socket;
    socket = null;
    await open?.close();
    story.away();
  }

  async function rejoin(): Promise<void> {
    await leave();
    if (config.role === 'off' && socket) await close();
    await join();
  }

  /** One at a time: two clicks never leave two parts behind. */
  const change = <T>(run: () => Promise<T>): Promise<T> => {
    const next = changing.then(run, run);
    changing = next.catch((error: unknown) => {
      // What was refused is said to who asked.
      if (!(error instanceof AppError)) log.error({ error, legion: config.name }, 'a legion failed');
    });
    return next;
  };

  return {
    config,
    hooks,
    lords,
    why,
    lordName,
    part: (): Part | null => part,
    problem: (): AppError | null => problem,
    /** Why a standby announces 0. */
    lowered: (): 'stepped-down' | 'battery' | null => {
      if (config.role !== 'standby' || part?.self.valor !== 0) return null;
      return steppedDown ? 'stepped-down' : 'battery';
    },
    deadMarked: story.deadMarked,
    drops: wire.drops,
    witnesses: stats.views,

    start: (): Promise<void> => change(join),
    /** What may change under way has changed. */
    adjusted(): void {
      if (part) stats.start();
      arm();
    },
    /** Role, valor or times are different now: out under the old uuid and in under a new one. */
    restart: (): Promise<void> => (isAway ? Promise.resolve() : change(rejoin)),

    /** Resolves with who leads now. Throws LEGION_NOT_LORD. */
    stepDown(): Promise<{ lord: string | null; ms: number }> {
      return change(async () => {
        const from = part;
        if (from?.election.view().phase !== 'lord')
          throw new AppError('LEGION_NOT_LORD', 'this console is not lord');
        const began = clock.uptime();
        steppedDown = true;
        record({ kind: 'legion.stepped-down', facts: { legion: config.name } });
        await leave();
        await join();
        const lord = part ? await follower(part, 3 * HAND_OVER_MS) : null;
        return { lord, ms: Math.round(clock.uptime() - began) };
      });
    },
    /** Back to the configured valor, also after our hooks failed. */
    comeBack(): Promise<void> {
      steppedDown = false;
      return change(rejoin);
    },

    /**
     * Out for good. `now`: the process ends, hooks have some seconds; else all of them are done before the last word,
     * so that whoever comes after this finds nothing half undone. Never rejects.
     */
    async stop(now = true): Promise<void> {
      if (now) {
        endNow();
        hooks.endTakeOver();
      }
      retry();
      comeBack();
      await change(() => leave()).catch(() => undefined);
      endNow();
      isStopped = true;
      if (socket) await close();
    },
    suspend(): Promise<void> {
      isAway = true;
      return change(() => leave(HAND_OVER_MS, HAND_OVER_MS));
    },
    /** After a hand-over that may still be under way: whoever left comes back. */
    woke(): void {
      isAway = false;
      void change(async () => {
        if (part) act(part, part.election.wake(clock.uptime()));
        else await join();
      });
    },
  };
}
