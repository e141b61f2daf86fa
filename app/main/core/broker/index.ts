/** The broker in memory, seen from outside. */
export { createBroker, type Broker, type Connection } from './broker.js';
export type { Channel } from './channel.js';
export { BrokerError, type Frame } from './types.js';
