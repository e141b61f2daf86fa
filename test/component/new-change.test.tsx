/** Making a change: what, where, check and send; that nothing goes before it was confirmed, and no secret is shown. */
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallName } from '../../app/shared/contract/contract.js';
import type { Session } from '../../app/shared/domain/session.js';
import { AppError } from '../../app/shared/errors/app-error.js';
import { clearChangeDraft } from '../../app/renderer/store/change-draft.js';
import { newChange, takeTargets } from '../../app/renderer/store/targets.js';
import { fakeCheck, type StartInput } from '../support/fake-changes.js';
import type { FakeClient } from '../support/fake-client.js';
import { GEM, settingsWhat, storyRuns } from '../support/fake-runs.js';
import { fleetOf } from '../support/fake-story.js';
import { open as openApp, tell, type Opened } from './app-under-test.js';

const dialog = () => within(screen.getByRole('dialog'));
const sentence = (): string => document.querySelector('.say')?.textContent ?? '';
const summary = (): string => screen.getByRole('complementary', { name: 'Summary' }).textContent ?? '';
const startOf = (client: FakeClient): StartInput | undefined =>
  client.calls.find(({ name }) => name === 'run.start')?.input as StartInput | undefined;
const count = (client: FakeClient, name: CallName): number =>
  client.calls.filter((call) => call.name === name).length;
const settingsOf = (input: StartInput | undefined): unknown =>
  input?.what.kind === 'settings' ? JSON.parse(input.what.settings) : undefined;

type World = { readonly size?: 12 | 500 | 10_000; readonly profile?: Session['profile'] };
const STAGING: Session['profile'] = { name: 'stage-eu', kind: 'staging', readOnly: false };
const TEST: Session['profile'] = { name: 'desk', kind: 'test', readOnly: false };

async function openChange(
  kind: 'settings' | 'gem',
  { size = 12, profile = STAGING }: World = {},
): Promise<Opened> {
  const now = Date.now();
  const rows = fleetOf(size, now);
  const opened = await openApp(`/changes/new/${kind}`, {
    size,
    now,
    rows,
    session: { profile },
    runs: storyRuns(now),
    answers: { 'change.check': fakeCheck({ rows, profile, now }) },
  });
  opened.client.answer('run.start', () => ({ ...storyRuns(now)[0], id: 'begun' }) as never);
  return opened;
}

afterEach(() => {
  clearChangeDraft('settings');
  clearChangeDraft('gem');
  takeTargets();
  sessionStorage.clear();
});

const next = (to: string): HTMLElement => screen.getByRole('button', { name: `Next: ${to}` });
async function sayPool(user: Opened['user'], value = '20'): Promise<void> {
  fireEvent.change(screen.getByLabelText('Section of setting 1'), { target: { value: 'transport' } });
  fireEvent.change(screen.getByLabelText('Key of setting 1'), { target: { value: 'pool' } });
  await user.selectOptions(screen.getByLabelText('Type of setting 1'), 'number');
  fireEvent.change(screen.getByLabelText('Value of setting 1'), { target: { value } });
  await waitFor(() => expect(sentence()).toMatch(/^1 key for/));
}
async function toSend({ user }: Opened): Promise<void> {
  for (const step of ['Where', 'Check', 'Send']) await user.click(next(step));
  await waitFor(() =>
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send…' }).disabled).toBe(false),
  );
}
async function toDialog(opened: Opened): Promise<void> {
  await toSend(opened);
  await opened.user.click(screen.getByRole('button', { name: 'Send…' }));
  await screen.findByRole('dialog');
}

describe('a settings change', () => {
  it('goes through its steps and is sent once it is confirmed, then the run is shown', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user);
    expect(sentence()).toBe('1 key for 10 nodes in 4 waves. Nothing is sent yet.');
    expect(summary()).toContain('4 waves: 1 · 1 · 3 · 5');
    await toDialog(opened);
    expect(dialog().getByText('Staging')).toBeDefined();
    expect(dialog().getByText('app-1')).toBeDefined();
    expect(dialog().getByRole('rowheader', { name: 'transport.pool' })).toBeDefined();
    expect(dialog().getByText(/Roll back is possible for 9 of 10 nodes/)).toBeDefined();
    expect(startOf(opened.client)).toBeUndefined();
    await opened.user.click(dialog().getByRole('button', { name: 'Send to 10 nodes' }));
    await waitFor(() => expect(location.hash).toBe('#/changes/begun'));
    expect(startOf(opened.client)?.confirm).toBe('10');
    expect(settingsOf(startOf(opened.client))).toEqual({ transport: { pool: 20 } });
    expect(startOf(opened.client)?.where).toEqual({ all: true });
  });

  it('is sent with Enter where it reaches a test', async () => {
    const opened = await openChange('settings', { profile: TEST });
    await sayPool(opened.user);
    await toDialog(opened);
    await opened.user.keyboard('{Enter}');
    await waitFor(() => expect(startOf(opened.client)).toBeDefined());
    expect(startOf(opened.client)?.confirm).toBeUndefined();
  });

  it('has the focus back where it was when the dialog is closed', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user);
    await toDialog(opened);
    await opened.user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Send…' })));
  });

  it('wants the number typed where many are reached', async () => {
    const opened = await openChange('settings', { size: 500 });
    await sayPool(opened.user);
    await toDialog(opened);
    const send = dialog().getByRole<HTMLButtonElement>('button', { name: 'Send to 490 nodes' });
    expect(send.disabled).toBe(true);
    const field = dialog().getByLabelText('Type 490, the number of nodes, to send');
    await opened.user.type(field, '49');
    expect(send.disabled).toBe(true);
    await opened.user.type(field, '0');
    await opened.user.click(send);
    await waitFor(() => expect(startOf(opened.client)?.confirm).toBe('490'));
  });

  it('wants the name of the profile typed for a broadcast, which says what it means', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user);
    await opened.user.click(next('Where'));
    await opened.user.click(screen.getByRole('radio', { name: 'One broadcast' }));
    expect(screen.getByText('One message to all that listen. No waves, cannot be stopped.')).toBeDefined();
    await waitFor(() => expect(sentence()).toMatch(/by one broadcast/));
    for (const step of ['Check', 'Send']) await opened.user.click(next(step));
    await opened.user.click(await screen.findByRole('button', { name: 'Send…' }));
    await opened.user.type(
      await dialog().findByLabelText('Type stage-eu, the name of this profile, to send'),
      'stage-eu',
    );
    await opened.user.click(dialog().getByRole('button', { name: 'Send to all that listen' }));
    await waitFor(() => expect(startOf(opened.client)?.how?.mode).toBe('broadcast'));
  });

  it('names what is missing, goes there and stays', async () => {
    const { user } = await openChange('settings');
    fireEvent.change(screen.getByLabelText('Key of setting 1'), { target: { value: 'pool' } });
    await user.selectOptions(screen.getByLabelText('Type of setting 1'), 'number');
    fireEvent.change(screen.getByLabelText('Value of setting 1'), { target: { value: 'many' } });
    await user.click(next('Where'));
    const section = screen.getByLabelText('Section of setting 1');
    await waitFor(() => expect(document.activeElement).toBe(section));
    expect(section.getAttribute('aria-invalid')).toBe('true');
    const described = document.getElementById(section.getAttribute('aria-describedby') ?? '');
    expect(described?.textContent).toBe('Name the section, as extensions.');
    expect(next('Where')).toBeDefined();
  });

  it('keeps what was typed when the node refuses, and says why in place', async () => {
    const opened = await openChange('settings', { profile: TEST });
    await sayPool(opened.user);
    await toDialog(opened);
    opened.client.answer('run.start', () => {
      throw new AppError('CHANGE_INVALID', 'no', {
        details: { notes: [{ severity: 'error', code: 'client-name', facts: {} }] },
      });
    });
    await opened.user.click(dialog().getByRole('button', { name: 'Send to 10 nodes' }));
    expect(await dialog().findByText('The change cannot be sent as it is.')).toBeDefined();
    expect(dialog().getByText(/client\.name cannot be pushed/)).toBeDefined();
    await opened.user.keyboard('{Escape}');
    await opened.user.click(screen.getByRole('button', { name: /^What/ }));
    expect(screen.getByLabelText<HTMLInputElement>('Value of setting 1').value).toBe('20');
  });

  it('looks again when the number of nodes is another by now', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user);
    await toDialog(opened);
    const before = count(opened.client, 'change.check');
    opened.client.answer('run.start', () => {
      throw new AppError('CONFIRM_WRONG', 'no', { details: { expect: '11' } });
    });
    await opened.user.click(dialog().getByRole('button', { name: 'Send to 10 nodes' }));
    expect(await dialog().findByText(/it has to be “11”/)).toBeDefined();
    expect(count(opened.client, 'change.check')).toBe(before + 1);
  });

  it('is tried on this machine alone, and stays here', async () => {
    const opened = await openChange('settings', { profile: TEST });
    await sayPool(opened.user);
    await toSend(opened);
    await opened.user.click(screen.getByRole('button', { name: 'Try here…' }));
    await screen.findByRole('dialog');
    await opened.user.click(dialog().getByRole('button', { name: /^Send to/ }));
    await waitFor(() =>
      expect(startOf(opened.client)?.where).toEqual({ names: ['console-7'], includeSelf: true }),
    );
    expect(await screen.findByText(/^Tried on this machine/)).toBeDefined();
    expect(location.hash).toBe('#/changes/new/settings');
  });

  it('cannot be sent while the link is down, and says so', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user);
    await toSend(opened);
    await tell(() =>
      opened.client.set({ link: { ...opened.client.session.link, state: 'reconnecting', asOf: Date.now() } }),
    );
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send…' }).disabled).toBe(true);
  });

  it('is not offered by a profile that only watches', async () => {
    await openChange('settings', { profile: { ...STAGING, readOnly: true } });
    expect(screen.getByText('This profile only watches.')).toBeDefined();
    expect(screen.queryByRole('button', { name: /Next|Send/ })).toBeNull();
  });

  it('goes on by Ctrl Enter and never sends by it alone', async () => {
    const { client, user } = await openChange('settings');
    await sayPool(user);
    for (let step = 0; step < 3; step += 1) await user.keyboard('{Control>}{Enter}{/Control}');
    expect(screen.getByRole('button', { name: 'Send…' })).toBeDefined();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await screen.findByRole('dialog');
    expect(startOf(client)).toBeUndefined();
  });
});

describe('secret-looking values', () => {
  const SECRET = 'hunter2-very-secret';

  it('are covered once entered in the form, are in no place of the window, and arrive', async () => {
    const opened = await openChange('settings', { profile: TEST });
    fireEvent.change(screen.getByLabelText('Section of setting 1'), { target: { value: 'transport' } });
    fireEvent.change(screen.getByLabelText('Key of setting 1'), { target: { value: 'password' } });
    await opened.user.type(screen.getByLabelText('Value of setting 1'), SECRET);
    await opened.user.tab();
    expect(await screen.findByText('••• entered')).toBeDefined();
    expect(await screen.findByText(/“transport.password” looks secret/)).toBeDefined();
    await waitFor(() => expect(sentence()).toMatch(/^1 key/));
    expect(document.body.innerHTML).not.toContain(SECRET);
    await toDialog(opened);
    expect(document.body.innerHTML).not.toContain(SECRET);
    expect(JSON.stringify({ ...sessionStorage, ...localStorage })).not.toContain(SECRET);
    await opened.user.click(dialog().getByRole('button', { name: 'Send to 10 nodes' }));
    await waitFor(() =>
      expect(settingsOf(startOf(opened.client))).toEqual({ transport: { password: SECRET } }),
    );
  });

  it('are masked in JSON when the field is left, also in what is not finished', async () => {
    const { client, user } = await openChange('settings');
    await user.click(screen.getByRole('radio', { name: 'JSON' }));
    const field = screen.getByLabelText<HTMLTextAreaElement>('Settings as JSON');
    await user.click(field);
    await user.paste(`{"transport": {"connection": {"host": "mq", "token": "${SECRET}"`);
    await user.tab();
    expect(field.value).not.toContain(SECRET);
    expect(field.value).toMatch(/"token": "••• \d+"/);
    await user.click(field);
    fireEvent.change(field, { target: { value: `${field.value}}}}` } });
    await user.tab();
    await waitFor(() =>
      expect(client.calls.findLast(({ name }) => name === 'change.check')?.input).toMatchObject({
        what: { settings: `{"transport": {"connection": {"host": "mq", "token": "${SECRET}"}}}` },
      }),
    );
    expect(document.body.innerHTML).not.toContain(SECRET);
  });

  it('do not come back under a key that would show them', async () => {
    const { client, user } = await openChange('settings');
    await user.click(screen.getByRole('radio', { name: 'JSON' }));
    const field = screen.getByLabelText<HTMLTextAreaElement>('Settings as JSON');
    await user.click(field);
    await user.paste(`{"transport": {"password": "${SECRET}"}}`);
    await user.tab();
    await user.click(field);
    fireEvent.change(field, { target: { value: field.value.replace('password', 'note') } });
    await user.tab();
    expect(await screen.findByText(/Enter them again: transport\.note/)).toBeDefined();
    const last = (): string =>
      JSON.stringify(client.calls.findLast(({ name }) => name === 'change.check')?.input) ?? '';
    await waitFor(() => expect(last()).toContain('note'));
    expect(last()).not.toContain(SECRET);
  });

  it('are forgotten when the page is left', async () => {
    const { user } = await openChange('settings');
    fireEvent.change(screen.getByLabelText('Section of setting 1'), { target: { value: 'transport' } });
    fireEvent.change(screen.getByLabelText('Key of setting 1'), { target: { value: 'password' } });
    await user.type(screen.getByLabelText('Value of setting 1'), SECRET);
    await user.tab();
    await screen.findByText('••• entered');
    await tell(() => void (location.hash = '#/events'));
    await screen.findByRole('heading', { level: 1, name: 'Events' });
    await tell(() => void (location.hash = '#/changes/new/settings'));
    expect(await screen.findByText('Secret values are not kept. Enter it again.')).toBeDefined();
    expect(screen.getByLabelText<HTMLInputElement>('Key of setting 1').value).toBe('password');
  });
});

describe('what is sent', () => {
  it('comes from a file, and can be seen as a form', async () => {
    const { user } = await openChange('settings');
    const file = new File(['{"transport":{"pool":20,"hosts":["a","b"]}}'], 'pool.json');
    fireEvent.change(screen.getByLabelText('From file…', { selector: 'input' }), {
      target: { files: [file] },
    });
    expect(await screen.findByText('Taken from pool.json')).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'Form' }));
    expect(screen.getByLabelText<HTMLInputElement>('Key of setting 2').value).toBe('hosts');
    expect(screen.getByLabelText<HTMLSelectElement>('Type of setting 2').value).toBe('list');
  });

  it('stays JSON where the form would change how a number is written', async () => {
    const { user } = await openChange('settings');
    await user.click(screen.getByRole('radio', { name: 'JSON' }));
    const field = screen.getByLabelText<HTMLTextAreaElement>('Settings as JSON');
    fireEvent.change(field, { target: { value: '{"transport":{"pool":1.0}}' } });
    fireEvent.blur(field);
    await user.click(screen.getByRole('radio', { name: 'Form' }));
    expect(screen.getByText(/would change how a number in it is written/)).toBeDefined();
    expect(screen.getByLabelText('Settings as JSON')).toBeDefined();
  });

  it('marks the line of a mistake', async () => {
    const { user } = await openChange('settings');
    await user.click(screen.getByRole('radio', { name: 'JSON' }));
    const field = screen.getByLabelText<HTMLTextAreaElement>('Settings as JSON');
    fireEvent.change(field, { target: { value: '{\n  "transport": {\n' } });
    fireEvent.blur(field);
    expect(await screen.findByText(/This is not JSON: line 3, column 1/)).toBeDefined();
    expect(document.querySelector('.gutter .bad')?.textContent).toBe('3');
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });

  it('is taken from a run as new, and the draft from before can be brought back', async () => {
    const opened = await openChange('settings');
    await sayPool(opened.user, '31');
    opened.client.answer('run.input', () => ({
      what: { kind: 'settings', settings: '{"transport":{"password":"•••"}}' },
      where: { filter: 'group:web' },
    }));
    opened.client.answer(
      'run.get',
      () => ({ ...storyRuns(Date.now())[1], what: settingsWhat('transport.password') }) as never,
    );
    await tell(() => void (location.hash = '#/changes/new/settings?from=r-2'));
    expect(await screen.findByText(/Enter them again: transport\.password/)).toBeDefined();
    await opened.user.click(screen.getByRole('button', { name: 'Bring back my draft' }));
    expect(screen.getByLabelText<HTMLInputElement>('Value of setting 1').value).toBe('31');
  });
});

describe('to whom', () => {
  it('are the nodes that another page handed over', async () => {
    const opened = await openChange('gem');
    await tell(() => void (location.hash = '#/nodes'));
    await tell(() => newChange('settings', ['c-1', 'c-2']));
    await screen.findByLabelText('Section of setting 1');
    await sayPool(opened.user);
    expect(sentence()).toBe('1 key for 2 nodes in 2 waves. Nothing is sent yet.');
    await opened.user.click(next('Where'));
    expect(screen.getByText('2 nodes were selected.')).toBeDefined();
  });

  it('names unknown names before anything else, and asks what to do about them', async () => {
    const { user } = await openChange('settings');
    await sayPool(user);
    await user.click(next('Where'));
    await user.click(screen.getByRole('radio', { name: 'Names' }));
    fireEvent.change(screen.getByLabelText('Names of nodes'), { target: { value: 'c-1\nc-2, c-one' } });
    const unknown = within(await screen.findByRole('group', { name: '1 name that nobody has heard of' }));
    expect(await unknown.findByText('c-one')).toBeDefined();
    await user.click(unknown.getByRole('radio', { name: 'Try them all the same' }));
    expect(await screen.findByText('3 nodes get it.')).toBeDefined();
    await user.click(unknown.getByRole('button', { name: 'Take them out of the list' }));
    expect(await screen.findByText('2 nodes get it.')).toBeDefined();
  });

  it('counts a filter while it is written, and a group', async () => {
    const { user } = await openChange('settings');
    await user.click(next('Where'));
    await user.click(screen.getByRole('radio', { name: 'Filter' }));
    expect(screen.getByText('No filter yet, so nobody.')).toBeDefined();
    await user.type(screen.getByRole('combobox', { name: 'Filter nodes' }), 'group:c{Enter}');
    expect(await screen.findByText(/^\d nodes match now$/)).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'Group' }));
    await user.selectOptions(screen.getByLabelText('Group'), 'app');
    expect(await screen.findByText('3 nodes get it.')).toBeDefined();
  });
});

describe('a gem upgrade', () => {
  it('is pinned, goes in waves, and is sent', async () => {
    const opened = await openChange('gem', { profile: TEST });
    await opened.user.type(screen.getByLabelText('Extension'), 'http');
    await opened.user.type(screen.getByLabelText('Version number'), '0.9.1');
    await waitFor(() =>
      expect(sentence()).toBe('lex-http 0.9.1 for 10 nodes in 4 waves. Nothing is sent yet.'),
    );
    await opened.user.click(next('Where'));
    await opened.user.click(next('Waves'));
    await opened.user.click(screen.getByRole('radio', { name: 'Steady' }));
    await opened.user.clear(screen.getByLabelText('Size, wave 1'));
    await opened.user.type(screen.getByLabelText('Size, wave 1'), '2');
    expect(screen.getByRole('radio', { name: 'Custom' }).getAttribute('aria-checked')).toBe('true');
    await opened.user.click(next('Send'));
    await opened.user.click(await screen.findByRole('button', { name: 'Send…' }));
    await screen.findByRole('dialog');
    await opened.user.click(dialog().getByRole('button', { name: 'Send to 10 nodes' }));
    await waitFor(() => expect(startOf(opened.client)).toBeDefined());
    expect(startOf(opened.client)?.what).toEqual({ ...GEM, extension: 'http' });
    expect(startOf(opened.client)?.how?.waves?.[0]?.size).toBe('2');
    expect(startOf(opened.client)?.how?.atMost).toBe(20);
  });

  it('warns of the newest, which may differ from node to node', async () => {
    const { user } = await openChange('gem');
    await user.click(next('Where'));
    expect(screen.getByText('Name the extension, as lex-http.')).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'Newest, decided by each node' }));
    expect(screen.getByText(/may install different versions on different nodes/)).toBeDefined();
  });

  it('names a wave that is none, and does not go on', async () => {
    const { user } = await openChange('gem');
    await user.click(screen.getByRole('button', { name: /^Waves/ }));
    await user.clear(screen.getByLabelText('Size, wave 2'));
    await user.type(screen.getByLabelText('Size, wave 2'), 'half');
    expect(screen.getByText(/A wave has a number of nodes, a share or what is left/)).toBeDefined();
    await user.click(next('Send'));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Size, wave 2')));
  });
});
