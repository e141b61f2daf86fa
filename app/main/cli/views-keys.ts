/** Keys, secrets, requests and certificates as plain text, in the words of the window. Nothing secret comes here. */
import { fingerprintWords } from '../../shared/domain/fingerprint.js';
import type { Identity } from '../../shared/domain/identity.js';
import type { KeyRow, OwnKey } from '../../shared/domain/key.js';
import type { ClusterSecret, Secrets } from '../../shared/domain/secret.js';
import {
  errorText,
  formatAge,
  formatMoment,
  formatNumber,
  isTextKey,
  refusalText,
  text,
  type TextKey,
} from '../../shared/i18n/index.js';
import { fields, table } from './table.js';

type Pair = readonly [string, string];
const NOTHING = text('cli.nothing');
const orNothing = <T>(value: T | null, show: (value: T) => string): string =>
  value === null ? NOTHING : show(value);
const heads = (...names: readonly string[]): string[] =>
  names.map((name) => text(`cli.head.${name}` as TextKey));
const momentAnd = (at: number, now: number): string => `${formatMoment(at)} (${formatAge(now - at)})`;

/** Fingerprints are whole and in one piece, so that a line can be pasted into a decision. */
export function keysText(rows: readonly KeyRow[], at: number): string {
  const age = (seenAt: number | null): string => orNothing(seenAt, (then) => formatAge(at - then));
  return table(
    heads('trust', 'name', 'fingerprint', 'bits', 'first', 'last', 'verified'),
    rows.map((row) => [
      text(`trust.${row.trust}`),
      row.name,
      row.fingerprint ?? NOTHING,
      orNothing(row.bits, (bits) => (row.weak ? `${bits}, ${text('trust.weak')}` : String(bits))),
      age(row.firstSeenAt),
      age(row.lastSeenAt),
      row.own ? text('cli.keys.own-row') : orNothing(row.verifiedBy, (how) => text(`verified.${how}`)),
    ]),
    [4, 5],
  );
}

export function ownKeyText(own: OwnKey, now: number): string {
  const ago = (at: number): string => momentAnd(at, now);
  const pairs: Pair[] = [
    [text('cli.field.state'), text(`cli.own.${own.state}`)],
    [text('cli.field.fingerprint'), own.fingerprint ?? NOTHING],
    [text('cli.field.words'), orNothing(own.fingerprint, (value) => fingerprintWords(value).join(' '))],
    [text('cli.field.bits'), orNothing(own.bits, String)],
    [text('cli.field.made'), orNothing(own.madeAt, ago)],
    [text('cli.field.kept-in'), text(`cli.kept.${own.keptIn}`)],
    [text('cli.field.announced'), orNothing(own.announcedAt, ago)],
  ];
  if (own.rotation) {
    const { oldFingerprint, oldUntil, usingNewCount, usingOld, unknown } = own.rotation;
    pairs.push(
      [text('cli.field.old-key'), oldFingerprint],
      [text('cli.field.old-until'), formatMoment(oldUntil)],
      [
        text('cli.field.rotation'),
        text('cli.own.rotation', { fresh: usingNewCount, old: usingOld.length, unknown }),
      ],
    );
  }
  return fields(pairs);
}

export function secretsText({ secret, policy, requests, at }: Secrets): string {
  const waiting = requests.filter(({ state }) => state === 'waiting').length;
  const isHeld = secret.id !== null;
  const pairs: Pair[] = [
    [text('cli.field.secret'), `${text(`secret.state.${secret.state}`)}, ${formatAge(at - secret.since)}`],
  ];
  if (isHeld) {
    pairs.push(
      [text('cli.field.source'), sourceText(secret)],
      [text('cli.field.check'), orNothing(secret.check, (check) => text(`secret.check.${check}`))],
      [text('cli.field.id'), secret.id ?? NOTHING],
    );
  }
  if (secret.askedAt !== null) {
    const asked = text('cli.secrets.asked-of', { count: secret.askedCount });
    pairs.push([text('cli.field.asked'), `${momentAnd(secret.askedAt, at)}, ${asked}`]);
  }
  if (secret.outcome !== null)
    pairs.push([text('cli.field.outcome'), text(`secret.outcome.${secret.outcome}`)]);
  if (secret.previous) {
    const { id, until } = secret.previous;
    pairs.push([
      text('cli.field.previous'),
      text('cli.secrets.previous', { id, until: formatMoment(until) }),
    ]);
  }
  for (const { id, from, check, count, unasked } of secret.candidates) {
    const words = text('cli.secrets.candidate', {
      from:
        from.length > 0 ? text('cli.secrets.says', { name: from.join(', ') }) : text('cli.secrets.nameless'),
      count,
      check: text(`secret.check.${check}`),
      unasked: unasked ? 'yes' : 'no',
    });
    pairs.push([text('cli.field.candidate'), `${id}: ${words}`]);
  }
  if (secret.handover) {
    const { sent, away, without } = secret.handover;
    pairs.push([
      text('cli.field.handover'),
      text('cli.secrets.handover', { sent, away: away.length, without }),
    ]);
  }
  pairs.push(
    [text('cli.field.policy'), `${policy}: ${text(`policy.${policy}`)}`],
    [text('cli.field.waiting'), formatNumber(waiting)],
  );
  return fields(pairs);
}

/** The message is not signed: name and key are what the sender says. */
function sourceText({ source, from, fromFingerprint: fingerprint, fromTrust }: ClusterSecret): string {
  const trust = fromTrust === null ? 'none' : text(`trust.${fromTrust}`);
  return [
    orNothing(source, (known) => text(`secret.source.${known}`)),
    ...(from === null ? [] : [text('cli.secrets.says', { name: from })]),
    ...(fingerprint === null ? [] : [text('cli.secrets.quotes', { fingerprint, trust })]),
  ].join(', ');
}

export const requestsText = ({ requests, at }: Secrets): string =>
  table(
    heads('id', 'name', 'state', 'asked', 'times', 'trust', 'fingerprint', 'beating'),
    requests.map((request) => [
      request.id,
      request.name,
      text(`request.${request.state}`) + (request.why === null ? '' : `: ${reason(request.why)}`),
      formatAge(at - request.lastAt),
      formatNumber(request.count),
      orNothing(request.trust, (trust) => text(`trust.${trust}`)) +
        (request.weak ? `, ${text('trust.weak')}` : ''),
      request.fingerprint ?? NOTHING,
      text(request.beating ? 'cli.yes' : 'cli.no'),
    ]),
    [3, 4],
  );

const reason = (code: string): string =>
  isTextKey(`error.${code}`) ? errorText(code).what.replace(/\.$/, '') : refusalText(code);

export const identitiesText = (identities: readonly Identity[]): string =>
  table(
    heads('id', 'label', 'subject', 'state', 'ends'),
    identities.map((identity) => [
      identity.id,
      identity.label,
      identity.subject,
      stateOf(identity),
      orNothing(identity.notAfter, (at) => formatMoment(at).slice(0, 10)),
    ]),
  );

export const identityText = (identity: Identity): string =>
  fields([
    [text('cli.field.id'), identity.id],
    [text('cli.field.label'), identity.label],
    [text('cli.field.state'), stateOf(identity)],
    [text('cli.field.subject'), identity.subject],
    [text('cli.field.issuer'), identity.issuer ?? NOTHING],
    [text('cli.field.sans'), identity.sans.join(', ') || NOTHING],
    [text('cli.field.key-type'), identity.keyType],
    [text('cli.field.not-before'), orNothing(identity.notBefore, (at) => formatMoment(at))],
    [text('cli.field.not-after'), orNothing(identity.notAfter, (at) => formatMoment(at))],
    [text('cli.field.fingerprint'), identity.fingerprint ?? NOTHING],
  ]);

const stateOf = ({ state, expiry }: Identity): string =>
  text(state === 'requested' || expiry === null ? 'cli.identity.requested' : `cli.identity.${expiry}`);
