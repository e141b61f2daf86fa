/**
 * RSA work that costs more than the event loop may give, or that the platform refuses in one place and allows in
 * another: making keys, opening what was encrypted to us, reading PKCS#12, making a certificate request.
 */
export interface KeyCrypto {
  /** A fresh RSA pair: the private key as PKCS#1 PEM (the form of `legionio.key`). */
  generate(bits: number): Promise<string>;
  /**
   * The plaintext of an RSA ciphertext in either text form, `oaep:` or legacy Base64. Rejects with ProtocolError CIPHER,
   * the same for whatever step failed.
   */
  decrypt(privatePem: string, text: string): Promise<Buffer>;
  /** Rejects with AppError IDENTITY_PASSPHRASE, IDENTITY_UNREADABLE or IDENTITY_NO_KEY. `file` is the raw file. */
  readPkcs12(file: Uint8Array, passphrase: string): Promise<PemIdentity>;
  /** A PKCS#10 request, as PEM, signed with the key. */
  makeRequest(privatePem: string, subject: { commonName: string; sans: readonly string[] }): Promise<string>;
  close(): Promise<void>;
}

/** PEM texts. `certificates`: ours first, then its chain. */
export type PemIdentity = { readonly key: string; readonly certificates: readonly string[] };
