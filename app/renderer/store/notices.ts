/**
 * Notifications: what of all that happened a person should know of, made from the event stream and the session.
 * Pure in `noticesFrom`; the store beside it holds the list and what was read. Nothing here for what the user did.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ConsoleEvent } from '../../shared/domain/event.js';
import type { Need, Session } from '../../shared/domain/session.js';
import { eventsStore } from './events.js';
import { foldStorms } from './notice-storm.js';
import { setPrefs } from './prefs.js';
import { sessionStore } from './session.js';

const MINUTE = 60_000;
/** The same about the same subject within this time is one entry that updates itself. */
const COOL_DOWN_MS = 10 * MINUTE;
/** An outage of ours is worth a word after this time. */
const OUTAGE_MS = 30_000;
/** After joining or coming back, nodes have this long to be heard. */
const SETTLE_MS = MINUTE;
/** A console tells its session every second; after a longer gap this window or its machine slept. */
const SLEEP_MS = 15_000;
const TOGETHER = 3;

export type NoticeKind =
  | 'key.changed'
  | 'key.own-name'
  | 'node.duplicate'
  | 'node.silent'
  | 'secret.conflict'
  | 'secret.requested'
  | 'vault.requested'
  | 'link.lost'
  | 'run.gate'
  | 'run.held'
  | 'run.done'
  | 'received.asked'
  | 'legion.no-lord'
  | 'legion.split'
  | 'legion.lorded'
  | 'legion.hook-failed'
  | 'legion.notify'
  | 'vault.unanswered'
  | 'vault.soon'
  | 'vault.ended'
  | 'vault.replay'
  | 'vault.sealed'
  | 'identity';

export type Notice = {
  readonly id: string;
  readonly kind: NoticeKind;
  /** Epoch ms of the first one folded in, and of the latest. */
  readonly since: number;
  readonly at: number;
  readonly count: number;
  readonly name: string;
  /** Of a storm: all that it is about. null: this is about one thing. */
  readonly names: readonly string[] | null;
  readonly group: string | null;
  /** The latest event behind it; null when it comes from the session. */
  readonly event: ConsoleEvent | null;
  /** When it was over: decided, answered, back. */
  readonly settledAt: number | null;
};

type Facts = {
  readonly policyAsks: boolean;
  readonly needs: readonly Need[];
};
type Draft = { -readonly [K in keyof Notice]: Notice[K] };

/** What ends what, by the name or the group concerned. */
const ENDS: Readonly<Record<string, readonly NoticeKind[]>> = {
  'key.trusted': ['key.changed'],
  'key.refused': ['key.changed'],
  'key.kept': ['key.changed'],
  'key.forgotten': ['key.changed'],
  'secret.given': ['secret.requested'],
  'vault.given': ['vault.requested'],
  'vault.not-given': ['vault.requested'],
  'secret.not-given': ['secret.requested'],
  'secret.adopted': ['secret.conflict'],
  'secret.dismissed': ['secret.conflict'],
  'secret.set': ['secret.conflict'],
  'node.recovered': ['node.silent'],
  'vault.asked': ['vault.unanswered'],
  'vault.held': ['vault.soon', 'vault.ended', 'vault.unanswered'],
  'vault.recovered': ['vault.soon'],
  'vault.unsealed': ['vault.sealed'],
  'received.applied': ['received.asked'],
  'received.refused': ['received.asked'],
};

/** Newest first. `events` oldest first, `now` epoch ms. */
export function noticesFrom(events: readonly ConsoleEvent[], facts: Facts, now: number): readonly Notice[] {
  const out: Draft[] = [];
  const open = new Map<string, Draft>();
  let lostAt: ConsoleEvent | null = null;
  let settlesAt = 0;

  const put = (kind: NoticeKind, subject: string, event: ConsoleEvent, at = event.until): Draft => {
    const key = `${kind} ${subject}`;
    const before = open.get(key);
    if (before && at - before.at < COOL_DOWN_MS) {
      before.count += 1;
      before.at = at;
      before.event = event;
      before.settledAt = null;
      return before;
    }
    const fresh: Draft = {
      id: `${key}#${event.id}`,
      kind,
      since: at,
      at,
      count: 1,
      name: event.names[0] ?? '',
      names: null,
      group: event.group,
      event,
      settledAt: null,
    };
    out.push(fresh);
    open.set(key, fresh);
    return fresh;
  };
  const end = (kind: NoticeKind, subject: string, at: number): void => {
    const notice = open.get(`${kind} ${subject}`);
    if (notice) notice.settledAt ??= at;
  };

  for (const event of events) {
    const [name = ''] = event.names;
    switch (event.kind) {
      case 'session.started':
        settlesAt = event.at + SETTLE_MS;
        break;
      case 'key.changed':
      case 'node.duplicate':
        put(event.kind, name, event);
        break;
      case 'key.own-name':
      case 'secret.conflict':
      case 'vault.unanswered':
      case 'vault.soon':
      case 'vault.ended':
      case 'vault.sealed':
      case 'vault.replay':
        put(event.kind, '', event);
        break;
      case 'secret.requested':
      case 'vault.requested':
        if (facts.policyAsks) put(event.kind, name, event);
        break;
      case 'node.silent':
        if (event.count >= TOGETHER && lostAt === null && event.at >= settlesAt)
          put(event.kind, event.group ?? '', event);
        break;
      case 'run.gate':
      case 'run.held':
        // What a person held by hand is no news to that person.
        if (event.facts['hold'] !== 'hand') put(event.kind, runOf(event), event);
        break;
      case 'run.done':
        for (const kind of ['run.gate', 'run.held'] as const) end(kind, runOf(event), event.until);
        put(event.kind, runOf(event), event);
        break;
      case 'run.continued':
      case 'run.resumed':
      case 'run.stopped':
      case 'run.retried':
      case 'run.rolled-back':
        for (const kind of ['run.gate', 'run.held'] as const) end(kind, runOf(event), event.until);
        break;
      case 'received.asked':
        put(event.kind, '', event);
        break;
      case 'legion.split':
      case 'legion.no-lord':
      case 'legion.lorded':
      case 'legion.hook-failed':
      case 'legion.notify':
        put(event.kind, legionOf(event), event).name = legionOf(event);
        break;
      case 'legion.lord':
        for (const kind of ['legion.no-lord', 'legion.split'] as const)
          end(kind, legionOf(event), event.until);
        break;
      case 'legion.unlorded':
        end('legion.lorded', legionOf(event), event.until);
        break;
      case 'link.lost':
        lostAt ??= event;
        break;
      case 'link.live':
        settlesAt = event.at + SETTLE_MS;
        if (lostAt && event.at - lostAt.at >= OUTAGE_MS) put('link.lost', '', event).settledAt = event.at;
        lostAt = null;
        break;
      default: {
        for (const kind of ENDS[event.kind] ?? []) {
          for (const each of event.names) end(kind, each, event.until);
          end(kind, kind === 'node.silent' ? (event.group ?? '') : '', event.until);
        }
      }
    }
  }
  if (lostAt && now - lostAt.at >= OUTAGE_MS) put('link.lost', '', lostAt, lostAt.at + OUTAGE_MS);
  for (const need of facts.needs) {
    if (need.kind !== 'identity-expires') continue;
    out.push({
      id: `identity#${need.id}`,
      kind: 'identity',
      since: need.since,
      at: need.since,
      count: 1,
      name: need.names[0] ?? '',
      names: null,
      group: null,
      event: null,
      settledAt: null,
    });
  }
  return foldStorms(out);
}

/** The run an event is about. */
const runOf = ({ facts }: ConsoleEvent): string => (typeof facts['run'] === 'string' ? facts['run'] : '');

const legionOf = ({ facts }: ConsoleEvent): string =>
  typeof facts['legion'] === 'string' ? facts['legion'] : '';

export type NoticesState = {
  readonly list: readonly Notice[];
  /** Ids that were read one by one; what is older than `readAt` in the preferences is read too. */
  readonly read: ReadonlySet<string>;
};

export const noticesStore = createStore<NoticesState>()(() => ({ list: [], read: new Set() }));
export const useNotices = <T>(read: (state: NoticesState) => T): T => useStore(noticesStore, read);

export const isUnread = (notice: Notice, read: ReadonlySet<string>, readAt: number): boolean =>
  notice.settledAt === null && notice.at > readAt && !read.has(notice.id);

export const markRead = (id: string): void =>
  noticesStore.setState(({ read }) => ({ read: new Set([...read, id]) }));
export const markAllRead = (): void => setPrefs({ noticesReadAt: Date.now() });
export const clearNotices = (): void => noticesStore.setState({ list: [], read: new Set() });

/**
 * Keeps the list; `onFresh` is told of what came while the window was open, not of what it found, and of nothing in
 * the minute after the start, a lost link or channel, and sleep: then it all comes at once. The answer stops it.
 */
export function startNotices(onFresh: (fresh: readonly Notice[]) => void): () => void {
  let known: readonly Notice[] | null = null;
  let quietUntil = Date.now() + SETTLE_MS;
  let lookedAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let seen: unknown;

  const look = (): void => {
    const { live: events, seq } = eventsStore.getState();
    const { live: session } = sessionStore.getState();
    if (session === null || seq === 0) return;
    const now = Date.now();
    const isBack = now - lookedAt > SLEEP_MS || sessionStore.getState().channel.state === 'lost';
    lookedAt = now;
    if (isBack) quietUntil = now + SETTLE_MS;
    const joined = events.findLast(({ kind }) => kind === 'link.live' || kind === 'session.started');
    if (joined) quietUntil = Math.max(quietUntil, Math.min(joined.at, now) + SETTLE_MS);
    const facts = factsOf(session);
    const state = JSON.stringify([events.length, events.at(-1)?.until, seq, facts]);
    const isTimed = timer !== undefined;
    if (state === seen && !isTimed) return;
    seen = state;
    const list = noticesFrom(events, facts, now);
    noticesStore.setState({ list });
    const before = known;
    known = list;
    const fresh = before ? list.filter((notice) => isFresh(notice, before)) : [];
    if (fresh.length > 0 && now >= quietUntil) onFresh(fresh);
    watchOutage(events);
  };
  /** A lost link becomes a notice by time alone. */
  const watchOutage = (events: readonly ConsoleEvent[]): void => {
    clearTimeout(timer);
    timer = undefined;
    const last = events.findLast((event) => event.kind === 'link.lost' || event.kind === 'link.live');
    const left = last?.kind === 'link.lost' ? last.at + OUTAGE_MS - Date.now() : -1;
    if (left > 0) timer = setTimeout(look, left + 50);
  };
  const stops = [eventsStore.subscribe(look), sessionStore.subscribe(look)];
  look();
  return () => {
    stops.forEach((stop) => stop());
    clearTimeout(timer);
  };
}

/** A storm that lost its beginning, as old events go, is the same storm. */
const isFresh = (notice: Notice, before: readonly Notice[]): boolean =>
  notice.settledAt === null &&
  !before.some(
    ({ id, kind, names, at }) =>
      id === notice.id ||
      (notice.names !== null && names !== null && kind === notice.kind && at >= notice.since),
  );

const factsOf = (session: Session): Facts => ({
  policyAsks: session.secrets.policy !== 'never',
  needs: session.needs.filter((need) => need.kind === 'identity-expires'),
});
