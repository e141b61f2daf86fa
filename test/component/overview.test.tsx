/** Overview: the sentence, what it links to, what needs a person, and every state of the link. */
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aLink, aRow } from '../support/fake-client.js';
import { edgeLegion, jobsLegion, webLegion } from '../support/fake-legions.js';
import { open, tell } from './app-under-test.js';

const main = () => within(screen.getByRole('main'));
const sentence = (): string => document.querySelector('.say')?.textContent ?? '';

describe('Overview', () => {
  it('opens with the answer, and every count opens exactly what it counted', async () => {
    await open('/overview');
    expect(screen.getByRole('heading', { level: 1, name: 'Overview' })).toBeDefined();
    expect(sentence()).toBe('9 of 12 nodes are healthy. 1 is silent; 1 late, 1 troubled.');
    expect(main().getByRole('link', { name: '1 is silent' }).getAttribute('href')).toBe(
      '#/nodes?filter=state%3Asilent',
    );
    const counts = within(main().getByRole('group', { name: 'Nodes by state' }));
    expect(counts.getByRole('link', { name: /1\s*troubled/ }).getAttribute('href')).toBe(
      '#/nodes?filter=state%3Atroubled',
    );
  });

  it('says what needs a person, with one verb each', async () => {
    await open('/overview', { size: 500 });
    expect(main().getByText(/^\d+ silent together in rack-c$/)).toBeDefined();
    expect(
      main()
        .getByRole('link', { name: /^Open: \d+ silent together in rack-c$/ })
        .getAttribute('href'),
    ).toContain('rack-c');
  });

  it('says so when nothing does', async () => {
    const rows = ['a-1', 'a-2'].map((name, i) => aRow(i, name, Date.now()));
    await open('/overview', { rows });
    expect(sentence()).toBe('All 2 nodes are healthy.');
    expect(main().getByText('Nothing needs you.')).toBeDefined();
  });

  it('follows a node that falls silent and comes back', async () => {
    const rows = ['a-1', 'a-2', 'a-3'].map((name, i) => aRow(i, name, Date.now()));
    const { client } = await open('/overview', { rows });
    await tell(() => client.emit({ 'a-2': { state: 'silent', lastBeatAt: Date.now() - 60_000 } }));
    expect(sentence()).toBe('2 of 3 nodes are healthy. 1 is silent.');
    await tell(() => client.emit({ 'a-2': { state: 'healthy', lastBeatAt: Date.now() } }));
    expect(sentence()).toBe('All 3 nodes are healthy.');
  });

  it('names who leads: the first lord and how many more, and each that has none', async () => {
    const now = Date.now();
    const { client } = await open('/overview', { legions: [webLegion(now)] });
    const then = (): string => document.querySelector('.then')?.textContent ?? '';
    expect(then()).toContain('Nothing is running. Lord of “web” is app-1 for 6 d 4 h. ');
    const link = main().getByRole('link', { name: /^Lord of/ });
    expect(link.getAttribute('href')).toBe('#/legions/web');
    // As in the strip, ours come first.
    await tell(() => client.legion({ ...edgeLegion(now), name: 'edge' }));
    await tell(() => client.legion(jobsLegion(now)));
    expect(then()).toContain('Lord of “web” is app-1 for 6 d 4 h, and 1 more legion has one.');
    expect(then()).toContain('“jobs” has two lords.');
    await tell(() => client.legion({ name: 'web', lord: null, why: { kind: 'nobody' } }));
    await tell(() => client.legion({ name: 'edge', lord: null, why: { kind: 'settling' } }));
    expect(then()).not.toContain('Lord of');
    expect(then()).toContain('“web” and 1 more legion have no agreed lord.');
    await tell(() => client.legion({ name: 'jobs', lord: null, why: { kind: 'off' } }));
    expect(then()).toContain('“web” has no lord.');
  });

  it('says with the cell under the cursor that its node leads', async () => {
    const now = Date.now();
    const rows = ['app-1', 'app-2'].map((name, i) => aRow(i, name, now));
    const { client, user } = await open('/overview', { rows, legions: [webLegion(now)] });
    await user.tab();
    main().getByRole('application').focus();
    await user.keyboard('{Home}');
    expect(main().getByRole('img', { name: /^app-1, healthy, lord, / })).toBeDefined();
    await tell(() => client.legion({ name: 'web', lord: null, why: { kind: 'nobody' } }));
    expect(main().getByRole('img', { name: /^app-1, healthy, [^l]/ })).toBeDefined();
  });

  it('speaks in the past tense while the link is down, and offers to reconnect', async () => {
    const { client, user } = await open('/overview');
    const asOf = Date.now() - 5000;
    await tell(() =>
      client.set({
        link: aLink(Date.now(), {
          state: 'reconnecting',
          asOf,
          attempt: 3,
          nextAttemptAt: Date.now() + 8000,
        }),
      }),
    );
    expect(sentence()).toMatch(/^As of \d\d:\d\d:\d\d, 9 of 12 nodes were healthy\./);
    const notices = within(screen.getByRole('region', { name: 'Notices about the link' }));
    expect(notices.getByText(/^Your link is down since/)).toBeDefined();
    expect(notices.getByText(/Attempt 3, next in 8 s/)).toBeDefined();
    expect(screen.getByText('Stale')).toBeDefined();
    await user.click(notices.getByRole('button', { name: 'Reconnect now' }));
    expect(client.calls.at(-1)?.name).toBe('session.reconnect');
  });

  it('says after an outage how long it was and what differs', async () => {
    const { client } = await open('/overview');
    await tell(() =>
      client.set({
        link: aLink(Date.now(), { back: { at: Date.now(), outageMs: 192_000, differ: ['c-1', 'c-2'] } }),
      }),
    );
    expect(screen.getByText('Back after 3 min 12 s. 2 nodes differ from before.')).toBeDefined();
    expect(screen.getByRole('link', { name: 'Show them' }).getAttribute('href')).toContain(
      'name%3Ac-1%2Cc-2',
    );
  });

  it('keeps the picture, greyed and dated, when the console itself is gone', async () => {
    const { client } = await open('/overview');
    await tell(() => client.lose());
    expect(screen.getByText(/^This window lost its console since/)).toBeDefined();
    expect(sentence()).toContain('9 of 12');
  });

  it('pauses the view, counts what changes beneath, and resumes', async () => {
    const { client, user } = await open('/overview');
    await user.keyboard('.');
    await tell(() => client.emit({ 'c-1': { state: 'silent' }, 'c-2': { state: 'silent' } }));
    expect(screen.getByText(/^Paused at .* 2 changes since\.$/)).toBeDefined();
    expect(sentence()).toContain('9 of 12');
    await user.click(
      within(screen.getByRole('region', { name: 'Notices about the link' })).getByRole('button', {
        name: 'Resume the view',
      }),
    );
    expect(sentence()).toContain('7 of 12');
  });

  it('marks the demo on every page, with a way to a real cluster', async () => {
    for (const address of ['/overview', '/nodes', '/events', '/settings', '/health']) {
      const { client } = await open(address, {
        session: { mode: 'demo', profile: { name: 'demo', kind: 'demo', readOnly: false } },
      });
      expect(screen.getByText('DEMO'), address).toBeDefined();
      expect(screen.getByRole('link', { name: 'Connect to a cluster' }).getAttribute('href')).toBe(
        '#/connect',
      );
      await tell(() => client.lose());
      document.body.replaceChildren();
    }
  });

  it('moves a cursor over the fleet map and says whose cell it is', async () => {
    const { user } = await open('/overview');
    const map = screen.getByRole('application', { name: 'Fleet map' });
    map.focus();
    await user.keyboard('{ArrowRight}');
    expect(document.getElementById('fleet-cell')?.getAttribute('aria-label')).toBe(
      'app-1, healthy, app, 1 of 3',
    );
    await user.keyboard('{Control>}{ArrowRight}{/Control}');
    expect(document.getElementById('fleet-cell')?.getAttribute('aria-label')).toBe(
      'app-3, late, app, 3 of 3',
    );
    await user.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(main().getByText(/^2 nodes selected/)).toBeDefined();
    await user.keyboard('{Enter}');
    expect(location.hash).toBe('#/nodes/c-1');
  });
});
