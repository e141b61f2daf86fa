/** The pages Changes and run, and the dock. */
export const runPages = {} as const;
