/** Does what a hook says, outside of this process. */
import type { HookAction } from '../../shared/domain/legion.js';

export type HookCall = {
  readonly action: HookAction;
  readonly argument: string;
  /** Through a shell; else the words are split and nothing in them is expanded. */
  readonly shell: boolean;
  readonly timeoutMs: number;
  /** What happened, as variables. */
  readonly env: Readonly<Record<string, string>>;
  /** It is not wanted any more. */
  readonly ends?: AbortSignal | undefined;
};

export type HookResult = {
  readonly ok: boolean;
  /** Exit code or HTTP status; null: there was none (ended by a signal, not started, not answered). */
  readonly code: number | null;
  /** Cut. */
  readonly output: string;
};

export interface HookRunner {
  /** Never rejects. */
  run(call: HookCall): Promise<HookResult>;
}

/** Where nothing of this machine is touched: the demo. */
export const NO_HOOKS: HookRunner = {
  run: async () => ({ ok: true, code: 0, output: 'not run: this is a demo' }),
};
