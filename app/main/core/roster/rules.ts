/**
 * The numbers behind the states of a node (docs/spec/roster.md, rules RO1-RO12).
 * `I` is the interval learnt from its beats.
 */
export const TICK_MS = 250;

/** RO1: I is the median of the last 16 gaps, kept between 1 s and 120 s. */
export const clampInterval = (ms: number): number => Math.min(120_000, Math.max(1_000, ms));
/** RO2: late beyond max(2·I, 3 s). */
export const lateAfterMs = (intervalMs: number): number => Math.max(2 * intervalMs, 3_000);
/** RO3: silent beyond max(5·I, 15 s). */
export const silentAfterMs = (intervalMs: number): number => Math.max(5 * intervalMs, 15_000);
/** RO4: the grace of a change that reloads a node. */
export const reloadGraceMs = (intervalMs: number): number => 3 * intervalMs + 60_000;

/** RO7: flapping is 4 changes or more within 10 min, and ends after 15 quiet minutes. */
export const FLAP_CHANGES = 4;
export const FLAP_WINDOW_MS = 600_000;
export const FLAP_QUIET_MS = 900_000;
/** RO8: a clock is skewed beyond 5 s. Beats tell whole seconds, so one second of that is rounding. */
export const SKEW_MS = 5_000;
/** RO9: two pids beat in turn; the badge stays this many intervals after the last turn, a minute at least. */
export const duplicateForMs = (intervalMs: number): number => Math.max(5 * intervalMs, 60_000);
/** RO11: a tick that comes this much too late means that we were stopped, not they. */
export const STALL_MS = 1_000;
/** RO12: names heard once or never, and silent: only the newest so many are kept. */
export const MAX_STRAYS = 1_000;
