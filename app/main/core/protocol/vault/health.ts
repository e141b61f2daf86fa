/**
 * How a Vault server says that it is: health answers with a status of its own for every state, so that here most codes
 * are a value. Whether the state is worth a warning is the caller's business; `problem` only has its words.
 */
import * as z from 'zod';
import { bodyOf, flag, isSuccess, orNull, text, unreadable, type Reading } from './answers.js';
import { vaultProblem, type RawAnswer, type VaultCode, type VaultProblem } from './problem.js';

type HealthState =
  | 'active'
  | 'standby'
  | 'performance-standby'
  | 'standby-without-active'
  | 'dr-secondary'
  | 'sealed'
  | 'uninitialised'
  | 'removed';

const healthBody = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: flag,
  performance_standby: flag,
  replication_dr_mode: text,
  removed_from_cluster: flag,
  server_time_utc: z.number().nullish(),
  version: text,
  cluster_name: orNull,
  cluster_id: orNull,
});
/** Beside those of success. */
const HEALTH_CODES = [429, 472, 473, 474, 501, 503, 530];

export type Health = {
  readonly state: HealthState;
  /** What keeps it from serving us; null when it does. */
  readonly problem: VaultProblem | null;
  readonly version: string;
  readonly clusterName: string | null;
  readonly clusterId: string | null;
  /** The server's clock, epoch ms. */
  readonly serverNow: number | null;
};

export function readHealth(answer: RawAnswer): Reading<Health> {
  const body = bodyOf(answer);
  const parsed = healthBody.safeParse(body);
  const { status } = answer;
  const isKnown = isSuccess(answer) || HEALTH_CODES.includes(status);
  // It is Vault that answers, whatever it means by this status.
  if (parsed.success && !isKnown)
    return { ok: false, problem: vaultProblem('VAULT_FAILED', { status, words: `HTTP ${status}` }) };
  if (!parsed.success) return unreadable(answer, body, parsed.error);
  const { data } = parsed;
  const state = stateOf(status, data);
  const code = PROBLEM_OF[state];
  return {
    ok: true,
    warnings: [],
    value: {
      state,
      problem: code === null ? null : vaultProblem(code, { status }),
      version: data.version,
      clusterName: data.cluster_name,
      clusterId: data.cluster_id,
      serverNow: typeof data.server_time_utc === 'number' ? data.server_time_utc * 1_000 : null,
    },
  };
}

const PROBLEM_OF: Readonly<Record<HealthState, VaultCode | null>> = {
  active: null,
  standby: null,
  'performance-standby': null,
  'standby-without-active': 'VAULT_NO_ACTIVE',
  'dr-secondary': 'VAULT_DR',
  sealed: 'VAULT_SEALED',
  uninitialised: 'VAULT_UNINITIALISED',
  removed: 'VAULT_REMOVED',
};

function stateOf(status: number, body: z.output<typeof healthBody>): HealthState {
  if (status === 530 || body.removed_from_cluster) return 'removed';
  if (status === 501 || !body.initialized) return 'uninitialised';
  if (status === 503 || body.sealed) return 'sealed';
  if (status === 472 || body.replication_dr_mode === 'secondary') return 'dr-secondary';
  if (status === 474) return 'standby-without-active';
  if (status === 473 || body.performance_standby) return 'performance-standby';
  return status === 429 || body.standby ? 'standby' : 'active';
}
