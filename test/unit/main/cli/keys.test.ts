/** The verbs about keys, secrets, requests and certificates, against a web host whose Api the test makes up. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../../../app/main/cli/exit.js';
import { runCli } from '../../../../app/main/cli/program.js';
import { addConfigFlags } from '../../../../app/main/config/index.js';
import { findHost } from '../../../../app/main/hosts/web/index.js';
import type { Api } from '../../../../app/shared/contract/contract.js';
import { fingerprintGroups, fingerprintWords } from '../../../../app/shared/domain/fingerprint.js';
import type { Identity } from '../../../../app/shared/domain/identity.js';
import { type KeyRow, type OwnKey, TrustCounts } from '../../../../app/shared/domain/key.js';
import type { SecretCandidate, SecretRequest, Secrets } from '../../../../app/shared/domain/secret.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import type { ErrorCode } from '../../../../app/shared/errors/codes.js';
import { aSession } from '../../../support/nodes.js';
import { tempDir } from '../../../support/temp-dir.js';
import { aWebHost } from '../../../support/web-host.js';

const FINGERPRINT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU';
const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ok = async (_input: object) => ({ ok: true }) as const;

async function against(parts: Partial<Api>) {
  const { dataDir } = await aWebHost({ 'session.get': async () => aSession(), ...parts });
  const out: string[] = [];
  const err: string[] = [];
  const deps = {
    version: '9.8.7',
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    findHost,
    serve: async () => EXIT.done,
    localConfig: () => ({ dataDir, report: { values: [] } }),
    addConfigFlags,
  };
  return { run: (...argv: string[]) => runCli(argv, deps), out, err, text: () => out.join('\n') };
}

const refusing = (code: ErrorCode) => () => Promise.reject(new AppError(code, 'its own words'));

function fileWith(content: string | Buffer, mode = 0o600): string {
  const file = join(tempDir(), 'file');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const aKey = (parts: Partial<KeyRow> = {}): KeyRow => ({
  name: 'db-02',
  fingerprint: FINGERPRINT,
  trust: 'new',
  pinned: false,
  current: true,
  kept: false,
  bits: 2048,
  weak: false,
  firstSeenAt: 10_000,
  lastSeenAt: 19_000,
  decidedAt: null,
  verifiedBy: null,
  sharedWith: [],
  own: false,
  ...parts,
});

const ownKey: OwnKey = {
  state: 'ready',
  fingerprint: FINGERPRINT,
  bits: 2048,
  madeAt: 1_000,
  pem: '-----BEGIN PUBLIC KEY-----',
  keptIn: 'file',
  announcedAt: null,
  rotation: null,
};

const aRequest = (parts: Partial<SecretRequest> = {}): SecretRequest => ({
  id: 'r-1',
  name: 'web-3',
  fingerprint: FINGERPRINT,
  wants: 'cluster-secret',
  firstAt: 10_000,
  lastAt: 18_000,
  count: 3,
  state: 'waiting',
  stateAt: 10_000,
  why: null,
  trust: 'new',
  weak: false,
  beating: true,
  answeredBy: null,
  ...parts,
});

const secrets = (secret: Partial<Secrets['secret']> = {}, requests: SecretRequest[] = []): Secrets => ({
  at: 20_000,
  policy: 'ask',
  secret: {
    state: 'held',
    since: 5_000,
    id: 'abcd-1234',
    source: 'peer',
    from: 'web-1',
    fromFingerprint: FINGERPRINT,
    fromTrust: 'trusted',
    check: 'verified',
    askedAt: 4_000,
    askedCount: 3,
    answerBy: null,
    outcome: null,
    outcomeAt: null,
    candidates: [],
    previous: null,
    holders: [],
    handover: null,
    ...secret,
  },
  requests,
});
const missing = { state: 'wanted', id: null, source: null, from: null, fromFingerprint: null } as const;

const identity: Identity = {
  id: 'i-1',
  label: 'mq',
  state: 'ready',
  subject: 'CN=console-1',
  issuer: 'CN=ca',
  sans: ['console-1.example.org'],
  notBefore: 0,
  notAfter: 86_400_000,
  expiry: 'soon',
  fingerprint: 'AA:BB',
  keyType: 'RSA 2048',
  importedAt: 0,
  csr: null,
};

describe('keys', () => {
  const list = {
    'key.list': async () => ({
      at: 20_000,
      counts: Object.fromEntries(Object.keys(TrustCounts.shape).map((state) => [state, 0])) as TrustCounts,
      keys: [
        aKey({ trust: 'changed', weak: true, bits: 1024 }),
        aKey({
          name: 'db-03',
          trust: 'missing',
          fingerprint: null,
          bits: null,
          firstSeenAt: null,
          lastSeenAt: null,
        }),
        aKey({ name: 'c-1', trust: 'trusted', verifiedBy: 'voice' }),
        aKey({ name: 'console-1', trust: 'trusted', own: true }),
      ],
    }),
  } satisfies Partial<Api>;

  it('are a table with whole fingerprints', async () => {
    const { run, text } = await against(list);
    expect(await run('keys')).toBe(EXIT.done);
    expect(text().split('\n')).toEqual([
      'TRUST    NAME       FINGERPRINT                                  BITS        FIRST SEEN  LAST SEEN  VERIFIED',
      `changed  db-02      ${FINGERPRINT}  1024, weak        10 s        1 s  –`,
      `missing  db-03      –                                            –                    –          –  –`,
      `trusted  c-1        ${FINGERPRINT}  2048              10 s        1 s  compared by voice`,
      `trusted  console-1  ${FINGERPRINT}  2048              10 s        1 s  this console`,
    ]);
  });

  it('are a JSON array, also of one state only', async () => {
    const { run, text } = await against(list);
    expect(await run('keys', '--json', '--trust', 'changed')).toBe(EXIT.done);
    expect(JSON.parse(text())).toEqual([aKey({ trust: 'changed', weak: true, bits: 1024 })]);
    expect(await run('keys', '--trust', 'nonsense')).toBe(EXIT.usage);
    expect(await run('keys', 'nonsense')).toBe(EXIT.usage);
  });

  it('show a hostile name as text', async () => {
    const name = '\u001b[2Jevil\u202e';
    const { run, text } = await against({
      'key.list': async () => ({ ...(await list['key.list']()), keys: [aKey({ name })] }),
    });
    await run('keys');
    expect(text()).toContain('‹U+001B›[2Jevil‹U+202E›');
  });
});

describe('a decision on a key', () => {
  it.each([
    FINGERPRINT,
    `SHA256:${FINGERPRINT}=`,
    fingerprintGroups(FINGERPRINT).join(' '),
    HEX,
    HEX.toUpperCase().replace(/(..)(?=.)/g, '$1:'),
  ])('reads the fingerprint %s', async (typed) => {
    const trust = vi.fn(ok);
    const { run } = await against({ 'key.trust': trust });
    expect(await run('keys', 'trust', 'db-02', typed)).toBe(EXIT.done);
    expect(trust).toHaveBeenCalledWith(
      { name: 'db-02', fingerprint: FINGERPRINT, verifiedBy: 'unverified', proof: FINGERPRINT.slice(0, 12) },
      expect.anything(),
    );
  });

  it('takes no part of a fingerprint, and says what to do', async () => {
    const { run, err } = await against({});
    for (const verb of ['trust', 'refuse', 'keep', 'forget']) {
      expect(await run('keys', verb, 'db-02', FINGERPRINT.slice(0, 12))).toBe(EXIT.usage);
    }
    expect(await run('keys', 'words', 'x')).toBe(EXIT.usage);
    expect(err.join('\n')).toContain('43 characters');
  });

  it('says how it was verified', async () => {
    const trust = vi.fn(ok);
    const { run } = await against({ 'key.trust': trust });
    expect(await run('keys', 'trust', 'db-02', FINGERPRINT, '--verified-by', 'voice', '--json')).toBe(
      EXIT.done,
    );
    expect(trust).toHaveBeenCalledWith(expect.objectContaining({ verifiedBy: 'voice' }), expect.anything());
    expect(await run('keys', 'trust', 'db-02', FINGERPRINT, '--verified-by', 'feeling')).toBe(EXIT.usage);
  });

  it.each([
    ['refuse', 'key.refuse'],
    ['keep', 'key.keep'],
    ['forget', 'key.forget'],
  ] as const)('can be to %s it', async (verb, procedure) => {
    const asked = vi.fn(ok);
    const { run, text } = await against({ [procedure]: asked });
    expect(await run('keys', verb, 'db-02', HEX)).toBe(EXIT.done);
    expect(asked).toHaveBeenCalledWith({ name: 'db-02', fingerprint: FINGERPRINT }, expect.anything());
    expect(text()).toContain('db-02');
  });

  it('ends with 1 and a remedy where the console refuses it', async () => {
    const { run, err } = await against({ 'key.trust': refusing('KEY_UNKNOWN') });
    expect(await run('keys', 'trust', 'db-02', FINGERPRINT)).toBe(EXIT.failed);
    expect(err[0]).toContain('has not shown such a key');
    expect(err).toHaveLength(2);
  });
});

describe('keys on the bus', () => {
  it('are asked for, told, and asked to be forgotten', async () => {
    const calls = { 'key.ask': vi.fn(ok), 'key.announce': vi.fn(ok), 'key.askToForget': vi.fn(ok) };
    const { run } = await against(calls);
    expect(await run('keys', 'ask')).toBe(EXIT.done);
    expect(await run('keys', 'announce')).toBe(EXIT.done);
    expect(await run('keys', 'ask-to-forget', 'db-02')).toBe(EXIT.done);
    Object.values(calls).forEach((call) => expect(call).toHaveBeenCalledTimes(1));
    expect(calls['key.askToForget']).toHaveBeenCalledWith({ name: 'db-02' }, expect.anything());
  });

  it('cannot be sent without a link: the command ends with 3', async () => {
    const { run } = await against({ 'key.ask': refusing('BUS_NOT_CONNECTED') });
    expect(await run('keys', 'ask')).toBe(EXIT.notConnected);
  });
});

describe('pins', () => {
  it('are printed, or written to a file that only its owner reads', async () => {
    const { run, text } = await against({ 'key.export': async () => ({ text: 'pins\n' }) });
    expect(await run('keys', 'export')).toBe(EXIT.done);
    expect(text()).toBe('pins');
    const file = fileWith('old', 0o644);
    expect(await run('keys', 'export', '--file', file)).toBe(EXIT.done);
    expect(readFileSync(file, 'utf8')).toBe('pins\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run('keys', 'export', '--file', '/nowhere/at/all')).toBe(EXIT.failed);
  });

  it('are taken over, and those that contradict ours are named', async () => {
    const taken = { added: 2, known: 1, contradicts: ['db-02'] };
    const { run, text, err } = await against({ 'key.import': async () => taken });
    expect(await run('keys', 'import', fileWith('pins'))).toBe(EXIT.failed);
    expect(text()).toBe('2 pins were added, 1 were known already.');
    expect(err.at(-1)).toBe('  db-02');
    expect(await run('keys', 'import', '/nowhere')).toBe(EXIT.failed);
    expect(err.at(-1)).toContain('ENOENT');
  });
});

describe('our own key', () => {
  it('is shown with its words', async () => {
    const { run, text } = await against({ 'key.own': async () => ownKey });
    expect(await run('keys', 'own')).toBe(EXIT.done);
    expect(text()).toContain(FINGERPRINT);
    expect(text()).toContain(fingerprintWords(FINGERPRINT).join(' '));
    expect(await run('keys', '--json', 'own')).toBe(EXIT.done);
    expect(await run('keys', 'words', HEX)).toBe(EXIT.done);
  });

  it('is replaced, with the sizes there are', async () => {
    const rotation = {
      startedAt: 0,
      oldFingerprint: FINGERPRINT,
      oldUntil: 86_400_000,
      usingNew: ['a'],
      usingNewCount: 1,
      usingOld: ['b', 'c'],
      unknown: 4,
    };
    const rotate = vi.fn(async () => ({ ...ownKey, rotation }));
    const { run, text } = await against({
      'key.rotate': rotate,
      'key.rotate.undo': async () => ownKey,
      'key.rotate.finish': refusing('KEY_ROTATION'),
    });
    expect(await run('keys', 'rotate', '--bits', '3072')).toBe(EXIT.done);
    expect(rotate).toHaveBeenCalledWith({ bits: 3072 }, expect.anything());
    expect(text()).toContain('1 use the new one, 2 the old one, 4 unknown');
    expect(await run('keys', 'rotate', '--bits', '1024')).toBe(EXIT.usage);
    expect(await run('keys', 'rotate-undo')).toBe(EXIT.done);
    expect(await run('keys', 'rotate-finish')).toBe(EXIT.failed);
  });
});

describe('secrets', () => {
  it('are told in words', async () => {
    const { run, text } = await against({ 'secret.get': async () => secrets() });
    expect(await run('secrets')).toBe(EXIT.done);
    expect(text()).toMatch(/^Cluster secret +held, 15 s$/m);
    expect(text()).toMatch(
      /^From +from another node, it says it is web-1, and quotes its trusted key 47DEQ\S+$/m,
    );
    expect(text()).toMatch(/^When asked +ask: Ask me$/m);
    await run('secrets', '--json');
    expect(JSON.parse(text().slice(text().indexOf('{')))).toEqual(secrets());
  });

  it('that are offered are told by what their senders say', async () => {
    const offer: Omit<SecretCandidate, 'from' | 'fingerprints'> = {
      ...{ id: 'c0de', firstAt: 1, count: 2, reads: null, unasked: true },
      check: 'verified',
    };
    const candidates: SecretCandidate[] = [
      { ...offer, from: ['app-07'], fingerprints: [FINGERPRINT] },
      { ...offer, id: 'beef', from: [], fingerprints: [] },
    ];
    const { run, text } = await against({
      'secret.get': async () => secrets({ state: 'conflict', candidates }),
    });
    await run('secrets');
    expect(text()).toMatch(
      /c0de: it says it is app-07, came 2 times, check string verified, not asked for$/m,
    );
    expect(text()).toMatch(/beef: a sender without a name, came 2 times/);
  });

  const asking = (...pictures: Secrets[]): Partial<Api> => ({
    'secret.ask': async () => ({ asked: 2 }),
    'secret.get': async () => pictures.at(-1) ?? secrets(),
    'secret.watch': async function* (_, signal) {
      yield* pictures;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });

  it('are asked for: 0 when one came, 1 when nobody answered', async () => {
    const asked = secrets({ ...missing, state: 'asked' });
    const good = await against(asking(asked, secrets()));
    expect(await good.run('secrets', 'ask')).toBe(EXIT.done);
    expect(good.out[0]).toBe('All were asked, 2 nodes directly.');
    const bad = await against(asking(asked, secrets({ ...missing, outcome: 'no-answer' })));
    expect(await bad.run('secrets', 'ask')).toBe(EXIT.failed);
    expect(bad.text()).toContain('nobody answered');
  });

  it('are waited for as long as it is said', async () => {
    const { run } = await against(asking(secrets({ ...missing, state: 'asked' })));
    expect(await run('secrets', 'ask', '--wait', '0')).toBe(EXIT.done);
    expect(await run('secrets', 'ask', '--wait', '0.05')).toBe(EXIT.failed);
    expect(await run('secrets', 'ask', '--wait', 'long')).toBe(EXIT.usage);
  });

  it('come from a file of one’s own, never from a flag', async () => {
    const set = vi.fn(ok);
    const { run, err } = await against({ 'secret.set': set });
    expect(await run('secrets', 'set', '--file', fileWith('ab'.repeat(32) + '\n'))).toBe(EXIT.done);
    expect(set).toHaveBeenCalledExactlyOnceWith({ secret: 'ab'.repeat(32) }, expect.anything());
    expect(await run('secrets', 'set', 'ab'.repeat(32))).toBe(EXIT.usage);
    const open = fileWith('ab'.repeat(32), 0o640);
    expect(await run('secrets', 'set', '--file', open)).toBe(EXIT.failed);
    expect(err.at(-1)).toContain(`chmod 600 ${open}`);
    expect(err.join()).not.toContain('abab');
  });

  it('that are offered are adopted or dismissed by their id', async () => {
    const adopt = vi.fn(ok);
    const { run } = await against({ 'secret.adopt': adopt, 'secret.dismiss': refusing('SECRET_UNKNOWN') });
    expect(await run('secrets', 'adopt', 'abcd')).toBe(EXIT.done);
    expect(adopt).toHaveBeenCalledWith({ id: 'abcd' }, expect.anything());
    expect(await run('secrets', 'dismiss', 'abcd')).toBe(EXIT.failed);
  });

  it('are replaced only by who knows how many nodes that is', async () => {
    const rotate = vi.fn(ok);
    const session = aSession();
    const parts: Partial<Api> = {
      'secret.rotate': rotate,
      'session.get': async () => ({ ...session, keys: { ...session.keys, trusted: 13 } }),
      'key.own': async () => ownKey,
    };
    const { run, err } = await against(parts);
    expect(await run('secrets', 'rotate')).toBe(EXIT.usage);
    expect(await run('secrets', 'rotate', '--confirm', '11')).toBe(EXIT.usage);
    expect(await run('secrets', 'rotate', '--first')).toBe(EXIT.usage);
    expect(rotate).not.toHaveBeenCalled();
    expect(err.slice(0, 2)).toEqual([
      'A new cluster secret would go to 12 nodes with a trusted key. Nothing was sent.',
      'To go on, say --confirm 12.',
    ]);
    expect(await run('secrets', 'rotate', '--confirm', '12')).toBe(EXIT.done);
    expect(await run('secrets', 'rotate', '--first', '--confirm', '12')).toBe(EXIT.done);
    expect(rotate.mock.calls.map(([input]) => input)).toEqual([{}, { first: true }]);
    const unmade = await against({ ...parts, 'key.own': async () => ({ ...ownKey, fingerprint: null }) });
    await unmade.run('secrets', 'rotate');
    expect(unmade.err[0]).toContain('13 nodes');
  });

  it('are answered by a policy that can be read and set', async () => {
    const policy = vi.fn(ok);
    const { run, out } = await against({ 'secret.policy': policy, 'secret.get': async () => secrets() });
    expect(await run('secrets', 'policy')).toBe(EXIT.done);
    expect(out).toEqual(['ask: Ask me']);
    expect(await run('secrets', 'policy', 'trusted')).toBe(EXIT.done);
    expect(policy).toHaveBeenCalledWith({ policy: 'trusted' }, expect.anything());
    expect(await run('secrets', 'policy', 'everybody')).toBe(EXIT.usage);
  });
});

describe('requests', () => {
  const two = [
    aRequest(),
    aRequest({ id: 'r-2', state: 'unanswered', why: 'KEY_NOT_TRUSTED', trust: null, weak: true }),
  ];

  it('are a table, and a JSON array', async () => {
    const { run, text, out } = await against({ 'secret.get': async () => secrets({}, two) });
    expect(await run('requests')).toBe(EXIT.done);
    expect(text()).toMatch(/^r-1 +web-3 +waiting for you +2 s +3 +new +47DE/m);
    expect(text()).toMatch(/^r-2 .* not answered: The key of this node is not trusted +2 s/m);
    expect(await run('requests', '--json')).toBe(EXIT.done);
    expect(JSON.parse(out.at(-1) ?? '')).toEqual(two);
  });

  it('are given or refused by id', async () => {
    const give = vi.fn(ok);
    const { run, err } = await against({
      'request.give': give,
      'request.refuse': refusing('REQUEST_UNKNOWN'),
    });
    expect(await run('requests', 'give', 'r-1')).toBe(EXIT.done);
    expect(give).toHaveBeenCalledWith({ id: 'r-1' }, expect.anything());
    expect(await run('requests', 'refuse', 'r-9')).toBe(EXIT.failed);
    expect(err[0]).toContain('no such request');
    expect(await run('requests', 'give')).toBe(EXIT.usage);
  });
});

describe('identities', () => {
  afterEach(() => vi.unstubAllEnvs());
  const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';
  const key = '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n';

  it('are a table', async () => {
    const { run, text } = await against({ 'identity.list': async () => ({ identities: [identity] }) });
    expect(await run('identities')).toBe(EXIT.done);
    expect(text()).toMatch(/^i-1 +mq +CN=console-1 +ends soon +1970-01-0\d$/m);
    expect(await run('identities', '--json')).toBe(EXIT.done);
  });

  it('are imported from PKCS#12 with a passphrase from a private file or the environment', async () => {
    const taken = vi.fn(async () => identity);
    const { run } = await against({ 'identity.import': taken });
    const bytes = Buffer.from([0x30, 0x82, 0, 1, 0xff]);
    const file = fileWith(bytes);
    expect(await run('identities', 'import', file, '--passphrase-file', fileWith('o p\n'))).toBe(EXIT.done);
    expect(taken).toHaveBeenLastCalledWith(
      { pkcs12: bytes.toString('base64'), passphrase: 'o p' },
      expect.anything(),
    );
    vi.stubEnv('LEGION_CONSOLE_IDENTITY_PASSPHRASE', 'from env');
    expect(await run('identities', 'import', file, '--label', 'mq')).toBe(EXIT.done);
    expect(taken).toHaveBeenLastCalledWith(
      { label: 'mq', pkcs12: bytes.toString('base64'), passphrase: 'from env' },
      expect.anything(),
    );
    expect(await run('identities', 'import', file, '--passphrase-file', fileWith('x', 0o644))).toBe(
      EXIT.failed,
    );
    expect(await run('identities', 'import', file, '--passphrase', 'x')).toBe(EXIT.usage);
    expect(taken).toHaveBeenCalledTimes(2);
  });

  it('are imported from PEM, in one file or two', async () => {
    const taken = vi.fn(async () => identity);
    const { run } = await against({ 'identity.import': taken });
    expect(await run('identities', 'import', fileWith(pem), '--key', fileWith(key))).toBe(EXIT.done);
    expect(taken).toHaveBeenLastCalledWith({ certificate: pem, key }, expect.anything());
    expect(await run('identities', 'import', fileWith(pem + key))).toBe(EXIT.done);
    expect(taken).toHaveBeenLastCalledWith({ certificate: pem + key, key: pem + key }, expect.anything());
  });

  it('are requested: the request is printed alone', async () => {
    const asked = vi.fn(async () => ({ ...identity, state: 'requested' as const, csr: 'CSR\n' }));
    const { run, out } = await against({ 'identity.request': asked });
    expect(
      await run('identities', 'request', '--name', 'console-1', '--san', 'a', 'b', '--bits', '4096'),
    ).toBe(EXIT.done);
    expect(asked).toHaveBeenCalledWith(
      { commonName: 'console-1', sans: ['a', 'b'], bits: 4096 },
      expect.anything(),
    );
    expect(out).toEqual(['CSR']);
    expect(await run('identities', 'request')).toBe(EXIT.usage);
  });

  it('are completed and removed', async () => {
    const completed = vi.fn(async () => identity);
    const { run } = await against({ 'identity.complete': completed, 'identity.remove': ok });
    expect(await run('identities', 'complete', 'i-1', fileWith(pem))).toBe(EXIT.done);
    expect(completed).toHaveBeenCalledWith({ id: 'i-1', certificate: pem }, expect.anything());
    expect(await run('identities', 'remove', 'i-1')).toBe(EXIT.done);
  });
});
