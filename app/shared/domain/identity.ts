/** A certificate with its key, to show to a broker over TLS. The key and its passphrase never come back out. */
import * as z from 'zod';

/** Warn so long before a certificate ends. */
export const EXPIRES_SOON_MS = 30 * 86_400_000;

export const Identity = z.object({
  id: z.string(),
  label: z.string(),
  /** `requested`: the key is here, the certificate is still to come. */
  state: z.enum(['ready', 'requested']),
  subject: z.string(),
  issuer: z.string().nullable(),
  sans: z.array(z.string()),
  notBefore: z.number().nullable(),
  notAfter: z.number().nullable(),
  /** `soon` in the last 30 days. */
  expiry: z.enum(['good', 'soon', 'expired', 'not-yet']).nullable(),
  /** SHA-256 over the certificate, hexadecimal with colons, as browsers and openssl show it. */
  fingerprint: z.string().nullable(),
  keyType: z.string(),
  importedAt: z.number(),
  /** For `requested`: the request, to hand to the authority. */
  csr: z.string().nullable(),
});
export type Identity = z.infer<typeof Identity>;
