/**
 * The Bus over a real broker. Two connections, so that an alarm that stops publishers never stops our ears; both
 * are opened at once and each comes back on its own. Live means: both up, topology declared, consuming. What a
 * retry cannot mend (credentials, virtual host, permission, TLS, a topology that differs) waits for `reconnect`.
 */
import type { ChannelModel } from 'amqplib';
import type { Bus, BusEvent, BusPlan } from '../ports/bus.js';
import type { Clock } from '../ports/clock.js';
import { AppError } from '../../shared/errors/app-error.js';
import { isRetryable, type ErrorCode } from '../../shared/errors/codes.js';
import { declareAndConsume } from './amqp-consumers.js';
import { createVisits } from './amqp-visits.js';
import { classify, wordsOf, type Phase } from './amqp-errors.js';
import { openLink, tlsOf, type Link } from './amqp-link.js';
import { findOut } from './amqp-probe.js';
import { createPublisher } from './amqp-publisher.js';
import { socketOptions, toTarget, type AmqpOptions } from './amqp-target.js';

export type { AmqpOptions } from './amqp-target.js';

type Role = 'publish' | 'consume';
const ROLES: readonly Role[] = ['publish', 'consume'];
const CLOSE_WITHIN_MS = 2000;

/** @throws AppError CONFIG_INVALID when the address cannot be read */
export function createAmqpBus(options: AmqpOptions, clock: Clock): Bus {
  const target = toTarget(options);
  const publisher = createPublisher();
  const listeners = new Set<(event: BusEvent) => void>();
  const blockedRoles = new Map<Role, string>();
  /** What the other end turned out to be, by what amqplib said: one probe per outage. */
  let findings = new Map<string, Promise<AppError>>();
  let links: Partial<Record<Role, Link>> = {};
  let plan: BusPlan | null = null;
  let stopConsuming = async (): Promise<void> => {};
  let tls: string | null = null;
  let wasEverLive = false;
  let isLive = false;
  let isDownTold = false;
  let isClosed = false;
  let lastAttempt = 0;

  const tell = (event: BusEvent): void => listeners.forEach((listener) => listener(event));
  const onHandlerError = (queue: string, error: unknown): void =>
    tell({ type: 'handler-error', queue, error });
  const visits = createVisits(onHandlerError);

  /** Opens those that are not up, at once; or only those of them that `which` names. */
  function openLinks(what: BusPlan, which: (link: Link) => boolean = () => true): void {
    for (const role of ROLES) {
      const before = links[role];
      if (before && (before.isUp() || !which(before))) continue;
      void before?.close();
      links[role] = openRole(role, what);
    }
  }

  function openRole(role: Role, what: BusPlan): Link {
    const isCurrent = (): boolean => links[role] === link && !isClosed;
    const link: Link = openLink(target, socketOptions(target, options, role), clock, {
      setup: (model) => (role === 'publish' ? publisher.start(model) : startConsuming(model, what, link)),
      onUp: () => isCurrent() && up(what),
      onLost() {
        if (!isCurrent()) return;
        isLive = false;
        if (role === 'consume') visits.away();
      },
      onRetry: (error, phase, attempt, delayMs) => {
        blockedRoles.delete(role);
        const fail = (known: AppError): void => {
          if (isCurrent()) down(known, attempt, delayMs);
        };
        const known = explain(error, phase);
        if (known instanceof AppError) fail(known);
        else void known.then(fail);
      },
      onBlocked: (reason) => isCurrent() && blocked(role, reason),
      onUnblocked: () => isCurrent() && blocked(role, null),
    });
    return link;
  }

  async function startConsuming(model: ChannelModel, what: BusPlan, link: Link): Promise<void> {
    tls = tlsOf(model);
    const consuming = await declareAndConsume(model, what, {
      onHandlerError,
      onBroken: (reason) => link.drop(new AppError('BUS_LOST', wordsOf(reason), { cause: reason })),
    });
    stopConsuming = consuming.cancel;
    visits.begin(model);
  }

  function up(what: BusPlan): void {
    if (isLive) return;
    if (!ROLES.every((role) => links[role]?.isUp())) {
      // The broker is back: no reason for the other one to sit out its delay.
      openLinks(what, (link) => link.isWaiting());
      return;
    }
    isLive = true;
    wasEverLive = true;
    isDownTold = false;
    lastAttempt = 0;
    findings = new Map();
    tellSteps(null);
    tell({ type: 'live', tls });
  }

  function down(error: AppError, attempt: number, delayMs: number): void {
    isLive = false;
    const willRetry = isRetryable(error.code);
    if (!willRetry) void closeLinks();
    if (!isDownTold || !willRetry) {
      if (!isDownTold) tellSteps(error.code);
      tell({ type: 'down', error, willRetry });
    }
    isDownTold = true;
    if (!willRetry || attempt <= lastAttempt) return; // the other connection has counted this one already
    lastAttempt = attempt;
    tell({ type: 'retrying', attempt, delayMs, error });
  }

  /** How far we came: all the way, or up to what `failed` says. */
  function tellSteps(failed: ErrorCode | null): void {
    const reached = stepsReached(failed);
    const notes = {
      broker: `${target.host}:${target.port}`,
      tls,
      login: target.user,
      topology: plan && `${plan.topology.queues.length} queues, ${plan.topology.exchanges.length} exchanges`,
    };
    for (const step of ['broker', 'tls', 'login', 'topology'] as const) {
      const isSkipped = step === 'tls' && !target.isTls;
      if (reached.includes(step) && !isSkipped) tell({ type: 'step', step, note: notes[step] });
    }
  }

  /** The code of an error, at once where it tells; else what a second look at the other end shows. */
  function explain(error: unknown, phase: Phase): AppError | Promise<AppError> {
    const known = classify(error, phase);
    if (known) return known;
    const words = error instanceof Error ? wordsOf(error) : String(error);
    const isRefusal = words.startsWith('Expected ConnectionOpenOk');
    // A broker on its way up or down, or a proxy without one behind it: it was a broker before.
    if (wasEverLive && !isRefusal) return new AppError('BUS_UNREACHABLE', words, { cause: error });
    const found = findings.get(words) ?? findOut(target, words);
    findings.set(words, found);
    return found;
  }

  function blocked(role: Role, reason: string | null): void {
    const before = blockedRoles.size;
    if (reason === null) blockedRoles.delete(role);
    else blockedRoles.set(role, reason);
    if (before === 0 && reason !== null) tell({ type: 'blocked', reason });
    else if (before > 0 && blockedRoles.size === 0) tell({ type: 'unblocked' });
  }

  function closeLinks(): Promise<unknown> {
    const open = Object.values(links);
    links = {};
    visits.away();
    blockedRoles.clear();
    return Promise.all(open.map((link) => link.close()));
  }

  /** Stops consuming, waits for open confirms, closes: bounded in time. */
  async function leave(): Promise<void> {
    visits.away();
    const open = Object.values(links);
    const goodbye = async (): Promise<void> => {
      if (isLive) await stopConsuming().catch(() => {}); // the link may go at any moment
      if (isLive && blockedRoles.size === 0) await publisher.settled();
      await closeLinks();
    };
    await within(goodbye(), CLOSE_WITHIN_MS, clock);
    for (const link of open) link.destroy();
    publisher.giveUp();
    isLive = false;
  }

  return {
    open(what) {
      if (plan || isClosed) return;
      plan = what;
      openLinks(what);
    },

    publish(envelope) {
      if (!isLive) return Promise.reject(new AppError('BUS_NOT_CONNECTED', 'the bus is not connected'));
      const reason = blockedRoles.get('publish');
      if (reason !== undefined) return Promise.reject(new AppError('BUS_BLOCKED', reason));
      return publisher.publish(envelope);
    },

    visit: visits.add,

    hasQueue(name) {
      if (!isLive) return Promise.reject(new AppError('BUS_NOT_CONNECTED', 'the bus is not connected'));
      return publisher.hasQueue(name);
    },

    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    reconnect() {
      if (!plan || isClosed || isLive) return;
      findings = new Map();
      lastAttempt = 0;
      isDownTold = false;
      openLinks(plan);
    },

    async rejoin() {
      if (!plan || isClosed || !isLive) return;
      await leave();
      if (!isClosed) openLinks(plan);
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      await leave();
    },
  };
}

function stepsReached(failed: ErrorCode | null): readonly string[] {
  switch (failed) {
    case null:
      return ['broker', 'tls', 'login', 'topology'];
    case 'BUS_NAME_TAKEN':
    case 'BUS_TOPOLOGY_MISMATCH':
    case 'BUS_NO_PERMISSION':
      return ['broker', 'tls', 'login'];
    case 'BUS_ACCESS_REFUSED':
    case 'BUS_VHOST_MISSING':
      return ['broker', 'tls'];
    case 'BUS_NOT_AMQP':
    case 'BUS_NO_TLS':
    case 'BUS_TLS_REQUIRED':
    case 'BUS_CERT_EXPIRED':
    case 'BUS_CERT_UNTRUSTED':
    case 'BUS_CERT_HOST':
    case 'BUS_CLIENT_CERT':
      return ['broker'];
    default:
      return [];
  }
}

/** Waits for `work`, but no longer than so. */
function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, resolve);
    work.then(() => {
      cancel();
      resolve();
    }, reject);
  });
}
