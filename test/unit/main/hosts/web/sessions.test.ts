import { describe, expect, it } from 'vitest';
import { createSessions, TOKEN_LIFE_MS } from '../../../../../app/main/hosts/web/sessions.js';

function someSessions() {
  let now = 0;
  return { sessions: createSessions(() => now), advance: (ms: number) => (now += ms) };
}

describe('one-time tokens', () => {
  it('are good once', () => {
    const { sessions } = someSessions();
    const token = sessions.issue();
    const trade = sessions.trade(token);
    expect(trade.type === 'session' && sessions.has(trade.session)).toBe(true);
    expect(sessions.trade(token)).toEqual({ type: 'used' });
  });

  it('are good for ten minutes', () => {
    const { sessions, advance } = someSessions();
    const [early, late] = [sessions.issue(), sessions.issue()];
    advance(TOKEN_LIFE_MS);
    expect(sessions.trade(early).type).toBe('session');
    advance(1);
    expect(sessions.trade(late)).toEqual({ type: 'unknown' });
  });

  it('never repeat, and the oldest give way when somebody asks for very many', () => {
    const { sessions } = someSessions();
    const tokens = Array.from({ length: 1000 }, () => sessions.issue());
    expect(new Set(tokens).size).toBe(1000);
    expect(sessions.trade(tokens[0] ?? '')).toEqual({ type: 'unknown' });
    expect(sessions.trade(tokens[999] ?? '').type).toBe('session');
  });

  it('know no session that was made up', () => {
    const { sessions } = someSessions();
    expect(sessions.has('')).toBe(false);
    expect(sessions.has('x'.repeat(43))).toBe(false);
  });
});
