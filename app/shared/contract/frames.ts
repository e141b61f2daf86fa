/**
 * The seven frames that carry the contract over any channel, and the one thing a host must supply.
 * `ack` paces a stream: the next item is asked of it only after the last was acknowledged.
 */
import * as z from 'zod';
import { WireError } from '../errors/wire.js';

const id = z.number().int().nonnegative();

export const ClientFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id, procedure: z.string().max(64), input: z.unknown() }),
  z.object({ type: z.literal('open'), id, procedure: z.string().max(64), input: z.unknown() }),
  z.object({ type: z.literal('ack'), id }),
  /** Ends a stream, or gives up a call. */
  z.object({ type: z.literal('close'), id }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

export const ServerFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id, output: z.unknown() }),
  z.object({ type: z.literal('item'), id, output: z.unknown() }),
  z.object({ type: z.literal('failure'), id, error: WireError }),
  /** The stream has ended by itself. */
  z.object({ type: z.literal('close'), id }),
]);
export type ServerFrame = z.infer<typeof ServerFrame>;

export type Cancel = () => void;

/** What a host supplies, on either side. `Out` is what this side sends. What comes in is untrusted. */
export interface FrameChannel<Out> {
  send(frame: Out): void;
  onFrame(handle: (frame: unknown) => void): Cancel;
  onClose(handle: () => void): Cancel;
}
