/** The Electron host: see shell.ts. */
export { ownFlags } from './flags.js';
export { systemPower } from './power.js';
export { askBeforeQuit } from './quit.js';
export { quitQuestion } from './quit-words.js';
export { declareScheme, type Shell, startShell } from './shell.js';
export { createKeychainStore, hasKeychain } from './secret-store.js';
