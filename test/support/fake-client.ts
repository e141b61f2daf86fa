/**
 * A client without a node behind it: one told story, for component tests and for looking at pages. Roster,
 * session, events and answers are generated from the same rows, so that counts and lists agree. A test moves
 * the story on with `set`, `emit` and `lose`; nothing moves by itself.
 */
import type { Client, Watcher } from '../../app/renderer/client/index.js';
import type { CallName, In, Out, StreamName } from '../../app/shared/contract/contract.js';
import type { Run, RunTarget } from '../../app/shared/domain/change.js';
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import type { Identity } from '../../app/shared/domain/identity.js';
import { keyId, TRUST_STATES, type KeyFrame, type KeyRow, type OwnKey } from '../../app/shared/domain/key.js';
import type { Legion } from '../../app/shared/domain/legion.js';
import type { NodeDetail } from '../../app/shared/domain/node.js';
import { badgesOf, NODE_STATES } from '../../app/shared/domain/node-state.js';
import { emptyColumns, type RosterColumns, type RosterFrame } from '../../app/shared/domain/roster-frame.js';
import type { RosterRow } from '../../app/shared/domain/roster-table.js';
import type { Receive } from '../../app/shared/domain/received.js';
import type { Secrets } from '../../app/shared/domain/secret.js';
import type { Session } from '../../app/shared/domain/session.js';
import type { Vault } from '../../app/shared/domain/vault.js';
import { AppError } from '../../app/shared/errors/app-error.js';
import { anIdentity, anOwnKey, aFingerprint, countTrust, keyDetail, keysOf, secretsOf } from './fake-keys.js';
import { aTimeline, fakeWhatIf, headsOf, webLegion } from './fake-legions.js';
import { countResults, headOf, openRuns, summaryOf } from './fake-runs.js';
import { aLink, aRow, aSession, fleetOf, historyOf, storyEvents, type FleetSize } from './fake-story.js';
import { noVault } from './fake-vault-view.js';

export type FakeClient = Client & {
  readonly rows: RosterRow[];
  readonly session: Session;
  /** Calls that were made, oldest first. */
  readonly calls: readonly { readonly name: CallName; readonly input: unknown }[];
  /** Replaces parts of the session and tells the watchers. */
  set(change: Partial<Session>): void;
  /** Changes nodes by name and tells the watchers; unknown names join. */
  emit(changes: Readonly<Record<string, Partial<RosterRow>>>): void;
  happen(event: Partial<ConsoleEvent>): void;
  /** Puts these keys in, takes those ids out, and tells the watchers. */
  keys(rows: readonly KeyRow[], gone?: readonly string[]): void;
  readonly keyRows: readonly KeyRow[];
  /** Replaces parts of the secrets' picture, or of the secret alone, and tells the watchers. */
  secrets(change: Partial<Secrets>): void;
  secret(change: Partial<Secrets['secret']>): void;
  /** Replaces the picture of Vault, and tells the watchers. */
  vault(picture: Vault): void;
  readonly ownKey: OwnKey;
  /** Replaces or adds a run, and tells the watchers of it, of the list and of the session. */
  run(change: Partial<Run> & { readonly id: string }, rows?: readonly RunTarget[]): void;
  readonly runs: readonly Run[];
  /** Replaces or adds a legion, and tells the watchers of it and of the session. */
  legion(change: Partial<Legion> & { readonly name: string }): Legion;
  readonly legions: readonly Legion[];
  /** From now on this call is answered so. */
  answer<K extends CallName>(name: K, answer: (input: In<K>) => Out<K>): void;
  /** Hands an item to all that watch this stream; who comes later gets it first. */
  tell<K extends StreamName>(name: K, item: Out<K>): void;
  /** The channel is gone. */
  lose(): void;
  /** The next calls of this name fail with this code. */
  fail(name: CallName, code: ConstructorParameters<typeof AppError>[0]): void;
};

type AnyWatcher = { onItem(item: never): unknown; onEnd(error: AppError | null): void };

export type FakeOptions = {
  readonly size?: FleetSize;
  readonly now?: number;
  readonly session?: Partial<Session>;
  readonly rows?: readonly RosterRow[];
  readonly keys?: readonly KeyRow[];
  readonly ownKey?: Partial<OwnKey>;
  readonly identities?: readonly Identity[];
  readonly vault?: Vault;
  readonly runs?: readonly Run[];
  readonly legions?: readonly Legion[];
  readonly answers?: Partial<Answers>;
};
type Answers = { readonly [K in CallName]: (input: In<K>) => Out<K> | Promise<Out<K>> };

export function fakeClient({
  size = 12,
  now = Date.now(),
  session: over = {},
  rows: given,
  keys: givenKeys,
  ownKey: overOwn = {},
  identities: givenIdentities = [],
  runs: givenRuns = [],
  legions: givenLegions = [],
  vault: givenVault,
  answers: givenAnswers = {},
}: FakeOptions = {}): FakeClient {
  const rows = given ? [...given] : fleetOf(size, now);
  const events = [...storyEvents(now, rows)];
  const keyMap = new Map((givenKeys ?? keysOf(rows, now)).map((row) => [keyId(row), row]));
  const keyRows = (): KeyRow[] => [...keyMap.values()];
  let keySeq = 1;
  let ownKey = anOwnKey(now, overOwn);
  let identities = [...givenIdentities];
  let secrets = secretsOf(keyRows(), now);
  let vault = givenVault ?? noVault(now);
  let runs = [...givenRuns];
  let legions = [...givenLegions];
  const changes = { open: openRuns(runs), asked: 0 };
  let session: Session = {
    ...aSession(rows, now),
    keys: countTrust(keyRows()),
    changes,
    legions: headsOf(legions),
    ...over,
  };
  const runSeq = new Map<string, number>();
  const kept = new Map<StreamName, unknown>();
  let seq = 1;
  let eventSeq = 1;
  let isLost = false;
  const watchers = new Map<StreamName, Set<AnyWatcher>>();
  const lostHandlers = new Set<() => void>();
  const inputs = new Map<AnyWatcher, string>();
  const failures = new Map<CallName, AppError>();
  const calls: { name: CallName; input: unknown }[] = [];

  const tell = (name: StreamName, item: unknown): void =>
    watchers.get(name)?.forEach((watcher) => void watcher.onItem(item as never));
  const rowNamed = (name: string): RosterRow | undefined => rows.find((row) => row.name === name);
  const putKeys = (fresh: readonly KeyRow[], gone: readonly string[] = []): void => {
    for (const row of fresh) keyMap.set(keyId(row), row);
    for (const id of gone) keyMap.delete(id);
    keySeq += 1;
    tell('key.watch', {
      type: 'delta',
      seq: keySeq,
      at: Date.now(),
      rows: [...fresh],
      gone: [...gone],
    } satisfies KeyFrame);
    session = { ...session, keys: countTrust(keyRows()), at: Date.now() };
    tell('session.watch', session);
  };
  const keyAt = (pair: { name: string; fingerprint: string | null }): KeyRow => {
    const row = keyMap.get(keyId(pair));
    if (!row) throw new AppError('KEY_UNKNOWN', pair.name);
    return row;
  };
  const decide = (pair: { name: string; fingerprint: string }, change: Partial<KeyRow>): { ok: true } => {
    putKeys([{ ...keyAt(pair), decidedAt: Date.now(), ...change }]);
    return { ok: true };
  };
  const setSecrets = (change: Partial<Secrets>): { ok: true } => {
    secrets = { ...secrets, ...change, at: Date.now() };
    tell('secret.watch', secrets);
    return { ok: true };
  };
  const answerRequest = (id: string, state: 'given' | 'refused'): { ok: true } =>
    setSecrets({
      requests: secrets.requests.map((one) => (one.id === id ? { ...one, state, stateAt: Date.now() } : one)),
    });

  const runAt = (id: string): Run => {
    const run = runs.find((one) => one.id === id);
    if (!run) throw new AppError('RUN_UNKNOWN', id);
    return run;
  };
  const putRun: FakeClient['run'] = (change, touched) => {
    const old = runs.find(({ id }) => id === change.id);
    const targets = [...(change.targets ?? old?.targets ?? [])];
    for (const row of touched ?? []) targets[row.index] = row;
    const next = { ...old, ...change, targets, total: targets.length, counts: countResults(targets) } as Run;
    runs = old ? runs.map((one) => (one === old ? next : one)) : [next, ...runs];
    const runSequence = (runSeq.get(change.id) ?? 1) + 1;
    runSeq.set(change.id, runSequence);
    watchers.get('run.watch')?.forEach((watcher) => {
      if (inputs.get(watcher) === change.id)
        void watcher.onItem({
          type: 'delta',
          seq: runSequence,
          at: Date.now(),
          run: headOf(next),
          rows: [...(touched ?? (change.targets ? targets : []))],
        } as never);
    });
    tell('run.watchList', { at: Date.now(), runs: runs.map(summaryOf) });
    session = { ...session, changes: { ...session.changes, open: openRuns(runs) }, at: Date.now() };
    tell('session.watch', session);
  };
  const moved = (id: string, change: Partial<Run>): Out<'run.hold'> => {
    putRun({ ...change, id: runAt(id).id });
    return summaryOf(runAt(id));
  };

  const legionAt = (name: string): Legion => {
    const legion = legions.find((one) => one.name === name);
    if (!legion) throw new AppError('LEGION_UNKNOWN', name);
    return legion;
  };
  const tellLegions = (): void => {
    tell('legion.watch', { at: Date.now(), legions: structuredClone(legions) });
    session = { ...session, legions: headsOf(legions), at: Date.now() };
    tell('session.watch', session);
  };
  const putLegion: FakeClient['legion'] = (change) => {
    const old = legions.find(({ name }) => name === change.name);
    const next = { ...(old ?? webLegion(Date.now())), ...change };
    legions = old ? legions.map((one) => (one === old ? next : one)) : [...legions, next];
    tellLegions();
    return next;
  };

  const answers: { -readonly [K in CallName]: Answers[K] } = {
    'session.get': () => session,
    'session.connect': () => ({ ok: true }),
    'session.demo': () => ({ ok: true }),
    'session.leave': () => ({ ok: true }),
    'session.reconnect': () => ({ ok: true }),
    'profile.list': () => ({
      profiles: [
        { profileName: 'prod-eu', url: 'amqps://broker.eu:5671', kind: 'production', name: 'console-7' },
      ],
    }),
    'profile.check': () => ({
      profile: {
        profileName: 'prod-eu',
        url: 'amqps://broker.eu:5671',
        kind: 'production',
        name: 'console-7',
      },
      problems: [],
    }),
    'profile.forget': () => ({ ok: true }),
    'roster.beats': ({ names }) => ({ at: Date.now(), ago: names.map((name) => beatsAgo(rowNamed(name))) }),
    'node.list': () => ({ at: now, total: rows.length, nodes: [] }),
    'node.get': ({ name }) => {
      const row = rowNamed(name);
      if (!row) throw new AppError('NODE_UNKNOWN', name);
      return detailOf(row, rows, Date.now());
    },
    'node.forget': () => ({ ok: true }),
    'key.list': () => ({ at: now, counts: countTrust(keyRows()), keys: keyRows() }),
    'key.get': (pair) => keyDetail(keyAt(pair), keyRows(), events, Date.now()),
    'key.trust': ({ name, fingerprint, verifiedBy, proof }) => {
      const row = keyAt({ name, fingerprint });
      if (row.trust === 'changed' && !fingerprint.startsWith((proof ?? '-').replace(/\s/g, '').slice(0, 12)))
        throw new AppError('KEY_PROOF_WRONG', name);
      const old = keyRows().filter((other) => other.name === name && other.fingerprint !== fingerprint);
      putKeys(
        [{ ...row, trust: 'trusted', pinned: true, verifiedBy, decidedAt: Date.now() }],
        old.map((other) => keyId(other)),
      );
      return { ok: true };
    },
    'key.trustMany': ({ pairs, verifiedBy }) => {
      putKeys(
        pairs.map((pair) => ({
          ...keyAt(pair),
          trust: 'trusted' as const,
          pinned: true,
          verifiedBy,
          decidedAt: Date.now(),
        })),
      );
      return { trusted: pairs.length, left: [] };
    },
    'key.refuse': (pair) => decide(pair, { trust: 'refused', pinned: false }),
    'key.keep': (pair) => decide(pair, { kept: true }),
    'key.forget': (pair) => decide(pair, { trust: 'new', pinned: false, decidedAt: null, verifiedBy: null }),
    'key.export': () => ({ text: '{"pins":[]}' }),
    'key.import': () => ({ added: 3, known: 1, contradicts: ['db-02'] }),
    'key.ask': () => ({ ok: true }),
    'key.announce': () => ({ ok: true }),
    'key.askToForget': () => ({ ok: true }),
    'key.own': () => ownKey,
    'key.rotate': ({ bits = 2048 }) => {
      const at = Date.now();
      const rotation = {
        startedAt: at,
        oldFingerprint: ownKey.fingerprint ?? aFingerprint(1),
        oldUntil: at + 86_400_000,
        usingNew: ['app-1', 'app-2'],
        usingNewCount: 2,
        usingOld: ['c-1'],
        unknown: 9,
      };
      ownKey = { ...ownKey, fingerprint: aFingerprint(88_888), bits, madeAt: at, rotation };
      return ownKey;
    },
    'key.rotate.undo': () => {
      ownKey = { ...ownKey, fingerprint: ownKey.rotation?.oldFingerprint ?? null, rotation: null };
      return ownKey;
    },
    'key.rotate.finish': () => (ownKey = { ...ownKey, rotation: null }),
    'secret.get': () => secrets,
    'secret.ask': () => {
      setSecrets({
        secret: {
          ...secrets.secret,
          state: 'asked',
          askedAt: Date.now(),
          askedCount: 11,
          answerBy: Date.now() + 5000,
        },
      });
      return { asked: 11 };
    },
    'secret.adopt': () => ({ ok: true }),
    'secret.dismiss': () => ({ ok: true }),
    'secret.set': () => ({ ok: true }),
    'secret.rotate': () => ({ ok: true }),
    'secret.policy': ({ policy }) => setSecrets({ policy }),
    'vault.get': () => vault,
    'vault.enter': () => ({ ok: true }),
    'vault.ask': () => ({ ok: true }),
    'vault.renew': () => ({ ok: true }),
    'vault.revoke': () => ({ revoked: vault.token?.isOurs === true }),
    'vault.revokeGiven': () => ({ revoked: true }),
    'request.give': ({ id }) => answerRequest(id, 'given'),
    'request.refuse': ({ id }) => answerRequest(id, 'refused'),
    'change.check': () => {
      throw new AppError('INTERNAL', 'no rehearsal in this story');
    },
    'run.start': () => {
      throw new AppError('INTERNAL', 'nothing is started in this story');
    },
    'run.list': () => ({ at: Date.now(), runs: runs.map(summaryOf) }),
    'run.get': ({ id }) => runAt(id),
    'run.hold': ({ id }) =>
      moved(id, { state: 'held', hold: { why: 'hand', at: Date.now(), rule: null, gate: null } }),
    'run.resume': ({ id }) => moved(id, { state: 'running', hold: null, differ: [] }),
    'run.continue': ({ id }) => moved(id, { state: 'running', hold: null }),
    'run.stop': ({ id }) => moved(id, { state: 'stopped', hold: null, endedAt: Date.now() }),
    'run.retry': ({ id }) => moved(id, { state: 'running', hold: null }),
    'run.rollback.check': ({ id }) => ({
      names: runAt(id)
        .targets.filter(({ state }) => state === 'verified')
        .map(({ name }) => name),
      without: [],
      bodies: [{ what: runAt(id).what, nodes: runAt(id).rollback.took }],
      notes: [],
      confirm: { level: 'enter', expect: '', nodes: 1, approval: false },
    }),
    'run.rollback': ({ id }) => runAt(id),
    'run.input': ({ id }) => {
      const { what, targets } = runAt(id);
      return { what, where: { names: targets.map(({ name }) => name) } };
    },
    'run.ofNode': ({ name }) => ({
      runs: runs.flatMap((run) => {
        const target = run.targets.find((one) => one.name === name);
        return target ? [{ run: summaryOf(run), target }] : [];
      }),
    }),
    'run.approval': () => ({ text: 'a request' }),
    'run.approve': ({ id }) => moved(id, { state: 'running', approval: null }),
    'approval.read': () => {
      throw new AppError('APPROVAL_UNREADABLE', 'as told');
    },
    'approval.sign': () => ({ text: 'an answer' }),
    'receive.get': () => noReceive,
    'receive.mode': () => ({ ok: true }),
    'receive.decide': () => ({ ok: true }),
    'receive.undo': () => ({ ok: true }),
    'legion.list': () => ({ at: Date.now(), legions }),
    'legion.get': ({ name }) => legionAt(name),
    'legion.timeline': ({ rangeMs }) => aTimeline(Date.now(), rangeMs),
    'legion.save': ({ name, role, valor }) => putLegion({ name, role, valor }),
    'legion.remove': ({ name }) => {
      legions = legions.filter((one) => one.name !== name);
      tellLegions();
      return { ok: true };
    },
    'legion.role': ({ name, role, valor }) =>
      putLegion({ name: legionAt(name).name, role, ...(valor === undefined ? {} : { valor }) }),
    'legion.stepDown': () => ({ lord: 'app-2', ms: 1200 }),
    'legion.return': ({ name }) => putLegion({ name, announcedValor: legionAt(name).valor }),
    'legion.whatIf': ({ name, fallen }) => fakeWhatIf(legionAt(name), fallen),
    'legion.hook': ({ name, id, isOn }) =>
      putLegion({
        name,
        hooks: legionAt(name).hooks.map((hook) => (hook.id === id ? { ...hook, isOn } : hook)),
      }),
    'legion.import': () => ({ legions: [], problems: [], ignored: [], saved: [] }),
    'legion.export': ({ file }) => ({ file }),
    'identity.list': () => ({ identities }),
    'identity.import': ({ label }) => {
      const one = anIdentity(`i${identities.length + 1}`, Date.now(), label ? { label } : {});
      identities = [...identities, one];
      return one;
    },
    'identity.request': ({ commonName, sans }) => {
      const one = anIdentity(`i${identities.length + 1}`, Date.now(), {
        label: commonName,
        state: 'requested',
        subject: `CN=${commonName}`,
        sans,
        issuer: null,
        notBefore: null,
        notAfter: null,
        expiry: null,
        fingerprint: null,
        csr: '-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n',
      });
      identities = [...identities, one];
      return one;
    },
    'identity.complete': ({ id }) => {
      const one = anIdentity(id, Date.now());
      identities = identities.map((old) => (old.id === id ? one : old));
      return one;
    },
    'identity.remove': ({ id }) => {
      identities = identities.filter((one) => one.id !== id);
      return { ok: true };
    },
    'event.list': () => ({ events }),
    'history.get': ({ rangeMs, points }) => historyOf(Date.now(), rangeMs, points),
    'health.get': () => aHealth(now),
    'config.get': () => ({
      values: [
        {
          key: 'bus.url',
          value: '"amqps://broker.eu:5671"',
          origin: 'flag --bus',
          description: 'address of the broker',
        },
        { key: 'beatIntervalS', value: '10', origin: 'default', description: 'seconds between own beats' },
      ],
    }),
    'host.link': () => ({ url: null }),
    ...givenAnswers,
  };

  return {
    rows,
    calls,
    get session() {
      return session;
    },
    async call<K extends CallName>(name: K, input: In<K>): Promise<Out<K>> {
      calls.push({ name, input });
      const failure = failures.get(name);
      if (failure) throw failure;
      if (isLost) throw new AppError('CONSOLE_NOT_RUNNING', 'lost');
      return answers[name](input);
    },
    watch<K extends StreamName>(name: K, input: In<K>, watcher: Watcher<Out<K>>) {
      if ('id' in input) inputs.set(watcher, input.id);
      const set = watchers.get(name) ?? new Set<AnyWatcher>();
      watchers.set(name, set.add(watcher));
      const first: Readonly<Record<StreamName, () => unknown>> = {
        'session.watch': () => session,
        'roster.watch': (): RosterFrame => ({
          type: 'snapshot',
          seq,
          at: Date.now(),
          rows: columnsOf(rows, Date.now()),
        }),
        'event.watch': () => ({ type: 'snapshot', seq: eventSeq, events: [...events] }),
        'key.watch': (): KeyFrame => ({
          type: 'snapshot',
          seq: keySeq,
          at: Date.now(),
          rows: keyRows(),
          gone: [],
        }),
        'secret.watch': () => secrets,
        'vault.watch': () => vault,
        'run.watchList': () => ({ at: Date.now(), runs: runs.map(summaryOf) }),
        'run.watch': () => {
          const { id } = input as { id: string };
          return firstOf(runAt(id), runSeq.get(id));
        },
        'receive.watch': () => noReceive,
        'legion.watch': () => ({ at: Date.now(), legions: structuredClone(legions) }),
      };
      queueMicrotask(() => {
        if (!set.has(watcher)) return;
        try {
          void watcher.onItem((kept.get(name) ?? first[name]()) as Out<K>);
        } catch (reason) {
          set.delete(watcher);
          watcher.onEnd(reason instanceof AppError ? reason : null);
        }
      });
      return () => void set.delete(watcher);
    },
    onLost(handle) {
      lostHandlers.add(handle);
      return () => void lostHandlers.delete(handle);
    },
    set(change) {
      session = { ...session, ...change, at: Date.now() };
      tell('session.watch', session);
    },
    emit(changes) {
      const at = Date.now();
      const changed = Object.entries(changes).map(([name, change]) => {
        const old = rowNamed(name) ?? aRow(rows.length, name, at);
        const next = { ...old, ...change };
        rows[next.index] = next;
        return next;
      });
      seq += 1;
      tell('roster.watch', {
        type: 'delta',
        seq,
        at,
        beats: { index: [], lastBeatAgo: [], state: [], stateAgo: [] },
        rows: columnsOf(changed, at),
        gone: [],
      } satisfies RosterFrame);
      session = { ...session, ...pickFleet(aSession(rows, at)), at };
      tell('session.watch', session);
    },
    happen(event) {
      const id = (events.at(-1)?.id ?? 0) + 1;
      const at = Date.now();
      const full: ConsoleEvent = {
        id,
        at,
        until: at,
        kind: 'node.silent',
        area: 'nodes',
        count: 1,
        names: [],
        group: null,
        facts: {},
        raw: null,
        ...event,
      };
      events.push(full);
      eventSeq += 1;
      tell('event.watch', { type: 'delta', seq: eventSeq, events: [full] });
    },
    keys: putKeys,
    get keyRows() {
      return keyRows();
    },
    secrets: (change) => void setSecrets(change),
    secret: (change) => void setSecrets({ secret: { ...secrets.secret, ...change } }),
    vault: (picture) => {
      vault = picture;
      tell('vault.watch', vault);
    },
    get ownKey() {
      return ownKey;
    },
    run: putRun,
    get runs() {
      return runs;
    },
    legion: putLegion,
    get legions() {
      return legions;
    },
    answer(name, answer) {
      Object.assign(answers, { [name]: answer });
    },
    tell(name, item) {
      kept.set(name, item);
      tell(name, item);
    },
    lose() {
      isLost = true;
      for (const handle of lostHandlers) handle();
    },
    fail(name, code) {
      failures.set(name, new AppError(code, 'as the test wished'));
    },
  };
}

/** A run as its stream begins. */
const firstOf = (run: Run, seq = 1): Out<'run.watch'> => ({
  type: 'snapshot',
  seq,
  at: Date.now(),
  run: headOf(run),
  rows: run.targets,
});

/** Nobody pushed anything to this console. */
const noReceive: Receive = {
  at: 0,
  modes: { settings: 'ask', gem: 'ask', message: 'ask' },
  allow: ['logging.*'],
  installer: { available: false, about: 'no gem command here' },
  settings: '{}',
  items: [],
};

/** A roster that moved leaves keys and secrets as they are. */
const pickFleet = ({ summary, needs, needsTotal }: Session): Partial<Session> => ({
  summary,
  needs,
  needsTotal,
});

/** Rows as the columns of a frame. */
export function columnsOf(rows: readonly RosterRow[], at: number): RosterColumns {
  const columns = emptyColumns();
  const ago = (time: number): number => (time < 0 ? -1 : at - time);
  for (const row of rows) {
    columns.index.push(row.index);
    columns.name.push(row.name);
    columns.group.push(row.group);
    columns.state.push(NODE_STATES.indexOf(row.state));
    columns.badges.push(row.badges);
    columns.lastBeatAgo.push(ago(row.lastBeatAt));
    columns.stateAgo.push(ago(row.stateSince));
    columns.firstSeenAgo.push(ago(row.firstSeenAt));
    columns.startedAgo.push(ago(row.startedAt));
    columns.intervalMs.push(row.intervalMs);
    columns.jitterMs.push(row.jitterMs);
    columns.skewMs.push(row.skewMs);
    columns.word.push(row.word);
    columns.version.push(row.version);
    columns.pid.push(row.pid);
    columns.memoryMb.push(row.memoryMb);
    columns.threads.push(row.threads);
    columns.extensions.push(row.extensions);
    columns.workers.push(row.workers);
    columns.changes.push(row.changes);
    columns.key.push(TRUST_STATES.indexOf(row.key));
  }
  return columns;
}

/** Sixty regular beats before the last one, with a few holes for the restless. */
function beatsAgo(row: RosterRow | undefined): number[] {
  if (!row || row.lastBeatAt < 0) return [];
  const last = Date.now() - row.lastBeatAt;
  const holes =
    row.badges & 1 ? new Set([3, 4, 9, 10, 17, 18]) : new Set(row.state === 'troubled' ? [15] : []);
  return Array.from({ length: 60 }, (_, i) => i)
    .filter((i) => !holes.has(i))
    .map((i) => last + i * row.intervalMs);
}

function detailOf(row: RosterRow, rows: readonly RosterRow[], now: number): NodeDetail {
  const orNull = (value: number): number | null => (value < 0 ? null : value);
  const isSilent = row.state === 'silent';
  return {
    name: row.name,
    group: row.group,
    state: row.state,
    stateSince: row.stateSince,
    badges: badgesOf(row.badges),
    status: row.word,
    pid: orNull(row.pid),
    version: row.version,
    firstSeenAt: row.firstSeenAt,
    lastBeatAt: orNull(row.lastBeatAt),
    intervalMs: row.intervalMs,
    jitterMs: orNull(row.jitterMs),
    key: row.key,
    skewMs: row.skewMs,
    metrics: {
      memoryMb: orNull(row.memoryMb),
      cpuUserS: 812,
      cpuSystemS: 64,
      threads: orNull(row.threads),
      extensions: orNull(row.extensions),
      uptimeS: row.startedAt < 0 ? null : (row.lastBeatAt - row.startedAt) / 1000,
      workers: orNull(row.workers),
    },
    missed: isSilent ? Math.floor((now - row.lastBeatAt) / row.intervalMs) - 1 : row.state === 'late' ? 1 : 0,
    gaps: Array.from({ length: 60 }, (_, i) => row.intervalMs + ((i * 37) % 60) * 5 - 150),
    memory: [180, 184, 182, 190, 196, 201, 199, 205, 208, 212],
    hostname: row.name,
    pids: [row.pid],
    broker: null,
    commonVersion: row.version === '1.4.2' ? null : { version: '1.4.2', count: 9214 },
    silentWith: isSilent
      ? rows
          .filter((other) => other.state === 'silent' && other.group === row.group && other.name !== row.name)
          .map((other) => other.name)
      : [],
    raw: JSON.stringify({ name: row.name, status: row.word, pid: row.pid, version: row.version }),
    changes: row.changes,
  };
}

const aHealth = (now: number): Out<'health.get'> => ({
  version: '0.1.0',
  runtime: 'Node 20.20.2',
  startedAt: now - 3_600_000,
  services: [
    { name: 'bus', state: 'running', since: now - 3_600_000, code: null },
    { name: 'roster', state: 'running', since: now - 3_600_000, code: null },
    { name: 'beat', state: 'degraded', since: now - 60_000, code: 'BUS_BLOCKED' },
  ],
  refused: [
    { code: 'NOT_JSON', count: 12, lastAt: now - 8000, from: 'c-9' },
    { code: 'TOO_LARGE', count: 1, lastAt: now - 200_000, from: null },
  ],
  heard: [
    { message: 'beat', count: 1_204_113, lastAt: now },
    { message: 'update_result', count: 41, lastAt: now - 90_000 },
  ],
  loop: { delayP99Ms: 4.2, heapMb: 61, rssMb: 142 },
  log: [
    { at: now - 5000, level: 'info', message: 'link is live', facts: '{"address":"broker.eu"}' },
    { at: now - 2000, level: 'warn', message: 'message refused', facts: '{"code":"NOT_JSON"}' },
  ],
});

export { aLink, aRow, aSession, fleetOf };
