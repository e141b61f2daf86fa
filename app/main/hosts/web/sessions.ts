/**
 * Who may open the page: one-time tokens, each traded once for a session. Only hashes are kept, so looking
 * one up takes the same time whatever was guessed. Cookies and pages are the server's business.
 */
import { createHash, randomBytes } from 'node:crypto';

export const TOKEN_LIFE_MS = 10 * 60_000;
const MAX_TOKENS = 64;
const MAX_SESSIONS = 64;
const MAX_USED = 256;

export type Trade =
  { readonly type: 'session'; readonly session: string } | { readonly type: 'used' | 'unknown' };

export type Sessions = {
  /** A fresh one-time token, good for ten minutes. */
  issue(): string;
  /** Trades a token for a session; a second time it is `used`, late or made up it is `unknown`. */
  trade(token: string): Trade;
  has(session: string): boolean;
};

const hash = (secret: string): string => createHash('sha256').update(secret).digest('base64');
const secret = (): string => randomBytes(32).toString('base64url');

/** `now` is steady milliseconds. */
export function createSessions(now: () => number): Sessions {
  const tokens = new Map<string, number>();
  const used = new Set<string>();
  const sessions = new Set<string>();

  return {
    issue() {
      const token = secret();
      tokens.set(hash(token), now() + TOKEN_LIFE_MS);
      dropOldest(tokens, MAX_TOKENS);
      return token;
    },

    trade(token) {
      const key = hash(token);
      if (used.has(key)) return { type: 'used' };
      const until = tokens.get(key);
      tokens.delete(key);
      if (until === undefined || now() > until) return { type: 'unknown' };
      used.add(key);
      dropOldest(used, MAX_USED);
      const session = secret();
      sessions.add(hash(session));
      dropOldest(sessions, MAX_SESSIONS);
      return { type: 'session', session };
    },

    has: (session) => sessions.has(hash(session)),
  };
}

/** Maps and sets keep the order of insertion: the first key is the oldest. */
function dropOldest(kept: Map<string, unknown> | Set<string>, max: number): void {
  const oldest = kept.keys().next();
  if (kept.size > max && !oldest.done) kept.delete(oldest.value);
}
