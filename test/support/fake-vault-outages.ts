/** What a test lets go wrong in front of the fake Vault: the next n requests fail, or are one too many. */
import type { VaultResponse } from '../../app/main/ports/vault-http.js';
import { brokenResponse } from './fake-vault-answers.js';
import { Refusal, VaultGone, type Broken } from './fake-vault-types.js';

const WORDS: Readonly<Record<number, string>> = {
  412: 'required index state not present',
  500: 'internal error',
  502: 'upstream server failed',
  503: 'service unavailable',
};
const EXEMPT = /^sys\/(health|seal-status)$/;

type Fault = { left: number; readonly how: number | Broken };
type Limit = { left: number; readonly retryAfterS: number | null; readonly kind: 'rate' | 'leases' };

export function createOutages() {
  const faults: Fault[] = [];
  let limit: Limit = { left: 0, retryAfterS: null, kind: 'rate' };

  function meetFault(): VaultResponse | null {
    const fault = faults.find(({ left }) => left > 0);
    if (!fault) return null;
    fault.left -= 1;
    const { how } = fault;
    if (typeof how === 'number') throw new Refusal(how, [WORDS[how] ?? `fault ${how}`]);
    if (how === 'hang' || how === 'cut') throw new VaultGone(how);
    return brokenResponse(how);
  }

  function meetLimit(path: string): void {
    if (limit.left === 0 || EXEMPT.test(path)) return;
    limit.left -= 1;
    const { retryAfterS, kind } = limit;
    const quota = kind === 'rate' ? 'rate limit quota exceeded' : 'lease count quota exceeded';
    const headers =
      retryAfterS === null
        ? {}
        : {
            'retry-after': String(retryAfterS),
            'x-ratelimit-limit': '1',
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(retryAfterS),
          };
    throw new Refusal(429, [`request path "${path}": ${quota}`], headers);
  }

  return {
    /** What comes in place of an answer; null when all is well. Throws what is an error. */
    meet(path: string): VaultResponse | null {
      const broken = meetFault();
      if (!broken) meetLimit(path);
      return broken;
    },
    fail: (n: number, how: number | Broken): void => void faults.push({ left: n, how }),
    limit(n: number, retryAfterS: number | null, kind: 'rate' | 'leases'): void {
      limit = { left: n, retryAfterS, kind };
    },
  };
}
