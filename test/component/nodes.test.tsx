/** Nodes: rows, filter, selection, details beside the list, and hostile names. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { aLink, aRow } from '../support/fake-client.js';
import { open, tell } from './app-under-test.js';

const grid = () => screen.getByRole('grid', { name: 'Nodes' });
const names = (): string[] =>
  within(grid())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('.name-cell bdi')?.textContent ?? '');

describe('Nodes', () => {
  it('lists trouble first and counts it in the sentence', async () => {
    await open('/nodes');
    expect(grid().getAttribute('aria-rowcount')).toBe('13');
    expect(names().slice(0, 3)).toEqual(['c-3', 'app-3', 'db-2']);
    expect(document.querySelector('.say')?.textContent).toBe('12 nodes. 1 is silent, 1 late, 1 troubled.');
    expect(within(grid()).getByText('“degraded”')).toBeDefined();
  });

  it('filters while one types, keeps the condition as a chip and in the address', async () => {
    const { user } = await open('/nodes');
    await user.keyboard('/');
    await user.keyboard('group:app{Enter}');
    await waitFor(() => expect(names().sort()).toEqual(['app-1', 'app-2', 'app-3']));
    expect(location.hash).toBe('#/nodes?filter=group%3Aapp');
    expect(screen.queryByRole('columnheader', { name: 'Group' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Drop group:app' })).toBeDefined();
    await user.keyboard('{Escape}{Escape}');
    await waitFor(() => expect(names()).toHaveLength(12));
  });

  it('explains a mistake in place and goes on showing the list', async () => {
    const { user } = await open('/nodes');
    await user.type(screen.getByRole('combobox', { name: 'Filter nodes' }), 'colour:red');
    expect(screen.getByText(/not something to filter by/)).toBeDefined();
    expect(names()).toHaveLength(12);
  });

  it('says which condition leaves nothing and drops it', async () => {
    const { user } = await open('/nodes?filter=group:app state:silent');
    expect(screen.getByText('Nothing is left because of state:silent.')).toBeDefined();
    const drops = screen.getAllByRole('button', { name: 'Drop state:silent' });
    await user.click(drops.at(-1) ?? document.body);
    await waitFor(() => expect(names()).toHaveLength(3));
  });

  it('works by keyboard alone: move, select, peek, open', async () => {
    const { user } = await open('/nodes');
    within(grid()).getAllByRole('row')[1]?.focus();
    await user.keyboard('{ArrowDown}');
    await user.keyboard('x');
    expect(screen.getByRole('group', { name: '1 selected' })).toBeDefined();
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    await user.keyboard(' ');
    expect(await screen.findByRole('complementary', { name: 'Details of db-2' })).toBeDefined();
    await user.keyboard('{Control>}a{/Control}');
    expect(screen.getByText('all 12 matching, not only the visible')).toBeDefined();
    await user.keyboard('{Enter}');
    expect(location.hash).toBe('#/nodes/db-2');
  });

  it.each([
    ['a digit', '2'],
    ['G and a letter', 'gn'],
    ['the palette', '{Control>}k{/Control}>nodes{Enter}'],
  ])('takes the focus along to the list when reached by %s', async (_, keys) => {
    const { user } = await open('/overview');
    await user.keyboard(keys);
    await waitFor(() => expect(document.activeElement?.getAttribute('data-index')).toBe('0'));
    await user.keyboard('jx');
    expect(document.activeElement?.getAttribute('data-index')).toBe('1');
    expect(screen.getByRole('group', { name: '1 selected' })).toBeDefined();
  });

  it('works by keys while nothing has the focus, but not while one types', async () => {
    const { user } = await open('/nodes');
    expect(document.activeElement).toBe(document.body);
    await user.keyboard('j');
    expect(document.activeElement?.getAttribute('data-index')).toBe('0');
    await user.keyboard('/jx');
    expect(screen.getByRole<HTMLInputElement>('combobox', { name: 'Filter nodes' }).value).toBe('jx');
    expect(screen.queryByRole('group', { name: /selected/ })).toBeNull();
  });

  it('speaks in the past tense of what was last heard', async () => {
    const { client } = await open('/nodes');
    await tell(() =>
      client.set({ link: aLink(Date.now(), { state: 'reconnecting', asOf: Date.now() - 5000 }) }),
    );
    expect(document.querySelector('.say')?.textContent).toMatch(
      /^As of [\d:]+: 12 nodes. 1 was silent, 1 late, 1 troubled.$/,
    );
  });

  it('says so when the word of a node is empty', async () => {
    const row = { ...aRow(0, 'a-1', Date.now()), state: 'troubled' as const, word: '' };
    await open('/nodes', { rows: [row] });
    expect(within(grid()).getByText('“(empty)”')).toBeDefined();
  });

  it('shows details beside the list: its sentence, three planes, its parts', async () => {
    await open('/nodes?peek=c-3');
    const panel = within(screen.getByRole('complementary', { name: 'Details of c-3' }));
    expect(panel.getByText(/^Silent for 2 min\./)).toBeDefined();
    expect(await panel.findByText('Bus')).toBeDefined();
    expect(panel.getAllByText('not used')).toHaveLength(2);
    expect(panel.getAllByRole('tab').map((tab) => tab.textContent)).toEqual([
      'Overview',
      'Beats',
      'Changes',
      'Raw',
    ]);
  });

  it('forgets a node only after saying what that means', async () => {
    const { client, user } = await open('/nodes?peek=c-3');
    await user.click(await screen.findByRole('button', { name: 'Forget' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Forget c-3?' }));
    expect(dialog.getByText(/from this console only/)).toBeDefined();
    expect(client.calls.some((call) => call.name === 'node.forget')).toBe(false);
    await user.click(dialog.getByRole('button', { name: 'Forget here' }));
    await waitFor(() => expect(client.calls.at(-1)?.name).not.toBe(''));
    expect(client.calls.find((call) => call.name === 'node.forget')?.input).toEqual({ name: 'c-3' });
  });

  it('keeps the order while rows are selected and offers the new one', async () => {
    const { client, user } = await open('/nodes');
    within(grid()).getAllByRole('row')[1]?.focus();
    await user.keyboard('x');
    await tell(() => client.emit({ 'web-1': { state: 'silent', stateSince: Date.now() - 3_600_000 } }));
    expect(await screen.findByText('Apply', undefined, { timeout: 3000 })).toBeDefined();
    expect(names()[0]).toBe('c-3');
    await user.click(screen.getByRole('button', { name: 'Apply' }));
    expect(names()[0]).toBe('web-1');
  });

  it('shows hostile names as text, with nothing hidden in them', async () => {
    const hostile = [
      '__proto__',
      '<img src=x onerror=alert(1)>',
      'a\u202egnp.exe',
      '../../etc',
      'x'.repeat(255),
    ];
    await open('/nodes', { rows: hostile.map((name, i) => aRow(i, name, Date.now())) });
    const text = grid().textContent ?? '';
    expect(text).toContain('__proto__');
    expect(text).toContain('<img src=x onerror=alert(1)>');
    expect(text).toContain('a‹U+202E›gnp.exe');
    expect(grid().querySelector('img')).toBeNull();
    expect(names().every((name) => name.length <= 80)).toBe(true);
  });
});
