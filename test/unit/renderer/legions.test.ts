/** Legions in the window, without the window: the picture of lords, the verdict of planes, the form, and the store. */
import { beforeEach, describe, expect, it } from 'vitest';
import * as form from '../../../app/renderer/pages/legions/draft.js';
import { firstRange, layoutLords } from '../../../app/renderer/pages/legions/lords-layout.js';
import { seatsOf, skewText, thenText, valorText } from '../../../app/renderer/pages/legions/words.js';
import {
  acceptLegions,
  clearLegions,
  legionsStore,
  showLiveLegions,
} from '../../../app/renderer/store/legions.js';
import { isFine, verdictOf, verdictText } from '../../../app/shared/i18n/verdict-text.js';
import type { PlaneStates } from '../../../app/shared/domain/legion.js';
import { AppError } from '../../../app/shared/errors/app-error.js';
import { aWitness, aLegion, aMember, aTimeline, edgeLegion, webLegion } from '../../support/fake-legions.js';

const NOW = Date.UTC(2026, 2, 21, 14, 2, 11);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the verdict of the planes', () => {
  const of = (bus: PlaneStates['bus'], legion: PlaneStates['legion'], registry: PlaneStates['registry']) =>
    verdictText(verdictOf({ bus, legion, registry }));

  it('is the sentence of the table', () => {
    expect(of('heard', 'heard', 'heard')).toBe('Fine on all planes.');
    expect(of('silent', 'heard', 'heard')).toBe('The machine is alive; its link to the broker is not.');
    expect(of('silent', 'heard', 'unused')).toBe('The machine is alive; its link to the broker is not.');
    expect(of('silent', 'silent', 'heard')).toBe('Gone from bus and legion; the registry has not noticed.');
    expect(of('silent', 'silent', 'silent')).toBe('The machine is down or cut off.');
    expect(of('silent', 'silent', 'unused')).toBe('The machine is down or cut off.');
    expect(of('heard', 'silent', 'heard')).toBe('Alive; UDP to the legion is blocked or its legion is off.');
    expect(of('heard', 'heard', 'silent')).toBe('Alive; its registration has lapsed.');
  });

  it('takes a plane that is not in use for neither good nor bad', () => {
    expect(of('heard', 'heard', 'unused')).toBe('Fine on bus and legion.');
    expect(of('heard', 'unused', 'unused')).toBe('Fine on the bus.');
    expect(of('unused', 'heard', 'unused')).toBe('Fine in the legion; not on the bus.');
    expect(of('silent', 'unused', 'unused')).toBe('Silent on the bus; no other plane is in use.');
    expect(of('unused', 'silent', 'unused')).toBe('Silent in its legion; no other plane is in use.');
    expect(of('unused', 'unused', 'unused')).toBe('Not heard on any plane.');
  });

  it('is fine only when all planes in use hear it', () => {
    const states = ['heard', 'silent', 'unused'] as const;
    for (const bus of states)
      for (const legion of states)
        for (const registry of states) {
          const isWell = bus !== 'silent' && legion !== 'silent' && registry !== 'silent';
          const isHeard = bus === 'heard' || legion === 'heard';
          expect(isFine(verdictOf({ bus, legion, registry })), `${bus} ${legion} ${registry}`).toBe(
            isWell && isHeard,
          );
        }
  });
});

describe('the picture of lords', () => {
  const line = aTimeline(NOW, 7 * DAY);
  const picture = layoutLords(line, '7d', 1176, true);

  it('has a lane for each lord, then for those that came, ourselves last', () => {
    expect(picture.lanes).toEqual(['app-2', 'app-1', 'c-3', 'console-7']);
  });

  it('begins and ends with the range, and the present lord reaches now', () => {
    expect(picture.bands.map(({ lane, isNow }) => [lane, isNow])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(picture.bands[0]?.x).toBe(96);
    expect((picture.bands[1]?.x ?? 0) + (picture.bands[1]?.width ?? 0)).toBeCloseTo(1176);
  });

  it('hatches the time without a lord and says why, where no band is in the way', () => {
    expect(picture.gaps).toHaveLength(1);
    expect(picture.words[0]).toMatchObject({ lane: 0, text: 'no quorum for 1 h 10 min, then app-1' });
    expect(picture.words.map(({ text }) => text)).toContain('you joined');
  });

  it('dates a week by its days', () => {
    expect(picture.ticks.map(({ text }) => text)).toEqual([
      ...['Sun 15', 'Mon 16', 'Tue 17', 'Wed 18', 'Thu 19', 'Fri 20', 'Sat 21'],
    ]);
  });

  it('gives no lanes to a crowd that was there before us, and counts it', () => {
    const marks = Array.from({ length: 60 }, (_, i) => ({
      ...{ at: NOW - HOUR + i, name: `edge-${i}`, what: 'joined' as const, isSelf: false },
    }));
    const crowded = layoutLords({ ...line, marks }, '7d', 1176, true);
    expect(crowded.lanes).toEqual(['app-2', 'app-1']);
    expect(crowded.others).toBe(60);
  });

  it('stays small with a hundred lords', () => {
    const bands = Array.from({ length: 100 }, (_, i) => ({
      ...{ from: line.from + i * HOUR, to: line.from + (i + 1) * HOUR, lord: `m-${i}`, why: null },
    }));
    expect(layoutLords({ ...line, bands, marks: [] }, '7d', 1176, true).lanes).toHaveLength(8);
  });

  it('opens on the range that holds the last change', () => {
    expect(firstRange(NOW - HOUR, NOW)).toBe('24h');
    expect(firstRange(NOW - 6 * DAY, NOW)).toBe('7d');
    expect(firstRange(NOW - 41 * DAY, NOW)).toBe('30d');
    expect(firstRange(null, NOW)).toBe('24h');
  });
});

describe('the words of a legion', () => {
  it('say what is missing when nobody can follow', () => {
    const two = aLegion([aMember('a', 20, NOW), aMember('b', 10, NOW)], NOW, {
      ...{ quorum: 2, next: { name: null, votes: 1 }, mayFall: 1 },
    });
    expect(thenText(two)).toBe(
      'If a falls, nobody follows: 1 vote is left, 2 needed. The quorum holds until one member is gone.',
    );
  });

  it('say what a valor means among those that are there', () => {
    const { members } = webLegion(NOW);
    expect(valorText('standby', '10', members)).toBe('wins only if nobody above 10 is left');
    expect(valorText('standby', '90', members)).toBe('comes first here');
    expect(valorText('standby', '70', members)).toBe('shared with app-2: the greater uuid wins');
    expect(valorText('standby', '70000', members)).toBe('a whole number from 1 to 65535');
    expect(valorText('standby', '5', [])).toBe('nobody else can lead');
  });

  it('never leave out ourselves or the lord', () => {
    const { members } = edgeLegion(NOW);
    const last = members.at(-1)!;
    const seats = seatsOf([...members.slice(0, -1), { ...last, isSelf: true }], members[40]!.uuid, 12);
    expect(seats).toHaveLength(14);
    expect(seats.slice(-2).map(({ name }) => name)).toEqual(['edge-41', 'edge-60']);
  });

  it('tell clocks in seconds', () => {
    expect([0, 140, -200, 41_000, null].map(skewText)).toEqual(['0.0 s', '+0.1 s', '−0.2 s', '+41.0 s', '–']);
  });
});

describe('the form of a legion', () => {
  const good = { ...form.EMPTY, name: 'web', nodes: '192.0.2.8:4001' };

  it('comes back as it was', () => {
    const legion = webLegion(NOW, { way: 'multicast', address: '225.1.1.1:4001', nodes: ['225.1.1.1:4001'] });
    const draft = form.draftOf(legion);
    expect(draft).toMatchObject({ address: '225.1.1.1', port: '4001', nodes: '', role: 'standby' });
    expect(form.problemsOf(draft, [])).toEqual({});
    expect(form.inputOf(draft)).toMatchObject({
      nodes: [{ host: '225.1.1.1', port: 4001 }],
      hooks: [{ event: 'lord', action: 'exec', timeoutS: 30 }],
    });
  });

  it('takes stats servers by address or socket, a line each, and gives them back', () => {
    const stats = [' 192.0.2.8:9191 ', '', '/run/app one.sock'].join('\n');
    expect(form.problemsOf({ ...good, stats }, [])).toEqual({});
    expect(form.inputOf({ ...good, stats }).stats).toEqual(['192.0.2.8:9191', '/run/app one.sock']);
    const bad = (written: string) => form.problemsOf({ ...good, stats: written }, []).stats;
    expect(bad('a:1\n\nrun/app.sock')).toMatch(/^Line 3 is neither/);
    expect(bad('a:99999')).toMatch(/^Line 1/);
    expect(bad(`/${'x'.repeat(107)}`)).toMatch(/^Line 1/);
    expect(bad('a:1\n'.repeat(21))).toBe('At most 20 can be read.');
    const legion = webLegion(NOW, { witnesses: [aWitness(NOW), aWitness(NOW, { address: '/run/s' })] });
    expect(form.draftOf(legion).stats).toBe('192.0.2.8:9191\n/run/s');
    expect(form.inputOf(form.draftOf(legion), legion)).not.toHaveProperty('stats');
    // Emptied in the form: none is read any more.
    expect(form.inputOf({ ...form.draftOf(legion), stats: '' }, legion).stats).toEqual([]);
  });

  it('hands over a secret with its iv or without one, and leaves both where none is written', () => {
    const of = (more: Partial<form.Draft>) => form.inputOf({ ...good, ...more });
    expect(of({ secret: 's', iv: 'two words' })).toMatchObject({ secret: 's', iv: 'two words' });
    expect(of({ secret: 's' })).toMatchObject({ secret: 's', iv: null });
    expect(of({})).not.toHaveProperty('secret');
    expect(of({})).not.toHaveProperty('iv');
    expect(of({ iv: 'x' })).toMatchObject({ iv: 'x' });
    expect(form.problemsOf({ ...good, iv: 'x'.repeat(101) }, []).iv).toMatch(/^At most 100/);
  });

  it('has the scroll, and the time away after a failed lord hook', () => {
    const legion = webLegion(NOW, { scroll: 'rack 4', deathOnLordErrorS: 30 });
    const draft = form.draftOf(legion);
    expect(draft).toMatchObject({ scroll: 'rack 4', lordError: '30' });
    expect(form.inputOf(draft)).toMatchObject({ scroll: 'rack 4', deathOnLordErrorS: 30 });
    expect(form.inputOf({ ...draft, scroll: '' }).scroll).toBeNull();
    const { scroll, lordError } = form.problemsOf({ ...good, scroll: 'a\tb', lordError: '1.5' }, []);
    expect([scroll, lordError]).toEqual([
      'At most 4096 characters, in one line.',
      'Whole seconds, 0 to 86400.',
    ]);
  });

  it('names each field that is wrong', () => {
    const wrong = { ...good, name: 'a b', port: '0', nodes: 'x', tolerance: '3', skew: '', quorum: '-1' };
    expect(Object.keys(form.problemsOf(wrong, [])).sort()).toEqual(
      ['name', 'nodes', 'port', 'quorum', 'skew', 'tolerance'].sort(),
    );
    expect(form.problemsOf({ ...good, way: 'multicast', address: '10.0.0.1' }, []).address).toMatch(/group/);
    expect(form.problemsOf(good, ['web']).name).toMatch(/already/);
    expect(form.problemsOf(good, [])).toEqual({});
  });

  it('warns of a short tolerance and of a short secret, and suggests the majority', () => {
    expect(form.isShortTolerance({ ...good, tolerance: '9' })).toBe(true);
    expect(form.isShortTolerance({ ...good, tolerance: '10' })).toBe(false);
    expect(form.isShortSecret({ ...good, secret: 'x'.repeat(31) })).toBe(true);
    expect(form.isShortSecret({ ...good, secret: '' })).toBe(false);
    expect([form.majorityOf('5'), form.majorityOf('6'), form.majorityOf('')]).toEqual([3, 4, null]);
  });

  it('puts what the console refused beside its field', () => {
    const details = { field: 'toleranceS', why: 'it must be longer' };
    expect(form.problemOf(new AppError('LEGION_INVALID', 'x', { details }))).toEqual({
      tolerance: 'it must be longer',
    });
    expect(form.problemOf(new AppError('LEGION_PORT', 'x'))).toEqual({});
  });
});

describe('the store of legions', () => {
  const frame = (over = {}) => ({ at: NOW, legions: [webLegion(NOW, over)] });
  const nodeOf = (name: string) => legionsStore.getState().nodes[name];
  beforeEach(clearLegions);

  it('keeps what did not change', () => {
    acceptLegions(frame(), false);
    const before = legionsStore.getState().shown;
    acceptLegions(frame(), false);
    expect(legionsStore.getState().shown).toBe(before);
    acceptLegions(frame({ votes: 4 }), false);
    const after = legionsStore.getState().shown;
    expect(after).not.toBe(before);
    expect(after?.legions[0]?.members).toBe(before?.legions[0]?.members);
  });

  it('knows which node leads, and who was a member a moment ago', () => {
    acceptLegions(frame(), false);
    expect(nodeOf('app-1')).toMatchObject({ isLord: true, isHeard: true, legion: 'web' });
    expect(nodeOf('__proto__')).toBeUndefined();
    acceptLegions(frame({ members: webLegion(NOW).members.slice(1) }), false);
    expect(nodeOf('app-1')).toMatchObject({ isLord: false, isHeard: false });
    acceptLegions({ at: NOW, legions: [] }, false);
    expect(nodeOf('app-1')).toBeUndefined();
  });

  it('stands still while the view is paused', () => {
    acceptLegions(frame(), false);
    acceptLegions(frame({ votes: 1 }), true);
    expect(legionsStore.getState().shown?.legions[0]?.votes).toBe(5);
    showLiveLegions();
    expect(legionsStore.getState().shown?.legions[0]?.votes).toBe(1);
  });
});
