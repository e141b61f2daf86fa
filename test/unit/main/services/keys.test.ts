/** Keys and secrets between whole nodes on the broker in memory, in virtual time. */
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../../app/main/adapters/memory-store.js';
import { readPublicKey } from '../../../../app/main/core/crypto/public-key.js';
import { publicKey, requestClusterSecret } from '../../../../app/main/core/protocol/bus/key-messages.js';
import { keyNeeds } from '../../../../app/main/services/key-needs.js';
import { aCluster } from '../../../support/a-cluster.js';
import { aKey } from '../../../support/keys.js';

const SECRET = 'ab'.repeat(32);
const code = (value: string) => expect.objectContaining({ code: value }) as unknown as Error;
const id = (name: string, pid: number) => ({ identity: { name, hostname: 'desk', pid, version: '0.1.0' } });

/** Two consoles: `giver` holds the secret, `asker` does not; both live and beating. */
async function twoConsoles(
  policy: 'never' | 'ask' | 'trusted',
  cipher: 'auto' | 'legacy' | 'modern' = 'auto',
) {
  const cluster = aCluster();
  const giver = cluster.node({
    ...id('giver', 1),
    keys: { clusterSecret: SECRET, policy, policyIsChosen: true, cipher },
  });
  const asker = cluster.node({ ...id('asker', 2), keys: { cipher } });
  giver.start();
  await cluster.clock.advanceAsync(6_000);
  asker.start();
  await cluster.clock.advanceAsync(6_000);
  const fingerprint = asker.keys.own().fingerprint!;
  return { ...cluster, giver, asker, fingerprint };
}

describe('two consoles', () => {
  it('learn each other’s keys by announcing them, and each beating name without one is missing', async () => {
    const { giver, asker, clock, stranger } = await twoConsoles('never');
    const ruby = stranger();
    await clock.advanceAsync(500);
    await ruby.beat('ruby-1');
    await clock.advanceAsync(1_000);
    const rows = giver.keys.rows();
    expect(rows.find((row) => row.name === 'asker')).toMatchObject({
      trust: 'new',
      fingerprint: asker.keys.own().fingerprint,
      current: true,
    });
    expect(rows.find((row) => row.name === 'giver')).toMatchObject({ own: true, trust: 'trusted' });
    expect(rows.find((row) => row.name === 'ruby-1')).toMatchObject({ trust: 'missing', fingerprint: null });
  });

  it('with policy never, the asker gets nothing, and the request is listed as not answered', async () => {
    const { giver, asker, clock } = await twoConsoles('never');
    await clock.advanceAsync(10_000);
    expect(asker.keys.secrets.isHeld()).toBe(false);
    expect(asker.keys.secrets.view().secret).toMatchObject({ state: 'wanted', outcome: 'no-answer' });
    expect(giver.keys.secrets.view().requests).toMatchObject([
      { name: 'asker', state: 'unanswered', why: null },
    ]);
    expect(keyNeeds(giver, clock.now())).toEqual([]);
  });

  it.each(['legacy', 'modern', 'auto'] as const)(
    'with policy ask, trust and give once hand it over in %s forms, and both are in the audit',
    async (cipher) => {
      const { giver, asker, clock, fingerprint } = await twoConsoles('ask', cipher);
      const [request] = giver.keys.secrets.view().requests;
      expect(request).toMatchObject({ name: 'asker', state: 'waiting', trust: 'new', fingerprint });
      expect(keyNeeds(giver, clock.now()).map((need) => need.kind)).toEqual(['secret-asked']);
      await expect(giver.keys.secrets.give(request!.id)).rejects.toThrow(code('KEY_NOT_TRUSTED'));
      await giver.keys.trust('asker', fingerprint, 'voice', undefined);
      await asker.keys.secrets.ask();
      await clock.advanceAsync(200);
      await giver.keys.secrets.give(request!.id);
      await clock.advanceAsync(1_000);
      expect(asker.keys.secrets.view().secret).toMatchObject({
        state: 'held',
        check: 'verified',
        source: 'peer',
      });
      expect(asker.keys.secrets.view().secret.id).toBe(giver.keys.secrets.view().secret.id);
      expect(giver.keys.secrets.view().requests[0]).toMatchObject({ state: 'given' });
      expect(giver.eventsOf('secret.given')).toMatchObject([
        { names: ['asker'], area: 'audit', facts: { fingerprint } },
      ]);
      expect(giver.eventsOf('key.trusted')).toMatchObject([
        { area: 'audit', facts: { verifiedBy: 'voice' } },
      ]);
    },
  );

  it('a secret that comes when nobody asks any more is offered to a person, not adopted', async () => {
    const { giver, asker, clock, fingerprint } = await twoConsoles('ask');
    await giver.keys.trust('asker', fingerprint, 'voice', undefined);
    await clock.advanceAsync(20_000);
    await giver.keys.secrets.give(giver.keys.secrets.view().requests[0]!.id);
    await clock.advanceAsync(1_000);
    const { secret } = asker.keys.secrets.view();
    expect(secret).toMatchObject({
      state: 'offered',
      id: null,
      candidates: [{ from: ['giver'], unasked: true }],
    });
    asker.keys.secrets.adopt(secret.candidates[0]!.id);
    expect(asker.keys.secrets.state()).toBe('held');
  });

  it('with policy trusted, a pinned key is answered by itself, once, and another key under that name never', async () => {
    const { giver, asker, clock, fingerprint, stranger } = await twoConsoles('trusted');
    await giver.keys.trust('asker', fingerprint, 'voice', undefined);
    await asker.keys.secrets.ask();
    await clock.advanceAsync(1_000);
    expect(asker.keys.secrets.isHeld()).toBe(true);
    expect(giver.eventsOf('secret.given')).toHaveLength(1);

    const thief = stranger('thief');
    await clock.advanceAsync(60_000);
    await thief.bus.publish(
      requestClusterSecret({ name: 'asker', pem: aKey('thief').pem }, null, clock.now()),
    );
    await clock.advanceAsync(5_000);
    expect(giver.eventsOf('secret.given')).toHaveLength(1);
    expect(thief.heard.filter((delivery) => delivery.body.includes('receive_cluster_secret'))).toEqual([]);
    expect(giver.keys.secrets.view().requests.find((entry) => entry.trust === 'changed')).toMatchObject({
      state: 'unanswered',
      why: 'KEY_NOT_TRUSTED',
    });
    expect(keyNeeds(giver, clock.now())).toMatchObject([
      { kind: 'key-changed', severity: 'alarm', names: ['asker'] },
    ]);
  });
});

describe('a changed key', () => {
  it('needs the first twelve characters to be accepted, and every decision is written and kept', async () => {
    const { clock, node, stranger } = aCluster();
    const store = createMemoryStore();
    const console1 = node({ store });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const show = (seed: string) =>
      other.bus.publish(publicKey({ name: 'db-02', hostname: 'db', pem: aKey(seed).pem }, clock.now()));
    await other.beat('db-02');
    await show('one');
    await clock.advanceAsync(500);
    const [one, two] = [aKey('one').fingerprint, aKey('two').fingerprint];
    await console1.keys.trust('db-02', one, 'voice', undefined);
    await show('two');
    await clock.advanceAsync(500);
    expect(console1.eventsOf('key.changed')).toMatchObject([
      { names: ['db-02'], facts: { fingerprint: two } },
    ]);
    const detail = console1.keys.detail('db-02', two);
    expect(detail.row).toMatchObject({ trust: 'changed', current: true });
    expect(detail.others).toMatchObject([{ fingerprint: one, trust: 'trusted', verifiedBy: 'voice' }]);
    await expect(console1.keys.trust('db-02', two, 'voice', undefined)).rejects.toThrow(
      code('KEY_PROOF_WRONG'),
    );
    await expect(console1.keys.trust('db-02', two, 'voice', one.slice(0, 12))).rejects.toThrow(
      code('KEY_PROOF_WRONG'),
    );
    await expect(console1.keys.trust('db-02', two, 'voice', two.slice(0, 11))).rejects.toThrow(
      code('KEY_PROOF_WRONG'),
    );
    const proof = `${two.slice(0, 4)} ${two.slice(4, 8)} ${two.slice(8, 12)}`;
    await console1.keys.trust('db-02', two, 'voice', proof);
    expect(console1.keys.rows().filter((row) => row.name === 'db-02')).toMatchObject([{ trust: 'trusted' }]);
    await console1.keys.refuse('db-02', two);
    await expect(console1.keys.trust('db-02', two, 'voice', undefined)).rejects.toThrow(code('KEY_REFUSED'));

    const again = node({ ...id('console-2', 9), store });
    again.start();
    await clock.advanceAsync(1_000);
    expect(again.keys.rows().find((row) => row.name === 'db-02')).toMatchObject({
      trust: 'refused',
      fingerprint: two,
    });
    expect(again.keys.own().fingerprint).toBe(console1.keys.own().fingerprint);
  });

  it('bulk trust takes only what is new and was first seen in the window', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node();
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    for (const name of ['a', 'b', 'c']) {
      await other.beat(name);
      await other.bus.publish(publicKey({ name, hostname: name, pem: aKey(name).pem }, clock.now()));
      await clock.advanceAsync(10_000);
    }
    const pairs = ['a', 'b', 'c'].map((name) => ({ name, fingerprint: aKey(name).fingerprint }));
    const seen = console1.keys.rows().find((row) => row.name === 'b')!.firstSeenAt!;
    const result = await console1.keys.trustMany(
      [...pairs, { name: 'x', fingerprint: aKey('x').fingerprint }],
      'file',
      seen,
      seen + 1,
    );
    expect(result).toEqual({ trusted: 1, left: ['a', 'c', 'x'] });
  });

  it('pins travel as a file; one mistake in it and nothing is taken over', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node();
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    for (const name of ['a', 'b']) {
      await other.bus.publish(publicKey({ name, hostname: name, pem: aKey(name).pem }, clock.now()));
      await clock.advanceAsync(300);
      await console1.keys.trust(name, aKey(name).fingerprint, 'machine', undefined);
    }
    const text = console1.keys.exportPins();
    const console2 = node(id('console-2', 3));
    console2.start();
    await clock.advanceAsync(1_000);
    await expect(
      console2.keys.importPins(text.replace(aKey('b').fingerprint, aKey('c').fingerprint)),
    ).rejects.toThrow(code('KEY_IMPORT_INVALID'));
    expect(console2.keys.rows().filter((row) => row.pinned && !row.own)).toEqual([]);
    expect(await console2.keys.importPins(text)).toEqual({ added: 2, known: 0, contradicts: [] });
    expect(await console2.keys.importPins(text)).toEqual({ added: 0, known: 2, contradicts: [] });
  });
});

describe('what peers try', () => {
  it('each bad key is counted under its code, harms nothing and gives no answer', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node({ keys: { clusterSecret: SECRET, policy: 'trusted', policyIsChosen: true } });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const sayKey = (name: string, text: string) =>
      other.say({
        routingKey: 'node.crypt.update_public_key',
        body: Buffer.from(JSON.stringify({ function: 'update_public_key', name, public_key: text })),
      });
    await sayKey('bad-1', 'no key at all');
    await sayKey('bad-2', `${aKey('x').pem}trailing`);
    await sayKey('console-1', aKey('x').pem);
    await other.say({
      routingKey: 'node.crypt.push_cluster_secret',
      body: Buffer.from(
        JSON.stringify({
          function: 'push_cluster_secret',
          node_name: 'bad-3',
          queue_name: 'node.somebody-else',
          public_key: aKey('x').pem,
        }),
      ),
    });
    await other.say({
      exchange: '',
      routingKey: 'node.console-1',
      body: Buffer.from(JSON.stringify({ function: 'receive_cluster_secret', message: 'AAAA' })),
    });
    await clock.advanceAsync(500);
    const counts = Object.fromEntries(
      [...console1.observer.counters().refused].map(([key, { count }]) => [key, count]),
    );
    expect(counts).toEqual({ KEY_MALFORMED: 2, OWN_NAME: 1, REPLY_QUEUE: 1, CIPHER: 1 });
    expect(console1.keys.rows().map((row) => row.name)).toEqual(['console-1']);
    expect(console1.keys.secrets.view()).toMatchObject({
      requests: [],
      secret: { state: 'held', candidates: [] },
    });
    expect(keyNeeds(console1, clock.now()).map((need) => need.kind)).toEqual(['key-own-name']);
  });

  it('a thousand requests a second make one entry, and a flood of secrets is looked at in bounds', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node({ keys: { policy: 'ask', policyIsChosen: true, clusterSecret: SECRET } });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const ours = readPublicKey(console1.keys.own().pem!);
    for (let i = 0; i < 1_000; i += 1) {
      void other.bus.publish(
        requestClusterSecret({ name: 'eager', pem: aKey('eager').pem }, null, clock.now()),
      );
      void other.say({
        exchange: '',
        routingKey: 'node.console-1',
        body: Buffer.from(JSON.stringify({ function: 'receive_cluster_secret', message: 'A'.repeat(344) })),
      });
    }
    for (let i = 0; i < 40; i += 1) await clock.advanceAsync(20);
    expect(console1.keys.secrets.view().requests).toMatchObject([
      { name: 'eager', count: 1_000, state: 'waiting' },
    ]);
    const refused = console1.observer.counters().refused;
    expect((refused.get('RATE')?.count ?? 0) + (refused.get('CIPHER')?.count ?? 0)).toBe(1_000);
    expect(refused.get('CIPHER')!.count).toBeLessThanOrEqual(40);
    expect(ours.bits).toBe(2048);
  });
});

describe('our own key', () => {
  it('is replaced with the old one kept for a day, undone, and finished', async () => {
    const { giver, asker, clock, fingerprint } = await twoConsoles('trusted');
    await giver.keys.trust('asker', fingerprint, 'voice', undefined);
    await asker.keys.rotate(undefined);
    expect(asker.keys.own()).toMatchObject({ rotation: { oldFingerprint: fingerprint } });
    expect(asker.keys.own().fingerprint).not.toBe(fingerprint);
    await clock.advanceAsync(1_000);
    expect(giver.keys.rows().find((row) => row.name === 'asker' && row.current)).toMatchObject({
      trust: 'changed',
    });
    await expect(asker.keys.rotate(undefined)).rejects.toThrow(code('KEY_ROTATION'));
    await asker.keys.undoRotation();
    await clock.advanceAsync(6_000);
    expect(asker.keys.own()).toMatchObject({ fingerprint, rotation: null });
    expect(giver.keys.rows().find((row) => row.name === 'asker' && row.current)).toMatchObject({
      trust: 'trusted',
    });
    await asker.keys.rotate(undefined);
    await asker.keys.finishRotation();
    expect(asker.keys.own().rotation).toBeNull();
    expect(asker.keys.own().fingerprint).not.toBe(fingerprint);
    expect(asker.kinds()).toContain('key.rotation-finished');
  });
});

describe('replacing the cluster secret', () => {
  it('hands the new one to trusted keys only and says who is left', async () => {
    const { giver, asker, clock, fingerprint, stranger } = await twoConsoles('trusted');
    await giver.keys.trust('asker', fingerprint, 'voice', undefined);
    const ruby = stranger();
    await asker.keys.secrets.ask();
    await clock.advanceAsync(1_000);
    // The time for answers is over: what comes now was not asked for.
    await clock.advanceAsync(10_000);
    await ruby.beat('ruby-1');
    await clock.advanceAsync(300);
    const before = giver.keys.secrets.view().secret.id;
    await giver.keys.secrets.rotate(false);
    await clock.advanceAsync(2_000);
    const { secret } = giver.keys.secrets.view();
    expect(secret).toMatchObject({
      source: 'made',
      previous: { id: before },
      handover: { sent: 1, away: [], without: 1 },
    });
    // Nobody asked for it there, so a person says yes to the new one.
    expect(asker.keys.secrets.view().secret).toMatchObject({
      state: 'conflict',
      candidates: [{ id: secret.id }],
    });
    asker.keys.secrets.adopt(secret.id!);
    await giver.keys.secrets.ask();
    await clock.advanceAsync(1_000);
  });

  it('none is made up while others beat', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node();
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    await other.beat('ruby-1');
    await clock.advanceAsync(300);
    await expect(console1.keys.secrets.rotate(false)).rejects.toThrow(code('SECRET_MISSING'));
    await expect(console1.keys.secrets.rotate(true)).rejects.toThrow(code('SECRET_OTHERS_BEAT'));
    expect(console1.keys.secrets.isHeld()).toBe(false);
  });
});

describe('a secret store that cannot be read', () => {
  it('is not written over: decisions fail with its words, Health says so, and the node goes on', async () => {
    const { clock, node, stranger } = aCluster();
    const written: string[] = [];
    const store = {
      read: () => Promise.reject(new Error('others may read it; run: chmod 600 it')),
      write: async (key: string) => void written.push(key),
      remove: async () => undefined,
    };
    const console1 = node({ store });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const { pem, fingerprint } = aKey('one');
    await other.bus.publish(publicKey({ name: 'db-02', hostname: 'db', pem }, clock.now()));
    await clock.advanceAsync(500);
    await expect(console1.keys.trust('db-02', fingerprint, 'voice', undefined)).rejects.toThrow(
      code('STORE_UNREADABLE'),
    );
    console1.keys.secrets.set(SECRET);
    await clock.advanceAsync(500);
    expect(written).toEqual([]);
    expect(console1.keys.problem()?.message).toContain('chmod 600');
    expect(console1.link()).toMatchObject({ state: 'degraded', error: { code: 'STORE_UNREADABLE' } });
    expect(console1.isBeating()).toBe(true);
  });
});

describe('what two reviewers broke', () => {
  it('a profile that only watches, and a node that only listens, never hand out by themselves nor ask when told to', async () => {
    for (const quiet of [{ keys: { isReadOnly: true } }, { beating: false }] as const) {
      const { clock, node, stranger } = aCluster();
      const console1 = node({
        ...quiet,
        keys: {
          clusterSecret: SECRET,
          policy: 'trusted',
          policyIsChosen: true,
          ...('keys' in quiet ? quiet.keys : {}),
        },
      });
      console1.start();
      const other = stranger();
      await clock.advanceAsync(5_000);
      const { pem, fingerprint } = aKey('asker');
      await other.bus.publish(publicKey({ name: 'asker', hostname: 'a', pem }, clock.now()));
      await clock.advanceAsync(300);
      await console1.keys.trust('asker', fingerprint, 'voice', undefined);
      await other.bus.publish(requestClusterSecret({ name: 'asker', pem }, null, clock.now()));
      await other.say({ body: Buffer.from(JSON.stringify({ function: 'request_cluster_secret' })) });
      await clock.advanceAsync(3_000);
      expect(console1.eventsOf('secret.given')).toEqual([]);
      expect(console1.eventsOf('secret.asked')).toEqual([]);
      expect(console1.keys.secrets.view().requests).toMatchObject([{ state: 'waiting' }]);
    }
  });

  it('a secret that replaced a replaced one is held after the restart, not the configured one', async () => {
    const { clock, node } = aCluster();
    const store = createMemoryStore();
    const settings = { store, keys: { clusterSecret: SECRET } };
    const console1 = node(settings);
    console1.start();
    await clock.advanceAsync(6_000);
    await console1.keys.secrets.rotate(false);
    await console1.keys.secrets.rotate(false);
    const { id: held, previous } = console1.keys.secrets.view().secret;
    await clock.advanceAsync(100);
    const again = node({ ...settings, ...id('console-2', 8) });
    again.start();
    await clock.advanceAsync(1_000);
    expect(again.keys.secrets.view().secret).toMatchObject({
      id: held,
      previous,
      source: 'made',
      state: 'held',
    });
  });

  it('a store that fails: nothing is replaced, handed out or answered as done', async () => {
    const { clock, node, stranger } = aCluster();
    const good = createMemoryStore();
    let isFull = false;
    const store = {
      read: good.read,
      write: (key: string, value: unknown) =>
        isFull ? Promise.reject(new Error('no space left')) : good.write(key, value),
      remove: good.remove,
    };
    const console1 = node({ store, keys: { clusterSecret: SECRET } });
    console1.start();
    await clock.advanceAsync(6_000);
    isFull = true;
    const before = { key: console1.keys.own().fingerprint, secret: console1.keys.secrets.view().secret.id };
    await expect(console1.keys.rotate(undefined)).rejects.toThrow(code('STORE_UNREADABLE'));
    await expect(console1.keys.secrets.rotate(false)).rejects.toThrow(code('STORE_UNREADABLE'));
    await expect(console1.keys.secrets.setPolicy('trusted')).rejects.toThrow(code('STORE_UNREADABLE'));
    expect({ key: console1.keys.own().fingerprint, secret: console1.keys.secrets.view().secret.id }).toEqual(
      before,
    );
    expect(console1.keys.secrets.policy()).toBe('never');

    const other = stranger();
    await clock.advanceAsync(500);
    const show = (seed: string) =>
      other.bus.publish(publicKey({ name: 'db-02', hostname: 'db', pem: aKey(seed).pem }, clock.now()));
    isFull = false;
    await show('one');
    await clock.advanceAsync(300);
    const [one, two] = [aKey('one').fingerprint, aKey('two').fingerprint];
    await console1.keys.trust('db-02', one, 'voice', undefined);
    await show('two');
    await clock.advanceAsync(300);
    isFull = true;
    await expect(console1.keys.trust('db-02', two, 'voice', two)).rejects.toThrow(code('STORE_UNREADABLE'));
    expect(console1.keys.keyring.pinOf('db-02')?.key.fingerprint).toBe(one);
    expect(console1.eventsOf('key.trusted')).toHaveLength(1);
  });

  it('two rotations at once are one, and the key that peers use is the one that is kept', async () => {
    const { clock, node } = aCluster();
    const console1 = node();
    console1.start();
    await clock.advanceAsync(6_000);
    const before = console1.keys.own().fingerprint;
    const results = await Promise.allSettled([
      console1.keys.rotate(undefined),
      console1.keys.rotate(undefined),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(console1.keys.own().rotation?.oldFingerprint).toBe(before);
  });

  it('once is once, and a question after an answer that did not arrive is a new one', async () => {
    const { giver, asker, clock, fingerprint, stranger } = await twoConsoles('ask');
    await giver.keys.trust('asker', fingerprint, 'voice', undefined);
    const [request] = giver.keys.secrets.view().requests;
    await giver.keys.secrets.give(request!.id);
    await expect(giver.keys.secrets.give(request!.id)).rejects.toThrow(code('REQUEST_ANSWERED'));
    expect(() => giver.keys.secrets.refuse(request!.id)).toThrow(code('REQUEST_ANSWERED'));
    expect(asker.keys.own().state).toBe('ready');

    const other = stranger('other');
    await clock.advanceAsync(300);
    const gone = { name: 'gone', pem: aKey('gone').pem };
    await other.bus.publish(requestClusterSecret(gone, null, clock.now()));
    await clock.advanceAsync(300);
    await giver.keys.trust('gone', aKey('gone').fingerprint, 'voice', undefined);
    const asked = () => giver.keys.secrets.view().requests.find((entry) => entry.name === 'gone')!;
    await expect(giver.keys.secrets.give(asked().id)).rejects.toThrow(code('BUS_UNROUTABLE'));
    expect(asked()).toMatchObject({ state: 'failed', why: 'BUS_UNROUTABLE' });
    await other.bus.publish(requestClusterSecret(gone, null, clock.now()));
    await clock.advanceAsync(300);
    expect(asked()).toMatchObject({ state: 'waiting' });
  });

  it('a configured text that is no cluster secret reads, and is not handed out', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node({ keys: { clusterSecret: 'password', policy: 'trusted', policyIsChosen: true } });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(6_000);
    const { pem, fingerprint } = aKey('asker');
    await other.bus.publish(requestClusterSecret({ name: 'asker', pem }, null, clock.now()));
    await clock.advanceAsync(300);
    await console1.keys.trust('asker', fingerprint, 'voice', undefined);
    await other.bus.publish(requestClusterSecret({ name: 'asker', pem }, null, clock.now()));
    await clock.advanceAsync(300);
    expect(console1.keys.secrets.view().requests).toMatchObject([
      { state: 'unanswered', why: 'SECRET_FORM' },
    ]);
  });

  it('an alarm outlives a restart, and no peer can end it', async () => {
    const { clock, node, stranger } = aCluster();
    const store = createMemoryStore();
    const console1 = node({ store });
    console1.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const show = (seed: string) =>
      other.bus.publish(publicKey({ name: 'db-02', hostname: 'db', pem: aKey(seed).pem }, clock.now()));
    await show('one');
    await clock.advanceAsync(300);
    await console1.keys.trust('db-02', aKey('one').fingerprint, 'voice', undefined);
    await show('two');
    await other.say({
      body: Buffer.from(JSON.stringify({ function: 'delete_public_key', name: 'db-02' })),
    });
    await show('one');
    await clock.advanceAsync(7_000);
    const isAlarm = (of: typeof console1) =>
      keyNeeds(of, clock.now()).some(({ kind }) => kind === 'key-changed');
    expect(isAlarm(console1)).toBe(true);
    const again = node({ ...id('console-2', 8), store });
    again.start();
    await clock.advanceAsync(1_000);
    expect(isAlarm(again)).toBe(true);
  });

  it('who asks before we may speak is answered as soon as we may, when the policy says so', async () => {
    const { clock, node, stranger } = aCluster();
    const store = createMemoryStore();
    const keys = { clusterSecret: SECRET, policy: 'trusted', policyIsChosen: true } as const;
    const before = node({ store, keys });
    before.start();
    const other = stranger();
    await clock.advanceAsync(5_000);
    const { pem, fingerprint } = aKey('eager');
    await other.bus.publish(publicKey({ name: 'eager', hostname: 'e', pem }, clock.now()));
    await clock.advanceAsync(300);
    await before.keys.trust('eager', fingerprint, 'voice', undefined);
    const again = node({ ...id('console-2', 8), store, keys });
    again.start();
    await clock.advanceAsync(500);
    await other.bus.publish(requestClusterSecret({ name: 'eager', pem }, null, clock.now()));
    await clock.advanceAsync(300);
    expect(again.keys.secrets.view().requests).toMatchObject([{ name: 'eager', state: 'waiting' }]);
    await clock.advanceAsync(6_000);
    // The queue of a made-up node is not there; that it was tried is what counts.
    expect(again.keys.secrets.view().requests).toMatchObject([{ state: 'failed', why: 'BUS_UNROUTABLE' }]);
  });

  it('one forged claim to be modern does not make an older node unreachable', async () => {
    const { clock, node, stranger } = aCluster();
    const console1 = node({ keys: { clusterSecret: SECRET, policy: 'ask', policyIsChosen: true } });
    console1.start();
    const old = node({ ...id('old', 5), keys: { cipher: 'legacy' } });
    old.start();
    const liar = stranger();
    await clock.advanceAsync(6_000);
    const forged = requestClusterSecret({ name: 'old', pem: old.keys.own().pem! }, null, clock.now());
    const headers = { ...forged.properties.headers, 'x-legion-version': '1.9.43' };
    await liar.bus.publish({ ...forged, properties: { ...forged.properties, headers } });
    await clock.advanceAsync(300);
    await console1.keys.trust('old', old.keys.own().fingerprint!, 'voice', undefined);
    await console1.keys.secrets.give(console1.keys.secrets.view().requests[0]!.id);
    await clock.advanceAsync(500);
    const given = liar.heard.concat();
    expect(given.some((delivery) => delivery.body.includes('oaep:'))).toBe(false);
    expect(old.observer.counters().refused.get('CIPHER')).toBeUndefined();
    expect(old.keys.secrets.state()).not.toBe('wanted');
  });
});
