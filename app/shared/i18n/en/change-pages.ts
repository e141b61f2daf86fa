/** The pages where a change is made: new settings change, new gem upgrade, what others push to this console. */
export const changePages = {} as const;
