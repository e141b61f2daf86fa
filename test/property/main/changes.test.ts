/** A run under any order of answers, silence, decisions and restarts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEntry } from '../../../app/main/core/changes/run-apply.js';
import { createRun, RunEntry } from '../../../app/main/core/changes/run-state.js';
import { summaryOfRun, viewOfTarget } from '../../../app/main/core/changes/run-views.js';
import { scanJson } from '../../../app/main/core/changes/json-scan.js';
import { RESULT_STATES } from '../../../app/shared/domain/change.js';
import { aPlan, drive } from '../../support/runs.js';

const index = fc.nat({ max: 11 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), n: index, ok: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('beat' as const), n: fc.nat({ max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('confirm' as const), gone: fc.array(index, { maxLength: 2 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 70_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      n: index,
      state: fc.constantFrom('healthy', 'late', 'silent', 'troubled', 'left'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('decide' as const),
      what: fc.constantFrom('held', 'resumed', 'continued', 'stopped'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), n: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outage' as const), ms: fc.nat({ max: 60_000 }) }) },
);

describe('a run under any order of events', () => {
  it('counts its rows, keeps its limits, sends to nobody twice unasked, and reads back from its journal', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const atMost = 3;
        const it = drive(aPlan([1, 4, 7], { atMost }));
        const allowed = new Map<string, number>();
        it.settle();
        for (const each of steps) {
          const { run } = it;
          const at = it.at();
          const sentBefore = it.sentTo().length;
          const isHalted = run.state === 'held' || run.state === 'stopped';
          const mayNotSend = isHalted && !run.targets.some(({ again }) => again);
          switch (each.do) {
            case 'answer':
              if (run.targets[each.n]!.attempt > 0) it.answer(`n-${each.n}`, each.ok);
              break;
            case 'beat':
              it.beat(each.n);
              break;
            case 'confirm':
              it.confirm(each.gone.map((n) => `n-${n}`));
              break;
            case 'wait':
              it.wait(each.ms);
              break;
            case 'state':
              it.change(`n-${each.n}`, { state: each.state });
              break;
            case 'decide':
              it.put({
                t: 'decision',
                at,
                what: each.what as 'held',
                by: null,
                reason: 'r',
                excuses: true,
                ...(run.hold?.gate ? { gate: run.hold.gate } : {}),
              });
              it.settle();
              break;
            case 'retry': {
              const { state, name } = run.targets[each.n]!;
              if (!['failed', 'undeliverable', 'no-answer', 'regressed'].includes(state)) break;
              allowed.set(name, (allowed.get(name) ?? 0) + 1);
              it.put({ t: 'decision', at, what: 'retried', by: null, reason: null, n: [each.n] });
              it.settle();
              break;
            }
            case 'restart':
              it.put({ t: 'restart', at });
              if (run.state === 'running') it.put({ t: 'hold', at, why: 'restart', rule: null, gate: null });
              break;
            case 'outage':
              it.put({ t: 'outage', at, ms: each.ms });
          }
          if (mayNotSend && each.do !== 'decide' && each.do !== 'retry')
            expect(it.sentTo().length).toBe(sentBefore);
          expect(run.inFlight).toBe(run.targets.filter(({ state }) => state === 'sent').length);
          expect(run.inFlight).toBeLessThanOrEqual(atMost);
          for (const state of RESULT_STATES)
            expect(run.counts[state]).toBe(run.targets.filter((target) => target.state === state).length);
          const firstUnsent = run.targets.find(({ attempt, state }) => attempt === 0 && state === 'queued');
          if (firstUnsent)
            expect(
              run.targets.every(({ wave, attempt }) => attempt === 0 || wave <= Math.max(run.wave, 1)),
            ).toBe(true);
        }
        const sent = new Map<string, number>();
        for (const name of it.sentTo()) sent.set(name, (sent.get(name) ?? 0) + 1);
        for (const [name, count] of sent) expect(count).toBeLessThanOrEqual(1 + (allowed.get(name) ?? 0));
        const back = createRun(it.run.plan);
        for (const line of JSON.parse(JSON.stringify(it.journal)) as unknown[])
          applyEntry(back, RunEntry.parse(line));
        expect(summaryOfRun(back)).toEqual(summaryOfRun(it.run));
        const durable = ({
          beats: _,
          pidAfter: __,
          versionAfter: ___,
          ...rest
        }: ReturnType<typeof viewOfTarget>) => rest;
        const rows = (run: typeof back) => run.targets.map((target) => durable(viewOfTarget(run, target)));
        expect(rows(back)).toEqual(rows(it.run));
      }),
      { numRuns: 400 },
    );
  });

  it('ends, whatever was answered, once nobody holds it and time has passed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('ok', 'failed', 'gone', 'mute'), { minLength: 12, maxLength: 12 }),
        (fates) => {
          const it = drive(aPlan([12], { stop: { regressed: 99, failedShare: 1 }, atMost: 5 }));
          it.settle();
          for (let round = 0; round < 40 && it.run.endedAt === null; round += 1) {
            const pending = it.run.targets.filter(({ pending }) => pending);
            it.confirm(pending.filter(({ index: n }) => fates[n] === 'gone').map(({ name }) => name));
            for (const { state, index: n, name } of it.run.targets)
              if (state === 'sent' && (fates[n] === 'ok' || fates[n] === 'failed'))
                it.answer(name, fates[n] === 'ok');
            it.beat(3);
            it.wait(20_000);
          }
          expect(it.run.state).toBe('done');
          expect(it.run.targets.map(({ state }) => state)).toEqual(
            fates.map(
              (fate) =>
                ({ ok: 'verified', failed: 'failed', gone: 'undeliverable', mute: 'no-answer' })[fate],
            ),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the scan of JSON text', () => {
  it('finds a fault exactly where JSON.parse does, and none where it finds none', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '0', ' ', '{', ']', 't', '\u0000'))
      .map(([text, place, extra]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + extra + text.slice(at + (place % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const faults = scanJson(text, 1_000).filter(({ code }) => code === 'json');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(faults.length === 0).toBe(isJson);
      }),
      { numRuns: 3_000 },
    );
  });
});
