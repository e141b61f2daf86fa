/**
 * One HTTP request to a Vault or OpenBao server. Certificates, deadlines and how much is read are its business; what a
 * status means, redirects and retries are not.
 */
import { AppError } from '../../shared/errors/app-error.js';

export type VaultRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, from the root of the server on: `/v1/sys/health`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or null for none. */
  readonly body: string | null;
};

/** Whatever came, also HTML of a load balancer. Header names are in lower case. */
export type VaultResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export interface VaultHttp {
  /**
   * `origin`: scheme, host and port. Rejects with AppError VAULT_UNREACHABLE (refused, no such host, cut off),
   * VAULT_TIMEOUT, VAULT_TLS or VAULT_ANSWER (larger than is read); never with a header or a body in its words.
   */
  request(origin: string, request: VaultRequest): Promise<VaultResponse>;
}

/** Where none is used. */
export const NO_VAULT: VaultHttp = {
  request: () => Promise.reject(new AppError('VAULT_UNREACHABLE', 'no Vault is used')),
};
