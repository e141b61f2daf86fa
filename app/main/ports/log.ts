/** A line of the log: a constant message and its facts. Secrets are redacted by the adapter, by one list. */
export type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  child(facts: object): Log;
}
