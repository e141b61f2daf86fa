/**
 * The hooks of one legion, one after the other and never in the way of its announces. Only those that a person switched
 * on here are run. What ran last, and how it ended, is remembered for the page.
 */
import type { HookEvent, LegionHook } from '../../../shared/domain/legion.js';
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

export type Hooks = ReturnType<typeof createHooks>;

export function createHooks(config: LegionConfig, { clock, hookRunner, log, record }: LegionDeps) {
  const last = new Map<string, NonNullable<LegionHook['last']>>();
  let chain: Promise<unknown> = Promise.resolve();

  async function one(hook: Hook, facts: HookFacts): Promise<boolean> {
    const from = clock.uptime();
    const env = {
      LEGION: config.name,
      LEGION_EVENT: hook.event,
      LEGION_LORD: facts.lord ?? '',
      LEGION_VALOR: String(facts.valor),
      LEGION_UUID: facts.uuid,
      LEGION_MEMBERS: facts.members.join(' '),
      ...(facts.node === undefined ? {} : { LEGION_NODE: facts.node }),
    };
    const result = await hookRunner.run({ ...hook, timeoutMs: hook.timeoutS * 1_000, env });
    const ms = Math.round(clock.uptime() - from);
    last.set(hook.id, { at: clock.now(), ms, ok: result.ok, code: result.code, output: result.output });
    if (hook.action === 'log') log.info({ legion: config.name, words: hook.argument }, 'hook');
    record({
      kind: result.ok ? 'legion.hook' : 'legion.hook-failed',
      facts: {
        legion: config.name,
        what: nameOf(hook),
        code: result.code,
        ms,
        output: result.output.slice(-300),
      },
    });
    return result.ok;
  }

  return {
    /** Resolves with whether all went well, when those before and these are done. `stops`: not past a failure. */
    run(event: HookEvent, facts: HookFacts, stops = false): Promise<boolean> {
      const chosen = config.hooks.filter((hook) => hook.event === event && hook.isOn);
      const ended = chain.then(async () => {
        let isWell = true;
        for (const hook of chosen) {
          if (await one(hook, facts)) continue;
          isWell = false;
          if (stops) break;
        }
        return isWell;
      });
      chain = ended;
      return ended;
    },
    /** Nothing waits any more when this resolves. */
    settled: (): Promise<unknown> => chain,
    views: (): LegionHook[] => config.hooks.map((hook) => ({ ...hook, last: last.get(hook.id) ?? null })),
  };
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
