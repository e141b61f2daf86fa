/** How the command line ends: the four exit codes, and the errors that carry one. */

export const EXIT = { done: 0, failed: 1, usage: 2, notConnected: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with this code; the lines go to stderr. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exit: ExitCode,
    readonly lines: readonly string[],
    options?: ErrorOptions,
  ) {
    super(lines[0], options);
  }
}
