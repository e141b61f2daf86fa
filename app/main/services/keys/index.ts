/**
 * Keys and secrets of one node: its own pair, the keyring with its pins, the cluster secret with its gate, and the bus
 * messages between them. Built with the node and thrown away with it.
 */
import type { KeyDetail, OwnKey } from '../../../shared/domain/key.js';
import type { SecretPolicy } from '../../../shared/domain/secret.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { PublicKey } from '../../core/crypto/public-key.js';
import { ivBytes } from '../../core/crypto/cluster-cipher.js';
import type { EventLog } from '../../core/history/event-log.js';
import { createKeyring } from '../../core/keyring/keyring.js';
import { alarmsOf, allRows, countsOf, rowsOf, type Own } from '../../core/keyring/keyring-views.js';
import {
  deletePublicKey,
  publicKey,
  requestPublicKeys,
  sealed,
} from '../../core/protocol/bus/key-messages.js';
import type { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Bus, Delivery, Envelope } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { KeyCrypto } from '../../ports/key-crypto.js';
import type { Log } from '../../ports/log.js';
import type { Random } from '../../ports/random.js';
import type { Store } from '../../ports/store.js';
import { createExchange, type HeardFunction } from './exchange.js';
import { createDecisions, unknownKey } from './decisions.js';
import { createOwnKey } from './own-key.js';
import { loadPins, pinsAtRest } from './pins.js';
import type { Handout } from './gate.js';
import type { RecordEvent } from './record.js';
import { toStoreError } from './store-error.js';
import { createSecretService } from './secret-service.js';

export type KeySettings = {
  readonly name: string;
  readonly hostname: string;
  /** Tells the stores of one cluster from those of another; of letters a store key may hold. */
  readonly profileId: string;
  readonly keptIn: OwnKey['keptIn'];
  readonly bits: number;
  readonly cipher: 'legacy' | 'modern' | 'auto';
  readonly policy: SecretPolicy;
  /** False: the default, which a choice made in the window outlives. */
  readonly policyIsChosen: boolean;
  readonly clusterSecret: string;
  /** Encrypt whole messages whose form in LegionIO does not forbid it (`transport.messages.encrypt`). */
  readonly encryptMessages: boolean;
  /** False: nothing is announced or asked for by itself. */
  readonly speaks: boolean;
  readonly isReadOnly: boolean;
  readonly maxNames: number;
};

export type KeyDeps = {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  /** Where only this user may read. */
  readonly secretStore: Store;
  readonly crypto: KeyCrypto;
  readonly events: EventLog;
  readonly beating: () => readonly string[];
  readonly hasWholePicture: () => boolean;
  /** The cluster secret may come from Vault in a moment. */
  readonly secretIsComing: () => boolean;
  readonly pidsOf: (name: string) => readonly number[];
  readonly refuseLate: (code: ProtocolError['code'], from: string | null, at: number) => void;
  /** Our Vault token, for those who ask for it; and one of their own. */
  readonly vaultToken: Handout;
  readonly wrappedToken: Handout;
};

export type KeyService = ReturnType<typeof createKeys>;

/** A broadcast that anybody can provoke goes out at most this often. */
const QUIET_MS = 5_000;
const FOLD_MS = 5_000;
/** Somebody under our name is an alarm for this long after it was last heard. */
const OWN_NAME_MS = 600_000;
const AROUND_MS = 600_000;
const MAX_AROUND = 12;
const MAX_OWN_IDS = 100;
/** Names of which the log says that their key changed, once each. */
const MAX_WARNED = 1_000;
/** Alarms outlive the process; a flood of them costs one write in this time. */
const SAVE_EVERY_MS = 2_000;
/** One key under more names than this says nothing about any of them. */
const MAX_NAMES_OF_KEY = 20;

export function createKeys(settings: KeySettings, deps: KeyDeps) {
  const { bus, clock, log, random, events, secretStore, crypto } = deps;
  const { name, profileId } = settings;
  let isStopped = false;
  const warned = new Set<string>();
  /** Another key under a pinned name is to be kept with the pins. */
  let isDirty = false;
  let savedUp = -Infinity;
  const record: RecordEvent = (kind, facts = {}, names = [], foldKey) => {
    // What ends after the node was left belongs to no profile any more.
    if (isStopped) return;
    const fold = foldKey === undefined ? {} : { foldMs: FOLD_MS, foldKey };
    events.record({ kind, facts, names, ...fold }, clock.now());
  };
  const keyring = createKeyring({ maxNames: settings.maxNames });
  const own = createOwnKey({
    store: secretStore,
    storeKey: `node-key.${profileId}`,
    keptIn: settings.keptIn,
    crypto,
    clock,
    log,
    bits: settings.bits,
  });
  const modern = new Set<string>();
  /** Wrote the older forms once: every version reads those, so a claim of somebody else cannot make it unreachable. */
  const legacy = new Set<string>();
  const noteForm = (other: string, isModern: boolean): void => {
    if (!isModern) legacy.add(other);
    else if (modern.size < settings.maxNames) modern.add(other);
    if (legacy.size > settings.maxNames) legacy.delete(legacy.values().next().value ?? '');
  };
  /** A profile that only watches, or a node that does not beat, says nothing by itself, whoever asks. */
  const mayAct = (): boolean => mayAsk && !settings.isReadOnly && settings.speaks && own.current() !== null;
  const secrets = createSecretService({
    bus,
    clock,
    log,
    random,
    store: secretStore,
    storeKey: `cluster-secret.${profileId}`,
    own,
    keyring,
    name,
    record,
    configured: settings.clusterSecret,
    policy: settings.policy,
    problem: () => problem,
    mayAct: () => mayAct(),
    policyStoreKey: settings.policyIsChosen ? null : `secret-policy.${profileId}`,
    cipher: settings.cipher,
    beating: deps.beating,
    hasWholePicture: deps.hasWholePicture,
    isModern: (other) => modern.has(other) && !legacy.has(other),
    noteForm,
    ...{ refuseLate: deps.refuseLate, vaultToken: deps.vaultToken },
    wrappedToken: deps.wrappedToken,
  });

  const ownIds = new Set<string>();
  const lastSentUp = new Map<string, number>();
  /** Why the secret store cannot be used; nothing is written to it then. */
  let problem: AppError | null = null;
  let ownName: { firstAt: number; lastAt: number; fingerprint: string | null } | null = null;
  let mayAsk = false;
  let views = { rev: -1, ownRev: -1, counts: countsOf(keyring, null), alarms: alarmsOf(keyring) };

  const ownRow = (): Own => {
    const current = own.current();
    return current ? { name, key: current.publicKey, madeAt: current.madeAt } : null;
  };
  const picture = () => {
    if (views.rev !== keyring.rev() || views.ownRev !== own.rev())
      views = {
        rev: keyring.rev(),
        ownRev: own.rev(),
        counts: countsOf(keyring, ownRow()),
        alarms: alarmsOf(keyring),
      };
    return views;
  };

  const mark = (envelope: Envelope): Envelope => {
    const messageId = random.uuid();
    ownIds.add(messageId);
    if (ownIds.size > MAX_OWN_IDS) ownIds.delete(ownIds.values().next().value!);
    return { ...envelope, properties: { ...envelope.properties, messageId } };
  };
  /** Under the cluster secret where that is wanted and there is one. */
  const maybeSealed = (envelope: Envelope, wanted = settings.encryptMessages): Envelope => {
    const key = wanted ? secrets.keys()[0] : undefined;
    if (!key) return envelope;
    const form = settings.cipher === 'modern' ? 'modern' : 'legacy';
    return sealed(envelope, key, form, random.bytes(ivBytes(form)));
  };
  const ourKey = (): PublicKey => {
    const current = own.current();
    if (!current) throw new AppError('KEY_NONE', 'our own key is not ready');
    return current.publicKey;
  };

  const announce = async (): Promise<void> => {
    const { pem } = ourKey();
    lastSentUp.set('announce', clock.uptime());
    await bus.publish(mark(publicKey({ name, hostname: settings.hostname, pem }, clock.now())));
    own.announced(clock.now());
    record('key.announced', { fingerprint: ourKey().fingerprint }, [], 'announced');
  };
  const askForKeys = async (): Promise<void> => {
    lastSentUp.set('ask', clock.uptime());
    await bus.publish(mark(requestPublicKeys(clock.now())));
    record('key.asked', {}, [], 'asked');
  };
  /** What a peer can provoke: at most now and then, and never an error of ours. */
  const provoked = (what: 'announce' | 'ask', run: () => Promise<void>): void => {
    const last = lastSentUp.get(what);
    if (!mayAct()) return;
    if (last !== undefined && clock.uptime() - last < QUIET_MS) return;
    run().catch((error: unknown) => log.debug({ error, what }, 'not sent'));
  };

  const savePins = async (): Promise<void> => {
    // What could not be read is not written over: whoever can mend the store decides.
    if (problem) throw problem;
    try {
      await secretStore.write(`pins.${profileId}`, pinsAtRest(keyring));
    } catch (cause) {
      throw toStoreError(cause);
    }
  };

  const exchange = createExchange({
    name,
    isOwnKey: own.isOurs,
    isOwnMessage: (id) => id !== undefined && ownIds.has(id),
    see(other, key, message, at) {
      const news = keyring.see(other, key, message, at);
      if (!news) return;
      const facts = { fingerprint: news.fingerprint, other: news.other, message, bits: key.bits };
      const isAlarm = news.type === 'changed';
      record(`key.${news.type}`, facts, [other], isAlarm ? other : news.type === 'new' ? 'new' : other);
      if (!isAlarm) return;
      isDirty = true;
      if (warned.has(other) || warned.size > MAX_WARNED) return;
      warned.add(other);
      log.warn({ node: other, fingerprint: news.fingerprint }, 'a pinned name shows another key');
    },
    ownNameUsed(fingerprint, message, at) {
      ownName = { firstAt: ownName?.firstAt ?? at, lastAt: at, fingerprint };
      record('key.own-name', { name, fingerprint, message }, [name], 'own-name');
    },
    noteForm,
    trustsIn: (fingerprint) =>
      [...keyring.namesOf(fingerprint)].slice(0, MAX_NAMES_OF_KEY).flatMap((other) => {
        const pair = keyring.pairOf(other, fingerprint);
        return pair ? [keyring.trustOf(pair)] : [];
      }),
    nameOf: (fingerprint) => {
      const names = keyring.namesOf(fingerprint);
      const [only] = names;
      return names.size === 1 && only !== undefined ? only : null;
    },
    announce: () => provoked('announce', announce),
    askForKeys: () => provoked('ask', askForKeys),
    askIfWanted() {
      if (mayAct() && secrets.wantsToAsk()) secrets.askAgain();
    },
    forgetAsked(other, at) {
      if (keyring.forgetUndecided(other) > 0)
        events.record({ kind: 'key.forget-asked', names: [other], foldMs: FOLD_MS, foldKey: other }, at);
    },
    secrets,
  });

  const decisions = createDecisions({ keyring, clock, record, save: savePins });

  const attempt = async (what: string, run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      problem = toStoreError(error);
      log.error({ error, what }, 'the secret store cannot be used');
    }
  };

  return {
    keyring,
    secrets,
    /** Under the cluster secret where the configuration, or what was pushed to this node (`wanted`), says so. */
    seal: (envelope: Envelope, wanted: boolean | null): Envelope =>
      maybeSealed(envelope, wanted ?? settings.encryptMessages),
    privatePem: own.signingKey,
    isOwnKey: own.isOurs,
    /** Throws AppError KEY_NONE. */
    ourKey,
    /** What was encrypted to us. Rejects with ProtocolError CIPHER. */
    open: own.open,
    usedBy: own.usedBy,
    mayAct,
    /** Who is meant, and who speaks, in messages that others than this part act on. */
    ...{ isForUs: exchange.isForUs, learn: exchange.learn },
    ...{ senderOf: exchange.senderOf, recipientOf: exchange.recipientOf },
    own: (): OwnKey => own.view(deps.beating().length),
    ownRow,
    ownRev: own.rev,
    problem: (): AppError | null => problem,
    picture,
    rows: () => allRows(keyring, ownRow()),
    /** Somebody shows or uses a key under our name, lately. */
    ownNameUsed: () => (ownName && clock.now() - ownName.lastAt < OWN_NAME_MS ? ownName : null),
    hear: (message: HeardFunction, delivery: Delivery, at: number): void =>
      exchange.hear(message, delivery, at),

    /** Reads what was decided and what is held. Never rejects: what fails is shown and logged. */
    async load(): Promise<void> {
      await attempt('decisions on keys', () => loadPins(secretStore, `pins.${profileId}`, keyring, clock));
      await attempt('cluster secret', () => secrets.start());
    },
    /** Reads our own pair or makes it, in the background. Never rejects. */
    async makeOwn(): Promise<void> {
      await attempt('own key', async () => {
        if (await own.start()) record('key.made', { bits: ourKey().bits, fingerprint: ourKey().fingerprint });
      });
    },
    /** The link lives and the name is ours: from now on this node takes part. */
    takePart(may: boolean): void {
      mayAsk = may;
    },
    /** Ends it, with every alarm on disk. Never rejects. */
    async stop(): Promise<void> {
      isStopped = true;
      own.stop();
      if (isDirty)
        await savePins().catch((error: unknown) => log.error({ error }, 'a changed key could not be kept'));
    },
    /** Once a second. */
    tick(): void {
      secrets.tick();
      if (isDirty && clock.uptime() - savedUp >= SAVE_EVERY_MS) {
        isDirty = false;
        savedUp = clock.uptime();
        savePins().catch((error: unknown) => log.error({ error }, 'a changed key could not be kept'));
      }
      if (own.isOver(clock.now()))
        own.finish().then(
          () => record('key.rotation-finished'),
          (error: unknown) => log.error({ error }, 'the old key could not be removed'),
        );
      if (!mayAct()) return;
      // As a node of lex-node does once it is up: asks for the keys of the others, and tells its own.
      if (!lastSentUp.has('ask')) provoked('ask', askForKeys);
      if (!lastSentUp.has('announce')) provoked('announce', announce);
      if (secrets.wantsToAsk() && !deps.secretIsComing()) secrets.askAgain();
    },

    announce,
    askForKeys,
    async askToForget(other: string): Promise<void> {
      const at = clock.now();
      await bus.publish(mark(maybeSealed(deletePublicKey(other, null, at))));
      // Newer frameworks hear only what is sent to them alone.
      const each = deps.beating().map((to) => bus.publish(maybeSealed(deletePublicKey(other, to, at))));
      await Promise.allSettled(each);
      record('key.asked-to-forget', { count: each.length }, [other]);
    },

    ...decisions,

    async rotate(bits: number | undefined): Promise<void> {
      const before = own.current()?.publicKey.fingerprint ?? null;
      await own.rotate(bits);
      record('key.rotated', { fingerprint: ourKey().fingerprint, before, bits: ourKey().bits });
      await announce().catch((error: unknown) => log.warn({ error }, 'the new key was not announced yet'));
    },
    async undoRotation(): Promise<void> {
      await own.undo();
      record('key.rotation-undone', { fingerprint: ourKey().fingerprint });
      await announce().catch((error: unknown) => log.warn({ error }, 'the key was not announced yet'));
    },
    async finishRotation(): Promise<void> {
      await own.finish();
      record('key.rotation-finished');
    },

    /** Throws AppError KEY_UNKNOWN. */
    detail(other: string, fingerprint: string | null): KeyDetail {
      const rows = rowsOf(keyring, other, ownRow());
      const row = rows.find((candidate) => candidate.fingerprint === fingerprint);
      if (!row) throw unknownKey(other);
      const pair = fingerprint === null ? undefined : keyring.pairOf(other, fingerprint);
      const seenAt = row.firstSeenAt ?? clock.now();
      const around = events
        .list(5_000)
        .filter(
          ({ kind, names, at }) =>
            // The message itself is the key's own story; what else there was is asked for.
            !kind.startsWith('heard.') && names.includes(other) && Math.abs(at - seenAt) <= AROUND_MS,
        )
        .slice(-MAX_AROUND);
      return {
        row,
        others: rows.filter((candidate) => candidate !== row),
        pem: row.own ? ourKey().pem : (pair?.key.pem ?? null),
        seenIn: pair?.seenIn ?? [],
        around: around.map(({ at, id }) => ({ at, eventId: id })),
        pids: [...deps.pidsOf(other)],
      };
    },
  };
}
