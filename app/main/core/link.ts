/**
 * Our own link as a person sees it: the state, the six steps with their times, what was last true.
 * Events of the bus and wall time in, one value out.
 */
import { LINK_STEPS, type Link, type LinkStep, type LinkStepId } from '../../shared/domain/link.js';
import { toWireError } from '../../shared/errors/wire.js';

/** What an error of the bus is about, whatever had been reached by then. */
const STEP_OF: Readonly<Record<string, LinkStepId>> = {
  BUS_UNREACHABLE: 'broker',
  BUS_HOST_UNKNOWN: 'broker',
  BUS_TIMEOUT: 'broker',
  BUS_NOT_AMQP: 'broker',
  BUS_NO_TLS: 'tls',
  BUS_TLS_REQUIRED: 'tls',
  BUS_CERT_EXPIRED: 'tls',
  BUS_CERT_UNTRUSTED: 'tls',
  BUS_CERT_HOST: 'tls',
  BUS_CLIENT_CERT: 'tls',
  CONFIG_INVALID: 'tls',
  BUS_ACCESS_REFUSED: 'login',
  BUS_VHOST_MISSING: 'login',
  BUS_NO_PERMISSION: 'topology',
  BUS_TOPOLOGY_MISMATCH: 'topology',
  BUS_NAME_TAKEN: 'name',
};

export function createLink(address: string, isTls: boolean, now: number) {
  let link: Link = {
    state: 'connecting',
    since: now,
    address,
    tls: null,
    attempt: 0,
    nextAttemptAt: null,
    error: null,
    blocked: null,
    steps: freshSteps(isTls),
    asOf: null,
    back: null,
  };
  let stepSince = now;
  let wasLive = false;
  let downAt: number | null = null;
  /** The next word of the bus is of another attempt; until then the steps show where the last one failed. */
  let isOver = false;

  const update = (change: Partial<Link>): void => {
    link = { ...link, ...change };
  };
  const enter = (state: Link['state'], at: number): void => {
    if (link.state !== state) update({ state, since: at });
  };
  const setStep = (id: LinkStepId, change: Partial<LinkStep>): void => {
    update({ steps: link.steps.map((step) => (step.id === id ? { ...step, ...change } : step)) });
  };
  const begin = (): void => {
    if (isOver) update({ steps: freshSteps(isTls) });
    isOver = false;
  };
  /** This step is done, and the next one that applies begins. */
  const finish = (id: LinkStepId, at: number, note: string | null): void => {
    const step = link.steps.find((candidate) => candidate.id === id)!;
    if (step.state === 'done' || step.state === 'skipped') return;
    setStep(id, { state: 'done', ms: Math.round(at - stepSince), note });
    stepSince = at;
    const next = link.steps.find((candidate) => candidate.state === 'waiting');
    if (next) setStep(next.id, { state: 'running' });
  };

  /** The step that the error is about, else the one under way. */
  const failAt = (known: LinkStepId | undefined): void => {
    const id = known ?? link.steps.find((step) => step.state === 'running')?.id;
    if (!id) return;
    const after = LINK_STEPS.slice(LINK_STEPS.indexOf(id) + 1);
    for (const { id: later, state } of link.steps) {
      if (after.includes(later) && state !== 'skipped') setStep(later, { state: 'waiting', ms: null });
    }
    setStep(id, { state: 'failed', ms: null });
  };

  return {
    get: (): Link => link,

    step(id: LinkStepId, at: number, note: string | null = null): void {
      begin();
      // A later step proves the earlier ones.
      for (const earlier of LINK_STEPS.slice(0, LINK_STEPS.indexOf(id))) finish(earlier, at, null);
      finish(id, at, note);
    },

    /** These steps do not apply here. */
    skip(...ids: LinkStepId[]): void {
      for (const id of ids) setStep(id, { state: 'skipped' });
    },

    /** This step failed, though the link lives. */
    fail(id: LinkStepId): void {
      setStep(id, { state: 'failed' });
    },

    live(tls: string | null, at: number): void {
      begin();
      for (const id of ['broker', 'tls', 'login', 'topology'] as const) finish(id, at, null);
      wasLive = true;
      const back = downAt === null ? link.back : { at, outageMs: at - downAt, differ: [] };
      downAt = null;
      enter('live', at);
      update({ tls, error: null, blocked: null, attempt: 0, nextAttemptAt: null, asOf: null, back });
    },

    /** `willRetry: false`: it waits for a person. */
    down(error: Error, willRetry: boolean, at: number): void {
      if (wasLive && downAt === null) downAt = at;
      begin();
      failAt(STEP_OF[toWireError(error).code] ?? (wasLive ? 'broker' : undefined));
      enter(willRetry ? (wasLive ? 'reconnecting' : 'connecting') : 'refused', at);
      update({
        error: toWireError(error),
        asOf: wasLive ? (link.asOf ?? at) : null,
        nextAttemptAt: null,
        blocked: null,
      });
    },

    retrying(attempt: number, delayMs: number, error: Error, at: number): void {
      if (!wasLive) {
        isOver = true;
        stepSince = at + delayMs;
      }
      update({ attempt, nextAttemptAt: at + delayMs, error: toWireError(error) });
    },

    blocked(reason: string | null): void {
      update({ blocked: reason });
    },

    /** Something is missing though the link is live, or is there again. */
    degraded(is: boolean, at: number): void {
      if (is && link.state === 'live') enter('degraded', at);
      if (!is && link.state === 'degraded') enter('live', at);
    },

    setError(error: Error | null): void {
      update({ error: error === null ? null : toWireError(error) });
    },
    differ(names: string[]): void {
      if (link.back && link.back.differ.length !== names.length)
        update({ back: { ...link.back, differ: names } });
    },
    forgetBack(): void {
      if (link.back) update({ back: null });
    },
    off(at: number): void {
      enter('off', at);
    },
  };
}

function freshSteps(isTls: boolean): LinkStep[] {
  return LINK_STEPS.map((id) => ({
    id,
    state: id === 'broker' ? 'running' : id === 'tls' && !isTls ? 'skipped' : 'waiting',
    ms: null,
    note: null,
  }));
}

export const idleLink = (now: number): Link => ({
  ...createLink('', false, now).get(),
  state: 'off',
  steps: [],
});
