/** The dock, and how open runs show elsewhere: badges, what needs somebody, the bell, the sentence, what is spoken. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { prefsStore } from '../../app/renderer/store/prefs.js';
import type { Need } from '../../app/shared/domain/session.js';
import { heldRun, largeRun, storyRuns } from '../support/fake-runs.js';
import { open, tell } from './app-under-test.js';

const NOW = Date.now();
const dock = () => screen.queryByRole('region', { name: 'Changes under way' });
const aNeed = (kind: Need['kind'], over: Partial<Need> = {}): Need => ({
  id: kind,
  kind,
  severity: 'warning',
  since: NOW - 60_000,
  count: 1,
  names: [],
  group: null,
  filter: null,
  run: 'gem-7',
  ...over,
});

describe('the dock', () => {
  it('has one line per open run, and only opens it', async () => {
    const { user } = await open('/overview', { runs: storyRuns(NOW) });
    const lines = within(dock() ?? document.body).getAllByRole('listitem');
    expect(lines.map((line) => line.textContent)).toEqual([
      'Gem lex-http 0.9.1wave 2 of 410 of 212 verified1 failedheld at gate 2Open',
    ]);
    expect(screen.getByText('One change is held and waits for you.')).toBeDefined();
    expect(within(dock() ?? document.body).queryAllByRole('button')).toEqual([]);
    await user.click(screen.getByRole('link', { name: 'Open: Gem lex-http 0.9.1' }));
    await waitFor(() => expect(location.hash).toBe('#/changes/gem-7'));
    // Its own page says all of it.
    expect(dock()).toBeNull();
  });

  it('shows three and counts the rest', async () => {
    const runs = [1, 2, 3, 4, 5].map((i) => ({ ...largeRun(40, NOW), id: `r-${i}` }));
    await open('/nodes', { runs });
    expect(within(dock() ?? document.body).getAllByRole('listitem')).toHaveLength(3);
    expect(screen.getByRole('link', { name: '2 more changes' }).getAttribute('href')).toBe(
      '#/changes?state=open',
    );
  });

  it('folds into the status strip of a low window', async () => {
    const before = window.innerHeight;
    Object.defineProperty(window, 'innerHeight', { configurable: true, value: 600 });
    await open('/nodes', { runs: storyRuns(NOW) });
    expect(dock()).toBeNull();
    const strip = within(screen.getByRole('contentinfo'));
    expect(strip.getByRole('link', { name: 'Gem lex-http 0.9.1 held at gate 2' }).getAttribute('href')).toBe(
      '#/changes/gem-7',
    );
    Object.defineProperty(window, 'innerHeight', { configurable: true, value: before });
  });

  it('goes when nothing is open any more, and the sentence says so', async () => {
    const { client } = await open('/overview', { runs: [heldRun(NOW)] });
    expect(dock()).not.toBeNull();
    await tell(() => client.run({ id: 'gem-7', state: 'stopped', hold: null }));
    await waitFor(() => expect(dock()).toBeNull());
    expect(screen.getByText(/^Nothing is running\./)).toBeDefined();
  });
});

describe('an open run elsewhere', () => {
  it('is named among what needs somebody, and badges add up', async () => {
    await open('/overview', {
      runs: storyRuns(NOW),
      session: {
        needs: [aNeed('run-gate'), aNeed('change-asked', { run: null })],
        needsTotal: 2,
        changes: { open: [], asked: 1 },
      },
    });
    expect(
      screen.getByRole('link', { name: 'Decide: A change waits at its gate' }).getAttribute('href'),
    ).toBe('#/changes/gem-7');
    expect(
      screen.getByRole('link', { name: 'Decide: A change was pushed to this console' }).getAttribute('href'),
    ).toBe('#/settings?section=received');
    const nav = within(screen.getByRole('navigation', { name: 'Pages' }));
    expect(nav.getByRole('link', { name: /^Changes\s*, 1 needs you$/ })).toBeDefined();
    expect(nav.getByRole('link', { name: /^Settings\s*, 1 needs you$/ })).toBeDefined();
  });

  it('comes to the bell when it is held or over, and opens the very run', async () => {
    const { client, user } = await open('/overview', { runs: storyRuns(NOW) });
    const facts = { run: 'gem-7', what: 'lex-http 0.9.1', hold: 'rule', rule: 'failed', wave: 2 };
    await tell(() => client.happen({ kind: 'run.held', area: 'changes', facts }));
    await tell(() => client.happen({ kind: 'run.held', area: 'changes', facts: { ...facts, hold: 'hand' } }));
    await user.click(await screen.findByRole('button', { name: /^Notifications/ }));
    const entry = (await screen.findByText('A change is held')).closest('li');
    expect(
      within(entry ?? document.body)
        .getByRole('link')
        .getAttribute('href'),
    ).toBe('#/changes/gem-7');
    expect(entry?.textContent).not.toContain('×2');
  });

  it('is told to screen readers at quarters and when its rule stops it, less on wish', async () => {
    const run = largeRun(40, NOW);
    const { client } = await open('/overview', { runs: [{ ...run, state: 'running' }] });
    const spoken = (role: 'status' | 'alert'): string =>
      screen
        .getAllByRole(role)
        .map((one) => one.textContent)
        .join('|');
    await tell(() => client.set({}));
    const rows = run.targets.map((row) => (row.index < 22 ? { ...row, state: 'verified' as const } : row));
    await tell(() => client.run({ id: run.id, targets: rows }));
    await waitFor(() =>
      expect(spoken('status')).toContain('Settings transport.pool: 50 % of its nodes are through.'),
    );
    await tell(() =>
      client.run({
        id: run.id,
        state: 'held',
        hold: { why: 'rule', at: NOW, rule: 'regressed', gate: null },
      }),
    );
    await waitFor(() => expect(spoken('alert')).toContain('Stopped by its rule: too many regressed'));
    prefsStore.setState({ announce: 'less' });
    await tell(() => client.run({ id: run.id, state: 'done', hold: null }));
    expect(spoken('status')).not.toContain('is over');
  });
});
