/**
 * The hooks of one legion, one after the other and never in the way of its announces. Only those that a person switched
 * on here are run. What ran last, and how it ended, is remembered for the page.
 */
import type { HookEvent, LegionHook } from '../../../shared/domain/legion.js';
import { maskText } from '../../../shared/lib/mask-text.js';
import { assertNever } from '../../../shared/lib/assert.js';
import type { Hook, LegionConfig, LegionDeps } from './types.js';

export type HookFacts = {
  readonly valor: number;
  readonly uuid: string;
  readonly lord: string | null;
  readonly members: readonly string[];
  /** Of node-joined and node-left: who. */
  readonly node?: string;
};

/** Comings and goings that wait for their hooks. */
const MAX_WAITING = 100;
/** A variable may hold 128 KiB on Linux. */
const MAX_VARIABLE = 16_384;

export type Hooks = ReturnType<typeof createHooks>;

export function createHooks(config: LegionConfig, { clock, hookRunner, log, record }: LegionDeps) {
  const last = new Map<string, NonNullable<LegionHook['last']>>();
  let chain: Promise<unknown> = Promise.resolve();
  let telling: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** Lord hooks, when the process ends: what they would set up nobody could take back. */
  const takeOvers = new AbortController();

  async function one(hook: Hook, facts: HookFacts): Promise<boolean> {
    const from = clock.uptime();
    const env = {
      LEGION: config.name,
      LEGION_EVENT: hook.event,
      LEGION_LORD: facts.lord ?? '',
      LEGION_VALOR: String(facts.valor),
      LEGION_UUID: facts.uuid,
      LEGION_MEMBERS: membersIn(facts.members),
      ...(facts.node === undefined ? {} : { LEGION_NODE: facts.node }),
    };
    const ends = hook.event === 'lord' ? takeOvers.signal : undefined;
    const result = await hookRunner.run({ ...hook, timeoutMs: hook.timeoutS * 1_000, env, ends });
    const ms = Math.round(clock.uptime() - from);
    last.set(hook.id, { at: clock.now(), ms, ok: result.ok, code: result.code, output: result.output });
    if (hook.action === 'log') log.info({ legion: config.name, words: hook.argument }, 'hook');
    record({
      kind: hook.action === 'notify' ? 'legion.notify' : result.ok ? 'legion.hook' : 'legion.hook-failed',
      facts: {
        legion: config.name,
        what: maskText(hook.action === 'notify' ? hook.argument : nameOf(hook)).slice(0, 200),
        code: result.code,
        ms,
        output: result.output.slice(-300),
      },
    });
    return result.ok;
  }

  /** Each looked at when its turn has come: it may have been switched off meanwhile. */
  async function all(event: HookEvent, facts: () => HookFacts, stops: boolean): Promise<boolean> {
    let isWell = true;
    for (const hook of config.hooks) {
      if (hook.event !== event || !hook.isOn) continue;
      if (await one(hook, facts())) continue;
      isWell = false;
      if (stops) break;
    }
    return isWell;
  }

  return {
    /** Resolves with whether all went well, when those before and these are done. `stops`: not past a failure. Never rejects. */
    run(
      event: HookEvent,
      facts: () => HookFacts,
      { stops = false, isWanted = () => true }: { stops?: boolean; isWanted?: () => boolean } = {},
    ): Promise<boolean> {
      const ended = chain
        .then(async () => (isWanted() ? all(event, facts, stops) : true))
        .catch((error: unknown) => {
          log.error({ error, legion: config.name, event }, 'a hook failed unexpectedly');
          return false;
        });
      chain = ended;
      return ended;
    },
    /** Who came or went. Apart from the others, so that no crowd holds up a take-over; of too many some are left out. */
    tell(event: 'node-joined' | 'node-left', facts: () => HookFacts): void {
      if (!config.hooks.some((hook) => hook.event === event && hook.isOn) || waiting >= MAX_WAITING) return;
      waiting += 1;
      const known = facts();
      telling = telling
        .then(() => all(event, () => known, false))
        .catch((error: unknown) => log.error({ error, legion: config.name, event }, 'a hook failed'))
        .finally(() => (waiting -= 1));
    },
    /** Ends what a lord hook is doing; unlord and death hooks follow at once. */
    endTakeOver: (): void => takeOvers.abort(),
    views: (): LegionHook[] => config.hooks.map((hook) => ({ ...hook, last: last.get(hook.id) ?? null })),
  };
}

/** As many names as fit. */
function membersIn(names: readonly string[]): string {
  const text = names.map((name) => name.slice(0, 255)).join(' ');
  return text.length <= MAX_VARIABLE ? text : text.slice(0, text.lastIndexOf(' ', MAX_VARIABLE));
}

/** As people write it in a configuration. */
export function nameOf({ event, action, argument }: Pick<Hook, 'event' | 'action' | 'argument'>): string {
  switch (action) {
    case 'cmd':
    case 'exec':
    case 'signal':
    case 'log':
    case 'notify':
    case 'http':
      return `${event} ${action}:${argument}`.slice(0, 200);
    default:
      return assertNever(action);
  }
}
