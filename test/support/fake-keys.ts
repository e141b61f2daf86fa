/**
 * Keys, secrets and certificates of the story: db-02 shows another key than the pinned one, eleven keys are new, one
 * name has none, the rest is trusted; new-worker-4 asks for the cluster secret. Made up, and the same in every run.
 */
import type { ConsoleEvent } from '../../app/shared/domain/event.js';
import type { Identity } from '../../app/shared/domain/identity.js';
import {
  TRUST_STATES,
  type KeyDetail,
  type KeyRow,
  type OwnKey,
  type TrustCounts,
} from '../../app/shared/domain/key.js';
import type { RosterRow } from '../../app/shared/domain/roster-table.js';
import type { Secrets } from '../../app/shared/domain/secret.js';
import type { Need } from '../../app/shared/domain/session.js';
import { chance } from './chance.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LAST = 'AEIMQUYcgkosw048';

/** A fingerprint that is the same for the same seed. */
export function aFingerprint(seed: number): string {
  const draw = chance(seed * 7919 + 13);
  draw();
  const one = (from: string): string => from[Math.floor(draw() * from.length)] ?? 'A';
  return Array.from({ length: 42 }, () => one(ALPHABET)).join('') + one(LAST);
}

export const PINNED = '7fQ2k9LmQa1zVb03Xe6N0pRthU4s9cJwM2gyD8bKWr8';
export const ANNOUNCED = '9aKd1Pq0Zx7cL5mEvT2hYb8noG3i6RsAF0qjU9dXt4k';
const NEW = ['new-worker-4', 'new-worker-5', 'new-worker-6', 'new-worker-7', 'new-worker-8', 'new-worker-9'];
const ALSO_NEW = ['new-worker-10', 'new-worker-11', 'c-20001', 'c-20002', 'c-20003'];

export const aKey = (
  name: string,
  fingerprint: string | null,
  now: number,
  over: Partial<KeyRow> = {},
): KeyRow => ({
  name,
  fingerprint,
  trust: 'new',
  pinned: false,
  current: true,
  kept: false,
  bits: fingerprint === null ? null : 2048,
  weak: false,
  firstSeenAt: fingerprint === null ? null : now - 12 * MINUTE,
  lastSeenAt: fingerprint === null ? null : now - MINUTE,
  decidedAt: null,
  verifiedBy: null,
  sharedWith: [],
  own: false,
  ...over,
});

/** The keys beside these nodes; none where there are no nodes. */
export function keysOf(rows: readonly RosterRow[], now: number): KeyRow[] {
  if (rows.length === 0) return [];
  const trusted = { trust: 'trusted', pinned: true } as const;
  const known = rows.map((row, i) =>
    aKey(row.name, aFingerprint(i), now, {
      ...trusted,
      firstSeenAt: now - (20 + (i % 40)) * DAY,
      decidedAt: now - (19 + (i % 40)) * DAY,
      verifiedBy: (['voice', 'file', 'machine', 'unverified'] as const)[i % 4] ?? 'voice',
      own: row.name === 'console-7',
      ...(i === 3 ? { bits: 1024, weak: true } : {}),
    }),
  );
  return [
    ...known,
    aKey('db-02', ANNOUNCED, now, {
      trust: 'changed',
      firstSeenAt: now - 3 * MINUTE,
      lastSeenAt: now - MINUTE,
    }),
    aKey('db-02', PINNED, now, {
      ...trusted,
      current: false,
      firstSeenAt: now - 90 * DAY,
      lastSeenAt: now - 4 * MINUTE,
      decidedAt: now - 89 * DAY,
      verifiedBy: 'voice',
    }),
    ...[...NEW, ...ALSO_NEW].map((name, i) =>
      aKey(name, aFingerprint(50_000 + i), now, i < 8 ? {} : { firstSeenAt: now - 6 * DAY }),
    ),
    aKey('legacy-3', null, now, { trust: 'missing' }),
  ];
}

export const countTrust = (rows: readonly KeyRow[]): TrustCounts =>
  Object.fromEntries(
    TRUST_STATES.map((state) => [state, rows.filter((row) => row.trust === state && !row.kept).length]),
  ) as TrustCounts;

/** What needs a person in this story, beside the nodes. */
export const trustNeeds = (now: number): Need[] => [
  {
    id: 'key-changed',
    kind: 'key-changed',
    severity: 'alarm',
    since: now - 3 * MINUTE,
    count: 1,
    names: ['db-02'],
    group: null,
    filter: null,
  },
  {
    id: 'secret-asked',
    kind: 'secret-asked',
    severity: 'warning',
    since: now - MINUTE,
    count: 1,
    names: ['new-worker-4'],
    group: null,
    filter: null,
  },
];

export const keyDetail = (
  row: KeyRow,
  rows: readonly KeyRow[],
  events: readonly ConsoleEvent[],
  now: number,
): KeyDetail => ({
  row,
  others: rows.filter((other) => other.name === row.name && other.fingerprint !== row.fingerprint),
  pem: row.fingerprint === null ? null : '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n',
  seenIn: row.fingerprint === null ? [] : [{ message: 'PublicKey', at: row.lastSeenAt ?? now }],
  around: events
    .filter((event) => event.names.includes(row.name) && row.trust === 'changed')
    .map(({ at, id }) => ({ at, eventId: id })),
  pids: row.trust === 'changed' ? [318] : [4121],
});

export const anOwnKey = (now: number, over: Partial<OwnKey> = {}): OwnKey => ({
  state: 'ready',
  fingerprint: aFingerprint(77_777),
  bits: 2048,
  madeAt: now - 40 * DAY,
  pem: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n',
  keptIn: 'file',
  announcedAt: now - 5 * HOUR,
  rotation: null,
  ...over,
});

export const secretsOf = (keys: readonly KeyRow[], now: number): Secrets => {
  const isEmpty = keys.length === 0;
  const asker = keys.find((row) => row.name === 'new-worker-4');
  return {
    at: now,
    policy: 'ask',
    secret: {
      state: isEmpty ? 'wanted' : 'held',
      since: now - HOUR,
      id: isEmpty ? null : '5e1f9c02',
      source: isEmpty ? null : 'peer',
      from: isEmpty ? null : 'app-1',
      fromFingerprint: isEmpty ? null : aFingerprint(0),
      fromTrust: isEmpty ? null : 'trusted',
      check: isEmpty ? null : 'verified',
      askedAt: null,
      askedCount: 0,
      answerBy: null,
      outcome: null,
      outcomeAt: null,
      candidates: [],
      previous: null,
      holders: [],
      handover: null,
    },
    requests: asker
      ? [
          aRequest('r1', 'new-worker-4', now, { fingerprint: asker.fingerprint, trust: 'new' }),
          aRequest('r2', 'c-1', now, {
            fingerprint: aFingerprint(3),
            trust: 'trusted',
            firstAt: now - 2 * HOUR,
            lastAt: now - 2 * HOUR,
            count: 1,
            state: 'elsewhere',
            answeredBy: 'app-2',
          }),
        ]
      : [],
  };
};

export const aRequest = (
  id: string,
  name: string,
  now: number,
  over: Partial<Secrets['requests'][number]> = {},
): Secrets['requests'][number] => ({
  id,
  name,
  fingerprint: aFingerprint(9),
  wants: 'cluster-secret',
  firstAt: now - MINUTE,
  lastAt: now - MINUTE,
  count: 3,
  state: 'waiting',
  stateAt: now - MINUTE,
  why: null,
  trust: 'trusted',
  weak: false,
  beating: true,
  answeredBy: null,
  ...over,
});

export const anIdentity = (id: string, now: number, over: Partial<Identity> = {}): Identity => ({
  id,
  label: 'console-7',
  state: 'ready',
  subject: 'CN=console-7, O=Example',
  issuer: 'CN=Example Issuing CA',
  sans: ['console-7.example'],
  notBefore: now - 90 * DAY,
  notAfter: now + 200 * DAY,
  expiry: 'good',
  fingerprint:
    '3A:91:5C:00:7F:2E:1B:44:90:AA:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16',
  keyType: 'RSA 2048',
  importedAt: now - DAY,
  csr: null,
  ...over,
});
