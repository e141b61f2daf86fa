/** The Electron host: see shell.ts. */
export { ownFlags } from './flags.js';
export { declareScheme, startShell } from './shell.js';
