/** A file that was not there before and that only this user may read: for what holds a secret and was asked for. */
import { writeFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { AppError } from '../../shared/errors/app-error.js';

/** Rejects with AppError EXPORT_FILE_EXISTS (of a link too, wherever it points), EXPORT_FILE_FAILED. */
export async function writeNewFile(file: string, text: string): Promise<void> {
  // Relative to what? A console has been started anywhere.
  if (!isAbsolute(file)) throw new AppError('EXPORT_FILE_FAILED', 'not an absolute path');
  try {
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code = 'EIO' } = cause as NodeJS.ErrnoException;
    throw new AppError(code === 'EEXIST' ? 'EXPORT_FILE_EXISTS' : 'EXPORT_FILE_FAILED', code, { cause });
  }
}
