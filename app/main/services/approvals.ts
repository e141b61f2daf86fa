/** Signatures of consoles: ours under an approval, and whether somebody else's is by a key that is trusted here. */
import { constants, sign, verify } from 'node:crypto';
import { AppError } from '../../shared/errors/app-error.js';
import { readPublicKey } from '../core/crypto/public-key.js';
import { ProtocolError } from '../core/protocol/protocol-error.js';
import type { Approvals } from './changes/types.js';
import type { KeyService } from './keys/index.js';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

export function createApprovals(keys: Pick<KeyService, 'keyring' | 'privatePem' | 'isOwnKey'>): Approvals {
  return {
    sign(text) {
      const own = keys.privatePem();
      if (!own) throw new AppError('KEY_NONE', 'our own key is not ready');
      return {
        signature: sign('sha256', Buffer.from(text), { key: own.pem, ...PSS }).toString('base64'),
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
      const isGood = verify(
        'sha256',
        Buffer.from(text),
        { key: key.pem, ...PSS },
        Buffer.from(signature, 'base64'),
      );
      if (!isGood) throw new AppError('APPROVAL_WRONG', 'the signature does not fit');
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
