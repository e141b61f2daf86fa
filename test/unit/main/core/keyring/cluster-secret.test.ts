import { describe, expect, it } from 'vitest';
import {
  deriveClusterKey,
  encryptClusterText,
  secretId,
} from '../../../../../app/main/core/crypto/cluster-cipher.js';
import {
  ANSWER_MS,
  COLLECT_MS,
  createClusterSecret,
  PREVIOUS_KEPT_MS,
  type Offer,
} from '../../../../../app/main/core/keyring/cluster-secret.js';

const ONE = '1'.repeat(64);
const TWO = '2'.repeat(64);
const THREE = '3'.repeat(64);
const IV = new Uint8Array(16);

const sealedWith = (secret: string) => {
  const { text, iv } = encryptClusterText(deriveClusterKey(secret), 'legion', 'legacy', IV);
  return { plain: 'legion', text, iv };
};
const anOffer = (secret: string, over: Partial<Offer> = {}): Offer => ({
  secret,
  validation: sealedWith(secret),
  fingerprint: 'F'.repeat(42) + 'A',
  name: 'app-07',
  isSuspect: false,
  ...over,
});
const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
const viewOf = (machine: ReturnType<typeof createClusterSecret>) => machine.view(() => 'trusted');

describe('the cluster secret', () => {
  it('CS1 CS3 is wanted, asked for, and held with the answer whose check string fits, a moment after it came', () => {
    const machine = createClusterSecret(0);
    expect(machine.state()).toBe('wanted');
    machine.ask(2, 100);
    expect(viewOf(machine)).toMatchObject({ state: 'asked', askedCount: 2, answerBy: 100 + ANSWER_MS });
    expect(machine.offer(anOffer(ONE), 160)).toBe('collecting');
    expect(machine.offer(anOffer(ONE, { name: 'app-08' }), 170)).toBe('collecting');
    expect(viewOf(machine)).toMatchObject({ state: 'asked', candidates: [] });
    expect(machine.tick(160 + COLLECT_MS - 1)).toBeNull();
    expect(machine.keys()).toEqual([]);
    expect(machine.tick(160 + COLLECT_MS)).toBe('held');
    expect(viewOf(machine)).toMatchObject({
      state: 'held',
      id: secretId(ONE),
      source: 'peer',
      from: 'app-07',
      fromTrust: 'trusted',
      check: 'verified',
    });
    expect(machine.keys()).toEqual([deriveClusterKey(ONE)]);
    expect(machine.offer(anOffer(ONE), 700)).toBe('same');
  });

  it('CS2 nobody answers: wanted again, and it says so once', () => {
    const machine = createClusterSecret(0);
    machine.ask(1, 0);
    expect(machine.tick(ANSWER_MS - 1)).toBeNull();
    expect(machine.tick(ANSWER_MS)).toBe('no-answer');
    expect(machine.tick(ANSWER_MS + 1)).toBeNull();
    expect(viewOf(machine)).toMatchObject({ state: 'wanted', outcome: 'no-answer' });
  });

  it('CS3 what is not 64 hexadecimal digits, or fails its own check string, is refused by code and never held', () => {
    const machine = createClusterSecret(0);
    machine.ask(1, 0);
    expect(() => machine.offer(anOffer('not hex', { validation: null }), 1)).toThrow(code('SECRET_FORM'));
    expect(() => machine.offer(anOffer(`${ONE}\n`, { validation: null }), 1)).toThrow(code('SECRET_FORM'));
    expect(() => machine.offer(anOffer(ONE, { validation: sealedWith(TWO) }), 2)).toThrow(
      code('SECRET_CHECK'),
    );
    expect(machine.isHeld()).toBe(false);
    expect(machine.offer(anOffer(ONE, { validation: null }), 3)).toBe('collecting');
    machine.tick(3 + COLLECT_MS);
    expect(viewOf(machine).check).toBe('absent');
  });

  it('CS4 a secret that nobody asked for is offered to a person, not taken', () => {
    const machine = createClusterSecret(0);
    expect(machine.offer(anOffer(ONE), 50)).toBe('offered');
    expect(viewOf(machine)).toMatchObject({
      state: 'offered',
      id: null,
      candidates: [{ id: secretId(ONE), unasked: true, from: ['app-07'] }],
    });
    expect(machine.adopt(secretId(ONE), 60)).toBe(true);
    expect(machine.state()).toBe('held');
  });

  it('CS4 an answer under a refused or changed key is offered to a person as well', () => {
    const machine = createClusterSecret(0);
    machine.ask(1, 0);
    expect(machine.offer(anOffer(ONE, { isSuspect: true }), 50)).toBe('offered');
    expect(machine.isHeld()).toBe(false);
  });

  it('CS5 two answers to one question differ: neither is held until a person chooses', () => {
    const machine = createClusterSecret(0);
    machine.ask(2, 0);
    machine.offer(anOffer(ONE), 50);
    expect(machine.offer(anOffer(TWO, { name: 'app-08' }), 90)).toBe('conflict');
    expect(machine.isHeld()).toBe(false);
    expect(machine.keys()).toEqual([]);
    expect(
      viewOf(machine)
        .candidates.map(({ id }) => id)
        .sort(),
    ).toEqual([secretId(ONE), secretId(TWO)].sort());
    expect(machine.adopt(secretId(TWO), 100)).toBe(true);
    expect(viewOf(machine)).toMatchObject({
      state: 'held',
      id: secretId(TWO),
      from: 'app-08',
      candidates: [],
    });
  });

  it('CS6 another secret than the held one is a conflict; turned down, it is never a proposal again', () => {
    const machine = createClusterSecret(0);
    machine.hold(ONE, 'configuration', 0);
    expect(machine.offer(anOffer(TWO), 50_000)).toBe('conflict');
    expect(machine.keys()).toEqual([deriveClusterKey(ONE)]);
    expect(machine.dismiss(secretId(TWO), 50_100)).toBe(true);
    expect(machine.state()).toBe('held');
    expect(() => machine.offer(anOffer(TWO), 50_200)).toThrow(code('REPLAY'));
    expect(machine.state()).toBe('held');
  });

  it('CS7 the secret before is read for a day after a change, and its replay changes nothing', () => {
    const machine = createClusterSecret(0);
    machine.hold(ONE, 'configuration', 0);
    machine.hold(TWO, 'made', 1_000);
    expect(machine.keys()).toEqual([deriveClusterKey(TWO), deriveClusterKey(ONE)]);
    expect(() => machine.offer(anOffer(ONE, { name: 'old-1' }), 2_000)).toThrow(code('REPLAY'));
    expect(viewOf(machine).holders).toEqual([
      { name: 'old-1', fingerprint: 'F'.repeat(42) + 'A', uses: 'previous', at: 2_000 },
    ]);
    machine.tick(1_000 + PREVIOUS_KEPT_MS);
    expect(machine.keys()).toEqual([deriveClusterKey(TWO)]);
  });

  it('CS8 says of each candidate whether it opens what was heard and could not be read', () => {
    const machine = createClusterSecret(0);
    const heard = encryptClusterText(deriveClusterKey(TWO), '{"function":"message"}', 'legacy', IV);
    machine.offer(anOffer(ONE), 1);
    expect(viewOf(machine).candidates[0]?.reads).toBeNull();
    machine.unread(heard.text, heard.iv);
    machine.offer(anOffer(TWO), 2);
    const reads = new Map(viewOf(machine).candidates.map(({ id, reads: opens }) => [id, opens]));
    expect(reads).toEqual(
      new Map([
        [secretId(ONE), false],
        [secretId(TWO), true],
      ]),
    );
  });

  it('CS9 a flood of different secrets is bounded', () => {
    const machine = createClusterSecret(0);
    const each = Array.from({ length: 40 }, (_, i) => i.toString(16).padStart(64, '0'));
    let refused = 0;
    for (const secret of each) {
      try {
        machine.offer(anOffer(secret, { validation: null }), 1);
      } catch (error) {
        expect(error).toMatchObject({ code: 'RATE' });
        refused += 1;
      }
    }
    expect(viewOf(machine).candidates).toHaveLength(5);
    expect(refused).toBe(35);
  });

  it('shows nothing of a secret but its short id', () => {
    const machine = createClusterSecret(0);
    machine.hold(ONE, 'file', 0);
    machine.offer(anOffer(TWO), 10);
    machine.offer(anOffer(THREE), 11);
    const shown = JSON.stringify(viewOf(machine));
    for (const secret of [ONE, TWO, THREE]) expect(shown).not.toContain(secret.slice(0, 8));
  });
});

describe('answers that come late or last', () => {
  it('CS5 an answer in the last moment is still held, and one after that is nobody’s answer', () => {
    const machine = createClusterSecret(0);
    machine.ask(1, 0);
    expect(machine.offer(anOffer(ONE), ANSWER_MS - 1)).toBe('collecting');
    expect(machine.tick(ANSWER_MS)).toBeNull();
    expect(machine.tick(ANSWER_MS - 1 + COLLECT_MS)).toBe('held');
    expect(machine.offer(anOffer(TWO), ANSWER_MS + 5_000)).toBe('conflict');
    expect(viewOf(machine).candidates).toMatchObject([{ unasked: true }]);
  });
});

describe('over a restart', () => {
  it('CS6 CS7 what is held, the one before, what was put away and what waits for a person are as they were', () => {
    const before = createClusterSecret(0);
    before.hold(ONE, 'file', 0);
    before.hold(TWO, 'made', 1_000);
    before.offer(anOffer(THREE), 50_000);
    const after = createClusterSecret(60_000);
    after.restore(JSON.parse(JSON.stringify(before.atRest())) as ReturnType<typeof before.atRest>, 60_000);
    expect(after.keys()).toEqual([deriveClusterKey(TWO), deriveClusterKey(ONE)]);
    expect(viewOf(after)).toMatchObject({ state: 'conflict', id: secretId(TWO), source: 'made' });
    expect(() => after.offer(anOffer(ONE), 61_000)).toThrow(code('REPLAY'));
    after.dismiss(secretId(THREE), 62_000);
    const again = createClusterSecret(70_000);
    again.restore(after.atRest(), 70_000);
    expect(() => again.offer(anOffer(THREE), 71_000)).toThrow(code('REPLAY'));
    expect(again.state()).toBe('held');
  });

  it('a person who loads a secret has decided, whatever was offered or just arrives', () => {
    const machine = createClusterSecret(0);
    machine.ask(1, 0);
    machine.offer(anOffer(ONE), 10);
    machine.hold(TWO, 'file', 20);
    expect(machine.tick(10 + COLLECT_MS)).toBeNull();
    expect(viewOf(machine)).toMatchObject({
      state: 'held',
      id: secretId(TWO),
      source: 'file',
      candidates: [],
    });
    expect(() => machine.offer(anOffer(ONE), 60_000)).toThrow(code('REPLAY'));
  });
});
