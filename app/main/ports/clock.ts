/** Time, as services see it. Tests advance it by hand; nobody else sleeps. */
export type Cancel = () => void;

export interface Clock {
  /** Wall time in epoch ms: for stamps that others read. */
  now(): number;
  /** Steady ms since some start: for measuring silence and delay. */
  uptime(): number;
  /** Runs once after the delay; the returned function takes it back. */
  after(delayMs: number, run: () => void): Cancel;
}
