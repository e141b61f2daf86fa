/** Notifications: the list under the bell, and the system's own when somebody switched them on. */
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { setPrefs } from '../../app/renderer/store/prefs.js';
import { ANNOUNCED } from '../support/fake-keys.js';
import { open, tell, type Opened } from './app-under-test.js';

const bell = () => screen.getByRole('button', { name: /^Notifications/ });
const list = () => within(screen.getByRole('dialog', { name: 'Notifications' }));
const changed = (client: Opened['client'], name: string): void =>
  client.happen({ kind: 'key.changed', area: 'keys', names: [name], facts: { fingerprint: ANNOUNCED } });

type Shown = { title: string; body: string; onclick: (() => void) | null };
function systemOf(permission: NotificationPermission): Shown[] {
  const shown: Shown[] = [];
  class Fake {
    static permission = permission;
    static requestPermission = vi.fn(() => Promise.resolve(permission));
    onclick: (() => void) | null = null;
    readonly body: string;
    constructor(
      readonly title: string,
      { body }: { body: string },
    ) {
      this.body = body;
      shown.push(this);
    }
    close(): void {}
  }
  vi.stubGlobal('Notification', Fake);
  return shown;
}
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The clock alone jumps; timers run on as they are. */
const sleep = (seconds: number): void => {
  const then = Date.now() + seconds * 1_000;
  vi.useFakeTimers({ toFake: ['Date'], now: then });
};
/** So much time, with the session told as a console tells it. */
async function afterSeconds(seconds: number, client: Opened['client']): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    sleep(1);
    await tell(() => client.set({ at: Date.now() }));
  }
}

describe('the bell', () => {
  it('counts what is unread and opens exactly what it is about', async () => {
    const { user } = await open('/overview');
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 2 unread');
    await user.click(bell());
    expect(list().getByText('Today')).toBeDefined();
    expect(list().getByText('Somebody asks for a secret')).toBeDefined();
    await user.click(list().getByRole('link', { name: /^Review: db-02 shows another key/ }));
    await waitFor(() => expect(location.hash).toContain('#/keys?key='));
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 1 unread');
  });

  it('marks all read, and counts what comes after', async () => {
    const { client, user } = await open('/overview');
    await user.click(bell());
    await user.click(list().getByRole('button', { name: 'Mark all read' }));
    expect(bell().getAttribute('aria-label')).toBe('Notifications, none unread');
    const readAt = Date.now();
    await waitFor(() => expect(Date.now()).toBeGreaterThan(readAt));
    await tell(() => changed(client, 'c-1'));
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 1 unread');
  });

  it('says nothing of what the user did, and that a thing is over once it is decided', async () => {
    const { client, user } = await open('/overview');
    await tell(() => client.happen({ kind: 'key.kept', area: 'audit', names: ['db-02'] }));
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 1 unread');
    await user.click(bell());
    expect(list().getByText(/db-02 shows another key.* · over/)).toBeDefined();
    expect(list().queryByText(/was kept/)).toBeNull();
  });

  it('folds the same about the same name into one', async () => {
    const { client, user } = await open('/overview');
    await tell(() => changed(client, 'db-02'));
    await tell(() => changed(client, 'db-02'));
    await user.click(bell());
    expect(list().getAllByRole('link', { name: /^Review/ })).toHaveLength(1);
    expect(list().getByText('×3')).toBeDefined();
  });

  it('is told of silence from three together, not of a single node', async () => {
    const { client } = await open('/overview');
    const before = bell().getAttribute('aria-label');
    await tell(() => client.happen({ kind: 'node.silent', names: ['a-1'], group: 'a' }));
    expect(bell().getAttribute('aria-label')).toBe(before);
    await tell(() =>
      client.happen({ kind: 'node.silent', names: ['a-1', 'a-2', 'a-3'], count: 3, group: 'a' }),
    );
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 3 unread');
  });

  it('says in one line what many do at once, and leads to all of them', async () => {
    const { client, user } = await open('/overview');
    await tell(() => {
      for (let i = 0; i < 42; i += 1)
        client.happen({ kind: 'secret.requested', area: 'secrets', names: [`late-${i}`] });
    });
    await user.click(bell());
    expect(list().getByText('42 nodes ask for the cluster secret')).toBeDefined();
    await user.click(list().getByRole('link', { name: /and 39 more$/ }));
    await waitFor(() => expect(location.hash).toBe('#/secrets'));
  });

  it('has a changed key said at once to screen readers', async () => {
    const { client } = await open('/overview');
    const said = (): string =>
      [...document.querySelectorAll('[role="alert"]')].map((each) => each.textContent).join(' ');
    expect(said()).not.toContain('shows another key');
    await tell(() => changed(client, 'c-1'));
    expect(said()).toContain('c-1 shows another key');
  });
});

describe('notifications of the system', () => {
  it('are off until they are switched on, and then asked for', async () => {
    const shown = systemOf('granted');
    const { client, user } = await open('/settings');
    await tell(() => changed(client, 'c-1'));
    expect(shown).toEqual([]);
    const choice = within(screen.getByRole('radiogroup', { name: 'Notifications of the system' }));
    await user.click(choice.getByRole('radio', { name: 'On' }));
    expect(Notification.requestPermission).toHaveBeenCalled();
    await afterSeconds(61, client);
    await tell(() => changed(client, 'c-2'));
    expect(shown).toHaveLength(1);
  });

  it('are not shown in the minute after the start, a reconnect and sleep; the list has them', async () => {
    const shown = systemOf('granted');
    setPrefs({ systemNotices: true });
    const { client } = await open('/overview');
    await tell(() => changed(client, 'c-1'));
    expect(bell().getAttribute('aria-label')).toBe('Notifications, 3 unread');
    await afterSeconds(61, client);
    await tell(() => changed(client, 'c-2'));
    expect(shown).toHaveLength(1);
    await tell(() => client.happen({ kind: 'link.live', area: 'link' }));
    await tell(() => changed(client, 'c-3'));
    await afterSeconds(61, client);
    expect(shown).toHaveLength(1);
    await tell(() => changed(client, 'c-4'));
    expect(shown).toHaveLength(2);
    sleep(3_600);
    await tell(() => changed(client, 'c-5'));
    await afterSeconds(30, client);
    await tell(() => changed(client, 'c-6'));
    expect(shown).toHaveLength(2);
  });

  it('have titles of ours, show hostile names as text, and open the object', async () => {
    const shown = systemOf('granted');
    setPrefs({ systemNotices: true });
    const { client } = await open('/overview');
    expect(shown).toEqual([]);
    await afterSeconds(61, client);
    const name = 'a\u202egnp<b>';
    await tell(() => changed(client, name));
    expect(shown[0]?.title).toBe('A pinned key changed');
    expect(shown[0]?.body).toContain('a‹U+202E›gnp<b>');
    window.focus = vi.fn();
    await tell(() => shown[0]?.onclick?.());
    expect(window.focus).toHaveBeenCalled();
    expect(decodeURIComponent(location.hash).replaceAll('+', ' ')).toContain(name);
  });

  it('say many at once in one', async () => {
    const shown = systemOf('granted');
    setPrefs({ systemNotices: true });
    const { client } = await open('/overview');
    sleep(1_800);
    await afterSeconds(61, client);
    for (let i = 0; i < 12; i += 1) await tell(() => changed(client, `late-${i}`));
    expect(shown).toHaveLength(6);
    expect(shown.at(-1)?.title).toMatch(/^\d+ pinned keys changed$/);
  });

  it('say so where they are not allowed', async () => {
    systemOf('denied');
    await open('/settings');
    expect(screen.getByText(/does not allow them here/)).toBeDefined();
  });
});
