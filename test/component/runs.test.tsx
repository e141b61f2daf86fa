/** Changes and a run: sentences and counts that open their rows, gates, what can be done, the keyboard, and other states. */
import { screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ResultMark } from '../../app/renderer/components/index.js';
import type { ResultState } from '../../app/shared/domain/change.js';
import { aLink, type FakeOptions } from '../support/fake-client.js';
import {
  aResult,
  aRun,
  aTarget,
  GEM_ERROR,
  heldRun,
  largeRun,
  settingsWhat,
  storyRuns,
} from '../support/fake-runs.js';
import { open, tell, type Opened } from './app-under-test.js';

const NOW = Date.now();
const sentence = (): string => document.querySelector('.say')?.textContent?.trim() ?? '';
const table = () => screen.findByRole('grid', { name: 'Nodes of this change' });
const names = async (): Promise<string[]> =>
  within(await table())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.querySelector('bdi')?.textContent ?? row.textContent ?? '');
const calls = ({ client }: Opened, name: string): readonly unknown[] =>
  client.calls.filter((call) => call.name === name).map(({ input }) => input);
const chip = (name: RegExp) =>
  within(screen.getByRole('group', { name: 'Filter by result' })).getByRole('button', { name });

/** The shape of a mark, whatever its colour. */
const markOf = (state: ResultState): string => {
  const box = document.createElement('div');
  box.innerHTML = renderToStaticMarkup(<ResultMark state={state} />);
  return box.firstElementChild?.innerHTML ?? '';
};

const openHeld = (options: FakeOptions = {}): Promise<Opened> =>
  open('/changes/gem-7', { runs: storyRuns(NOW), ...options });

describe('Changes', () => {
  it('says what is under way, and lists every change with what came of it', async () => {
    await open('/changes', { runs: storyRuns(NOW) });
    expect(sentence()).toBe('One change is held and waits for you.');
    const rows = within(screen.getByRole('grid', { name: 'Changes' }))
      .getAllByRole('row')
      .slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^gate 2Gem lex-http 0\.9\.121210verified1failed1sent200queued/),
      expect.stringMatching(/^doneSettings transport\.pool and 2 more4039verified1no answer/),
      expect.stringMatching(/^rolled backSettings logging\.level404verified2regressed34skipped/),
      expect.stringMatching(/^observedSettings cache\.ttl~ all, 30 heard30successconsole-2/),
    ]);
  });

  it('marks a change by the worst that came of it, and with a tick only where nothing went wrong', async () => {
    const ended = (state: ResultState) =>
      aRun([aResult(0, 'a', 'verified', NOW), aResult(1, 'b', state, NOW)], NOW, {
        id: state,
        state: 'done',
      });
    const states = ['regressed', 'failed', 'undeliverable', 'no-answer', 'success', 'verified'] as const;
    await open('/changes', { runs: states.map(ended) });
    const marks = [...document.querySelectorAll('.change-state .mark')];
    expect(marks.map((mark) => mark.innerHTML)).toEqual(states.map(markOf));
  });

  it('are rolled back when that came to somebody; before, the roll-back is begun, and is a link away', async () => {
    const run = aRun([aResult(0, 'a', 'verified', NOW)], NOW, {
      ...{ id: 'set-9', state: 'done', rollbackBegun: { id: 'set-9b', state: 'held' } },
    });
    await open('/changes/set-9', { runs: [run] });
    expect(sentence()).toMatch(/^A roll-back of this change was begun \(held\)\./);
    expect(screen.getByRole('link', { name: 'its roll-back' }).getAttribute('href')).toBe('#/changes/set-9b');
    await open('/changes', { runs: [run] });
    expect(screen.getAllByRole('grid').at(-1)!.textContent).not.toContain('rolled back');
  });

  it('counts open exactly what they counted', async () => {
    const { user } = await open('/changes', { runs: storyRuns(NOW) });
    await user.click(screen.getByRole('link', { name: 'One change' }));
    await waitFor(() => expect(location.hash).toBe('#/changes?state=held'));
    expect(within(screen.getByRole('grid', { name: 'Changes' })).getAllByRole('row')).toHaveLength(2);
    expect(screen.getByText('1 change fits')).toBeDefined();
  });

  it('is filtered by kind, by whom and by state', async () => {
    const { user } = await open('/changes', { runs: storyRuns(NOW) });
    await user.click(screen.getByRole('button', { name: 'By anyone' }));
    await user.click(await screen.findByRole('menuitemradio', { name: 'others' }));
    expect(await screen.findByText('1 change fits')).toBeDefined();
    expect(screen.getByText('observed')).toBeDefined();
    await tell(() => (location.hash = '#/changes?kind=gem&state=done'));
    expect(await screen.findByText('No change fits these filters.')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Show all changes' }));
    await waitFor(() => expect(location.hash).toBe('#/changes'));
  });

  it('is empty on purpose, with two things to do', async () => {
    const { user } = await open('/changes');
    expect(sentence()).toBe('Nothing is running.');
    expect(screen.getByText(/Nothing has been changed from here/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'New settings change' }));
    await waitFor(() => expect(location.hash).toBe('#/changes/new/settings'));
  });

  it('opens, edits as new and rolls back from a row', async () => {
    const opened = await open('/changes', { runs: storyRuns(NOW) });
    const { user } = opened;
    await user.click(
      screen.getByRole('button', { name: 'What to do with Settings transport.pool and 2 more' }),
    );
    const items = (await screen.findAllByRole('menuitem')).map((item) => item.textContent);
    expect(items).toEqual([
      'Open',
      'Edit as new',
      'Retry the unfinished…',
      'Roll back',
      'Export as CSV',
      'Export as JSON',
    ]);
    await user.click(screen.getByRole('menuitem', { name: 'Edit as new' }));
    await waitFor(() => expect(location.hash).toContain('#/changes/new/settings'));
    await waitFor(() => expect(calls(opened, 'run.input')).toEqual([{ id: 'set-6' }]));
  });

  it('is walked and opened by keyboard alone', async () => {
    const { user } = await open('/overview', { runs: storyRuns(NOW) });
    await user.keyboard('3');
    await screen.findByRole('grid', { name: 'Changes' });
    await waitFor(() => expect(document.activeElement?.getAttribute('data-index')).toBe('0'));
    await user.keyboard('j');
    await waitFor(() => expect(document.activeElement?.getAttribute('data-index')).toBe('1'));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(location.hash).toBe('#/changes/set-6'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(location.hash).toBe('#/changes'));
  });

  it('offers nothing that sends where a profile only watches', async () => {
    await open('/changes', {
      runs: storyRuns(NOW),
      session: { profile: { name: 'prod-eu', kind: 'production', readOnly: true } },
    });
    expect(screen.queryByRole('button', { name: /^New / })).toBeNull();
  });
});

describe('a run held at its gate', () => {
  it('says so first, and every count opens exactly what it counted', async () => {
    const { user } = await openHeld();
    await table();
    expect(sentence()).toMatch(
      /^Wave 2 of 4 is held at its gate\. 9 of 11 verified, 1 failed, 1 waits for 2\d s\.$/,
    );
    expect(screen.getByText(/200 nodes have not been touched\. Nothing more is sent/)).toBeDefined();
    await user.click(screen.getByRole('link', { name: '9 of 11' }));
    await waitFor(async () => expect(await names()).toHaveLength(9));
    expect(location.hash).toBe('#/changes/gem-7?state=verified&wave=2');
    await user.click(chip(/^Wave 2/));
    await waitFor(async () => expect(await names()).toHaveLength(10));
  });

  it('has chips counted from the very rows of the table', async () => {
    const opened = await openHeld();
    await table();
    expect(chip(/^10 verified/)).toBeDefined();
    expect(chip(/^200 queued/)).toBeDefined();
    const row = opened.client.runs[0]?.targets[10];
    if (!row) throw new Error('no such row');
    await tell(() => opened.client.run({ id: 'gem-7' }, [{ ...row, state: 'verified', beats: 3 }]));
    expect(await screen.findByRole('button', { name: /^11 verified/ })).toBeDefined();
    expect(chip(/^0 sent/)).toBeDefined();
    await opened.user.click(chip(/^11 verified/));
    await waitFor(async () => expect(await names()).toHaveLength(11));
  });

  it('shows its evidence and tries again what failed', async () => {
    const opened = await openHeld();
    const gate = within(await screen.findByRole('region', { name: 'Gate 2 to 3' }));
    const failed = opened.client.runs[0]?.targets[11]?.name ?? '';
    expect(gate.getByText('81 %')).toBeDefined();
    expect(gate.getByText('0 of 9 in the watch time')).toBeDefined();
    expect(gate.getByText('41 ms before, 42 ms since')).toBeDefined();
    expect(gate.getByText(`${failed}: “${GEM_ERROR}”`)).toBeDefined();
    expect(gate.getByText(/more than 5 % failed\. Without .* at most 91 % can verify/)).toBeDefined();
    await opened.user.click(gate.getByRole('button', { name: `Retry ${failed}` }));
    expect(await screen.findByRole('dialog')).toBeDefined();
    expect(calls(opened, 'run.retry')).toEqual([]);
  });

  it('goes on against the evidence only with a reason', async () => {
    const opened = await openHeld();
    await opened.user.click(await screen.findByRole('button', { name: 'Continue anyway…' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Continue against the evidence?' }));
    expect(dialog.getByText('Production')).toBeDefined();
    const go = dialog.getByRole<HTMLButtonElement>('button', { name: 'Begin wave 3' });
    expect(go.disabled).toBe(true);
    await opened.user.type(dialog.getByRole('textbox', { name: 'Reason' }), 'that node is being replaced');
    await opened.user.click(go);
    expect(calls(opened, 'run.continue')).toEqual([{ id: 'gem-7', reason: 'that node is being replaced' }]);
  });

  it('offers a plain way on when the evidence fits', async () => {
    const run = heldRun(NOW);
    const good = run.targets.map((row) =>
      row.wave === 2 ? { ...row, state: 'verified' as const, error: null } : row,
    );
    const opened = await openHeld({
      runs: [
        {
          ...run,
          ...aRun(good, NOW, {
            id: 'gem-7',
            state: 'held',
            wave: 2,
            hold: { why: 'ask', at: NOW, rule: null, gate: 3 },
          }),
        },
      ],
    });
    await table();
    expect(sentence()).toMatch(/^Wave 3 of 4 asks you before it begins\. 11 of 11 verified\./);
    await opened.user.click(screen.getByRole('button', { name: 'Continue' }));
    expect(calls(opened, 'run.continue')).toEqual([{ id: 'gem-7' }]);
  });

  it('names waves and gates for who cannot see the cells', async () => {
    await openHeld();
    const waves = within(await screen.findByRole('region', { name: 'Waves' }));
    expect(waves.getByRole('img', { name: 'Gate after wave 1: passed' })).toBeDefined();
    expect(waves.getByRole('img', { name: 'Gate after wave 2: held here' })).toBeDefined();
    expect(waves.getByRole('img', { name: 'Gate after wave 3: will ask you' })).toBeDefined();
    expect(waves.getByText('9 verified, 1 not, 1 waits')).toBeDefined();
  });

  it.each(['regressed', 'failed', 'undeliverable', 'no-answer', 'success', 'verified'] as const)(
    'marks a wave with %s among its verified nodes by that',
    async (state) => {
      const run = aRun([aResult(0, 'a', 'verified', NOW), aResult(1, 'b', state, NOW)], NOW);
      const waves = run.waves.map((wave) => ({ ...wave, state: 'passed' as const }));
      await open('/changes/run-1', { runs: [{ ...run, waves }] });
      await table();
      expect(document.querySelector('.wave-head .mark')?.innerHTML).toBe(markOf(state));
    },
  );

  it('marks the last wave of a change that is done by the worst in it, though it did not pass', async () => {
    const run = aRun([aResult(0, 'a', 'verified', NOW), aResult(1, 'b', 'regressed', NOW)], NOW);
    const waves = run.waves.map((wave) => ({ ...wave, state: 'stopped' as const }));
    await open('/changes/run-1', { runs: [{ ...run, state: 'done', endedAt: NOW, waves }] });
    await table();
    expect(document.querySelector('.wave-head .mark')?.innerHTML).toBe(markOf('regressed'));
    expect(document.querySelector('.wave')?.getAttribute('data-begun')).toBe('true');
  });

  it('tells its story beside the table: decisions, what is sent and how', async () => {
    const { user } = await openHeld();
    await user.click(await screen.findByRole('button', { name: 'Story' }));
    const story = within(screen.getByRole('complementary', { name: 'The story of this change' }));
    expect(story.getByText('you started, 212 nodes')).toBeDefined();
    expect(story.getByText('2 regressed, or 5 % of a wave failed')).toBeDefined();
    await user.click(story.getByRole('button', { name: 'Close the story' }));
    expect(screen.queryByRole('complementary')).toBeNull();
  });

  it('shows earlier attempts of a node', async () => {
    const { user } = await openHeld();
    await table();
    await user.click(screen.getByRole('button', { name: 'Attempt 2, show the earlier ones' }));
    const list = within(await screen.findByRole('dialog', { name: /^Attempts on w-/ }));
    expect(list.getByText('no answer')).toBeDefined();
    expect(list.getByText('verified')).toBeDefined();
  });

  it('has its menu inside a landmark, as all that is on the page', async () => {
    const { user } = await openHeld();
    await table();
    await user.click(screen.getByRole('button', { name: 'More' }));
    await screen.findByRole('menu', { name: 'More' });
    const { violations } = await axe.run(document, { runOnly: ['region', 'landmark-unique'] });
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  });

  it('is stopped only after saying what that means', async () => {
    const opened = await openHeld();
    await opened.user.click(await screen.findByRole('button', { name: 'Stop' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Stop this change?' }));
    expect(dialog.getByText(/The 200 nodes that have not been touched are skipped/)).toBeDefined();
    expect(calls(opened, 'run.stop')).toEqual([]);
    await opened.user.click(dialog.getByRole('button', { name: 'Stop this change' }));
    expect(calls(opened, 'run.stop')).toEqual([{ id: 'gem-7' }]);
    await waitFor(() => expect(sentence()).toMatch(/^This change was stopped\./));
  });

  it('is worked by keyboard alone: select, peek, filter off, leave', async () => {
    const { user } = await openHeld();
    await table();
    await user.keyboard('jjx');
    expect(await screen.findByRole('group', { name: '1 node selected' })).toBeDefined();
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    expect(await screen.findByRole('group', { name: '2 nodes selected' })).toBeDefined();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('group', { name: /selected/ })).toBeNull());
    await user.keyboard('r');
    expect(await screen.findByRole('dialog')).toBeDefined();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});

describe('a run on its way', () => {
  it('is held with H, and resumed by hand', async () => {
    const opened = await open('/changes/big-40', { runs: [largeRun(40, NOW)] });
    await table();
    expect(sentence()).toMatch(/^Wave 3 of 4 is being sent\./);
    await opened.user.keyboard('h');
    await waitFor(() => expect(calls(opened, 'run.hold')).toEqual([{ id: 'big-40' }]));
    await waitFor(() => expect(sentence()).toMatch(/^This change is held by hand\./));
    await opened.user.click(await screen.findByRole('button', { name: 'Resume' }));
    expect(calls(opened, 'run.resume')).toEqual([{ id: 'big-40' }]);
  });

  it('folds equal errors into one line that opens', async () => {
    const rows = Array.from({ length: 6 }, (_, i) =>
      aResult(i, `w-${i}`, i < 4 ? 'failed' : 'verified', NOW - 9000, {
        ...(i < 4 ? { error: i < 3 ? 'no such section' : 'other words' } : {}),
      }),
    );
    const { user } = await open('/changes/r', { runs: [aRun(rows, NOW, { id: 'r', state: 'done' })] });
    const fold = await screen.findByRole('button', { name: 'Show these 3 nodes' });
    expect(fold.getAttribute('aria-expanded')).toBe('false');
    expect(fold.closest('[role="row"]')?.textContent).toContain('no such section');
    expect(await names()).toHaveLength(4);
    await user.click(fold);
    await waitFor(async () => expect(await names()).toHaveLength(7));
    await user.click(screen.getByRole('checkbox', { name: 'Fold equal errors' }));
    await waitFor(async () => expect(await names()).toHaveLength(6));
  });

  it('says after a lost link who differs, and what is not known after a start', async () => {
    const run = largeRun(40, NOW);
    const opened = await open('/changes/big-40', {
      runs: [
        {
          ...run,
          state: 'held',
          hold: { why: 'link', at: NOW, rule: null, gate: null },
          differ: ['c-1', 'c-2'],
        },
      ],
    });
    expect(await screen.findByText(/2 nodes of it differ from before: c-1, c-2\./)).toBeDefined();
    await tell(() =>
      opened.client.run({
        id: 'big-40',
        hold: { why: 'restart', at: NOW, rule: null, gate: null },
        targets: run.targets.map((row) => (row.index === 3 ? { ...row, unsure: true } : row)),
      }),
    );
    expect(await screen.findByText(/for 1 node it is not known whether it was sent/)).toBeDefined();
  });

  it('sends nothing while our link is down, and says why', async () => {
    await openHeld({
      session: { link: aLink(NOW, { state: 'reconnecting', asOf: NOW - 5000 }) },
    });
    await table();
    for (const name of [/^Retry w-/, 'Continue anyway…', 'Stop and roll back']) {
      const button = screen.getByRole<HTMLButtonElement>('button', { name });
      expect(button.disabled).toBe(true);
      expect(button.title).toMatch(/link is down/);
    }
  });

  it('has no sending action where a profile only watches', async () => {
    await openHeld({ session: { profile: { name: 'prod-eu', kind: 'production', readOnly: true } } });
    await table();
    expect(screen.queryByRole('button', { name: /Hold|Stop|Retry|Continue|Resume/ })).toBeNull();
  });

  it('stands still while the view is paused, and catches up', async () => {
    const { client, user } = await openHeld();
    await table();
    await user.keyboard('.');
    const row = client.runs[0]?.targets[10];
    if (!row) throw new Error('no such row');
    await tell(() => client.run({ id: 'gem-7' }, [{ ...row, state: 'no-answer' }]));
    expect(chip(/^1 sent/)).toBeDefined();
    await user.keyboard('.');
    expect(await screen.findByRole('button', { name: /^1 no answer/ })).toBeDefined();
  });

  it('waits for a second person and says so', async () => {
    const rows = [aTarget(0, 'app-1'), aTarget(1, 'app-2')];
    await open('/changes/w', {
      runs: [
        aRun(rows, NOW, {
          id: 'w',
          state: 'waiting',
          what: settingsWhat('logging.level'),
          approval: { hash: 'a'.repeat(64), until: NOW + 60_000 },
        }),
      ],
    });
    await table();
    expect(sentence()).toBe('This change waits for a second person.');
    expect(screen.getByRole('button', { name: 'Approve…' })).toBeDefined();
  });

  it('shows hostile names, errors and details as text', async () => {
    const rows = [
      aResult(0, '<img src=x>', 'failed', NOW - 9000, { error: 'a\u202egnp<script>alert(1)</script>' }),
      aResult(1, '__proto__', 'verified', NOW - 9000, { detail: '{x, plural, other {<b>}}' }),
    ];
    await open('/changes/evil', { runs: [aRun(rows, NOW, { id: 'evil', state: 'done' })] });
    const shown = (await table()).textContent ?? '';
    expect(shown).toContain('<img src=x>');
    expect(shown).toContain('a‹U+202E›gnp<script>alert(1)</script>');
    expect(shown).toContain('{x, plural, other {<b>}}');
    expect((await table()).querySelector('img, script, b')).toBeNull();
  });

  it('says so when there is no such change', async () => {
    await open('/changes/nothing', { runs: storyRuns(NOW) });
    expect(await screen.findByText('There is no change with this number here.')).toBeDefined();
    expect(screen.getByRole('link', { name: 'All changes' })).toBeDefined();
  });
});

describe('from and to nodes', () => {
  it('a node lists what was changed there, and begins a change of itself', async () => {
    const { user } = await open('/nodes/c-1', { runs: storyRuns(NOW) });
    await user.click(await screen.findByRole('tab', { name: 'Changes' }));
    expect(
      (await screen.findByRole('link', { name: 'Settings transport.pool and 2 more' })).getAttribute('href'),
    ).toBe('#/changes/set-6');
    await user.click(screen.getByRole('button', { name: 'New change' }));
    await user.click(await screen.findByRole('menuitem', { name: 'New gem upgrade…' }));
    await waitFor(() => expect(location.hash).toBe('#/changes/new/gem'));
  });

  it('C and Shift G open the forms, unless the profile only watches', async () => {
    const { user } = await open('/overview');
    await user.keyboard('c');
    await waitFor(() => expect(location.hash).toBe('#/changes/new/settings'));
    await tell(() => (location.hash = '#/overview'));
    await user.keyboard('{Shift>}G{/Shift}');
    await waitFor(() => expect(location.hash).toBe('#/changes/new/gem'));
  });

  it('the palette finds changes by !', async () => {
    const { user } = await open('/overview', { runs: storyRuns(NOW) });
    await user.keyboard('{Control>}k{/Control}!lex-http{Enter}');
    await waitFor(() => expect(location.hash).toBe('#/changes/gem-7'));
  });
});
