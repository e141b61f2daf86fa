/** The machine of a run: rules CH5-CH19 of docs/spec/changes.md. */
import { describe, expect, it } from 'vitest';
import { RESULT_STATES } from '../../../../../app/shared/domain/change.js';
import { applyEntry } from '../../../../../app/main/core/changes/run-apply.js';
import { createRun } from '../../../../../app/main/core/changes/run-state.js';
import { tookIt } from '../../../../../app/main/core/changes/took.js';
import { summaryOfRun, viewOfTarget } from '../../../../../app/main/core/changes/run-views.js';
import { aGem, aPlan, drive } from '../../../../support/runs.js';

const resumed = (at: number, reason = 'seen') =>
  ({ t: 'decision', at, what: 'resumed', by: 'anna', reason, excuses: true }) as const;

describe('CH5 sending', () => {
  it('goes wave by wave, in order, never beyond the number that may be on its way', () => {
    const it = drive(aPlan([1, 5], { atMost: 2 }));
    it.settle();
    expect(it.sentTo()).toEqual(['n-0']);
    it.confirm();
    it.answer('n-0');
    it.beat(3);
    expect(it.sentTo()).toEqual(['n-0', 'n-1', 'n-2']);
    it.confirm();
    it.answer('n-2');
    expect(it.sentTo()).toEqual(['n-0', 'n-1', 'n-2', 'n-3']);
  });

  it('leaves out a node that has an open action of this kind until that is answered', () => {
    const it = drive(aPlan([3]));
    it.busy.add('n-1');
    it.settle();
    expect(it.sentTo()).toEqual(['n-0', 'n-2']);
    it.busy.clear();
    it.settle();
    expect(it.sentTo()).toEqual(['n-0', 'n-2', 'n-1']);
  });

  it('sends nothing while the broker blocks, and goes on by itself', () => {
    const it = drive(aPlan([2]));
    it.block(true);
    it.settle();
    expect(it.sentTo()).toEqual([]);
    it.block(false);
    it.settle();
    expect(it.sentTo()).toHaveLength(2);
  });

  it('sends a broadcast to all at once, whatever the limit', () => {
    const it = drive(aPlan([5], { mode: 'broadcast', atMost: 1 }));
    it.settle();
    expect(it.sentTo()).toHaveLength(5);
  });
});

describe('CH9 a failure after the proof', () => {
  it('is kept beside the row, and takes nothing from what three beats have shown', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.confirm();
    it.answer('n-0');
    it.beat(3);
    expect(it.state('n-0')).toBe('verified');
    it.answer('n-0', false);
    expect(it.target('n-0')).toMatchObject({ state: 'verified', contradicted: 'failed' });
    expect(it.run.state).not.toBe('held');
  });
});

describe('CH6 what the broker says', () => {
  it('a returned message is undeliverable at once, and final', () => {
    const it = drive(aPlan([2]));
    it.settle();
    it.confirm(['n-1']);
    expect(it.target('n-1')).toMatchObject({ state: 'undeliverable', why: 'no-queue' });
    expect(it.state('n-0')).toBe('sent');
  });

  it('what was on its way when the console stopped is in doubt, is not sent again, and may still be answered', () => {
    const it = drive(aPlan([2]));
    it.settle();
    it.put({ t: 'restart', at: it.at() }, { t: 'hold', at: it.at(), why: 'restart', rule: null, gate: null });
    it.put(resumed(it.at()));
    it.settle();
    expect(it.sentTo()).toHaveLength(2);
    expect(it.target('n-0')).toMatchObject({ state: 'sent', unsure: true });
    it.answer('n-0');
    expect(it.target('n-0')).toMatchObject({ state: 'success', unsure: false });
    it.wait(60_001);
    expect(it.target('n-1')).toMatchObject({ state: 'no-answer', why: 'deadline', unsure: true });
  });

  it('an answer may be faster than the confirm', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0');
    it.confirm();
    expect(it.state('n-0')).toBe('success');
  });
});

describe('CH7-CH10 results', () => {
  it('nothing said by the deadline is no answer; a late word still counts and is proven like any other', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.confirm();
    it.wait(59_999);
    expect(it.state('n-0')).toBe('sent');
    it.wait(1);
    expect(it.state('n-0')).toBe('no-answer');
    expect(it.run.state).toBe('done');
    it.answer('n-0');
    expect(it.target('n-0')).toMatchObject({ state: 'success', late: true });
    it.beat(3);
    expect(it.state('n-0')).toBe('verified');
    expect(it.run).toMatchObject({ state: 'done' });
  });

  it('of two words that contradict each other failed counts, and both are kept', () => {
    const first = drive(aPlan([1]));
    first.settle();
    first.answer('n-0');
    first.answer('n-0', false, 'boom');
    expect(first.target('n-0')).toMatchObject({
      state: 'failed',
      error: 'boom',
      contradicted: 'success',
    });
    const other = drive(aPlan([1]));
    other.settle();
    other.answer('n-0', false, 'boom');
    other.answer('n-0', true);
    expect(other.target('n-0')).toMatchObject({ state: 'failed', error: 'boom', contradicted: 'success' });
  });

  it('the same word twice changes nothing', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0');
    const { resultAt } = it.target('n-0');
    it.wait(500);
    it.answer('n-0');
    expect(it.target('n-0')).toMatchObject({ state: 'success', resultAt, contradicted: null });
  });

  it('a success that changed nothing as far as is known is no change, and final', () => {
    const it = drive(aPlan([2], { same: [1] }));
    it.settle();
    it.answerAll();
    expect([it.state('n-0'), it.state('n-1')]).toEqual(['success', 'no-change']);
  });

  it('time in which our link was down is given back to who has not answered', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.confirm();
    it.put({ t: 'outage', at: it.at(), ms: 30_000 });
    it.wait(60_001);
    expect(it.state('n-0')).toBe('sent');
    it.wait(30_000);
    expect(it.state('n-0')).toBe('no-answer');
  });
});

describe('CH16 while we cannot hear', () => {
  it('nothing of a success is judged: its time is given back', () => {
    const it = drive(aPlan([1], { waves: [{ size: 1, begins: 'auto', minVerified: 0, watchS: 60 }] }));
    it.settle();
    it.answer('n-0');
    it.put({ t: 'outage', at: it.at() + 120_000, ms: 120_000 });
    it.wait(120_000);
    expect(it.target('n-0')).toMatchObject({ state: 'success', settled: false });
    it.beat(3);
    expect(it.state('n-0')).toBe('verified');
    it.change('n-0', { state: 'silent' });
    expect(it.state('n-0')).toBe('regressed');
  });
});

describe('CH11 verified', () => {
  it('takes three good beats since the success, no fewer', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0');
    it.beat(2);
    expect(it.state('n-0')).toBe('success');
    it.beat(1);
    expect(it.target('n-0')).toMatchObject({ state: 'verified', beats: 3 });
  });

  it('is never said of a node that is late', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0');
    it.nodes.set('n-0', { ...it.nodes.get('n-0')!, state: 'late' });
    it.beat(5);
    expect(it.state('n-0')).toBe('success');
  });

  it('a node that does not beat stays at its success, and the run ends all the same', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0');
    it.wait(40_000);
    expect(it.state('n-0')).toBe('success');
    expect(it.run).toMatchObject({ state: 'done' });
  });
});

describe('CH12 regressed', () => {
  it.each(['silent', 'troubled', 'left'] as const)(
    'a node that is %s after its success has regressed',
    (state) => {
      const it = drive(aPlan([1]));
      it.settle();
      it.answer('n-0');
      it.change('n-0', { state });
      expect(it.target('n-0')).toMatchObject({ state: 'regressed', why: state });
    },
  );

  it('so has one that restarted although nothing asked it to; after a reload a restart fits', () => {
    const plain = drive(aPlan([1]));
    plain.settle();
    plain.answer('n-0');
    plain.change('n-0', { pid: 101 });
    expect(plain.target('n-0')).toMatchObject({ state: 'regressed', why: 'restarted' });
    const gem = drive(aPlan([1], { bodies: [aGem] }));
    gem.settle();
    gem.answer('n-0');
    gem.change('n-0', { pid: 101 });
    gem.beat(3);
    expect(gem.state('n-0')).toBe('verified');
  });

  it('trouble from before is not held against it', () => {
    const it = drive(aPlan([1]));
    it.nodes.set('n-0', { ...it.nodes.get('n-0')!, state: 'troubled' });
    it.settle();
    it.answer('n-0');
    it.beat(3);
    expect(it.state('n-0')).toBe('success');
  });

  it('counts after it was verified too, within the watch time and not beyond', () => {
    const watched = (waitMs: number) => {
      const it = drive(aPlan([2], { waves: [{ size: 2, begins: 'auto', minVerified: 0, watchS: 60 }] }));
      it.settle();
      it.answerAll();
      it.beat(3);
      it.wait(waitMs);
      it.change('n-0', { state: 'silent' });
      return it.state('n-0');
    };
    expect(watched(59_000)).toBe('regressed');
    expect(watched(61_000)).toBe('verified');
  });
});

describe('CH13 gates', () => {
  it('a wave of which too few are verified holds at its gate, and goes on when a person lets it', () => {
    const it = drive(aPlan([2, 2], { stop: { regressed: 9, failedShare: 1 } }));
    it.settle();
    it.confirm(['n-0']);
    it.answer('n-1');
    it.beat(3);
    expect(it.run.hold).toMatchObject({ why: 'evidence', rule: 'verified', gate: 2 });
    expect(it.sentTo()).toHaveLength(2);
    it.put({
      t: 'decision',
      at: it.at(),
      what: 'continued',
      by: 'anna',
      reason: 'n-0 is scrapped',
      excuses: true,
      gate: 2,
    });
    it.settle();
    expect(it.sentTo()).toHaveLength(4);
  });

  it('a wave that asks waits for a person although the evidence is good', () => {
    const plan = aPlan([1, 1]);
    const it = drive({ ...plan, waves: [plan.waves[0]!, { ...plan.waves[1]!, begins: 'ask' }] });
    it.settle();
    it.answer('n-0');
    it.beat(3);
    expect(it.run).toMatchObject({ state: 'held', hold: { why: 'ask', gate: 2 } });
    expect(it.sentTo()).toHaveLength(1);
  });

  it('waits until the watch time of the wave is over', () => {
    const plan = aPlan([1, 1]);
    const it = drive({ ...plan, waves: plan.waves.map((wave) => ({ ...wave, watchS: 60 })) });
    it.settle();
    it.answer('n-0');
    it.beat(3);
    expect(it.sentTo()).toHaveLength(1);
    it.wait(60_001);
    expect(it.sentTo()).toHaveLength(2);
  });
});

describe('CH14 stop rules', () => {
  it('hold at once when so many have regressed, and count anew from what a person has let pass', () => {
    const it = drive(aPlan([4, 4], { stop: { regressed: 2, failedShare: 1 } }));
    it.settle();
    it.answerAll();
    it.change('n-0', { state: 'silent' });
    expect(it.run.state).toBe('running');
    it.change('n-1', { state: 'silent' });
    expect(it.run).toMatchObject({ state: 'held', hold: { why: 'rule', rule: 'regressed' } });
    it.put(resumed(it.at()));
    it.settle();
    expect(it.run.state).toBe('running');
    it.change('n-2', { state: 'silent' });
    it.change('n-3', { state: 'silent' });
    expect(it.run.hold).toMatchObject({ why: 'rule', rule: 'regressed' });
  });

  it('do not let a gate pass when they are resumed, and what was excused in one wave hides nothing in the next', () => {
    const it = drive(aPlan([2, 2, 2], { stop: { regressed: 1, failedShare: 1 } }));
    it.settle();
    it.answerAll();
    it.change('n-0', { state: 'silent' });
    expect(it.run.hold).toMatchObject({ why: 'rule' });
    it.put(resumed(it.at()));
    it.beat(3, ['n-1']);
    expect(it.run.hold).toMatchObject({ why: 'evidence', gate: 2 });
    it.put({ ...resumed(it.at()), gate: 2 });
    it.settle();
    it.answerAll();
    it.change('n-2', { state: 'silent' });
    expect(it.run.hold).toMatchObject({ why: 'rule', rule: 'regressed' });
  });

  it('hold when a share of the wave has failed; the rest of it is not sent', () => {
    const it = drive(aPlan([40], { stop: { regressed: 9, failedShare: 0.05 }, atMost: 2 }));
    it.settle();
    it.answer('n-0', false);
    expect(it.run.state).toBe('running');
    it.answer('n-1', false);
    expect(it.run.hold).toMatchObject({ why: 'rule', rule: 'failed' });
    expect(it.sentTo().length).toBeLessThan(5);
  });
});

describe('CH15 stopping and trying again', () => {
  it('stop skips who has not been sent to and watches the others on', () => {
    const it = drive(aPlan([3], { atMost: 1 }));
    it.settle();
    it.confirm();
    it.put({ t: 'decision', at: it.at(), what: 'stopped', by: 'anna', reason: null });
    it.settle();
    expect([it.state('n-1'), it.state('n-2')]).toEqual(['skipped', 'skipped']);
    expect(it.run.endedAt).toBeNull();
    it.answer('n-0');
    it.beat(3);
    expect(it.run).toMatchObject({ state: 'stopped' });
    expect(it.run.endedAt).not.toBeNull();
  });

  it('a retry is the next attempt of the same run and keeps how the one before ended', () => {
    const it = drive(aPlan([2]));
    it.settle();
    it.confirm(['n-1']);
    it.answer('n-0');
    it.beat(3);
    expect(it.run.state).toBe('done');
    it.put({ t: 'decision', at: it.at(), what: 'retried', by: 'anna', reason: null, n: [1] });
    it.settle();
    expect(it.target('n-1')).toMatchObject({ state: 'sent', attempt: 2, earlier: [{ attempt: 1 }] });
    it.answer('n-1');
    it.beat(3);
    expect(summaryOfRun(it.run)).toMatchObject({ state: 'done', counts: { verified: 2 } });
  });

  it('a retry at a gate sends to those alone and does not let the run go on', () => {
    const it = drive(aPlan([4, 4], { stop: { regressed: 9, failedShare: 1 } }));
    it.settle();
    it.confirm(['n-0', 'n-1']);
    it.answerAll();
    it.beat(3);
    expect(it.run.hold).toMatchObject({ why: 'evidence', gate: 2 });
    it.put({ t: 'decision', at: it.at(), what: 'retried', by: 'anna', reason: null, n: [0] });
    it.settle();
    expect(it.sentTo()).toEqual(['n-0', 'n-1', 'n-2', 'n-3', 'n-0']);
    it.answer('n-0');
    it.beat(3);
    expect(it.state('n-0')).toBe('verified');
    expect(it.run).toMatchObject({ state: 'held', hold: { why: 'evidence' } });
    expect(it.state('n-4')).toBe('queued');
  });

  it('a retry of what a person holds waits until it goes on', () => {
    const it = drive(aPlan([2]));
    it.settle();
    it.confirm(['n-0']);
    it.put({ t: 'decision', at: it.at(), what: 'held', by: 'anna', reason: null });
    it.put({ t: 'decision', at: it.at(), what: 'retried', by: 'anna', reason: null, n: [0] });
    it.settle();
    expect(it.state('n-0')).toBe('queued');
    it.put({ t: 'decision', at: it.at(), what: 'resumed', by: 'anna', reason: null });
    it.settle();
    expect(it.target('n-0')).toMatchObject({ state: 'sent', attempt: 2 });
  });

  it('CH9 a retry that was stopped before it went out leaves nobody owing a word', () => {
    const it = drive(aPlan([3], { stop: { regressed: 9, failedShare: 1 } }));
    const decide = (what: 'retried' | 'held' | 'stopped') =>
      it.put({ t: 'decision', at: it.at(), what, by: 'anna', reason: null, n: [0, 1] });
    it.settle();
    it.confirm();
    it.wait(61_000);
    it.put({ t: 'hold', at: it.at(), why: 'link', rule: null, gate: null });
    decide('retried');
    it.put({ t: 'result', at: it.at(), n: 1, ok: false, detail: null, error: 'no' });
    expect(it.state('n-1')).toBe('queued');
    decide('stopped');
    expect(it.state('n-0')).toBe('no-answer');
    expect(it.target('n-1')).toMatchObject({ state: 'failed', error: 'no', why: null, due: [] });
    expect(tookIt(it.run).map(({ name }) => name)).toEqual(['n-0', 'n-2']);
    it.answer('n-0');
    expect(it.target('n-0')).toMatchObject({ state: 'success', late: true, due: [] });
    it.answer('n-0', false);
    expect(it.target('n-0')).toMatchObject({ state: 'failed', contradicted: 'success' });
  });

  it('a restart of the node before a retry is not held against it', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.answer('n-0', false);
    it.change('n-0', { pid: 777 });
    it.put({ t: 'decision', at: it.at(), what: 'retried', by: 'anna', reason: null, n: [0] });
    it.settle();
    it.answer('n-0');
    it.beat(3);
    expect(it.state('n-0')).toBe('verified');
  });

  it('a hold that comes after the end changes nothing', () => {
    const it = drive(aPlan([1]));
    it.settle();
    it.confirm(['n-0']);
    expect(it.run.state).toBe('done');
    it.put({ t: 'hold', at: it.at(), why: 'link', rule: null, gate: null });
    expect(it.run.state).toBe('done');
  });

  it('CH17 those that took it are who said so, who took the message and said nothing, and nobody else', () => {
    const it = drive(aPlan([6], { stop: { regressed: 9, failedShare: 1 } }));
    it.settle();
    it.confirm(['n-5']);
    it.answer('n-0');
    it.answer('n-1');
    it.answer('n-2', false);
    it.change('n-1', { state: 'silent' });
    it.wait(61_000);
    expect(tookIt(it.run).map(({ name }) => name)).toEqual(['n-0', 'n-1', 'n-3', 'n-4']);
  });

  it('CH17 an attempt that took it counts whatever becomes of the next, until it goes back', () => {
    const it = drive(aPlan([3], { stop: { regressed: 9, failedShare: 1 } }));
    const took = () => tookIt(it.run).map(({ name }) => name);
    const decide = (what: 'retried' | 'rolled-back', n: number[]) =>
      it.put({ t: 'decision', at: it.at(), what, by: 'anna', reason: null, n, run: 'back' });
    it.settle();
    it.confirm();
    it.answer('n-1');
    it.answer('n-2', false);
    it.wait(61_000);
    expect(took()).toEqual(['n-0', 'n-1']);
    decide('retried', [0, 2]);
    expect(took()).toEqual(['n-0', 'n-1']);
    it.settle();
    it.put({ t: 'gone', at: it.at(), n: [0] });
    expect(it.state('n-0')).toBe('undeliverable');
    it.answer('n-2', false);
    expect(took()).toEqual(['n-0', 'n-1']);
    decide('rolled-back', [0, 1]);
    expect(took()).toEqual([]);
    decide('retried', [2]);
    it.settle();
    it.answer('n-2');
    expect(took()).toEqual(['n-2']);
  });

  it('CH9 who said success and then failed may have it; a failure after trouble leaves the trouble', () => {
    const it = drive(aPlan([2], { stop: { regressed: 9, failedShare: 1 } }));
    it.settle();
    it.confirm();
    it.answer('n-0');
    it.answer('n-1');
    it.answer('n-0', false);
    expect(it.target('n-0')).toMatchObject({ state: 'failed', contradicted: 'success' });
    it.change('n-1', { state: 'silent' });
    it.wait(1_000);
    expect(it.state('n-1')).toBe('regressed');
    it.answer('n-1', false);
    expect(it.target('n-1')).toMatchObject({ state: 'regressed', contradicted: 'failed' });
    expect(tookIt(it.run).map(({ name }) => name)).toEqual(['n-0', 'n-1']);
  });
});

describe('the journal', () => {
  it('read back makes the same run, and its counts are those of its rows', () => {
    const it = drive(aPlan([2, 8], { stop: { regressed: 9, failedShare: 1 } }));
    it.settle();
    it.confirm();
    it.answerAll();
    it.beat(3);
    it.confirm(['n-7']);
    for (const name of ['n-2', 'n-3', 'n-4']) it.answer(name);
    it.answer('n-5', false);
    it.change('n-3', { state: 'troubled' });
    it.wait(70_000);
    const back = createRun(it.run.plan);
    for (const entry of JSON.parse(JSON.stringify(it.journal)) as typeof it.journal) applyEntry(back, entry);
    const rows = (run: typeof back) => run.targets.map((target) => viewOfTarget(run, target));
    expect(rows(back)).toEqual(rows(it.run));
    expect(summaryOfRun(back)).toEqual(summaryOfRun(it.run));
    for (const state of RESULT_STATES)
      expect(back.counts[state]).toBe(back.targets.filter((target) => target.state === state).length);
  });

  it('places that the plan does not have are skipped', () => {
    const run = createRun(aPlan([1]));
    applyEntry(run, { t: 'attempt', at: 1, n: [0, 99] });
    applyEntry(run, { t: 'result', at: 1, n: 99, ok: true, detail: null, error: null });
    expect(run.counts).toMatchObject({ sent: 1 });
  });
});
