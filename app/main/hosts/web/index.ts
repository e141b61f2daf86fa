/** The web host: see web-host.ts. */
export { findHost } from './data-dir.js';
export { startWebHost, type WebHost } from './web-host.js';
