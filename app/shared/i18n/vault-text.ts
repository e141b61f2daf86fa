/**
 * What a picture of Vault says in sentences, for the window and the command line alike. Times are epoch ms. Words of the
 * server go through `visible`; the token is in none of this, since it is not in the picture.
 */
import type { Vault, VaultToken } from '../domain/vault.js';
import { formatAge, formatAgeShort } from './format.js';
import { parts, text, type Part, type Values } from './text.js';

/** Of the share of its life at which a token is told to end soon. */
export const SOON_SHARE = 0.2;
/** A clock that is farther from ours than this is worth a word. */
export const SKEW_MS = 30_000;

const MIN_SPOKEN_MS = 1_000;

/** The time left; `none`: it does not end. */
const leftOf = (token: VaultToken | null, now: number): string =>
  token === null || token.endsAt === null ? 'none' : formatAge(token.endsAt - now);

const untilText = (at: number, now: number): string =>
  at - now < MIN_SPOKEN_MS ? 'now' : formatAge(at - now);

function valuesOf({ token, login, since, askedAt, state }: Vault, now: number): Values {
  const begun = state === 'asked' ? (askedAt ?? since) : since;
  return {
    held: token === null ? 'no' : 'yes',
    login,
    left: leftOf(token, now),
    age: formatAge(now - begun),
    failures: token?.failures ?? 0,
    // Not by when it is next: while it is being renewed there is no next time.
    renewal: token === null || token.endsAt === null ? 'endless' : token.isRenewable ? 'self' : 'none',
  };
}

/** The word that stands beside the mark. */
export const vaultStateText = (vault: Vault): string =>
  text(`vault.state.${vault.state}`, { held: vault.token === null ? 'no' : 'yes' });

/** How far the server serves us, in the few words of the status strip. */
const SERVES: Partial<Record<Vault['server']['health'], string>> = {
  standby: 'standby',
  'performance-standby': 'standby',
  unreachable: 'away',
  failing: 'failing',
  'no-active': 'nobody',
  dr: 'nobody',
  uninitialised: 'nobody',
  removed: 'nobody',
};

/** In a few words, for the status strip; null where it is not used. */
export function vaultStripText({ state, server, token, login }: Vault, now: number): string | null {
  if (state === 'off') return null;
  const endsAt = token?.endsAt ?? null;
  const left = endsAt === null ? 'none' : formatAgeShort(endsAt - now);
  return text(`strip.vault.${state}`, { left, login, serves: SERVES[server.health] ?? 'yes' });
}

/** A person should look at it soon. */
export const isVaultTrouble = ({ state }: Vault): boolean =>
  state === 'soon' || state === 'backoff' || state === 'ended' || state === 'refused';

/** What the server says of itself, in a few words. */
export const vaultHealthText = ({ health, status }: Vault['server']): string =>
  text(`vault.health.${health}`, { status: String(status) });

/** What the state means and what is to be done, in stretches: names of settings are tagged `setting`. */
export const vaultAbout = (vault: Vault, now: number): Part[] =>
  parts(`vault.about.${vault.state}`, valuesOf(vault, now));

/** The half of the page's sentence that is about Vault; null where it is not used. */
export const vaultSay = (vault: Vault, now: number): string | null =>
  vault.state === 'off' ? null : text(`vaultPage.say.${vault.state}`, valuesOf(vault, now));

/** When the next step is tried by itself, where that is news: a renewal that is due has its own line. */
export const vaultAgainText = ({ state, nextTryAt }: Vault, now: number): string | null =>
  nextTryAt === null || state === 'connected' || state === 'off'
    ? null
    : text('vault.again', { left: untilText(nextTryAt, now) });

/** That nobody answered, and what to do about it; null: no news. While it is asked again, that is the news. */
export const vaultUnansweredText = ({ unansweredAt, askedAt, state }: Vault, now: number): string | null =>
  unansweredAt === null || state === 'asked' || state === 'off'
    ? null
    : text('vault.unanswered', { age: formatAge(now - (askedAt ?? unansweredAt)) });

/** Why it is not as it should be; not that it is sealed, which is said already and is nobody's mistake. */
export const vaultProblem = ({ problem, state }: Vault): Vault['problem'] =>
  state === 'sealed' && problem?.code === 'VAULT_SEALED' ? null : problem;

export const lifeText = (token: VaultToken, now: number): string =>
  text('vault.life', { left: leftOf(token, now) });

/** From 1 at its grant to 0 at its end; null: it does not end. */
export function lifeShare({ endsAt, lifeMs }: VaultToken, now: number): number | null {
  if (endsAt === null || lifeMs === null || lifeMs <= 0) return null;
  return Math.min(1, Math.max(0, (endsAt - now) / lifeMs));
}

/** How often it was renewed, and when next. */
export function renewalText(token: VaultToken, now: number): string {
  if (!token.isRenewable) return text('vault.renewals.never');
  const { renewals: count, renewedAt, nextRenewalAt } = token;
  const ago = count === 0 || renewedAt === null ? 'none' : formatAge(now - renewedAt);
  const done = text('vault.renewals', { count, ago });
  if (nextRenewalAt === null) return done;
  return `${done}; ${text('vault.renewals.next', { left: untilText(nextRenewalAt, now) })}`;
}

/** What kind of token it is: service or batch, periodic, shared. */
export const tokenKindText = ({ type, periodS, isOurs }: VaultToken): string =>
  [
    text(`vault.type.${type}`),
    ...(periodS === null ? [] : [text('vault.period', { period: formatAge(periodS * 1_000) })]),
    ...(isOurs ? [] : [text('vault.shared')]),
  ].join(', ');
