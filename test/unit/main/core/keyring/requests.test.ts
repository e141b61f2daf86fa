import { describe, expect, it } from 'vitest';
import {
  createRequests,
  judge,
  whyNoSecret,
  whyNotTo,
} from '../../../../../app/main/core/keyring/requests.js';
import { SECRET_POLICIES, SECRET_STATES, type SecretState } from '../../../../../app/shared/domain/secret.js';
import { TRUST_STATES, type TrustState } from '../../../../../app/shared/domain/key.js';
import { aKey } from '../../../../support/keys.js';

type Held = { trust: TrustState | null; isWeak: boolean; secret: SecretState; isSecret?: boolean };
const whyNot = ({ trust, isWeak, secret, isSecret = true }: Held): string | null =>
  whyNotTo({ trust, isWeak }) ?? whyNoSecret({ secret, isSecret });

describe('the gate', () => {
  it('GA2 of all cases, only a trusted, strong key under the policy for trusted keys is answered without a person', () => {
    for (const policy of SECRET_POLICIES)
      for (const secret of SECRET_STATES)
        for (const trust of [...TRUST_STATES, null])
          for (const isWeak of [false, true])
            for (const hasKey of [false, true]) {
              const may =
                policy === 'trusted' && secret === 'held' && trust === 'trusted' && !isWeak && hasKey;
              const why = whyNot({ secret, trust, isWeak });
              for (const isHopeless of [false, true])
                expect(judge({ policy, hasKey, why, isHopeless }).do === 'give').toBe(may);
            }
  });

  it('GA2 never means nothing happens, ask means a person is asked', () => {
    const facts = { why: null, hasKey: true };
    expect(judge({ ...facts, policy: 'never' })).toEqual({ do: 'nothing', why: null });
    expect(judge({ ...facts, policy: 'ask' })).toEqual({ do: 'wait' });
    expect(judge({ ...facts, policy: 'ask', hasKey: false })).toEqual({
      do: 'nothing',
      why: 'REQUEST_NO_QUEUE',
    });
  });

  it('GA2 what no person could mend is not kept waiting for one', () => {
    const facts = { policy: 'ask', hasKey: true, isHopeless: true } as const;
    expect(judge({ ...facts, why: 'VAULT_ROOT' })).toEqual({ do: 'nothing', why: 'VAULT_ROOT' });
    expect(judge({ ...facts, why: null })).toEqual({ do: 'wait' });
  });

  it('GA3 not even a person can give to an untrusted or weak key, or while two secrets are about', () => {
    const facts = { secret: 'held', trust: 'trusted', isWeak: false } as const;
    expect(whyNot(facts)).toBeNull();
    expect(whyNot({ ...facts, trust: 'changed' })).toBe('KEY_NOT_TRUSTED');
    expect(whyNot({ ...facts, trust: null })).toBe('KEY_NOT_TRUSTED');
    expect(whyNot({ ...facts, isWeak: true })).toBe('KEY_WEAK');
    expect(whyNot({ ...facts, secret: 'conflict' })).toBe('SECRET_UNDECIDED');
    expect(whyNot({ ...facts, secret: 'wanted' })).toBe('SECRET_MISSING');
  });
});

describe('requests', () => {
  const key = aKey('asker');

  it('GA1 one entry per asker and key, however often it asks', () => {
    const requests = createRequests();
    const first = requests.ask('worker-4', key, false, 0);
    expect(first).toMatchObject({ isOpen: true, isFirst: true });
    requests.settle(first.entry, 'waiting', 0);
    for (let at = 1; at <= 1_000; at += 1)
      expect(requests.ask('worker-4', key, false, at).isOpen).toBe(false);
    expect(requests.all()).toHaveLength(1);
    expect(requests.all()[0]).toMatchObject({ count: 1_001, state: 'waiting' });
    requests.ask('worker-4', aKey('other'), false, 2_000);
    expect(requests.all()).toHaveLength(2);
  });

  it('GA1 who wishes for two things has two entries, and a message that came back is no new question', () => {
    const requests = createRequests();
    requests.ask('worker-4', key, false, 0);
    const { entry, isFirst } = requests.ask('worker-4', key, false, 1, 'vault-token');
    expect(isFirst).toBe(true);
    requests.ask('worker-4', key, false, 2, 'vault-token', true);
    expect(entry).toMatchObject({ wants: 'vault-token', count: 1, lastAt: 2 });
    expect(requests.answeredElsewhere('worker-4', null, 3, 'vault-token')).toEqual([entry]);
    expect(requests.all().map(({ wants, state }) => [wants, state])).toEqual([
      ['vault-token', 'elsewhere'],
      ['cluster-secret', 'unanswered'],
    ]);
  });

  it('GA4 the copy of a question that was just answered is not answered again; a later one is a new question', () => {
    const requests = createRequests();
    const { entry } = requests.ask('worker-4', key, false, 0);
    requests.settle(entry, 'given', 5);
    expect(requests.ask('worker-4', key, false, 60).isOpen).toBe(false);
    expect(requests.ask('worker-4', key, false, 6_000).isOpen).toBe(true);
    requests.settle(entry, 'failed', 6_000);
    // What did not arrive is no answer.
    expect(requests.ask('worker-4', key, false, 6_100).isOpen).toBe(true);
  });

  it('GA5 a refusal holds for ten minutes against the same asker', () => {
    const requests = createRequests();
    const { entry } = requests.ask('worker-4', key, false, 0);
    requests.settle(entry, 'refused', 0);
    expect(requests.ask('worker-4', key, false, 300_000).isOpen).toBe(false);
    expect(requests.ask('worker-4', key, false, 700_000).isOpen).toBe(true);
  });

  it('GA6 an answer of another node is told, and takes nothing from a person that waits for one', () => {
    const requests = createRequests();
    const { entry } = requests.ask('worker-4', key, false, 0);
    requests.settle(entry, 'waiting', 0);
    const { entry: other } = requests.ask('worker-5', key, false, 0);
    expect(requests.answeredElsewhere('worker-4', 'app-07', 9)).toEqual([entry]);
    expect(entry).toMatchObject({ state: 'waiting', answeredBy: 'app-07' });
    expect(requests.waiting()).toEqual([entry]);
    requests.answeredElsewhere('worker-5', null, 9);
    expect(other).toMatchObject({ state: 'elsewhere', answeredBy: null });
  });

  it('are bounded: the oldest settled ones make way, those that wait for a person stay', () => {
    const requests = createRequests();
    const { entry } = requests.ask('first', key, false, 0);
    requests.settle(entry, 'waiting', 0);
    for (let i = 0; i < 2_000; i += 1) requests.ask(`worker-${i}`, key, false, i + 1);
    expect(requests.all()).toHaveLength(500);
    expect(requests.all()[0]?.name).toBe('first');
  });

  it('one name with key after key has three entries, and what is known of an asker keeps its place', () => {
    const requests = createRequests((entry) =>
      entry.key === key && entry.name === 'pinned' ? 'decided' : 'nothing',
    );
    const { entry: pinned } = requests.ask('pinned', key, false, 0);
    requests.settle(pinned, 'waiting', 0);
    for (let i = 0; i < 700; i += 1) requests.ask('pinned', aKey(`fake ${i % 7}`), false, i + 1);
    expect(requests.all().filter((entry) => entry.name === 'pinned').length).toBeLessThanOrEqual(3);
    for (let i = 0; i < 2_000; i += 1) {
      const { entry } = requests.ask(`flood-${i}`, key, false, 1_000 + i);
      requests.settle(entry, 'waiting', 1_000 + i);
    }
    expect(requests.all().some((entry) => entry.name === 'pinned')).toBe(true);
    expect(requests.all()).toHaveLength(500);
  });

  it('GA3 a text that is no cluster secret is not handed out', () => {
    expect(whyNot({ secret: 'held', trust: 'trusted', isWeak: false, isSecret: false })).toBe('SECRET_FORM');
  });
});
