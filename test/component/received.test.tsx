/** What others push to this console: what it may change, the decision, the undo; approvals; roll back and retry. */
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ApprovalDialog } from '../../app/renderer/parts/approval.js';
import { RetryDialog, RollbackDialog } from '../../app/renderer/parts/run-dialogs.js';
import type { Received } from '../../app/shared/domain/received.js';
import { AppError } from '../../app/shared/errors/app-error.js';
import { aReceive, aReceived, aRequestToApprove } from '../support/fake-changes.js';
import type { FakeClient, FakeOptions } from '../support/fake-client.js';
import { headOf, heldRun } from '../support/fake-runs.js';
import { open as openApp, tell, type Opened } from './app-under-test.js';

const dialog = () => within(screen.getByRole('dialog'));
const inputOf = (client: FakeClient, name: string): unknown =>
  client.calls.findLast((call) => call.name === name)?.input;

async function openReceived(items: readonly Received[], readOnly = false): Promise<Opened> {
  const opened = await openApp('/settings?section=received', {
    session: { profile: { name: 'desk', kind: 'test', readOnly } },
  });
  await tell(() => opened.client.tell('receive.watch', aReceive(items)));
  return opened;
}
const item = (name: RegExp) => within(screen.getByRole('listitem', { name }));

describe('a change pushed to this console', () => {
  it('says who claims to have sent it, shows before and after, and is accepted', async () => {
    const { client, user } = await openReceived([aReceived('a')]);
    const one = item(/extensions\.node/);
    expect(one.getByText(/It says it is from/).textContent).toBe(
      'It says it is from console-2. That is not signed. Sent to this node alone.',
    );
    expect(one.getByText('{"beat_interval":10}')).toBeDefined();
    expect(one.getByText('{"beat_interval":5}')).toBeDefined();
    expect(one.getByText('takes effect')).toBeDefined();
    await user.click(one.getByRole('button', { name: 'Accept' }));
    expect(inputOf(client, 'receive.decide')).toEqual({ id: 'a', accept: true });
  });

  it('is refused, and an applied one is undone', async () => {
    const { client, user } = await openReceived([
      aReceived('a'),
      aReceived('b', { state: 'applied', canUndo: true, from: null }),
    ]);
    await user.click(screen.getByRole('button', { name: 'Refuse' }));
    expect(inputOf(client, 'receive.decide')).toEqual({ id: 'a', accept: false });
    expect(screen.getByText(/It does not say who sent it/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    expect(inputOf(client, 'receive.undo')).toEqual({ id: 'b' });
  });

  it('that came as a gem keeps the installer’s words', async () => {
    await openReceived([
      aReceived('g', {
        kind: 'gem',
        what: { kind: 'gem', extension: 'lex-http', version: '9.9.9', reload: true },
        state: 'failed',
        error: 'Could not find a valid gem',
        changes: [],
        output: 'ERROR:  Could not find a valid gem\u202e',
      }),
    ]);
    const one = item(/lex-http 9\.9\.9/);
    expect(one.getByText('failed')).toBeDefined();
    expect(one.getByText(/‹U\+202E›/)).toBeDefined();
  });

  it('says in place why a decision did not go through', async () => {
    const { client, user } = await openReceived([aReceived('a')]);
    client.fail('receive.decide', 'RECEIVED_DECIDED');
    await user.click(screen.getByRole('button', { name: 'Accept' }));
    expect(await screen.findByText('This was decided already.')).toBeDefined();
  });

  it('is only looked at in a profile that only watches', async () => {
    await openReceived([aReceived('a')], true);
    expect(screen.queryByRole('button', { name: 'Accept' })).toBeNull();
    expect(screen.queryByRole('radio', { name: 'Obey' })).toBeNull();
    expect(screen.getAllByText('Ask me').length).toBe(2);
  });

  it('falls under a mode of its kind, and the list of what may be changed', async () => {
    const { client, user } = await openReceived([]);
    expect(screen.getByText('Nothing was pushed to this console.')).toBeDefined();
    const modes = within(screen.getByRole('radiogroup', { name: 'Gem upgrades' }));
    await user.click(modes.getByRole('radio', { name: 'Obey' }));
    expect(inputOf(client, 'receive.mode')).toEqual({ kind: 'gem', mode: 'on' });
    expect(screen.getByText('Installer: gem 3.3.15')).toBeDefined();
    expect(screen.getByText('extensions.*')).toBeDefined();
  });
});

describe('the second person', () => {
  it('reads what is asked for before signing, and hands the signed text back', async () => {
    const { client, user } = await openReceived([]);
    client.answer('approval.read', aRequestToApprove);
    client.answer('approval.sign', () => ({ text: 'signed-by-us' }));
    await user.click(screen.getByRole('button', { name: 'Read a request…' }));
    fireEvent.change(dialog().getByLabelText('Request text'), { target: { value: ' a request ' } });
    await user.click(dialog().getByRole('button', { name: 'Read it' }));
    expect(await dialog().findByText('lex-http 0.9.1')).toBeDefined();
    for (const fact of ['212 nodes', 'w-001, w-002', 'prod-eu', 'ada at console-2'])
      expect(dialog().getByText(fact)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Sign with this console’s key' }));
    expect(inputOf(client, 'approval.sign')).toEqual({ text: 'a request' });
    expect((await dialog().findByLabelText<HTMLTextAreaElement>('Signed text')).value).toBe('signed-by-us');
  });

  it('is told what is wrong with a text, which stays', async () => {
    const { user } = await openReceived([]);
    await user.click(screen.getByRole('button', { name: 'Read a request…' }));
    fireEvent.change(dialog().getByLabelText('Request text'), { target: { value: 'half' } });
    await user.click(dialog().getByRole('button', { name: 'Read it' }));
    expect(await dialog().findByText('This is no approval, or not a whole one.')).toBeDefined();
    expect(dialog().getByLabelText<HTMLTextAreaElement>('Request text').value).toBe('half');
  });
});

describe('a run’s dialogs', () => {
  const closed: string[] = [];
  async function openDialog(
    of: 'retry' | 'back' | 'approve',
    answers: FakeOptions['answers'] = {},
  ): Promise<Opened> {
    const run = heldRun(Date.now());
    const opened = await openApp('/events', {
      runs: [run],
      session: { profile: { name: 'desk', kind: 'staging', readOnly: false } },
      answers,
    });
    const Shown = { retry: RetryDialog, back: RollbackDialog, approve: ApprovalDialog }[of];
    await act(async () => {
      render(<Shown run={headOf(run)} onClose={() => closed.push(of)} />);
      await Promise.resolve();
    });
    await screen.findByRole('dialog');
    return opened;
  }

  it('try again what failed, by state, with the confirmation of its reach', async () => {
    const { client, user } = await openDialog('retry');
    await dialog().findByRole('group', { name: 'Which ones' });
    await user.click(dialog().getByLabelText(/^no answer/));
    await user.click(dialog().getByRole('button', { name: /^Send to/ }));
    expect(inputOf(client, 'run.retry')).toMatchObject({ states: ['failed', 'undeliverable'] });
    await waitFor(() => expect(closed).toContain('retry'));
  });

  it('roll back exactly what took it, and ask what to send where nothing is known', async () => {
    const { client, user } = await openDialog('back', {
      'run.rollback.check': ({ version }) => ({
        names: ['w-001', 'w-002'],
        without: version === undefined ? ['w-002'] : [],
        bodies: [{ what: { kind: 'gem', extension: 'lex-http', version: '0.9.0', reload: true }, nodes: 1 }],
        notes: [],
        confirm: { level: 'button', expect: '2', nodes: 1, approval: false },
      }),
    });
    expect(await dialog().findByText(/For 1 node nothing from before is known/)).toBeDefined();
    expect(dialog().getByRole('button', { name: 'Send it back to 1 node' })).toBeDefined();
    await user.type(dialog().getByLabelText('Version for these nodes'), '0.8.0');
    await user.click(await dialog().findByRole('button', { name: 'Send it back to 2 nodes' }));
    await waitFor(() =>
      expect(inputOf(client, 'run.rollback')).toMatchObject({ version: '0.8.0', confirm: '2' }),
    );
    expect(closed).toContain('back');
  });

  it('roll back nothing where nothing is known: no number to type, no sending, and the reason', async () => {
    const { user } = await openDialog('back', {
      'run.rollback.check': ({ version }) => {
        const goes = version !== undefined;
        return {
          ...{ names: goes ? ['w-001', 'w-002'] : [], without: goes ? [] : ['w-001', 'w-002'], notes: [] },
          bodies: goes
            ? [{ what: { kind: 'gem', extension: 'lex-http', version, reload: true }, nodes: 2 }]
            : [],
          confirm: { level: 'number', expect: goes ? '2' : '0', nodes: goes ? 2 : 0, approval: false },
        };
      },
    });
    expect(await dialog().findByText(/^Nothing can be sent back: what the 2 nodes/)).toBeDefined();
    expect(dialog().queryByText(/^Type /)).toBeNull();
    const sender = dialog().getByRole<HTMLButtonElement>('button', { name: 'Send it back' });
    expect(sender.disabled).toBe(true);
    const version = dialog().getByLabelText('Version for these nodes');
    await user.type(version, '0.8.0');
    const number = await dialog().findByRole('textbox', { name: /^Type 2/ });
    expect(document.activeElement).toBe(version);
    await user.type(number, '2');
    expect(sender.disabled).toBe(false);
  });

  it('are one dialog from loading to sending, which keeps the focus', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await openDialog('back', {
      'run.rollback.check': () =>
        asked.then(() => ({
          ...{ names: ['w-001', 'w-002'], without: [], notes: [] },
          bodies: [
            { what: { kind: 'gem', extension: 'lex-http', version: '0.9.0', reload: true }, nodes: 2 },
          ],
          confirm: { level: 'number', expect: '2', nodes: 2, approval: false },
        })),
    });
    const whole = screen.getByRole('dialog');
    expect(whole.textContent).toContain('Loading');
    await act(async () => {
      answer();
      await asked;
    });
    const field = await dialog().findByRole('textbox', { name: /^Type 2/ });
    expect(screen.getByRole('dialog')).toBe(whole);
    expect(document.activeElement).toBe(field);
  });

  it('take the signed text, and say whose key is not trusted', async () => {
    const { client, user } = await openDialog('approve');
    expect(dialog().getByLabelText<HTMLTextAreaElement>('Request').value).toBe('a request');
    client.answer('run.approve', () => {
      throw new AppError('APPROVAL_UNTRUSTED', 'no');
    });
    fireEvent.change(dialog().getByLabelText('Signed text'), { target: { value: 'signed' } });
    await user.click(dialog().getByRole('button', { name: 'Approve with this text' }));
    expect(await dialog().findByText('It is signed with a key that is not trusted here.')).toBeDefined();
    expect(dialog().getByLabelText<HTMLTextAreaElement>('Signed text').value).toBe('signed');
  });
});
