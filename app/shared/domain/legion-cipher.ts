/**
 * The ciphers of uWSGI legions that this console speaks, and what there is to say about a choice: types and names only,
 * for both sides. What the bytes look like is for the main process.
 */
import * as z from 'zod';

/** Best first. `bf-cbc` is spoken for old legions; uWSGI on OpenSSL 3 starts with it only with the legacy provider. */
export const CipherName = z.enum(['aes-256-cbc', 'aes-192-cbc', 'aes-128-cbc', 'des-ede3-cbc', 'bf-cbc']);
export type CipherName = z.infer<typeof CipherName>;

/**
 * Why a cipher is not used: `stream`: its key stream runs on from packet to packet, so members lose each other.
 * `aead`: members start but never join. `outdated`: uWSGI on OpenSSL 3 does not start with it. `foreign`: uWSGI can,
 * this console cannot. `unknown`: no cipher of this name is known.
 */
export const CIPHER_REFUSALS = ['stream', 'aead', 'outdated', 'foreign', 'unknown'] as const;
export type CipherRefusal = (typeof CIPHER_REFUSALS)[number];

/**
 * `short-secret`: the rest of the key is zeros. `cut-secret`: only the first `keyBytes` count. `zero-keys`: two of the
 * three DES keys are zeros, which leaves plain DES. `iv-in-secret`: what stands after the last colon was probably meant
 * as the iv. `needs-legacy-provider`: a uWSGI on OpenSSL 3 refuses to start.
 */
export const CipherAdvice = z.object({
  kind: z.enum(['short-secret', 'cut-secret', 'zero-keys', 'iv-in-secret', 'needs-legacy-provider']),
  secretBytes: z.number().int(),
  keyBytes: z.number().int(),
});
export type CipherAdvice = z.infer<typeof CipherAdvice>;
