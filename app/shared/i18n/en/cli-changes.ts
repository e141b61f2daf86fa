/** The command line about changes: push, runs, run, received, approve. */
export const cliChanges = {} as const;
