/** Legions: the answer first, who votes for whom, our own part, and what would happen, all before anything is done. */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Need } from '../../app/shared/domain/session.js';
import {
  aHook,
  aLegion,
  aMember,
  aWitness,
  edgeLegion,
  jobsLegion,
  uuidOf,
  webLegion,
} from '../support/fake-legions.js';
import { open, tell } from './app-under-test.js';

const now = Date.now();
const sentence = (): string => document.querySelector('.say')?.textContent ?? '';
const then = (): string => document.querySelector('.then')?.textContent ?? '';
const main = () => within(screen.getByRole('main'));
const dialog = () => within(screen.getByRole('dialog'));
const seats = () => within(screen.getByRole('region', { name: 'Seats' })).getAllByRole('listitem');
const rows = () =>
  within(screen.getByRole('table', { name: 'Members' }))
    .getAllByRole('row')
    .slice(1);
const readOnly = { profile: { name: 'prod-eu', kind: 'production', readOnly: true } } as const;
const callOf = (client: Awaited<ReturnType<typeof open>>['client'], name: string) =>
  client.calls.filter((call) => call.name === name).at(-1)?.input;

describe('the page of a legion', () => {
  it('opens with who leads, our part, and who would follow', async () => {
    await open('/legions', { legions: [webLegion(now)] });
    expect(sentence()).toBe('app-1 is lord for 6 d 4 h with 5 votes, 3 needed. You stand by with valor 10.');
    expect(then()).toBe(
      'If app-1 falls, app-2 follows with 4 votes. The quorum holds until three members are gone.',
    );
  });

  it('shows seats with valor, votes, and who is silent on the bus', async () => {
    await open('/legions/web', { legions: [webLegion(now)] });
    expect(screen.getByText('quorum, 5 of 5 heard')).toBeDefined();
    const [lord, second, silent, self, arbiter] = seats();
    expect(within(lord!).getByRole('img', { name: '5 votes' })).toBeDefined();
    expect(second!.textContent).toContain('no votes');
    expect(silent!.textContent).toContain('bus silent');
    expect(self!.textContent).toContain('this machine');
    expect(arbiter!.textContent).toContain('arbiter, votes but never leads');
  });

  it('tells of each member whom it votes for, its clock, and the verdict of its planes', async () => {
    await open('/legions/web', { legions: [webLegion(now)] });
    const cut = rows()[2]!;
    expect(cut.textContent).toContain('Alive; its link to the broker is not');
    expect(within(rows()[1]!).getByText('+0.1 s')).toBeDefined();
    expect(within(rows()[3]!).getByText('here')).toBeDefined();
    expect(within(rows()[0]!).getByRole('link', { name: 'app-1' }).getAttribute('href')).toBe(
      '#/nodes/app-1',
    );
  });

  it('says why there is no lord, warnings in words, and what could not be read', async () => {
    await open('/legions/jobs', { legions: [jobsLegion(now)] });
    expect(sentence()).toBe('Split: job-1, job-2 both claim to be lord. You only watch.');
    expect(main().getByText(/^Two claim to be lord: job-1, job-2/)).toBeDefined();
    expect(main().getByText(/A tolerance of 6 s with a period of 3 s/)).toBeDefined();
    const row = screen.getByRole('row', { name: /cannot be decrypted/ });
    expect(row.textContent).toContain('1,204');
  });

  it('counts those that claim to lead, crowns each of them, and says that we are one', async () => {
    const names = ['job-1', 'job-2', 'job-3'];
    const members = names.map((name, place) =>
      aMember(name, 30 - place, now, { lordSince: now - 9_000, isSelf: place === 2 }),
    );
    const lords = members.map(({ uuid, name, valor }) => ({ uuid, name, valor, since: now - 9_000 }));
    const split = { ...jobsLegion(now), members, why: { kind: 'split' as const, lords } };
    await open('/legions/jobs', {
      legions: [{ ...split, role: 'standby', isLord: true, warnings: [{ kind: 'split', names }] }],
    });
    expect(sentence()).toBe('Split: job-1, job-2, job-3 all claim to be lord. This machine is one of them.');
    expect(main().getByText(/^3 claim to be lord: job-1, job-2, job-3/)).toBeDefined();
    expect(rows().map((row) => row.querySelectorAll('.lord-mark').length)).toEqual([1, 1, 1]);
    await tell(() => void (location.hash = '/overview'));
    expect(await screen.findByText(/“jobs” has 3 lords/)).toBeDefined();
  });

  it('shows what a member says of itself beside its name, with nothing hidden in it and whole on hover', async () => {
    const said = `role=primary\u202e ${'x'.repeat(300)}`;
    const members = [
      aMember('job-1', 30, now, { scroll: said }),
      aMember('job-2', 20, now, { scroll: null }),
      aMember('job-3', 10, now, { scroll: '' }),
    ];
    await open('/legions/jobs', { legions: [{ ...jobsLegion(now), members }] });
    const scrolls = rows().map((row) => row.querySelector('.member-scroll'));
    expect(scrolls.map((scroll) => scroll !== null)).toEqual([true, false, false]);
    expect(scrolls[0]!.textContent).toMatch(/^role=primary/);
    expect(scrolls[0]!.textContent).not.toContain('\u202e');
    expect(scrolls[0]!.getAttribute('title')).toContain('x'.repeat(300));
    expect(scrolls[0]!.getAttribute('title')).not.toContain('\u202e');
  });

  it('shows beside the packets what the stats servers of uWSGI say, and where they differ', async () => {
    const { client } = await open('/legions/web', {
      legions: [
        webLegion(now, {
          witnesses: [
            aWitness(now),
            aWitness(now, { address: '/run/stats.sock', name: null, votesFor: 'app-2', agrees: false }),
            aWitness(now, { address: 'c-3:9191', at: null, problem: 'connect ECONNREFUSED', name: null }),
          ],
          warnings: [{ kind: 'witness-differs', address: '/run/stats.sock', votesFor: 'app-2' }],
        }),
      ],
    });
    const table = () => within(screen.getByRole('region', { name: 'What uWSGI itself says' }));
    const row = (name: RegExp): string => table().getByRole('row', { name }).textContent ?? '';
    expect(row(/^192/)).toMatch(/app-2.*app-1.*no.*70.*5.*3.*ago/);
    expect(row(/^192/)).not.toContain('votes differ');
    expect(row(/stats\.sock/)).toMatch(/not heard here.*app-2.*votes differ/);
    expect(row(/^c-3/)).toContain('Cannot be read: connect ECONNREFUSED');
    expect(
      main().getByText(/^The stats server \/run\/stats\.sock says that its uWSGI votes for app-2,/),
    ).toBeDefined();
    await tell(() => client.legion({ name: 'web', witnesses: [] }));
    expect(screen.queryByText('What uWSGI itself says')).toBeNull();
  });

  it('shows the first dozen of sixty and all of them in the table', async () => {
    await open('/legions/edge', { legions: [edgeLegion(now)] });
    expect(seats()).toHaveLength(12);
    expect(screen.getByRole('button', { name: '48 more members, all below' })).toBeDefined();
    expect(rows()).toHaveLength(60);
  });

  it('draws a member again only when it changed', async () => {
    const { client } = await open('/legions/web', { legions: [webLegion(now)] });
    const [before, other] = rows();
    const members = client.legions[0]!.members.map((member) =>
      member.name === 'app-2' ? { ...member, leavesToday: 9 } : member,
    );
    await tell(() => void client.legion({ name: 'web', members }));
    expect(rows()[0]).toBe(before);
    expect(other!.textContent).toContain('flapping ×9');
  });

  it('goes to another legion, and says so when there is none of that name', async () => {
    const { user } = await open('/legions/web', { legions: [webLegion(now), jobsLegion(now)] });
    await user.click(screen.getByRole('button', { name: 'Legion web' }));
    await user.click(screen.getByRole('menuitemradio', { name: 'jobs' }));
    await waitFor(() => expect(sentence()).toMatch(/^Split/));
    await tell(() => void (location.hash = '/legions/gone'));
    expect(await screen.findByText('There is no legion “gone” here.')).toBeDefined();
  });

  it('says who led when, as a picture and as a table', async () => {
    const { user } = await open('/legions/web', { legions: [webLegion(now)] });
    const table = await screen.findByRole('table', { name: 'Lords' });
    expect(table.textContent).toContain('no quorum for 1 h 10 min, then app-1');
    expect(table.textContent).toContain('c-3 joined');
    await user.click(screen.getByRole('radio', { name: '24 h' }));
    expect((await screen.findAllByText(/no quorum for 10 min/)).length).toBeGreaterThan(0);
  });

  it('stands still while the view is paused', async () => {
    const { client, user } = await open('/legions/web', { legions: [webLegion(now)] });
    await user.click(screen.getByRole('button', { name: 'Pause the view' }));
    await tell(() => void client.legion({ name: 'web', why: { kind: 'nobody' } }));
    expect(sentence()).toMatch(/^app-1 is lord/);
    await user.keyboard('.');
    expect(sentence()).toMatch(/^Nobody has been heard/);
  });
});

describe('our own part', () => {
  it('changes only after saying what the role means', async () => {
    const legions = [webLegion(now, { hooks: [aHook({ isOn: true })], role: 'watch' })];
    const { client, user } = await open('/legions/web', { legions });
    await user.click(screen.getByRole('radio', { name: 'Standby' }));
    expect(screen.getByText(/this machine becomes lord and runs 1 hook\./)).toBeDefined();
    expect(callOf(client, 'legion.role')).toBeUndefined();
    const valor = screen.getByRole('textbox', { name: 'Valor' });
    await user.clear(valor);
    await user.type(valor, '70');
    expect(screen.getByText('shared with app-2: the greater uuid wins')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Use Standby' }));
    expect(callOf(client, 'legion.role')).toEqual({ name: 'web', role: 'standby', valor: 70 });
  });

  it('refuses a valor that is none, beside its field', async () => {
    const { user } = await open('/legions/web', { legions: [webLegion(now)] });
    const valor = screen.getByRole('textbox', { name: 'Valor' });
    await user.clear(valor);
    expect(valor.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('a whole number from 1 to 65535')).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Use valor/ }).disabled).toBe(true);
  });

  it('switches what happens on sleep', async () => {
    const { client, user } = await open('/legions/web', { legions: [webLegion(now)] });
    await user.click(screen.getByRole('switch', { name: 'Hand over before sleep' }));
    expect(callOf(client, 'legion.role')).toEqual({
      name: 'web',
      role: 'standby',
      handOverBeforeSleep: false,
    });
  });

  it('steps down after saying who will probably follow, and says who did', async () => {
    const self = aMember('console-7', 90, now, { isSelf: true });
    const legions = [aLegion([self, aMember('app-2', 70, now), aMember('arb-1', 0, now)], now)];
    const { client, user } = await open('/legions/web', { legions });
    await user.click(screen.getByRole('button', { name: 'Step down…' }));
    expect(await dialog().findByText('app-2 will probably take over with 2 votes.')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Step down' }));
    expect(await dialog().findByText('app-2 is lord now, after 1.2 s.')).toBeDefined();
    client.answer('legion.stepDown', () => ({ lord: null, ms: 15_000 }));
    await user.click(dialog().getByRole('button', { name: 'Close' }));
    await user.click(screen.getByRole('button', { name: 'Step down…' }));
    await user.click(dialog().getByRole('button', { name: 'Step down' }));
    expect(await dialog().findByText('Nobody took over within 15 s.')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Return to valor 90' }));
    expect(callOf(client, 'legion.return')).toEqual({ name: 'web' });
  });

  it('has a way back after its hooks failed', async () => {
    const { client, user } = await open('/legions/web', {
      legions: [webLegion(now, { why: { kind: 'suspended' } })],
    });
    expect(sentence()).toMatch(/^Our lord hooks failed/);
    await user.click(screen.getByRole('button', { name: 'Return' }));
    expect(callOf(client, 'legion.return')).toEqual({ name: 'web' });
  });

  it('is shown whole and cannot be changed in a read-only profile', async () => {
    await open('/legions/web', { legions: [webLegion(now)], session: readOnly });
    expect(sentence()).toMatch(/You stand by with valor 10/);
    expect(main().queryByRole('switch')).toBeNull();
    expect(main().queryByRole('textbox')).toBeNull();
    expect(main().queryByRole('button', { name: 'Settings' })).toBeNull();
    expect(main().getByRole('button', { name: 'What if…' })).toBeDefined();
  });
});

describe('hooks', () => {
  it('are listed in full, and on only after the very command was confirmed', async () => {
    const last = { at: now - 60_000, ms: 12, ok: false, code: 2, output: 'RTNETLINK answers: no\nrights' };
    const { client, user } = await open('/legions/web', {
      legions: [webLegion(now, { hooks: [aHook({ last })] })],
    });
    await user.click(screen.getByRole('button', { name: 'Show' }));
    expect(dialog().getByText(/^failed at .*, code 2$/)).toBeDefined();
    expect(dialog().getByLabelText('Output').textContent).toContain('RTNETLINK answers: no');
    await user.click(dialog().getByRole('switch'));
    expect(callOf(client, 'legion.hook')).toBeUndefined();
    const confirm = within(dialog().getByRole('group', { name: 'Switch it on' }));
    expect(confirm.getByText(/This will run on this machine/)).toBeDefined();
    expect(confirm.getByText(aHook().argument)).toBeDefined();
    await user.click(confirm.getByRole('button', { name: 'Switch it on' }));
    expect(callOf(client, 'legion.hook')).toEqual({ name: 'web', id: 'h1', isOn: true });
    await waitFor(() => expect(dialog().getByRole<HTMLInputElement>('switch').checked).toBe(true));
    await user.click(dialog().getByRole('switch'));
    expect(callOf(client, 'legion.hook')).toEqual({ name: 'web', id: 'h1', isOn: false });
  });
});

describe('what if', () => {
  it('answers as one chooses, and sends nothing', async () => {
    const { client, user } = await open('/legions/web', { legions: [webLegion(now)] });
    await user.click(screen.getByRole('button', { name: 'What if…' }));
    expect(await dialog().findByText('app-2 leads with 4 votes, 3 needed.')).toBeDefined();
    expect(callOf(client, 'legion.whatIf')).toEqual({ name: 'web', fallen: [uuidOf('app-1')] });
    await user.click(dialog().getByRole('checkbox', { name: 'app-2' }));
    expect(await dialog().findByText('c-3 leads with 3 votes, 3 needed.')).toBeDefined();
    await user.click(dialog().getByRole('checkbox', { name: 'c-3' }));
    expect(await dialog().findByText('No lord: 2 votes are left, 3 needed.')).toBeDefined();
  });
});

describe('a new legion', () => {
  it('is offered in two ways where there is none', async () => {
    await open('/legions');
    expect(screen.getByText('No legion yet')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Join a legion…' })).toBeDefined();
    expect(screen.getByRole('button', { name: 'Import from uWSGI…' })).toBeDefined();
  });

  it('is not offered where nothing may be changed', async () => {
    await open('/legions', { session: readOnly });
    expect(screen.getByText('This profile is read-only: legions are joined elsewhere.')).toBeDefined();
    expect(main().queryByRole('button', { name: /Join/ })).toBeNull();
  });

  it('says beside each field what is wrong, suggests the majority, and makes the secret itself', async () => {
    const { client, user } = await open('/legions?do=join');
    await user.click(dialog().getByRole('radio', { name: 'Standby' }));
    await user.click(dialog().getByRole('button', { name: 'Join' }));
    expect(dialog().getByText('A name without blanks, at most 255 bytes.')).toBeDefined();
    expect(dialog().getByText('A member that announces needs somebody to announce to.')).toBeDefined();
    expect(callOf(client, 'legion.save')).toBeUndefined();
    await user.type(dialog().getByLabelText('Name'), 'web');
    await user.type(dialog().getByLabelText('Other members'), '192.0.2.8:4001\n192.0.2.9');
    expect(dialog().getByText(/^Line 2 is not host:port/)).toBeDefined();
    await user.type(dialog().getByLabelText('Other members'), ':4002');
    await user.type(dialog().getByLabelText('Planned members'), '5');
    await user.click(dialog().getByRole('button', { name: 'Use 3, the majority of 5' }));
    await user.selectOptions(dialog().getByLabelText('Cipher'), 'bf-cbc');
    expect(dialog().getByText(/a stock uWSGI on OpenSSL 3 does not start with it/)).toBeDefined();
    await user.selectOptions(dialog().getByLabelText('Cipher'), 'aes-256-cbc');
    expect(dialog().getByText(/legion-console legion web export/)).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Add a hook' }));
    await user.type(dialog().getByLabelText('Command, address or words'), '/bin/true');
    await user.click(dialog().getByRole('button', { name: 'Join' }));
    const sent = callOf(client, 'legion.save');
    expect(sent).toMatchObject({
      ...{ name: 'web', role: 'standby', valor: 10, address: '', port: 4001, cipher: 'aes-256-cbc' },
      nodes: [
        { host: '192.0.2.8', port: 4001 },
        { host: '192.0.2.9', port: 4002 },
      ],
      ...{ planned: 5, quorum: 3 },
      hooks: [{ event: 'lord', action: 'exec', argument: '/bin/true', shell: false }],
    });
    expect(sent).not.toHaveProperty('secret');
    await waitFor(() => expect(location.hash).toBe('#/legions/web'));
  });

  it('comes out of a uWSGI configuration after a look at what was understood', async () => {
    const { client, user } = await open('/legions?do=import');
    client.answer('legion.import', ({ save }) => ({
      legions: [
        {
          name: 'web',
          role: 'watch',
          valor: 80,
          address: '225.1.1.1',
          port: 4242,
          nodes: [],
          cipher: 'bf-cbc',
        },
      ],
      problems: [{ line: 3, isError: true, text: 'The valor is 70,000.' }],
      ignored: [{ line: 9, text: 'Only uWSGI runs cron lines for its lord.' }],
      saved: save ? ['web'] : [],
    }));
    await user.type(dialog().getByLabelText('Configuration'), 'legion = web');
    await user.click(dialog().getByRole('button', { name: 'Read it' }));
    expect(await dialog().findByText('1 legion was found.')).toBeDefined();
    expect(dialog().getByText('The valor is 70,000.')).toBeDefined();
    // What scrolls can be reached with the keyboard, and says what it is.
    const lines = dialog().getAllByRole('region');
    expect(lines.map((region) => [region.tabIndex, region.getAttribute('aria-label')])).toEqual([
      [0, '1 line to look at'],
      [0, '1 line left out'],
    ]);
    expect(dialog().getByText('Each comes in watching, with its hooks off.')).toBeDefined();
    await user.click(dialog().getByRole('button', { name: 'Save it' }));
    expect(callOf(client, 'legion.import')).toEqual({ text: 'legion = web', save: true });
    await waitFor(() => expect(location.hash).toBe('#/legions/web'));
  });

  it('says which of a configuration is here already, counts the others, and names what was not saved', async () => {
    const { client, user } = await open('/legions?do=import', { legions: [webLegion(now)] });
    const read = (name: string) => ({
      ...{ name, role: 'watch' as const, valor: 1, address: '', port: 4242, nodes: [], cipher: 'bf-cbc' },
    });
    client.answer('legion.import', ({ save }) => ({
      legions: [read('web'), read('jobs')],
      problems: save ? [{ line: 0, isError: true, text: 'web: it is here already' }] : [],
      ...{ ignored: [], saved: save ? ['jobs'] : [] },
    }));
    await user.type(dialog().getByLabelText('Configuration'), 'legion = web');
    await user.click(dialog().getByRole('button', { name: 'Read it' }));
    const web = (await dialog().findByText('web')).closest('li')!;
    expect(web.textContent).toContain('is here already, stays as it is');
    expect(dialog().getByText('jobs').closest('li')!.textContent).not.toContain('already');
    await user.click(dialog().getByRole('button', { name: 'Save it' }));
    expect(await dialog().findByText('1 legion was saved, watching')).toBeDefined();
    expect(dialog().getByText('1 legion was not saved')).toBeDefined();
    expect(dialog().getByText('web: it is here already')).toBeDefined();
    expect(dialog().queryByText('Line 0')).toBeNull();
    await user.click(dialog().getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(location.hash).toBe('#/legions/jobs'));
  });

  it('is not asked for where all of a configuration is here already', async () => {
    const { client, user } = await open('/legions?do=import', { legions: [webLegion(now)] });
    client.answer('legion.import', () => ({
      legions: [
        { name: 'web', role: 'watch', valor: 1, address: '', port: 4242, nodes: [], cipher: 'bf-cbc' },
      ],
      ...{ problems: [], ignored: [], saved: [] },
    }));
    await user.type(dialog().getByLabelText('Configuration'), 'legion = web');
    await user.click(dialog().getByRole('button', { name: 'Read it' }));
    const save = await dialog().findByRole<HTMLButtonElement>('button', { name: 'Nothing to save' });
    expect(save.disabled).toBe(true);
  });
});

describe('legions elsewhere', () => {
  it('stand in the strip, crown their lord among nodes, and have their commands', async () => {
    const { client, user } = await open('/nodes', { legions: [webLegion(now), jobsLegion(now)] });
    const strip = within(screen.getByRole('contentinfo'));
    expect(strip.getByRole('link', { name: /^legion/ }).textContent).toBe(
      'legion web, standby, valor 10, 1 more',
    );
    await tell(() => client.legion({ name: 'web', announcedValor: null, valor: 40 }));
    expect(strip.getByRole('link', { name: /^legion/ }).textContent).toBe(
      'legion web, standby, not announcing, 1 more',
    );
    const row = screen.getByRole('row', { name: /app-1/ });
    expect(within(row).getByText('lord of web')).toBeDefined();
    await user.keyboard('{Control>}k{/Control}');
    await user.keyboard('jobs');
    expect(dialog().getByRole('option', { name: /legion jobs/ })).toBeDefined();
  });

  it('ask for a person in the navigation and by name', async () => {
    const need: Need = {
      id: 'n1',
      kind: 'legion-split',
      severity: 'alarm',
      since: now - 5000,
      count: 1,
      names: [],
      group: null,
      filter: null,
      legion: 'jobs',
    };
    await open('/overview', {
      legions: [jobsLegion(now)],
      session: { needs: [need], needsTotal: 1 },
    });
    expect(screen.getByRole('link', { name: /^Legions.*1 needs you/ })).toBeDefined();
    const link = main().getByRole('link', { name: 'Look: jobs: more than one claims to be lord' });
    expect(link.getAttribute('href')).toBe('#/legions/jobs');
  });

  it('give a node its second plane and one verdict', async () => {
    await open('/nodes/c-3', { legions: [webLegion(now)] });
    expect(await screen.findByText('The machine is alive; its link to the broker is not.')).toBeDefined();
    expect(screen.getByText(/^member of web, heard \d+ s ago$/)).toBeDefined();
  });
});
