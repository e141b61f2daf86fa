/** How an error looks on a channel: no stack, no cause; those stay in the log under `reportId`. */
import * as z from 'zod';
import { AppError } from './app-error.js';
import { isErrorCode } from './codes.js';

export const WireError = z.object({
  code: z.string(),
  /** The raw words of whoever refused; never a sentence for the user, that is in the catalogue. */
  message: z.string(),
  details: z.record(z.string(), z.json()),
  reportId: z.string().nullable(),
});
export type WireError = z.infer<typeof WireError>;

/** Anything thrown, made fit for a channel. Only an AppError shows its message: a bug's text may hold secrets. */
export function toWireError(error: unknown, reportId: string | null = null): WireError {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      details: error.details as WireError['details'],
      reportId,
    };
  }
  return { code: 'INTERNAL', message: 'unexpected error', details: {}, reportId };
}

export function fromWireError(wire: WireError): AppError {
  const code = isErrorCode(wire.code) ? wire.code : 'INTERNAL';
  return new AppError(code, wire.message, { details: { ...wire.details, reportId: wire.reportId } });
}
