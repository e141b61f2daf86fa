/** What went wrong with the secret store, as an error for people: its own words, under one code. */
import { AppError } from '../../../shared/errors/app-error.js';

export const toStoreError = (cause: unknown): AppError =>
  cause instanceof AppError
    ? cause
    : new AppError('STORE_UNREADABLE', cause instanceof Error ? cause.message : String(cause), { cause });
