/** The shell: palette, keyboard, first run, connect, events, health, page errors told in words. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aLink } from '../support/fake-client.js';
import { open, tell } from './app-under-test.js';

const idle = { mode: 'idle', self: null, profile: { name: '', kind: 'local', readOnly: false } } as const;

describe('the shell', () => {
  it('goes to pages by key, and by G and a letter', async () => {
    const { user } = await open('/overview');
    await user.keyboard('2');
    expect(screen.getByRole('heading', { level: 1, name: 'Nodes' })).toBeDefined();
    await user.keyboard('ge');
    expect(screen.getByRole('heading', { level: 1, name: 'Events' })).toBeDefined();
    await user.keyboard('?');
    expect(screen.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeDefined();
  });

  it.each(['', '/', '/overview'])('marks Overview in the navigation at the address “%s”', async (address) => {
    await open(address);
    const nav = within(screen.getByRole('navigation', { name: 'Pages' }));
    expect(nav.getByRole('link', { current: 'page' }).textContent).toContain('Overview');
  });

  it('goes back and forward with Alt and the arrows, and out of a node with Esc', async () => {
    const { user } = await open('/overview');
    await user.keyboard('2');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(location.hash).toBe('#/nodes/c-3'));
    await waitFor(() => expect(document.activeElement?.id).toBe('main'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(location.hash).toBe('#/nodes'));
    await user.keyboard('{Alt>}{ArrowLeft}{/Alt}');
    await waitFor(() => expect(location.hash).toBe('#/overview'));
    await user.keyboard('{Alt>}{ArrowRight}{/Alt}');
    await waitFor(() => expect(location.hash).toBe('#/nodes'));
  });

  it('lets single keys be switched off', async () => {
    const { user } = await open('/settings');
    await user.click(
      within(screen.getByRole('radiogroup', { name: 'Single-key shortcuts' })).getByRole('radio', {
        name: 'Off',
      }),
    );
    await user.keyboard('2');
    expect(screen.getByRole('heading', { level: 1, name: 'Settings' })).toBeDefined();
  });

  it('finds a node from anywhere', async () => {
    const { user } = await open('/overview');
    await user.keyboard('{Control>}k{/Control}');
    await user.keyboard('db-2');
    expect(screen.getByRole('option', { name: /^db-2/, selected: true })).toBeDefined();
    await user.keyboard('{Enter}');
    expect(location.hash).toBe('#/nodes/db-2');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says who this node is', async () => {
    const { user } = await open('/overview');
    const strip = within(screen.getByRole('contentinfo', { name: 'This node' }));
    await user.click(strip.getByRole('button', { name: /^console-7 beat/ }));
    const about = within(screen.getByRole('dialog', { name: 'This node' }));
    expect(about.getByText('node.console-7', { exact: true })).toBeDefined();
    expect(about.getByText('7711')).toBeDefined();
  });

  it.each([
    [{ blocked: 'low on memory' }, 'The broker has blocked publishing.'],
    [
      { state: 'refused', error: { code: 'BUS_CERT_HOST', message: 'altname', details: {}, reportId: null } },
      'The certificate of the broker is made out for another host name.',
    ],
  ] as const)('tells the state of the link in words: %o', async (link, words) => {
    const { client } = await open('/overview');
    await tell(() => client.set({ link: aLink(Date.now(), link) }));
    expect(screen.getByText(words)).toBeDefined();
  });

  it('says what a missing cluster secret means', async () => {
    const { client } = await open('/overview');
    await tell(() => client.set({ secret: 'missing' }));
    expect(screen.getByText('No cluster secret: encrypted messages cannot be read.')).toBeDefined();
  });
});

describe('first run', () => {
  it('has three doors and connects nothing by itself', async () => {
    const { client, user } = await open('/', { size: 0, session: idle });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'This machine becomes a node of your cluster.',
    );
    expect(screen.getAllByRole('heading', { level: 2 }).map((each) => each.textContent)).toEqual([
      'Connect to a cluster',
      'Import a profile',
      'Try the demo',
    ]);
    expect(client.calls).toEqual([]);
    await user.click(screen.getByRole('radio', { name: '500' }));
    await user.click(screen.getByRole('button', { name: 'Start' }));
    expect(client.calls.at(-1)).toEqual({ name: 'session.demo', input: { size: 500 } });
  });

  it('shows what is in a file before it is used', async () => {
    const { user } = await open('/', { size: 0, session: idle });
    await user.upload(
      screen.getByLabelText('Import a profile'),
      new File(['{}'], 'prod.json', { type: 'application/json' }),
    );
    const dialog = within(await screen.findByRole('dialog', { name: 'What is in this file' }));
    expect(dialog.getByText('amqps://broker.eu:5671')).toBeDefined();
    await user.click(dialog.getByRole('button', { name: 'Use it' }));
    expect(screen.getByLabelText<HTMLInputElement>('Address').value).toBe('amqps://broker.eu:5671');
  });
});

describe('connecting', () => {
  it('says which field is wrong and moves there, and hands the password over once', async () => {
    const { client, user } = await open('/connect', { size: 0, session: idle });
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    const address = screen.getByLabelText<HTMLInputElement>('Address');
    await waitFor(() => expect(document.activeElement).toBe(address));
    expect(address.getAttribute('aria-invalid')).toBe('true');
    await user.type(address, 'amqps://broker.example');
    await user.type(screen.getByLabelText('Password'), 'geheim');
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    expect(client.calls.at(-1)).toMatchObject({
      name: 'session.connect',
      input: { url: 'amqps://broker.example', password: 'geheim' },
    });
    expect(screen.getByLabelText<HTMLInputElement>('Password').value).toBe('');
  });

  it('that fails at once says why above the button, and the focus goes there', async () => {
    const { client, user } = await open('/connect', { size: 0, session: idle });
    client.fail('session.connect', 'IDENTITY_EXPIRED');
    await user.type(screen.getByLabelText('Address'), 'amqps://broker.example');
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    const alert = await within(screen.getByRole('main')).findByRole('alert');
    expect(alert.closest('.form-foot')).toBe(
      screen.getByRole('button', { name: 'Connect' }).closest('.form-foot'),
    );
    await waitFor(() => expect(document.activeElement?.contains(alert)).toBe(true));
    expect(document.activeElement).not.toBe(document.body);
  });

  it('shows each step, and for the failed one cause, remedy and the broker’s own words', async () => {
    const steps = aLink(Date.now()).steps.map((step, i) => ({
      ...step,
      state: i < 2 ? ('done' as const) : i === 2 ? ('failed' as const) : ('waiting' as const),
    }));
    const error = {
      code: 'BUS_ACCESS_REFUSED',
      message: 'ACCESS_REFUSED - Login was refused',
      details: {},
      reportId: null,
    };
    await open('/connect', { session: { link: aLink(Date.now(), { state: 'refused', steps, error }) } });
    const list = within(screen.getByRole('list', { name: 'Steps' }));
    expect(list.getAllByRole('listitem').map((item) => item.dataset['state'])).toEqual([
      'done',
      'done',
      'failed',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect(screen.getByText('ACCESS_REFUSED - Login was refused')).toBeDefined();
  });
});

describe('Events and Health', () => {
  it('lists what happened, newest first, and opens its facts', async () => {
    const { client, user } = await open('/events');
    await tell(() => client.happen({ kind: 'node.recovered', names: ['c-3'], facts: { ms: 192_000 } }));
    const lines = within(screen.getByRole('list', { name: 'Events' })).getAllByRole('button', {
      expanded: false,
    });
    expect(lines[0]?.textContent).toContain('c-3 beats again after 3 min 12 s');
    if (lines[0]) await user.click(lines[0]);
    expect(screen.getByText('192000')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Link' }));
    expect(screen.queryByText(/beats again/)).toBeNull();
  });

  it('says what was refused and why, and where the configuration came from', async () => {
    await open('/health');
    expect(await screen.findByText('1 part is not well.')).toBeDefined();
    expect(screen.getByText('not JSON')).toBeDefined();
    expect(screen.getByText('flag --bus')).toBeDefined();
  });

  it('tells a failed answer in words', async () => {
    const { client, user } = await open('/overview');
    client.fail('health.get', 'SESSION_EXPIRED');
    await user.keyboard('{Control>}k{/Control}health{Enter}');
    expect(await screen.findByText('The console did not accept the key it was shown.')).toBeDefined();
  });
});
