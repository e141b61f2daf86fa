/** The Electron host: see shell.ts. */
export { ownFlags } from './flags.js';
export { systemPower } from './power.js';
export { declareScheme, type Shell, startShell } from './shell.js';
export { createKeychainStore, hasKeychain } from './secret-store.js';
