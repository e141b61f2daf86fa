/** Signatures of consoles: ours under an approval, and whether somebody else's is by a key that is trusted here. */
import { AppError } from '../../shared/errors/app-error.js';
import { readPublicKey } from '../core/crypto/public-key.js';
import { isSignedBy, signText } from '../core/crypto/signature.js';
import { ProtocolError } from '../core/protocol/protocol-error.js';
import type { Approvals } from './changes/types.js';
import type { KeyService } from './keys/index.js';

export function createApprovals(keys: Pick<KeyService, 'keyring' | 'privatePem' | 'isOwnKey'>): Approvals {
  return {
    sign(text) {
      const own = keys.privatePem();
      if (!own) throw new AppError('KEY_NONE', 'our own key is not ready');
      return {
        signature: signText(own.pem, text),
        fingerprint: own.publicKey.fingerprint,
        publicKey: own.publicKey.pem,
      };
    },
    verify(text, signature, publicKey) {
      const key = readKey(publicKey);
      if (keys.isOwnKey(key.fingerprint)) throw new AppError('APPROVAL_OWN', 'signed by this console');
      const name = [...keys.keyring.namesOf(key.fingerprint)].find((other) => {
        const pair = keys.keyring.pairOf(other, key.fingerprint);
        return pair && keys.keyring.trustOf(pair) === 'trusted';
      });
      if (name === undefined)
        throw new AppError('APPROVAL_UNTRUSTED', 'no trusted key', {
          details: { fingerprint: key.fingerprint },
        });
      if (!isSignedBy(key.key, text, signature))
        throw new AppError('APPROVAL_WRONG', 'the signature does not fit');
      return name;
    },
  };
}

function readKey(text: string) {
  try {
    return readPublicKey(text);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new AppError('APPROVAL_UNREADABLE', 'it holds no key', { cause });
  }
}
