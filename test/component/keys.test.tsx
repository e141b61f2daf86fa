/** Keys: what needs a decision, the three ways about a changed key, new keys, several at once, and our own. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { fingerprintGroups, fingerprintWords } from '../../app/shared/domain/fingerprint.js';
import { keyId } from '../../app/shared/domain/key.js';
import { aLink } from '../support/fake-client.js';
import { aFingerprint, aKey, ANNOUNCED, PINNED, trustNeeds } from '../support/fake-keys.js';
import { open, tell, type Opened } from './app-under-test.js';

const grid = () => screen.getByRole('grid', { name: 'Keys' });
const sentence = (): string => document.querySelector('.say')?.textContent ?? '';
const panel = (name: string) => within(screen.getByRole('complementary', { name: `Key of ${name}` }));
const names = (): string[] =>
  within(grid())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('bdi')?.textContent ?? '');
const lastCall = ({ client }: Opened, name: string): unknown =>
  client.calls.findLast((call) => call.name === name)?.input;

describe('Keys', () => {
  it('opens with what needs a decision, and every count is a filter', async () => {
    const { user } = await open('/keys');
    expect(sentence()).toBe('1 key changed and needs a decision. 13 are trusted, 11 new, 1 missing.');
    expect(names().slice(0, 3)).toEqual(['db-02', 'db-02', 'legacy-3']);
    await user.click(screen.getByRole('link', { name: '11 new' }));
    await waitFor(() => expect(names()).toHaveLength(11));
    expect(location.hash).toBe('#/keys?filter=key%3Anew');
    expect(screen.getByText('11 keys match')).toBeDefined();
  });

  it('says so when all are trusted, and when none was seen', async () => {
    const now = Date.now();
    await open('/keys', { keys: [aKey('a-1', aFingerprint(1), now, { trust: 'trusted', pinned: true })] });
    expect(sentence()).toBe('The one key is trusted.');
  });

  it('is empty on purpose, with one thing to do', async () => {
    const { user } = await open('/keys', { size: 0 });
    expect(sentence()).toBe('No key has been seen yet.');
    await user.click(screen.getAllByRole('button', { name: 'Ask all for keys' }).at(-1) ?? document.body);
    expect(screen.getByRole('dialog', { name: 'Ask all nodes for their keys?' })).toBeDefined();
  });

  it('finds a key by a whole fingerprint in groups, and explains a condition that means nothing', async () => {
    await open(`/keys?filter=${encodeURIComponent(fingerprintGroups(aFingerprint(50_001)).join(' '))}`);
    expect(names()).toEqual(['new-worker-5']);
    await tell(() => (location.hash = '#/keys?filter=key:odd'));
    expect(await screen.findByText(/“key:odd” is no condition/)).toBeDefined();
  });

  it('works by keyboard: move, peek, close, filter', async () => {
    const { user } = await open('/keys');
    await user.keyboard('jj ');
    await waitFor(() => expect(document.activeElement?.getAttribute('data-index')).toBe('1'));
    expect(panel('db-02').getByText(/was trusted/)).toBeDefined();
    await user.keyboard('k');
    expect(await screen.findByText(/announces another key since/)).toBeDefined();
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('complementary')).toBeNull();
    await user.keyboard('/new-worker-4');
    await waitFor(() => expect(names()).toEqual(['new-worker-4']));
  });

  it('follows what comes: a key that changes moves to the top', async () => {
    const { client } = await open('/keys');
    const row = client.keyRows.find((each) => each.name === 'app-1');
    if (!row) throw new Error('no app-1');
    await tell(() =>
      client.keys([
        { ...row, current: false },
        { ...aKey('app-1', aFingerprint(4711), Date.now()), trust: 'changed' },
      ]),
    );
    await waitFor(() => expect(names().slice(0, 2)).toEqual(['app-1', 'app-1']));
    expect(sentence()).toMatch(/^2 keys changed and need a decision\./);
  });

  it('shows hostile names as text', async () => {
    const now = Date.now();
    await open('/keys', {
      keys: ['<img src=x>', 'a\u202egnp', '__proto__'].map((name, i) => aKey(name, aFingerprint(i), now)),
    });
    expect(grid().textContent).toContain('<img src=x>');
    expect(grid().textContent).toContain('a‹U+202E›gnp');
    expect(grid().querySelector('img')).toBeNull();
  });
});

describe('a changed key', () => {
  it('stands beside the pinned one with what else happened then, and keeping is the default', async () => {
    const opened = await open('/keys?name=db-02');
    const here = panel('db-02');
    const pinned = within(here.getByRole('region', { name: 'Pinned' }));
    const announced = within(here.getByRole('region', { name: 'Announced now' }));
    expect(pinned.getByText(fingerprintGroups(PINNED).slice(0, 4).join(' '))).toBeDefined();
    expect(announced.getByText(fingerprintWords(ANNOUNCED).slice(0, 4).join(' '))).toBeDefined();
    expect(await here.findByText('db-02 restarted as pid 318')).toBeDefined();
    expect(here.getByText('No second machine answers to this name')).toBeDefined();
    expect(here.getByRole<HTMLInputElement>('radio', { name: 'Keep the pinned key' }).checked).toBe(true);
    expect(here.getByText('Production')).toBeDefined();
    await opened.user.click(here.getByRole('button', { name: 'Keep the pinned key' }));
    expect(lastCall(opened, 'key.keep')).toEqual({ name: 'db-02', fingerprint: ANNOUNCED });
    expect(await screen.findByText(/and you kept the pinned one/)).toBeDefined();
    await waitFor(() => expect(document.activeElement?.classList.contains('key-peek')).toBe(true));
  });

  it('is accepted only by what the other machine shows; both keys are covered meanwhile, in the list as well', async () => {
    const opened = await open('/keys?name=db-02');
    const { user, client } = opened;
    const here = panel('db-02');
    await user.click(here.getByRole('radio', { name: 'Accept after comparing' }));
    const shown = (): string => document.body.textContent ?? '';
    for (const fingerprint of [PINNED, ANNOUNCED]) {
      for (const group of fingerprintGroups(fingerprint)) expect(shown()).not.toContain(group);
      expect(shown()).not.toContain(fingerprintWords(fingerprint).slice(0, 4).join(' '));
      expect(document.body.innerHTML).not.toContain(fingerprint.slice(0, 8));
    }
    expect(here.queryByRole('button', { name: /^Copy the/ })).toBeNull();
    const accept = here.getByRole<HTMLButtonElement>('button', { name: 'Accept the new key' });
    expect(accept.disabled).toBe(true);
    const field = here.getByRole('textbox', { name: /^First 12 characters/ });
    await user.type(field, 'AAAA BBBB CCCC');
    await user.click(accept);
    expect(await here.findByText(/do not fit the key that was announced/)).toBeDefined();
    expect(shown()).not.toContain(fingerprintGroups(ANNOUNCED)[0]);
    expect(client.keyRows.find((row) => row.fingerprint === ANNOUNCED)?.trust).toBe('changed');
    await user.clear(field);
    await user.type(field, fingerprintGroups(ANNOUNCED).slice(0, 3).join(' '));
    await user.click(accept);
    expect(lastCall(opened, 'key.trust')).toEqual({
      name: 'db-02',
      fingerprint: ANNOUNCED,
      verifiedBy: 'machine',
      proof: fingerprintGroups(ANNOUNCED).slice(0, 3).join(' '),
    });
    expect(await screen.findByText(/The key of db-02 was trusted .*from the machine itself/)).toBeDefined();
  });

  it('can be refused, and left for later', async () => {
    const opened = await open('/keys?name=db-02');
    await opened.user.click(panel('db-02').getByRole('button', { name: 'Decide later' }));
    expect(screen.queryByRole('complementary')).toBeNull();
    expect(opened.client.calls.some((call) => /^key\.(keep|trust|refuse)$/.test(call.name))).toBe(false);
    await tell(() => (location.hash = '#/keys?name=db-02'));
    await opened.user.click(await screen.findByRole('radio', { name: 'Refuse and mark' }));
    await opened.user.click(panel('db-02').getByRole('button', { name: 'Refuse' }));
    expect(lastCall(opened, 'key.refuse')).toEqual({ name: 'db-02', fingerprint: ANNOUNCED });
  });

  it('cannot be decided where a profile only watches, and nothing is sent from there', async () => {
    await open('/keys?name=db-02', {
      session: { profile: { name: 'prod-eu', kind: 'production', readOnly: true } },
    });
    expect(panel('db-02').getByText(/only watches/)).toBeDefined();
    expect(screen.queryByRole('radio')).toBeNull();
    expect(screen.queryByRole('button', { name: /Ask all|Announce|Rotate/ })).toBeNull();
  });
});

describe('a key that nobody looked at', () => {
  it('is trusted only with how it was verified', async () => {
    const opened = await open('/keys?name=new-worker-4');
    const here = panel('new-worker-4');
    const trust = here.getByRole<HTMLButtonElement>('button', { name: 'Trust this key' });
    expect(trust.disabled).toBe(true);
    await opened.user.click(here.getByRole('radio', { name: 'From a file' }));
    await opened.user.click(trust);
    expect(lastCall(opened, 'key.trust')).toMatchObject({ name: 'new-worker-4', verifiedBy: 'file' });
    expect(await screen.findByText(/The key of new-worker-4 was trusted .*from a file/)).toBeDefined();
  });

  it('tells in words what went wrong', async () => {
    const { client, user } = await open('/keys?name=new-worker-4');
    client.fail('key.trust', 'KEY_REFUSED');
    await user.click(panel('new-worker-4').getByRole('radio', { name: 'Not verified' }));
    await user.click(panel('new-worker-4').getByRole('button', { name: 'Trust this key' }));
    expect(await screen.findByText('This key was refused before.')).toBeDefined();
    expect(screen.getByText(/Forget the decision first/)).toBeDefined();
  });

  it('is trusted with others only when they came within one window, with the list in view', async () => {
    const opened = await open('/keys?do=trust');
    const dialog = within(screen.getByRole('dialog', { name: 'Trust several new keys' }));
    expect(dialog.getByText('8 new keys of 11 in this window')).toBeDefined();
    expect(dialog.getAllByRole('listitem').map((item) => item.querySelector('bdi')?.textContent)).toContain(
      'new-worker-11',
    );
    fireEvent.change(dialog.getByLabelText('First seen from'), { target: { value: '2000-01-01T00:00:00' } });
    expect(dialog.getByText('11 new keys of 11 in this window')).toBeDefined();
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Trust 11 keys' }).disabled).toBe(true);
    await opened.user.click(dialog.getByRole('radio', { name: 'From a file' }));
    await opened.user.click(dialog.getByRole('button', { name: 'Trust 11 keys' }));
    const input = lastCall(opened, 'key.trustMany') as { pairs: unknown[]; verifiedBy: string };
    expect(input.pairs).toHaveLength(11);
    expect(input.verifiedBy).toBe('file');
  });
});

describe('decisions', () => {
  it('are taken back only after saying what that means', async () => {
    const opened = await open('/keys?name=app-1');
    await opened.user.click(panel('app-1').getByRole('button', { name: 'Forget decision…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Forget the decision on the key of app-1?' }));
    expect(opened.client.calls.some((call) => call.name === 'key.forget')).toBe(false);
    await opened.user.click(dialog.getByRole('button', { name: 'Forget the decision' }));
    expect(lastCall(opened, 'key.forget')).toEqual({ name: 'app-1', fingerprint: aFingerprint(0) });
  });

  it('explain a name without a key', async () => {
    await open(`/keys?key=${encodeURIComponent(keyId({ name: 'legacy-3', fingerprint: null }))}`);
    expect(panel('legacy-3').getByText(/Ruby nodes do not announce their keys by themselves/)).toBeDefined();
  });

  it('are kept as a file and read from one, with what contradicts ours named', async () => {
    const { client, user } = await open('/keys');
    await user.upload(screen.getByLabelText('Import pins…'), new File(['{}'], 'pins.json'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Pins were read' }));
    expect(dialog.getByText('3 pins were added, 1 was known.')).toBeDefined();
    expect(dialog.getByText('db-02')).toBeDefined();
    expect(client.calls.find((call) => call.name === 'key.import')?.input).toEqual({ text: '{}' });
  });
});

describe('what is sent about keys', () => {
  it.each([
    ['Ask all for keys', 'Ask 12 nodes', 'key.ask'],
    ['Announce mine', 'Announce to 12 nodes', 'key.announce'],
  ] as const)(
    '“%s” says to whom, and in which environment, before it does it',
    async (button, verb, call) => {
      const { client, user } = await open('/keys');
      await user.click(screen.getByRole('button', { name: button }));
      const dialog = within(screen.getByRole('dialog'));
      expect(dialog.getByText('Production')).toBeDefined();
      expect(client.calls.some((one) => one.name === call)).toBe(false);
      await user.click(dialog.getByRole('button', { name: verb }));
      expect(client.calls.some((one) => one.name === call)).toBe(true);
    },
  );

  it('waits for the link', async () => {
    const { client } = await open('/keys?do=ask');
    await tell(() =>
      client.set({ link: aLink(Date.now(), { state: 'reconnecting', asOf: Date.now() - 5000 }) }),
    );
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText(/Your link is down/)).toBeDefined();
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Ask 12 nodes' }).disabled).toBe(true);
  });
});

describe('our own key', () => {
  it('stands in a quiet line and opens to be read out', async () => {
    const { user } = await open('/keys');
    await user.click(await screen.findByRole('button', { name: 'Our own key' }));
    const here = within(screen.getByRole('complementary', { name: 'Our own key' }));
    expect(
      await here.findByText(fingerprintGroups(aFingerprint(77_777)).slice(0, 4).join(' ')),
    ).toBeDefined();
    expect(here.getByText('a file only its owner can read')).toBeDefined();
  });

  it('is replaced step by step and can be taken back', async () => {
    const { client, user } = await open('/keys');
    await user.click(screen.getByRole('button', { name: 'Rotate mine…' }));
    const here = within(screen.getByRole('complementary', { name: 'Our own key' }));
    await user.click(await here.findByRole('radio', { name: 'RSA 4096' }));
    await user.click(here.getByRole('button', { name: 'Make a new key' }));
    expect(client.calls.find((call) => call.name === 'key.rotate')?.input).toEqual({ bits: 4096 });
    expect(await here.findByText('2 use the new key, 1 still the old one, 9 unknown')).toBeDefined();
    await user.click(here.getByRole('button', { name: 'Announce to 12 nodes' }));
    expect(client.calls.some((call) => call.name === 'key.announce')).toBe(true);
    await user.click(here.getByRole('button', { name: 'Undo…' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Go back' }));
    expect(
      await here.findByText(fingerprintGroups(aFingerprint(77_777)).slice(0, 4).join(' ')),
    ).toBeDefined();
  });
});

describe('from elsewhere', () => {
  it('Needs you opens the very key, and badges add up', async () => {
    const now = Date.now();
    const { client, user } = await open('/overview', { session: { needs: trustNeeds(now), needsTotal: 2 } });
    const nav = within(screen.getByRole('navigation', { name: 'Pages' }));
    expect(nav.getByRole('link', { name: /^Keys\s*, 1 needs you$/ })).toBeDefined();
    expect(nav.getByRole('link', { name: /^Secrets\s*, 1 needs you$/ })).toBeDefined();
    expect(nav.getByRole('link', { name: 'Nodes' })).toBeDefined();
    const secrets = { state: 'conflict', policy: 'ask', waiting: 3 } as const;
    await tell(() => client.set({ secrets }));
    expect(nav.getByRole('link', { name: /^Secrets\s*, 4 need you$/ })).toBeDefined();
    await user.click(screen.getByRole('link', { name: 'Review: Key changed: db-02' }));
    await waitFor(() => expect(panel('db-02').getByText(/announces another key/)).toBeDefined());
  });

  it('the palette finds keys by # and asks nothing by itself', async () => {
    const { client, user } = await open('/overview');
    await user.keyboard('{Control>}k{/Control}#db-02{Enter}');
    await waitFor(() => expect(panel('db-02')).toBeDefined());
    await user.keyboard('{Control>}k{/Control}>ask all{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Ask all nodes for their keys?' })).toBeDefined();
    expect(client.calls.some((call) => call.name === 'key.ask')).toBe(false);
  });

  it('a node shows its key and leads to it', async () => {
    await open('/nodes/app-1');
    const link = await screen.findByTitle('Show in Keys');
    expect(link.textContent).toContain('trusted');
    expect(link.getAttribute('href')).toContain('#/keys?key=');
  });
});

describe('a filter of keys that is needed again', () => {
  it('is kept under a name, and the navigation leads back to it', async () => {
    const { user } = await open('/keys?filter=key:new');
    await user.click(await screen.findByRole('button', { name: 'Save view' }));
    await user.type(await screen.findByLabelText('Name of the view'), 'to compare');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const link = await screen.findByRole('link', { name: 'to compare' });
    expect(link.getAttribute('href')).toContain('/keys?filter=key');
  });
});
