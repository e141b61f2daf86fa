/** Namespaces, as OpenBao has them; and a server that has none. */
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../support/fake-clock.js';
import { createFakeVault } from '../../support/fake-vault.js';
import { askFake, textAt } from './ask.js';

describe('a namespace', () => {
  const make = () => {
    const fake = createFakeVault({
      clock: createFakeClock(),
      flavour: 'openbao',
      namespaces: ['team-a', 'team-a/b', 'team-c'],
    });
    return { fake, ask: askFake(fake) };
  };
  const path = 'auth/token/lookup-self';

  it('is that of the token, and of what is below it', () => {
    const { fake, ask } = make();
    const { id: token } = fake.createToken({ namespace: 'team-a' });
    const status = (namespace?: string) =>
      ask('GET', path, { token, ...(namespace && { namespace }) }).status;
    expect(ask('GET', path, { token, namespace: 'team-a/' }).data['namespace_path']).toBe('team-a/');
    expect([status('team-a'), status('team-a/b'), status('team-c'), status()]).toEqual([200, 200, 403, 403]);
  });

  it('may stand in front of the path', () => {
    const { fake, ask } = make();
    const { id: token } = fake.createToken({ namespace: 'team-a/b' });
    expect(ask('GET', `team-a/b/${path}`, { token }).status).toBe(200);
    expect(ask('GET', `b/${path}`, { token, namespace: 'team-a' }).status).toBe(200);
    expect(ask('GET', `team-a/b/${path}`, { token, namespace: 'team-a/b' }).status).toBe(403);
  });

  it('keeps its secrets and tokens to itself', () => {
    const { ask } = make();
    ask('POST', 'secret/data/x', { namespace: 'team-a', body: { data: { a: 1 } } });
    expect(ask('GET', 'secret/data/x', { namespace: 'team-a' }).status).toBe(200);
    expect(ask('GET', 'secret/data/x').status).toBe(404);
    const made = ask('POST', 'auth/token/create', { namespace: 'team-a', body: { policies: ['default'] } });
    const body = { token: textAt(made.auth, 'client_token') };
    expect(ask('POST', 'auth/token/lookup', { namespace: 'team-c', body }).status).toBe(403);
    expect(ask('POST', 'auth/token/lookup', { body }).status).toBe(200);
  });

  it('that is not known is a 404, for health as for anything', () => {
    const { fake, ask } = make();
    for (const one of [path, 'sys/health', 'sys/seal-status']) {
      const { status, errors } = ask('GET', one, { namespace: 'team-z' });
      expect([status, errors]).toEqual([404, 'namespace not found']);
    }
    expect(fake.log.map(({ namespace }) => namespace)).toEqual(['team-z', 'team-z', 'team-z']);
  });

  it('has no health of its own, but a seal', () => {
    const { ask } = make();
    const { status, errors } = ask('GET', 'sys/health', { namespace: 'team-a' });
    expect([status, errors]).toEqual([400, 'operation unavailable in namespaces']);
    expect(ask('GET', 'sys/seal-status', { namespace: 'team-a' }).status).toBe(200);
  });

  it('is unknown to a Vault without any, unless that Vault does not look', () => {
    const clock = createFakeClock();
    const strict = askFake(createFakeVault({ clock }));
    expect(strict('GET', path, { namespace: 'legionio' }).status).toBe(404);
    const blind = askFake(createFakeVault({ clock, ignoresNamespaces: true }));
    expect(blind('GET', path, { namespace: 'legionio' }).status).toBe(200);
  });
});
