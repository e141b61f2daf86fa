/** The world said no, with a code that the user, the log and the command line all understand. */
import type { JsonObject } from '../lib/json.js';
import type { ErrorCode } from './codes.js';

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly details: JsonObject;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ErrorOptions & { details?: JsonObject } = {},
  ) {
    super(message, options);
    this.details = options.details ?? {};
  }
}
