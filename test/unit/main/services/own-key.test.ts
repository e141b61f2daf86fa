import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import { publicKeyOf, readPublicKey } from '../../../../app/main/core/crypto/public-key.js';
import { encryptWithKey } from '../../../../app/main/core/crypto/rsa-cipher.js';
import { createOwnKey } from '../../../../app/main/services/keys/own-key.js';
import { fixedCrypto } from '../../../support/a-cluster.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { silentLog } from '../../../support/fake-parts.js';
import { privatePems } from '../../../support/keys.js';

const DAY_MS = 86_400_000;
const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;

function aKeyService(store = createMemoryStore()) {
  const clock = createFakeClock();
  const make = () =>
    createOwnKey({
      ...{ store, storeKey: 'node-key.test', keptIn: 'memory', crypto: fixedCrypto() },
      ...{ clock, log: silentLog, bits: 2_048 },
    });
  return { clock, store, make };
}

describe('our own key pair', () => {
  it('is made once, kept, and the same after a restart', async () => {
    const { make } = aKeyService();
    const first = make();
    expect(await first.start()).toBe(true);
    const again = make();
    expect(await again.start()).toBe(false);
    expect(again.view(0)).toMatchObject({
      state: 'ready',
      fingerprint: first.view(0).fingerprint,
      bits: 2_048,
    });
  });

  it('after a replacement, reads what comes to the old key for a day, across restarts, and then no more', async () => {
    const { clock, make } = aKeyService();
    const own = make();
    await own.start();
    const old = readPublicKey(own.view(0).pem!);
    await own.rotate(undefined);
    const fresh = readPublicKey(own.view(0).pem!);
    expect(await own.open(encryptWithKey(fresh, 'new', 'modern'))).toEqual({ plain: 'new', isOld: false });
    const late = encryptWithKey(old, 'late', 'legacy');
    expect(await own.open(late)).toEqual({ plain: 'late', isOld: true });
    own.usedBy('ruby-1', true);
    own.usedBy('ruby-2', false);
    expect(own.view(5).rotation).toMatchObject({ usingNew: ['ruby-2'], usingOld: ['ruby-1'], unknown: 3 });

    const again = make();
    await again.start();
    expect((await again.open(late)).isOld).toBe(true);
    expect(again.isOver(clock.now() + DAY_MS - 1)).toBe(false);
    expect(again.isOver(clock.now() + DAY_MS)).toBe(true);
    await again.finish();
    await expect(again.open(late)).rejects.toThrow(code('CIPHER'));
    await expect(again.undo()).rejects.toThrow(code('KEY_ROTATION'));
  });

  it('is not made anew over a store that cannot be read', async () => {
    const store = {
      read: () => Promise.reject(new Error('others may read it; run: chmod 600 it')),
      write: () => Promise.reject(new Error('must not be written')),
      remove: async () => undefined,
    };
    const own = aKeyService(store).make();
    await expect(own.start()).rejects.toThrow(code('STORE_UNREADABLE'));
    expect(own.view(0)).toMatchObject({ state: 'failed', fingerprint: null });
  });

  it('shows nothing of the private key', async () => {
    const own = aKeyService().make();
    await own.start();
    const shown = JSON.stringify(own.view(3));
    expect(shown).not.toContain('PRIVATE');
    for (const pem of privatePems()) {
      expect(shown).not.toContain(pem.split('\n')[3]!);
      expect(publicKeyOf(pem).bits).toBe(2_048);
    }
  });
});
