/** Wrapped hand-overs between whole consoles, on the broker in memory, in virtual time, around a strict Vault. */
import { describe, expect, it, vi } from 'vitest';
import { readPublicKey } from '../../../../app/main/core/crypto/public-key.js';
import { SEAL_BYTES } from '../../../../app/main/core/crypto/sealed-text.js';
import {
  pushWrappedToken,
  requestVaultToken,
} from '../../../../app/main/core/protocol/bus/vault-messages.js';
import {
  Failed,
  isFailureOf,
  makeAnswer,
  makeFailure,
  makeQuestion,
  type Question,
  type Inside,
} from '../../../../app/main/core/vault/handover.js';
import type { Delivery } from '../../../../app/main/ports/bus.js';
import { createEventLog } from '../../../../app/main/core/history/event-log.js';
import { vaultNeeds } from '../../../../app/main/services/vault-needs.js';
import { eventText } from '../../../../app/shared/i18n/index.js';
import { foundIn } from '../../../support/canaries.js';
import { vaultStage, type Policy } from '../../../support/vault-in-memory.js';

const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
type Stage = ReturnType<typeof vaultStage>;
type Console = Awaited<ReturnType<Stage['console']>>;
type Json = Record<string, unknown>;
const bodyOf = ({ body }: Delivery): Json => JSON.parse(body.toString()) as Json;
const ORPHAN = 'auth/token/create-orphan';

async function trust(by: Console, of: Console, name: string): Promise<void> {
  await by.keys.trust(name, of.keys.ourKey().fingerprint, 'voice', undefined);
}
/** What came back from Vault for wrapped tokens, and a hand that may change it on its way to the giver. */
function onWrap({ fake }: Stage, change: (info: Json, text: string) => string = (_, text) => text) {
  const wraps: Json[] = [];
  const handle = fake.handle.bind(fake);
  vi.spyOn(fake, 'handle').mockImplementation((request) => {
    const response = handle(request);
    if (!request.path.includes('/auth/token/create') || response.status !== 200) return response;
    const info = (JSON.parse(response.text) as { wrap_info: Json }).wrap_info;
    wraps.push(info);
    return { ...response, text: change(info, response.text) };
  });
  const call = (path: string, token: unknown, body: object = {}, ttl?: string): Json => {
    const headers = { 'X-Vault-Token': String(token), ...(ttl && { 'X-Vault-Wrap-TTL': ttl }) };
    return JSON.parse(
      handle({ method: 'POST', path: `/v1/${path}`, headers, body: JSON.stringify(body) }).text,
    ) as Json;
  };
  return { wraps, call };
}

/** Two consoles that have pinned each other; one holds a token that may make others. */
async function pair(policy: Policy = 'ask', mayMake = true) {
  const stage = vaultStage();
  const { fake, console, pass } = stage;
  if (mayMake) fake.grant('legion-node', ORPHAN);
  fake.grant('legion-node', 'auth/token/revoke-accessor');
  const giver = await console('giver', policy);
  const own = stage.aToken();
  await giver.vault.enter(own.id);
  const asker = await console('asker');
  await pass(10);
  await trust(giver, asker, 'asker');
  await trust(asker, giver, 'giver');
  const { heard, say } = stage.stranger();
  await pass(1);
  return {
    ...{ ...stage, giver, asker, own, say },
    questions: () =>
      heard.filter(({ routingKey }) => routingKey === 'vault').map((delivery) => bodyOf(delivery)),
    async ask() {
      await asker.vault.ask();
      await pass(1);
    },
    async give() {
      await giver.keys.secrets.give(giver.requests()[0]!.id);
      await pass(1);
    },
    refusals: () => giver.eventsOf('vault.handover-refused').map(({ facts }) => facts['why']),
    living: (accessor: unknown) => fake.tokens().find((token) => token.accessor === accessor),
  };
}

describe('a wrapped hand-over', () => {
  it('VW4 gives the asker a token of its own, and both have it in their audit', async () => {
    const stage = await pair();
    const { giver, asker, own, fake, living } = stage;
    const { wraps } = onWrap(stage);
    await stage.ask();
    expect(giver.requests()).toMatchObject([
      { name: 'asker', state: 'waiting', trust: 'trusted', wants: 'vault-wrapped', count: 1 },
    ]);
    await stage.give();
    const { token } = asker.vault.view();
    expect(token).toMatchObject({
      ...{ source: 'peer', from: 'giver', isOurs: true, isRoot: false, isRenewable: true },
      policies: ['default', 'legion-node'],
    });
    expect(asker.tokenOf()).not.toBe(own.id);
    expect(giver.tokenOf()).toBe(own.id);
    const request = (stage.questions()[0]?.['handover'] as Question).nonce;
    expect(living(token?.accessor)).toMatchObject({
      ...{ path: ORPHAN, parent: null, creationTtlS: 3_600, explicitMaxTtlS: 86_400 },
      meta: { node: 'asker', issued_by: 'giver', request_id: request },
      displayName: 'token-asker',
    });
    const facts = { form: 'wrapped', accessor: token?.accessor, path: ORPHAN, request, policy: null };
    expect(giver.eventsOf('vault.given')).toMatchObject([{ area: 'audit', names: ['asker'], facts }]);
    expect(asker.eventsOf('vault.held')).toMatchObject([
      { names: ['giver'], facts: { source: 'peer', accessor: token?.accessor } },
    ]);
    expect(wraps).toHaveLength(1);
    const secrets = [
      ['own', own.id],
      ['given', asker.tokenOf() ?? ''],
      ['wrapping', String(wraps[0]?.['token'])],
    ] as const;
    for (const node of [giver, asker]) expect(foundIn(node.story(), secrets)).toEqual([]);
    // It is renewed like any other, and is ours to end.
    await stage.pass(3_000);
    expect(asker.vault.view().token?.renewals).toBe(1);
    await expect(asker.vault.revoke()).resolves.toBe(true);
    expect(living(token?.accessor)).toBeUndefined();
    expect(fake.tokens().map(({ id }) => id)).toContain(own.id);
  });

  it('VW4 ends with the node that it was made for', async () => {
    const stage = await pair();
    await stage.ask();
    await stage.give();
    const { accessor } = stage.asker.vault.view().token!;
    await stage.asker.stop();
    expect(stage.living(accessor)).toBeUndefined();
    expect(stage.living(stage.own.accessor)).toBeDefined();
  });

  it('VW4 with “trusted” it goes by itself, by the role where there is one, once a minute', async () => {
    const stage = await pair('trusted');
    const { fake, giver, asker } = stage;
    fake.grant('legion-node', 'auth/token/create/legion-node');
    fake.tokenRole('legion-node', { allowedPolicies: ['legion-node'], orphan: true });
    await stage.ask();
    expect(asker.vault.state()).toBe('connected');
    expect(giver.eventsOf('vault.given')).toMatchObject([
      { facts: { path: 'auth/token/create/legion-node', policy: 'trusted' } },
    ]);
    await asker.vault.revoke();
    await stage.ask();
    await stage.pass(20);
    expect(asker.vault.state()).toBe('asked');
    expect(giver.eventsOf('vault.given')).toHaveLength(1);
    await stage.pass(45);
    await stage.ask();
    expect(asker.vault.state()).toBe('connected');
  });

  it('VW4 a role that there is not is no obstacle where an orphan may be made', async () => {
    const stage = await pair('trusted');
    stage.fake.grant('legion-node', 'auth/token/create/legion-node');
    await stage.ask();
    expect(stage.giver.eventsOf('vault.given')).toMatchObject([{ facts: { path: ORPHAN } }]);
  });

  it('VW4 where Vault forbids it that is told, and nothing is sent, our own token least of all', async () => {
    const stage = await pair('ask', false);
    const { giver, asker } = stage;
    await stage.ask();
    await expect(stage.give()).rejects.toThrow(code('VAULT_NOT_GIVER'));
    await stage.pass(1);
    expect(giver.requests()).toMatchObject([{ state: 'failed', why: 'VAULT_NOT_GIVER' }]);
    expect(giver.eventsOf('vault.give-failed')).toMatchObject([{ facts: { code: 'VAULT_NOT_GIVER' } }]);
    expect(asker.vault.view().token).toBeNull();
    expect(asker.kinds()).not.toContain('vault.ignored');
  });

  it('VW4 who may make none leaves the question to a console that may', async () => {
    const stage = await pair('trusted', false);
    const { giver, asker, fake, console, pass } = stage;
    fake.grant('maker', ORPHAN);
    const other = await console('other', 'trusted');
    await other.vault.enter(stage.aToken({ policies: ['default', 'legion-node', 'maker'] }).id);
    await pass(10);
    await trust(other, asker, 'asker');
    await trust(asker, other, 'other');
    await asker.vault.ask();
    await pass(30);
    expect(asker.vault.view().token).toMatchObject({ from: 'other', isOurs: true });
    expect(giver.eventsOf('vault.given')).toEqual([]);
  });

  it('VW2 VW3 an asker whose key is not pinned gets nothing, and an answer that does not arrive is revoked', async () => {
    const stage = await pair('ask');
    const { giver, asker, say, clock, fake, pass } = stage;
    const third = await stage.ruby('away', '1.9', null, { atSharedQueue: false });
    const key = readPublicKey(third.pem);
    const question = makeQuestion(
      { name: 'gone', fingerprint: key.fingerprint },
      third.privatePem,
      new Uint8Array(16).fill(9),
      clock.now(),
    );
    await say(requestVaultToken({ name: 'gone', pem: third.pem }, 'vault', clock.now(), question));
    await pass(1);
    const [request] = giver.requests();
    expect(request).toMatchObject({ name: 'gone', state: 'waiting', wants: 'vault-wrapped' });
    await expect(giver.keys.secrets.give(request!.id)).rejects.toThrow(code('KEY_NOT_TRUSTED'));
    await giver.keys.trust('gone', key.fingerprint, 'voice', undefined);
    const before = fake.tokens().length;
    await expect(giver.keys.secrets.give(request!.id)).rejects.toThrow(code('BUS_UNROUTABLE'));
    await pass(61);
    expect(fake.tokens()).toHaveLength(before);
    expect(asker.vault.view().token).toBeNull();
  });

  it('VW2 a decision later than a minute after the last question is too late, and tells so', async () => {
    const stage = await pair();
    await stage.ask();
    await stage.pass(24 + 61);
    await expect(stage.give()).rejects.toThrow(code('VAULT_ASKED_LATE'));
    // However late: what was asked for in this form is never given in the older one.
    await stage.pass(700);
    await expect(stage.give()).rejects.toThrow(code('VAULT_ASKED_LATE'));
    expect(stage.giver.eventsOf('vault.given')).toEqual([]);
  });
});

describe('a question that is not as it should be', () => {
  it('VW2 with a signature of another key it is dropped and told; the true one counts all the same', async () => {
    const stage = await pair();
    const { giver, asker, say, clock, pass } = stage;
    const thief = await stage.ruby('thief', '1.9', null, { atSharedQueue: false });
    const { fingerprint, pem } = asker.keys.ourKey();
    const forged = makeQuestion(
      { name: 'asker', fingerprint },
      thief.privatePem,
      new Uint8Array(16),
      clock.now(),
    );
    await say(requestVaultToken({ name: 'asker', pem }, 'vault', clock.now(), forged));
    await pass(1);
    expect(stage.refusals()).toEqual(['signature']);
    expect(giver.requests()).toEqual([]);
    await stage.ask();
    await say(requestVaultToken({ name: 'asker', pem }, 'vault', clock.now(), forged));
    await pass(1);
    await stage.give();
    expect(asker.vault.view().token).toMatchObject({ from: 'giver', isOurs: true });
  });

  it('VW2 sent again after it was answered, it brings nobody a second token', async () => {
    const stage = await pair('trusted');
    const { asker, giver, say, pass } = stage;
    await stage.ask();
    expect(asker.vault.state()).toBe('connected');
    const [question] = stage.questions();
    await pass(10);
    await say({ routingKey: 'vault', body: Buffer.from(JSON.stringify(question)) });
    await pass(1);
    expect(stage.refusals()).toEqual(['replayed']);
    await pass(61);
    await say({ routingKey: 'vault', body: Buffer.from(JSON.stringify(question)) });
    await pass(5);
    expect(stage.refusals()).toEqual(['replayed', 'clock']);
    expect(giver.eventsOf('vault.given')).toHaveLength(1);
  });

  it('VW2 without the signed part it does not bring down a console to the older form', async () => {
    const stage = await pair('trusted', false);
    const { giver, asker, say, clock, pass } = stage;
    await stage.ask();
    const { pem } = asker.keys.ourKey();
    await say(requestVaultToken({ name: 'asker', pem }, 'vault', clock.now()));
    await say(
      requestVaultToken({ name: 'asker', pem }, 'vault', clock.now(), { v: 3 } as unknown as Question),
    );
    await pass(5);
    expect(stage.refusals()).toEqual(expect.arrayContaining(['downgrade', 'form']));
    expect(giver.eventsOf('vault.given')).toEqual([]);
    expect(asker.vault.view().token).toBeNull();
  });
});

describe('a crowd', () => {
  it('VW2 of made-up names does not push a pinned one out of what is known to read the better form', async () => {
    const stage = await pair('trusted', false);
    const { giver, asker, say, clock, pass } = stage;
    await stage.ask();
    const stranger = await stage.ruby('stranger', '1.9', null, { atSharedQueue: false });
    const { fingerprint } = readPublicKey(stranger.pem);
    for (let n = 0; n < 1_100; n += 1) {
      const name = `crowd-${n}`;
      const chance = new Uint8Array(16).map((_, index) => (n >> (index % 2 ? 8 : 0)) & 0xff);
      const question = makeQuestion({ name, fingerprint }, stranger.privatePem, chance, clock.now());
      await say(requestVaultToken({ name, pem: stranger.pem }, 'vault', clock.now(), question));
      if (n % 10 === 9) await pass(1);
    }
    await pass(5);
    await say(requestVaultToken({ name: 'asker', pem: asker.keys.ourKey().pem }, 'vault', clock.now()));
    await pass(5);
    expect(stage.refusals()).toContain('downgrade');
    expect(giver.eventsOf('vault.given')).toEqual([]);
  }, 60_000);
});

describe('a third on the way', () => {
  it('VW7 VW8 who opens it first is noticed: alarm at the asker, and the giver revokes what was made', async () => {
    const stage = await pair();
    const { giver, asker, living } = stage;
    const stolen: Json[] = [];
    const { wraps, call } = onWrap(stage, (info, text) => {
      stolen.push((call('sys/wrapping/unwrap', info['token']) as { auth: Json }).auth);
      return text;
    });
    await stage.ask();
    await stage.give();
    const accessor = wraps[0]?.['wrapped_accessor'];
    expect(stolen[0]?.['accessor']).toBe(accessor);
    expect(asker.eventsOf('vault.replay')).toMatchObject([
      { area: 'audit', names: ['giver'], facts: { why: 'used', accessor } },
    ]);
    expect(vaultNeeds(asker)).toMatchObject([{ kind: 'vault-replay', severity: 'alarm' }]);
    expect(asker.vault.view().token).toBeNull();
    expect(giver.eventsOf('vault.revoked')).toMatchObject([
      { names: ['asker'], facts: { accessor, why: 'used' } },
    ]);
    expect(living(accessor)).toBeUndefined();
    expect(giver.tokenOf()).toBe(stage.own.id);
  });

  it('VW6 VW8 who wraps it again is seen by the path; what could not be revoked is in the audit', async () => {
    const stage = await pair();
    const { giver, asker, fake } = stage;
    fake.policy('legion-node', { [ORPHAN]: ['create', 'update'] });
    const { wraps, call } = onWrap(stage, (info, text) => {
      const content = call('sys/wrapping/unwrap', info['token']);
      const again = call('sys/wrapping/wrap', fake.rootToken, content, '60s') as { wrap_info: Json };
      return text.replaceAll(String(info['token']), String(again.wrap_info['token']));
    });
    await stage.ask();
    await stage.give();
    expect(asker.eventsOf('vault.replay')).toMatchObject([{ facts: { why: 'path' } }]);
    expect(asker.vault.view().token).toBeNull();
    expect(giver.eventsOf('vault.revoke-failed')).toMatchObject([
      { area: 'audit', names: ['asker'], facts: { accessor: wraps[0]?.['wrapped_accessor'] } },
    ]);
  });

  it('VW8 a giver whose key the asker has not pinned hears of it, and what it made does not live on', async () => {
    const stage = await pair();
    const { giver, asker, own, fake } = stage;
    await asker.keys.forget('giver', giver.keys.ourKey().fingerprint);
    await giver.keys.announce();
    await stage.ask();
    await stage.give();
    expect(asker.eventsOf('vault.ignored')).toMatchObject([{ facts: { why: 'unpinned' } }]);
    const accessor = giver.eventsOf('vault.given')[0]?.facts['accessor'];
    expect(giver.eventsOf('vault.revoked')).toMatchObject([{ facts: { accessor, why: 'unpinned' } }]);
    expect(stage.living(accessor)).toBeUndefined();
    expect(fake.tokens().map(({ id }) => id)).toContain(own.id);
    expect(vaultNeeds(asker)).toEqual([]);

    // Nothing was left of it: as soon as the key is pinned, the next question is answered.
    await trust(asker, giver, 'giver');
    await stage.pass(3);
    await stage.ask();
    await stage.give();
    expect(asker.vault.view().token).toMatchObject({ from: 'giver', isOurs: true });
  });

  it('VW8 nobody but the asker can have a token revoked, and not twice', async () => {
    const stage = await pair();
    const { giver, asker, say, living } = stage;
    await stage.ask();
    await stage.give();
    const { accessor } = asker.vault.view().token!;
    const thief = await stage.ruby('thief', '1.9', null, { atSharedQueue: false });
    const { nonce } = stage.questions()[0]?.['handover'] as Question;
    const forged = makeFailure({ giver: 'giver', asker: 'asker' }, thief.privatePem, nonce, 'used');
    for (const name of ['asker', 'thief', 'nobody'])
      await say({
        ...{ exchange: '', routingKey: 'node.giver' },
        body: Buffer.from(
          JSON.stringify({ function: 'fail_vault_token', node_name: name, handover: forged }),
        ),
      });
    await stage.pass(2);
    expect(living(accessor)).toBeDefined();
    expect(stage.refusals()).toEqual(['signature']);
    expect(giver.eventsOf('vault.revoked')).toEqual([]);
  });
});

describe('what was handed over', () => {
  async function given() {
    const stage = await pair();
    await stage.ask();
    await stage.give();
    const { accessor } = stage.asker.vault.view().token!;
    return { ...stage, accessor: String(accessor), listed: () => stage.giver.vault.view().given };
  }

  it('VW10 is told by its accessor, and taken back by its giver', async () => {
    const { giver, asker, accessor, listed, living, own } = await given();
    const [one] = listed();
    expect(one).toMatchObject({ accessor, to: 'asker', state: 'given', problem: null });
    expect(one!.expiresAt - one!.at).toBe(86_400_000);
    await expect(giver.vault.revokeGiven(accessor)).resolves.toBe(true);
    expect(living(accessor)).toBeUndefined();
    expect(listed()).toMatchObject([{ accessor, state: 'revoked' }]);
    const [told] = giver.eventsOf('vault.revoked');
    expect(told).toMatchObject({ area: 'audit', names: ['asker'], facts: { accessor } });
    expect(eventText(told!)).toBe(
      `The Vault token that we made for asker was revoked (accessor ${accessor})`,
    );
    expect(giver.tokenOf()).toBe(own.id);
    // Once more is as good, and no second deed.
    await expect(giver.vault.revokeGiven(accessor)).resolves.toBe(true);
    expect(giver.eventsOf('vault.revoked')).toHaveLength(1);
    expect(asker.vault.view().given).toEqual([]);
  });

  it('VW10 alone can be taken back: neither our own, nor what another made', async () => {
    const { giver, asker, accessor, own, living } = await given();
    for (const other of [own.accessor, '', 'made-up'])
      await expect(giver.vault.revokeGiven(other)).rejects.toThrow(code('VAULT_NOT_GIVEN'));
    await expect(asker.vault.revokeGiven(accessor)).rejects.toThrow(code('VAULT_NOT_GIVEN'));
    expect(living(accessor)).toBeDefined();
  });

  it('VW10 that ended by itself is said to have ended', async () => {
    const { giver, asker, accessor, listed } = await given();
    await asker.vault.revoke();
    await expect(giver.vault.revokeGiven(accessor)).resolves.toBe(false);
    expect(listed()).toMatchObject([{ state: 'ended', problem: null }]);
    const [told] = giver.eventsOf('vault.revoke-failed');
    expect(eventText(told!)).toMatch(
      /could not be revoked \(accessor .*\): Vault does not know it any more$/,
    );
  });

  it('VW10 that Vault does not let us take back is said with its words, and tried again', async () => {
    const { giver, accessor, listed, fake, living } = await given();
    fake.seal();
    await expect(giver.vault.revokeGiven(accessor)).rejects.toThrow(code('VAULT_SEALED'));
    expect(listed()).toMatchObject([
      { state: 'given', problem: { code: 'VAULT_SEALED', words: 'Vault is sealed' } },
    ]);
    const [told] = giver.eventsOf('vault.revoke-failed');
    expect(told?.facts).toMatchObject({ accessor, code: 'VAULT_SEALED', words: 'Vault is sealed' });
    expect(eventText(told!)).toMatch(/: Vault is sealed$/);
    fake.unseal();
    await expect(giver.vault.revokeGiven(accessor)).resolves.toBe(true);
    expect(living(accessor)).toBeUndefined();
    expect(listed()).toMatchObject([{ state: 'revoked', problem: null }]);
  });

  it('VW10 is known again after a start, from the audit', async () => {
    const { giver, accessor, own, living, console, pass } = await given();
    const events = createEventLog();
    for (const event of giver.eventsAll()) events.restore(event, event.at);
    await giver.stop();
    const again = await console('giver', 'ask', { events });
    await pass(5);
    expect(again.vault.view().given).toMatchObject([{ accessor, to: 'asker', state: 'given' }]);
    await expect(again.vault.revokeGiven(accessor)).rejects.toThrow(code('VAULT_NO_TOKEN'));
    await again.vault.enter(own.id);
    await expect(again.vault.revokeGiven(accessor)).resolves.toBe(true);
    expect(living(accessor)).toBeUndefined();
  });
});

describe('an answer', () => {
  /** A console that has asked, and a pinned peer that answers whatever it is told to. */
  async function asked() {
    const stage = vaultStage();
    const { fake, pass, clock } = stage;
    const asker = await stage.console('asker');
    const peer = await stage.ruby('worker-5', '1.9', null, { atSharedQueue: false });
    await peer.ask('vault');
    await pass(1);
    await asker.keys.trust('worker-5', peer.fingerprint, 'voice', undefined);
    const { heard, bus } = stage.stranger();
    const { call } = onWrap(stage);
    const make = (node = 'asker', policies = ['legion-node']): Inside => {
      const body = { policies, ttl: '1h', meta: { node } };
      const { wrap_info: info } = call(ORPHAN, fake.rootToken, body, '60s') as { wrap_info: Json };
      return {
        wrapping: String(info['token']),
        creationPath: String(info['creation_path']),
        accessor: String(info['wrapped_accessor']),
      };
    };
    const early = make();
    await pass(10);
    await asker.vault.ask();
    await pass(1);
    const nonce = (
      bodyOf(heard.filter(({ routingKey }) => routingKey === 'vault').at(-1)!)['handover'] as Question
    ).nonce;
    const key = asker.keys.ourKey();
    const answerOf = (inside: Inside, by = peer.privatePem, from = 'worker-5') =>
      makeAnswer(
        { name: from, privatePem: by },
        { name: 'asker', key },
        nonce,
        inside,
        new Uint8Array(SEAL_BYTES).fill(3),
      );
    const send = async (answer: ReturnType<typeof answerOf>, from = 'worker-5'): Promise<void> => {
      await bus.publish(pushWrappedToken('asker', { name: from, pem: peer.pem }, answer, clock.now()));
      await pass(1);
    };
    return {
      ...{ ...stage, asker, peer, make, early, answerOf, send },
      whys: () => asker.eventsOf('vault.ignored').map(({ facts }) => facts['why']),
      alarms: () => asker.eventsOf('vault.replay').map(({ facts }) => facts['why']),
      /** What the peer was told, signed by the asker. */
      told: () =>
        peer.own
          .map(bodyOf)
          .filter((body) => body['function'] === 'fail_vault_token')
          .map((body) => Failed.parse(body['handover']))
          .filter((failed) => isFailureOf(failed, { giver: 'worker-5', asker: 'asker' }, key))
          .map(({ failed }) => failed),
    };
  }

  it('VW5 that is as it should be is used', async () => {
    const stage = await asked();
    await stage.send(stage.answerOf(stage.make()));
    expect(stage.asker.vault.view().token).toMatchObject({ from: 'worker-5', isOurs: true });
    expect(stage.told()).toEqual([]);
    expect(vaultNeeds(stage.asker)).toEqual([]);
  });

  it('VW5 that comes after a minute is not looked at', async () => {
    const stage = await asked();
    const answer = stage.answerOf(stage.make());
    await stage.pass(60);
    await stage.send(answer);
    expect(stage.whys()).toEqual(['unasked']);
    expect(stage.asker.vault.view().token).toBeNull();
  });

  it('VW5 that is forged is not opened, and does not stand in the way of the true one', async () => {
    const stage = await asked();
    const thief = await stage.ruby('thief', '1.9', null, { atSharedQueue: false });
    const inside = stage.make();
    await stage.send(stage.answerOf(inside, thief.privatePem));
    await stage.send(stage.answerOf(inside, thief.privatePem, 'thief'), 'thief');
    const answer = stage.answerOf(inside);
    await stage.send({ ...answer, sealed: stage.answerOf(stage.make()).sealed.slice(4) });
    expect(stage.whys()).toEqual(['signature', 'unpinned']);
    await stage.send(answer);
    expect(stage.asker.vault.view().token).toMatchObject({ accessor: inside.accessor });
    expect(stage.told()).toEqual([]);
  });

  it('VW5 sent again does not get the token revoked that it brought', async () => {
    const stage = await asked();
    const answer = stage.answerOf(stage.make());
    await stage.send(answer);
    await stage.send(answer);
    expect(stage.asker.vault.state()).toBe('connected');
    expect(stage.told()).toEqual([]);
  });

  it('VW8 of a second giver is told to have come too late', async () => {
    const stage = await asked();
    await stage.asker.vault.enter(stage.aToken().id);
    await stage.send(stage.answerOf(stage.make()));
    expect(stage.whys()).toEqual(['held']);
    expect(stage.told()).toEqual(['held']);
  });

  it.each([
    ['path', (inside: Inside): Inside => ({ ...inside, creationPath: 'sys/wrapping/wrap' })],
    ['path', (inside: Inside): Inside => ({ ...inside, creationPath: 'auth/token/create/legion-node' })],
    ['other', (inside: Inside): Inside => ({ ...inside, accessor: 'another' })],
    ['used', (inside: Inside): Inside => ({ ...inside, wrapping: 'hvs.unknown' })],
  ] as const)('VW7 whose content is of another make is an alarm: %s', async (why, change) => {
    const stage = await asked();
    await stage.send(stage.answerOf(change(stage.make())));
    expect(stage.alarms()).toEqual([why]);
    expect(stage.told()).toEqual([why]);
    expect(stage.asker.vault.view().token).toBeNull();
  });

  it('VW7 with a token for another node, or one that was wrapped before we asked, is an alarm', async () => {
    const stage = await asked();
    await stage.send(stage.answerOf(stage.make('somebody else')));
    expect(stage.alarms()).toEqual(['other']);

    const second = await asked();
    await second.send(second.answerOf(second.early));
    expect(second.alarms()).toEqual(['time']);
  });

  it.each(['root', 'admin'])(
    'VW6 with a token that may do what %s may is an alarm, and told',
    async (policy) => {
      const stage = await asked();
      await stage.send(stage.answerOf(stage.make('asker', [policy])));
      expect([stage.alarms(), stage.told()]).toEqual([['other'], ['other']]);
      expect(stage.asker.vault.view().token).toBeNull();
    },
  );

  it('VW7 that Vault, being sealed, cannot open is no alarm, and told', async () => {
    const stage = await asked();
    const answer = stage.answerOf(stage.make());
    stage.fake.seal();
    await stage.send(answer);
    expect(stage.asker.eventsOf('vault.ignored')).toMatchObject([{ facts: { code: 'VAULT_SEALED' } }]);
    expect([stage.alarms(), stage.told()]).toEqual([[], ['vault']]);
  });
});
