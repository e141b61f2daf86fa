/** The broker in memory, seen from outside. */
export { createBroker, type Broker, type Connection } from './broker.js';
export type { Channel, Publication } from './channel.js';
export { BrokerError, type Frame, type Message, type Properties, type QueueOptions } from './types.js';
