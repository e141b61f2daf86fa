/** Secrets: what is held, what is offered, who asks, and that a value is never in the window. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { fingerprintGroups } from '../../app/shared/domain/fingerprint.js';
import { aFingerprint, ANNOUNCED, aRequest, PINNED } from '../support/fake-keys.js';
import { open, tell } from './app-under-test.js';

const sentence = (): string => document.querySelector('.say')?.textContent ?? '';
const card = () => within(screen.getByRole('region', { name: /^Cluster secret/ }));
const dialog = () => within(screen.getByRole('dialog'));
const SECRET = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
const alone = { profile: { name: 'desk', kind: 'test', readOnly: false } } as const;

describe('the cluster secret', () => {
  it('is told by holder, age, source, check and id, never by its value', async () => {
    await open('/secrets');
    expect(sentence()).toMatch(/^The cluster secret is held since \d\d:\d\d\. 1 node asks for it\.$/);
    expect(card().getByRole('link', { name: 'app-1' })).toBeDefined();
    expect(card().getByText(/It says it is/)).toBeDefined();
    expect(card().getByText('The key it quotes is trusted.')).toBeDefined();
    expect(card().getByText('check string verified')).toBeDefined();
    expect(card().getByText('5e1f9c02')).toBeDefined();
  });

  it('is asked for after saying whom', async () => {
    const { client, user } = await open('/secrets');
    await user.click(card().getByRole('button', { name: 'Ask again…' }));
    expect(dialog().getByText(/11 other nodes are known/)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Ask 11 nodes' }));
    expect(client.calls.some((call) => call.name === 'secret.ask')).toBe(true);
    expect(await screen.findByText(/All were asked, 11 nodes directly\. Answers count until/)).toBeDefined();
  });

  it('says how the last question ended', async () => {
    const { client } = await open('/secrets', { size: 0 });
    expect(sentence()).toBe('No cluster secret is held.');
    await tell(() => client.secret({ outcome: 'unreadable', outcomeAt: Date.now() }));
    expect(card().getByText('an answer could not be read with our key')).toBeDefined();
  });

  it('comes from a file: handed over once, and nowhere in the window before or after', async () => {
    const { client, user } = await open('/secrets');
    await user.upload(
      screen.getByLabelText('From a file…', { selector: 'input' }),
      new File([`${SECRET}\n`], 'cluster.txt'),
    );
    expect(dialog().getByText('cluster.txt')).toBeDefined();
    expect(document.body.innerHTML).not.toContain(SECRET);
    await user.click(dialog().getByRole('button', { name: 'Load it' }));
    await waitFor(() =>
      expect(client.calls.find((call) => call.name === 'secret.set')?.input).toEqual({ secret: SECRET }),
    );
    expect(document.body.innerHTML).not.toContain(SECRET);
    expect(localStorage.length === 0 || !JSON.stringify({ ...localStorage }).includes(SECRET)).toBe(true);
  });

  it('says why a file cannot be used', async () => {
    const { client, user } = await open('/secrets');
    client.fail('secret.set', 'SECRET_FORM');
    await user.upload(
      screen.getByLabelText('From a file…', { selector: 'input' }),
      new File(['no'], 'x.txt'),
    );
    await user.click(dialog().getByRole('button', { name: 'Load it' }));
    expect(await dialog().findByText('This is not a cluster secret.')).toBeDefined();
  });

  it('is replaced only after the number was typed, in production', async () => {
    const { client, user } = await open('/secrets');
    await user.click(card().getByRole('button', { name: 'Replace it…' }));
    expect(dialog().getByText('11 nodes with a trusted key get it.')).toBeDefined();
    expect(dialog().getByText(/Ruby nodes go on with the old one/)).toBeDefined();
    const act = dialog().getByRole<HTMLButtonElement>('button', { name: /^Replace and hand to/ });
    expect(act.disabled).toBe(true);
    await user.type(dialog().getByLabelText('Type 11 to go on'), '11');
    await user.click(act);
    expect(client.calls.find((call) => call.name === 'secret.rotate')?.input).toEqual({});
  });

  it('needs no number for a few in a test', async () => {
    const { user } = await open('/secrets?do=replace', { session: alone });
    expect(dialog().queryByRole('textbox')).toBeNull();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('after a change shows who still uses the one before', async () => {
    const { client } = await open('/secrets');
    const now = Date.now();
    await tell(() =>
      client.secret({
        previous: { id: '00aa', until: now + 3_600_000 },
        handover: { at: now, sent: 9, away: ['web-1'], without: 2 },
        holders: [
          { name: 'app-1', fingerprint: null, uses: 'current', at: now },
          { name: 'c-1', fingerprint: null, uses: 'previous', at: now },
        ],
      }),
    );
    expect(screen.getByText(/1 was seen with the new secret, 1 still with another one/)).toBeDefined();
    expect(screen.getByText(/1 was not reached; 2 nodes without a trusted key got nothing/)).toBeDefined();
    expect(screen.getByRole('row', { name: /c-1 the one before/ })).toBeDefined();
  });

  it('is made here first only where nobody else beats', async () => {
    const { client, user } = await open('/secrets', { size: 0 });
    await user.click(card().getByRole('button', { name: 'Make the first one…' }));
    await user.click(dialog().getByRole('button', { name: 'Make it' }));
    expect(client.calls.find((call) => call.name === 'secret.rotate')?.input).toEqual({ first: true });
  });

  it('is not offered to be made where others beat', async () => {
    const { client } = await open('/secrets');
    await tell(() => client.secret({ state: 'wanted', id: null, source: null }));
    expect(card().queryByRole('button', { name: /first/ })).toBeNull();
    expect(card().queryByRole('button', { name: /Replace/ })).toBeNull();
  });
});

describe('another secret', () => {
  const candidate = {
    id: '9b20aa17',
    from: ['c-2'],
    fingerprints: [aFingerprint(4)],
    firstAt: Date.now(),
    count: 2,
    check: 'verified',
    reads: false,
    unasked: true,
  } as const;

  it('is decided by a person, who is told when it does not read what is heard', async () => {
    const { client, user } = await open('/secrets');
    await tell(() =>
      client.secret({
        state: 'conflict',
        candidates: [{ ...candidate, from: ['c-2'], fingerprints: [aFingerprint(4)] }],
      }),
    );
    expect(sentence()).toBe('Another cluster secret is offered. Decide which one holds.');
    const offer = within(screen.getByRole('region', { name: 'Another one is offered' }));
    expect(offer.getByText('not asked for')).toBeDefined();
    await user.click(offer.getByRole('button', { name: 'Accept' }));
    expect(dialog().getByText(/does not open what was heard lately/)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Accept' }));
    expect(client.calls.find((call) => call.name === 'secret.adopt')?.input).toEqual({ id: '9b20aa17' });
  });

  it('is told by what its sender says, with the trust of the key that it quotes under that name', async () => {
    const { client } = await open('/secrets');
    const from = (fingerprints: string[]) =>
      tell(() =>
        client.secret({ state: 'conflict', candidates: [{ ...candidate, from: ['db-02'], fingerprints }] }),
      );
    const offer = () => within(screen.getByRole('region', { name: 'Another one is offered' }));
    await from([PINNED]);
    expect(offer().getByText(/It says it is/).textContent).toBe('It says it is db-02.');
    expect(offer().getByText('The key it quotes is trusted.')).toBeDefined();
    await from([ANNOUNCED]);
    expect(offer().getByText('The key it quotes is changed.')).toBeDefined();
    await from([aFingerprint(4)]);
    expect(offer().getByText(/It says it is/)).toBeDefined();
    expect(offer().queryByText(/The key it quotes/)).toBeNull();
  });

  it('is one of several where none is held', async () => {
    const { client } = await open('/secrets');
    const candidates = ['a1', 'b2', 'c3'].map((id) => ({ ...candidate, id, from: [], fingerprints: [] }));
    await tell(() => client.secret({ state: 'conflict', id: null, source: null, candidates }));
    expect(sentence()).toBe('3 different cluster secrets are offered. Decide which one holds.');
    await tell(() =>
      client.secret({ state: 'offered', id: null, source: null, candidates: candidates.slice(0, 1) }),
    );
    expect(sentence()).toBe('A cluster secret is offered. Decide whether it holds.');
  });

  it('can be turned down', async () => {
    const { client, user } = await open('/secrets');
    await tell(() =>
      client.secret({
        state: 'conflict',
        candidates: [{ ...candidate, from: [], fingerprints: [], reads: null }],
      }),
    );
    expect(screen.getByText('nothing encrypted was heard to try it on')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Keep ours' }));
    await user.click(dialog().getByRole('button', { name: 'Keep ours' }));
    expect(client.calls.find((call) => call.name === 'secret.dismiss')?.input).toEqual({ id: '9b20aa17' });
  });
});

describe('who asked', () => {
  it('leads to the decision on the key while it is not trusted', async () => {
    await open('/secrets');
    const row = within(screen.getByRole('row', { name: /new-worker-4/ }));
    expect(row.queryByRole('button', { name: 'Give once…' })).toBeNull();
    expect(row.getByRole('link', { name: 'Decide on its key' }).getAttribute('href')).toContain(
      '#/keys?key=',
    );
  });

  it('is given once, after the whole key was shown', async () => {
    const { client, user } = await open('/secrets');
    await tell(() =>
      client.secrets({ requests: [aRequest('r9', 'c-2', Date.now(), { fingerprint: aFingerprint(4) })] }),
    );
    await user.click(screen.getByRole('button', { name: 'Give once…' }));
    expect(dialog().getByText('Give c-2 the cluster secret?')).toBeDefined();
    expect(dialog().getByText('Production')).toBeDefined();
    for (const part of [0, 4, 8])
      expect(
        dialog().getByText(
          fingerprintGroups(aFingerprint(4))
            .slice(part, part + 4)
            .join(' '),
        ),
      ).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Give once' }));
    expect(client.calls.find((call) => call.name === 'request.give')?.input).toEqual({ id: 'r9' });
    expect(await screen.findByText('given')).toBeDefined();
  });

  it('a console that asks for a Vault token of its own is shown as that, and ours is not spoken of', async () => {
    const { client, user } = await open('/secrets');
    const wants = { wants: 'vault-wrapped' } as const;
    await tell(() => client.secrets({ requests: [aRequest('r9', 'c-2', Date.now(), wants)] }));
    await user.click(screen.getByRole('button', { name: 'Give once…' }));
    expect(dialog().getByText('Make c-2 a Vault token of its own?')).toBeDefined();
    expect(dialog().getByText(/Our own token stays here/)).toBeDefined();
    expect(dialog().queryByText(/It is our own token/)).toBeNull();
  });

  it('is refused after saying what that means', async () => {
    const { client, user } = await open('/secrets');
    await user.click(screen.getByRole('button', { name: 'Refuse…' }));
    await user.click(dialog().getByRole('button', { name: 'Refuse' }));
    expect(client.calls.find((call) => call.name === 'request.refuse')?.input).toEqual({ id: 'r1' });
  });

  it('can still be given what the policy left, what did not arrive, and what somebody claims to have given', async () => {
    const { client } = await open('/secrets');
    const ask = (over: Parameters<typeof aRequest>[3]) =>
      tell(() => client.secrets({ requests: [aRequest('r9', 'c-2', Date.now(), over)] }));
    for (const state of ['unanswered', 'failed', 'elsewhere'] as const) {
      await ask({ state, answeredBy: state === 'elsewhere' ? 'app-2' : null });
      expect(screen.getByRole('button', { name: 'Give once…' })).toBeDefined();
      expect(screen.queryByRole('button', { name: 'Refuse…' })).toBeNull();
    }
    await ask({ state: 'elsewhere', trust: 'new' });
    expect(screen.queryByRole('button', { name: 'Give once…' })).toBeNull();
    await ask({ state: 'waiting', answeredBy: 'app-2' });
    expect(screen.getByText('app-2, it says')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Give once…' })).toBeDefined();
    expect(screen.getByRole('button', { name: 'Refuse…' })).toBeDefined();
  });

  it('says why one was not answered', async () => {
    const { client } = await open('/secrets');
    await tell(() =>
      client.secrets({
        requests: [
          aRequest('r8', 'old-1', Date.now(), {
            state: 'unanswered',
            why: 'REQUEST_NO_QUEUE',
            fingerprint: null,
            trust: null,
          }),
        ],
      }),
    );
    const row = within(screen.getByRole('row', { name: /old-1/ }));
    expect(row.getByText('not answered')).toBeDefined();
    expect(row.getByText('The request did not say where the answer should go.')).toBeDefined();
  });

  it('is answered by a policy that says what it means', async () => {
    const { client } = await open('/secrets');
    fireEvent.click(screen.getByRole('radio', { name: 'Never answer' }));
    expect(client.calls.find((call) => call.name === 'secret.policy')?.input).toEqual({ policy: 'never' });
    await waitFor(() =>
      expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Never answer' }).checked).toBe(true),
    );
  });

  it('cannot be answered from a profile that only watches', async () => {
    await open('/secrets', { session: { profile: { name: 'eyes', kind: 'production', readOnly: true } } });
    expect(screen.queryByRole('radio')).toBeNull();
    expect(within(screen.getByRole('main')).queryAllByRole('button')).toEqual([]);
    expect(screen.getByText('waiting for you')).toBeDefined();
  });

  it('is empty on purpose', async () => {
    await open('/secrets', { size: 0 });
    expect(screen.getByText('Nobody has asked yet.')).toBeDefined();
  });
});
