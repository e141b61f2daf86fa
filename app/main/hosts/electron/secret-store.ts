/**
 * The Store port over the system's keychain: values are encrypted by it and kept beside the others. Where the system
 * has none (on Linux the backend `basic_text` protects nothing), the caller keeps them in files only the user may read.
 */
import { safeStorage } from 'electron';
import * as z from 'zod';
import type { Store } from '../../ports/store.js';

const Sealed = z.object({ sealed: z.string() });

/** True when what the keychain encrypts can only be read by this user. Ask after the app is ready. */
export async function hasKeychain(platform: NodeJS.Platform): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
  if (platform !== 'linux') return true;
  const backend = safeStorage.getSelectedStorageBackend();
  return backend !== 'basic_text' && backend !== 'unknown';
}

/** A value that is there and not sealed is from before there was a keychain: it is read, and sealed when it is written. */
export function createKeychainStore(files: Store): Store {
  return {
    async read(key) {
      const kept = await files.read(key);
      const checked = Sealed.safeParse(kept);
      if (!checked.success) return kept;
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(checked.data.sealed, 'base64'));
      try {
        return JSON.parse(result) as unknown;
      } catch {
        // The parser's own words would quote what was decrypted.
        throw new Error(`what the keychain opened for ${key} is damaged`);
      }
    },
    async write(key, value) {
      const sealed = await safeStorage.encryptStringAsync(JSON.stringify(value));
      await files.write(key, { sealed: sealed.toString('base64') });
    },
    remove: (key) => files.remove(key),
  };
}
