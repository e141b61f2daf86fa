/** The verbs about changes, runs and what is pushed to us, against a web host whose Api the test makes up. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EXIT } from '../../../../app/main/cli/exit.js';
import { runCli } from '../../../../app/main/cli/program.js';
import { RETRYABLE } from '../../../../app/main/core/changes/run-apply.js';
import { addConfigFlags } from '../../../../app/main/config/index.js';
import { findHost } from '../../../../app/main/hosts/web/index.js';
import type { Api, In } from '../../../../app/shared/contract/contract.js';
import {
  RESULT_STATES,
  type ChangeCheck,
  type ChangeInput,
  type ResultState,
  type Run,
  type RunFrame,
  type RunTarget,
  type RollbackCheck,
} from '../../../../app/shared/domain/change.js';
import type { ApprovalRequest, Receive } from '../../../../app/shared/domain/received.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import type { ErrorCode } from '../../../../app/shared/errors/codes.js';
import { aResult, aRun, aTarget, GEM, headOf, settingsWhat, summaryOf } from '../../../support/fake-runs.js';
import { aSession } from '../../../support/nodes.js';
import { tempDir } from '../../../support/temp-dir.js';
import { aWebHost } from '../../../support/web-host.js';

const NOW = 1_000_000;

async function against(parts: Partial<Api>, answers: readonly string[] | null = null) {
  const { dataDir } = await aWebHost({ 'session.get': async () => aSession(), ...parts });
  const out: string[] = [];
  const err: string[] = [];
  const asked: string[] = [];
  const left = [...(answers ?? [])];
  const deps = {
    version: '9.8.7',
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    ...(answers && {
      ask: async (question: string) => {
        asked.push(question);
        return left.shift() ?? '';
      },
    }),
    findHost,
    serve: async () => EXIT.done,
    localConfig: () => ({ dataDir, report: { values: [] } }),
    addConfigFlags,
  };
  return {
    run: (...argv: string[]) => runCli(argv, deps),
    out,
    err,
    asked,
    text: () => out.join('\n'),
    errText: () => err.join('\n'),
  };
}

const aCheck = (over: Partial<ChangeCheck> = {}): ChangeCheck => ({
  at: NOW,
  what: settingsWhat('transport.pool'),
  notes: [],
  diff: [
    {
      path: 'transport.pool',
      before: [
        { value: '10', source: 'your-push', at: NOW - 60_000, nodes: 2 },
        { value: null, source: 'unknown', at: null, nodes: 1 },
      ],
      after: '20',
      effect: 'change',
      lost: [],
      masked: false,
    },
  ],
  targets: {
    names: ['web-1', 'web-2', 'web-3'],
    unknown: [],
    excluded: [{ name: 'console-1', why: 'self' }],
    silent: [],
    lords: [],
    change: 2,
    noChange: 0,
    unknownBefore: 1,
  },
  waves: [{ size: 3, begins: 'auto', minVerified: 0, watchS: 0 }],
  canary: null,
  rollback: { possible: 2, partly: 1, of: 3 },
  atMost: 1_000,
  deadlineS: 60,
  confirm: { level: 'button', expect: '3', nodes: 1, approval: false },
  bytes: 120,
  ...over,
});
const started = (): Run =>
  aRun(
    ['web-1', 'web-2', 'web-3'].map((name, index) => aTarget(index, name)),
    NOW,
    { id: 'r-1', what: settingsWhat('transport.pool'), kind: 'settings', state: 'running', hold: null },
  );
const failing =
  (code: ErrorCode, details: Record<string, never> | object = {}) =>
  () =>
    Promise.reject(new AppError(code, 'its own words', { details: details as never }));

function pushing(check: Partial<ChangeCheck> = {}) {
  const inputs: ChangeInput[] = [];
  const start = vi.fn(async (_input: In<'run.start'>) => started());
  const parts = {
    'change.check': async (input: ChangeInput) => {
      inputs.push(input);
      return aCheck(check);
    },
    'run.start': start,
  } satisfies Partial<Api>;
  return { parts, inputs, start };
}
function fileWith(content: string): string {
  const file = join(tempDir(), 'file');
  writeFileSync(file, content);
  return file;
}
const SETTINGS = '{"transport":{"pool":20}}';

describe('a push', () => {
  it('goes out when it is confirmed, and says how to follow it', async () => {
    const { parts, start, inputs } = pushing();
    const { run, text } = await against(parts);
    const file = fileWith(SETTINGS);
    const argv = ['push', 'settings', '--file', file, '--to', 'web-1,web-2', '--to', 'web-3'];
    expect(await run(...argv, '--confirm', '3', '--reason', 'pool too small')).toBe(EXIT.done);
    expect(inputs[0]).toEqual({
      what: { kind: 'settings', settings: SETTINGS },
      where: { names: ['web-1', 'web-2', 'web-3'] },
      how: {},
    });
    expect(start.mock.calls[0]?.[0]).toEqual({ ...inputs[0], confirm: '3', reason: 'pool too small' });
    expect(text()).toContain('r-1  settings transport.pool: running. 3 queued');
    expect(text()).toContain('legion-console run r-1 --follow');
  });

  it('answers with the run as JSON', async () => {
    const { parts } = pushing();
    const { run, text } = await against(parts);
    await run('push', 'settings', '--file', fileWith(SETTINGS), '--to', 'all', '--confirm', '3', '--json');
    expect(JSON.parse(text())).toMatchObject({
      id: 'r-1',
      kind: 'settings',
      state: 'running',
      targets: [
        { name: 'web-1', wave: 1, state: 'queued', attempt: 0, detail: null, error: null },
        { name: 'web-2' },
        { name: 'web-3' },
      ],
    });
  });

  it('without its confirmation nothing is sent, and what to add is said exactly', async () => {
    const { parts, start } = pushing();
    const { run, text, errText } = await against(parts);
    expect(await run('push', 'settings', '--file', fileWith(SETTINGS), '--to', 'all')).toBe(EXIT.usage);
    expect(start).not.toHaveBeenCalled();
    expect(text()).toBe('');
    expect(errText()).toContain('Add: --confirm 3');
    expect(errText()).toContain('10 (your push, 2 nodes); ? (never seen, 1 node)');
    expect(await run('push', 'gem', 'http', '--to', 'all', '--confirm', '4')).toBe(EXIT.usage);
    expect(errText()).toContain('The confirmation does not fit: it has to be “3”.');
    expect(start).not.toHaveBeenCalled();
  });

  it('a person at a terminal is asked instead, and a wrong answer sends nothing', async () => {
    const { parts, start } = pushing({
      confirm: { level: 'profile', expect: "prod's eu", nodes: 1, approval: true },
    });
    const { run, asked, errText } = await against(parts, ['no', "prod's eu"]);
    expect(await run('push', 'gem', 'http', '--to', 'all')).toBe(EXIT.usage);
    expect(start).not.toHaveBeenCalled();
    expect(errText()).toContain("Add: --confirm 'prod'\\''s eu'");
    expect(errText()).toContain('A second person has to approve it as well.');
    expect(await run('push', 'gem', 'http', '--to', 'all')).toBe(EXIT.done);
    expect(asked).toEqual(["To send it, type prod's eu: ", "To send it, type prod's eu: "]);
    expect(start.mock.calls[0]?.[0].confirm).toBe("prod's eu");
    // Whoever reads JSON is a program.
    expect(await run('push', 'gem', 'http', '--to', 'all', '--json')).toBe(EXIT.usage);
  });

  it('where none is needed the number may be given all the same, and a wrong one stops it', async () => {
    const { parts, start } = pushing({ confirm: { level: 'enter', expect: '', nodes: 1, approval: false } });
    const { run, errText } = await against(parts);
    expect(await run('push', 'gem', 'http', '--to', 'all')).toBe(EXIT.done);
    expect(await run('push', 'gem', 'http', '--to', 'all', '--confirm', '3')).toBe(EXIT.done);
    expect(start.mock.calls.map(([input]) => input.confirm)).toEqual([undefined, undefined]);
    expect(await run('push', 'gem', 'http', '--to', 'all', '--confirm', '2')).toBe(EXIT.usage);
    expect(errText()).toContain('Add: --confirm 3');
    expect(start).toHaveBeenCalledTimes(2);
  });

  it('a rehearsal tells what it found and sends nothing', async () => {
    const { parts, start } = pushing({
      notes: [{ severity: 'warning', code: 'looks-secret', facts: { path: 'transport.password' } }],
    });
    const { run, text, out } = await against(parts);
    const argv = ['push', 'settings', '--file', fileWith(SETTINGS), '--to', 'all', '--dry-run'];
    expect(await run(...argv)).toBe(EXIT.done);
    expect(text()).toContain('Rehearsal of settings transport.pool. Nothing was sent.');
    expect(text()).toContain('Warning: “transport.password” looks secret.');
    expect(text()).toContain('3: web-1, web-2, web-3');
    expect(text()).toMatch(/Left out +console-1/);
    out.length = 0;
    expect(await run(...argv, '--json')).toBe(EXIT.done);
    expect(JSON.parse(text())).toMatchObject({ targets: { names: ['web-1', 'web-2', 'web-3'] } });
    expect(start).not.toHaveBeenCalled();
  });

  it('what stands against it is named, whether it was a rehearsal or not', async () => {
    const { parts, start } = pushing({
      what: null,
      notes: [{ severity: 'error', code: 'json', facts: { line: 1, column: 2, word: 'a comma is missing' } }],
    });
    const { run, text, errText } = await against(parts);
    for (const more of [[], ['--dry-run'], ['--confirm', '3']]) {
      expect(await run('push', 'settings', '--file', fileWith('{,'), '--to', 'all', ...more)).toBe(
        EXIT.usage,
      );
    }
    expect(errText().match(/ERROR: This is not JSON: line 1, column 2, a comma is missing\./g)).toHaveLength(
      3,
    );
    expect(start).not.toHaveBeenCalled();
    expect(text()).toBe('');
  });

  it.each([
    [['--to', 'all'], { all: true }],
    [['--to', 'web-1, web-2,'], { names: ['web-1', 'web-2'] }],
    [['--to', 'state:healthy -group:eu'], { filter: 'state:healthy -group:eu' }],
    [['--to', '-group:rack-c'], { filter: '-group:rack-c' }],
    [['--filter', 'web'], { filter: 'web' }],
    [['--to', 'odd:name'], { names: ['odd:name'] }],
    [
      ['--to', 'all', '--include-self', '--silent', 'send', '--send-unknown'],
      { all: true, includeSelf: true, silent: 'send', unknown: 'send' },
    ],
  ] as const)('reads %j as %j', async (argv, where) => {
    const { parts, inputs } = pushing();
    const { run } = await against(parts);
    expect(await run('push', 'gem', 'http', ...argv, '--dry-run')).toBe(EXIT.done);
    expect(inputs[0]?.where).toEqual(where);
  });

  it('reads names from a file, one per line', async () => {
    const { parts, inputs } = pushing();
    const { run } = await against(parts);
    const file = fileWith('web-1\r\n\n  web-2\nweb-1\n');
    await run('push', 'gem', 'http', '--to', `@${file}`, '--to', 'web-9', '--dry-run');
    expect(inputs[0]?.where).toEqual({ names: ['web-1', 'web-2', 'web-9'] });
  });

  it.each([[[]], [['--to', 'all', '--to', 'web-1']], [['--to', 'state:healthy', '--filter', 'x']]])(
    'to %j is not said in one way',
    async (argv) => {
      const { parts, inputs } = pushing();
      const { run, errText } = await against(parts);
      expect(await run('push', 'gem', 'http', ...argv)).toBe(EXIT.usage);
      expect(errText()).toContain('Say to whom');
      expect(inputs).toEqual([]);
    },
  );

  it('says how: waves, watching, limits and rules', async () => {
    const { parts, inputs } = pushing();
    const { run, errText } = await against(parts);
    const argv = ['push', 'gem', 'http', '--to', 'all', '--dry-run'];
    await run(...argv, '--waves', '1,25%,rest', '--watch', '30', '--ask-before-last', '--canary', 'web-2');
    expect(inputs[0]?.how).toEqual({
      waves: [
        { size: '1', begins: 'auto', minVerified: 0.95, watchS: 30 },
        { size: '25%', begins: 'auto', minVerified: 0.95, watchS: 30 },
        { size: 'rest', begins: 'ask', minVerified: 0.95, watchS: 30 },
      ],
      canary: 'web-2',
    });
    await run(...argv, '--deadline', '5', '--at-most', '7', '--stop-regressed', '3', '--broadcast');
    expect(inputs[1]?.how).toEqual({
      mode: 'broadcast',
      atMost: 7,
      deadlineS: 5,
      stop: { regressed: 3, failedShare: 0.05 },
    });
    await run(...argv, '--waves', 'careful', '--stop-failed', '12.5');
    expect(inputs[2]?.how?.waves).toHaveLength(4);
    expect(inputs[2]?.how?.stop).toEqual({ regressed: 2, failedShare: 0.125 });
    for (const wrong of [
      ['--waves', '1,lots'],
      ['--watch', 'x'],
      ['--deadline', '0'],
      ['--silent', 'maybe'],
    ])
      expect(await run(...argv, ...wrong)).toBe(EXIT.usage);
    expect(errText()).toContain('“lots” is no wave.');
  });

  it.each(['--at-most', '--stop-regressed'])('counts in %s with whole numbers only', async (flag) => {
    const { parts, inputs } = pushing();
    const { run, errText } = await against(parts);
    expect(await run('push', 'gem', 'http', '--to', 'all', flag, '1.5')).toBe(EXIT.usage);
    expect(errText()).toMatch(
      new RegExp(
        `option '${flag} <number>' argument '1\\.5' is invalid\\. Give a whole number from 1 to \\d+, as \\d+`,
      ),
    );
    expect(inputs).toEqual([]);
  });

  it('of a gem pins a version, or leaves it to the nodes', async () => {
    const { parts, inputs } = pushing();
    const { run } = await against(parts);
    await run('push', 'gem', 'lex-http', '--version', '0.9.1', '--no-reload', '--to', 'all', '--dry-run');
    await run('push', 'gem', 'http', '--to', 'all', '--dry-run');
    expect(inputs.map(({ what }) => what)).toEqual([
      { kind: 'gem', extension: 'lex-http', version: '0.9.1', reload: false },
      { kind: 'gem', extension: 'http', version: null, reload: true },
    ]);
  });

  it('of a file that is not there or far too large says so', async () => {
    const { parts, inputs } = pushing();
    const { run, errText } = await against(parts);
    expect(await run('push', 'settings', '--file', '/none', '--to', 'all')).toBe(EXIT.failed);
    const large = fileWith('x'.repeat(8_000_001));
    expect(await run('push', 'settings', '--file', large, '--to', 'all')).toBe(EXIT.failed);
    expect(errText()).toContain('is too large');
    expect(inputs).toEqual([]);
  });

  it('that the console refuses after all shows its reasons', async () => {
    const { parts } = pushing();
    const { run, errText } = await against({
      ...parts,
      'run.start': failing('CONFIRM_WRONG', { expect: '4' }),
    });
    expect(await run('push', 'gem', 'http', '--to', 'all', '--confirm', '3')).toBe(EXIT.usage);
    expect(errText()).toContain('it has to be “4”');
    expect(errText()).toContain('Add: --confirm 4');
  });
});

describe('following a run', () => {
  const frames = (...items: RunFrame[]) =>
    async function* () {
      yield* items;
    };
  const at = (rows: readonly RunTarget[], over: Partial<Run>): RunFrame['run'] =>
    headOf(aRun(rows, NOW, over));
  const frame = (type: RunFrame['type'], seq: number, rows: RunTarget[], over: Partial<Run>): RunFrame => ({
    type,
    seq,
    at: NOW,
    run: {
      ...at(rows, { id: 'r-1', kind: 'settings', what: settingsWhat('a.b'), hold: null, ...over }),
      total: 2,
    },
    rows,
  });
  const story = [
    frame('snapshot', 1, [aTarget(0, 'web-1', { state: 'sent', attempt: 1 })], { state: 'running' }),
    frame('delta', 2, [aTarget(1, 'web-2')], { state: 'running' }),
    frame('delta', 3, [aResult(0, 'web-1', 'success', NOW), aTarget(1, 'web-2')], { state: 'running' }),
    frame('delta', 4, [aResult(0, 'web-1', 'verified', NOW)], { state: 'running' }),
    frame('delta', 5, [aResult(1, 'web-2', 'failed', NOW, { error: 'no \u001b[31msuch' })], {
      state: 'done',
      endedAt: NOW,
    }),
  ];

  it('prints each change once and ends when it is over', async () => {
    const { run, out } = await against({ 'run.watch': frames(...story) });
    expect(await run('run', 'r-1', '--follow')).toBe(EXIT.failed);
    const told = out.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));
    expect(told.filter((line) => line.startsWith('web-'))).toEqual([
      'web-1  sent',
      'web-1  success',
      'web-1  verified',
      'web-2  failed  no ‹U+001B›[31msuch',
    ]);
    expect(told.at(-1)).toContain('done');
  });

  it('is one JSON object per change', async () => {
    const { run, out } = await against({ 'run.watch': frames(...story) });
    expect(await run('run', 'r-1', '-f', '--json')).toBe(EXIT.failed);
    type Line = { target?: RunTarget; run?: Run };
    const lines = out.map((line) => JSON.parse(line) as Line);
    expect(
      lines.map((line) => line.target && `${line.target.name} ${line.target.state}`).filter(Boolean),
    ).toEqual(['web-1 sent', 'web-2 queued', 'web-1 success', 'web-1 verified', 'web-2 failed']);
    expect(lines.map((line) => line.run?.state).filter(Boolean)).toEqual(['running', 'done']);
  });

  const ends = (state: Run['state'], ...results: readonly ResultState[]) =>
    frame(
      'snapshot',
      1,
      results.map((result, index) => aResult(index, `web-${index}`, result, NOW)),
      { state, endedAt: NOW },
    );
  it.each([
    ['done with all verified', ends('done', 'verified', 'verified'), EXIT.done],
    ['done with nothing to change', ends('done', 'no-change', 'verified'), EXIT.done],
    ['of somebody else', ends('observed', 'success', 'failed'), EXIT.done],
    ['stopped with one skipped', ends('stopped', 'verified', 'skipped'), EXIT.failed],
    ['stopped when all were through', ends('stopped', 'verified', 'verified'), EXIT.failed],
    ['done with one skipped', ends('done', 'verified', 'skipped'), EXIT.failed],
    ['done with one regressed', ends('done', 'verified', 'regressed'), EXIT.failed],
    ['done with one that said nothing', ends('done', 'verified', 'no-answer'), EXIT.failed],
  ])('of a run %s ends with its exit code, also right after a push', async (_, last, exit) => {
    const { parts } = pushing();
    const { run } = await against({ ...parts, 'run.watch': frames(last) });
    expect(await run('run', 'r-1', '--follow')).toBe(exit);
    const file = fileWith(SETTINGS);
    const push = ['push', 'settings', '--file', file, '--to', 'web-1', '--confirm', '3', '--follow'];
    expect(await run(...push)).toBe(exit);
  });

  it('that breaks off before the end is an error', async () => {
    const { run } = await against({ 'run.watch': frames(story[0]!) });
    expect(await run('run', 'r-1', '--follow')).toBe(EXIT.notConnected);
  });
});

describe('runs', () => {
  const rows = [
    aResult(0, 'web-1', 'verified', NOW),
    aResult(1, 'web-2', 'failed', NOW, { error: 'no valid gem' }),
    aTarget(2, 'web-3'),
  ];
  const whole = aRun(rows, NOW, {
    id: 'r-1',
    what: GEM,
    state: 'held',
    hold: { why: 'rule', at: NOW, rule: 'failed', gate: null },
    errors: [{ error: 'no valid gem', count: 1, names: ['web-2'] }],
    decisions: [{ at: NOW, what: 'started', by: 'ann', reason: null, count: 3 }],
  });
  const summary = summaryOf(whole);

  it('are a table, or one JSON object per line', async () => {
    const { run, text, out } = await against({ 'run.list': async () => ({ at: NOW, runs: [summary] }) });
    expect(await run('runs')).toBe(EXIT.done);
    expect(text()).toMatch(
      /r-1 +Stopped by its rule: too many failed +lex-http 0\.9\.1 +3 +1 failed, 1 verified, 1 queued/,
    );
    out.length = 0;
    await run('runs', '--json', '--limit', '5');
    expect(JSON.parse(text())).toEqual([summary]);
    expect(text().split('\n')).toHaveLength(3);
  });

  it('one of them shows its rows, most urgent first', async () => {
    const { run, text } = await against({ 'run.get': async () => whole });
    expect(await run('run', 'r-1')).toBe(EXIT.done);
    const lines = text().split('\n');
    expect(lines.findIndex((line) => line.includes('web-2  failed'))).toBeLessThan(
      lines.findIndex((line) => line.includes('web-1  verified')),
    );
    expect(text()).toContain('Once: no valid gem (web-2)');
    expect(text()).toContain('started  ann');
  });

  it('one of them as JSON is the run', async () => {
    const { run, text } = await against({ 'run.get': async () => whole });
    expect(await run('run', 'r-1', '--json')).toBe(EXIT.done);
    expect(JSON.parse(text())).toEqual(whole);
    expect(await run('run')).toBe(EXIT.usage);
  });

  it.each(['0', 'x', '1.5', '1001'])('are not limited to %s', async (limit) => {
    const { run, errText } = await against({});
    expect(await run('runs', '--limit', limit)).toBe(EXIT.usage);
    expect(errText()).toContain(
      `option '--limit <number>' argument '${limit}' is invalid. Give a whole number from 1 to 1000, as 20.`,
    );
  });

  it('that nobody knows is an error with its remedy', async () => {
    const { run, errText } = await against({ 'run.get': failing('RUN_UNKNOWN') });
    expect(await run('run', 'r-9')).toBe(EXIT.failed);
    expect(errText()).toContain('There is no run of this id.');
  });

  it.each([
    ['hold', [], 'run.hold', {}],
    ['resume', ['--reason', 'looked at it'], 'run.resume', { reason: 'looked at it' }],
    ['continue', ['--reason', 'it is fine'], 'run.continue', { reason: 'it is fine' }],
    ['stop', [], 'run.stop', {}],
    [
      'retry',
      ['--state', 'failed,no-answer', '--confirm', '2'],
      'run.retry',
      { states: ['failed', 'no-answer'], confirm: '2' },
    ],
    ['retry', ['--to', 'web-2,web-3'], 'run.retry', { names: ['web-2', 'web-3'] }],
  ] as const)('can be told to %s %j', async (verb, argv, procedure, input) => {
    const decide = vi.fn(async (_input: object) => summary);
    const { run, text } = await against({ [procedure]: decide });
    expect(await run('run', verb, 'r-1', ...argv)).toBe(EXIT.done);
    expect(decide).toHaveBeenCalledWith({ id: 'r-1', ...input }, expect.anything());
    expect(text()).toContain('r-1  lex-http 0.9.1: Stopped by its rule');
    expect(await run('run', verb, 'r-1', '--json', ...argv)).toBe(EXIT.done);
  });

  it('takes the states that can be tried again, and names just those for any other', async () => {
    const retry = vi.fn(async (_input: object) => summary);
    const { run, errText } = await against({ 'run.retry': retry });
    for (const state of RESULT_STATES)
      expect([state, await run('run', 'retry', 'r-1', '--state', state)]).toEqual([
        state,
        RETRYABLE.has(state) ? EXIT.done : EXIT.usage,
      ]);
    expect(retry).toHaveBeenCalledTimes(RETRYABLE.size);
    expect(errText()).toContain(
      "argument 'success' is invalid. What can be tried again: failed, undeliverable, no-answer, regressed.\n",
    );
  });

  it('refuses states it does not know, and reasons that are missing', async () => {
    const { run, errText } = await against({ 'run.continue': failing('REASON_MISSING') });
    expect(await run('run', 'retry', 'r-1', '--state', 'sad')).toBe(EXIT.usage);
    expect(await run('run', 'continue', 'r-1')).toBe(EXIT.usage);
    expect(errText()).toContain('Say why; it is written down.');
  });

  it('are rolled back after a look at what goes out', async () => {
    const check: RollbackCheck = {
      names: ['web-1', 'web-2', 'web-3'],
      without: ['web-3'],
      bodies: [{ what: settingsWhat('transport.pool'), nodes: 2 }],
      notes: [{ severity: 'warning', code: 'rollback-unknown', facts: { count: 1 } }],
      confirm: { level: 'number', expect: '2', nodes: 1, approval: false },
    };
    const back = vi.fn(async (_input: object) => ({ ...started(), id: 'r-2' }));
    const looked = vi.fn(async (_input: object) => check);
    const { run, text, errText, out } = await against({
      'run.rollback.check': looked,
      'run.rollback': back,
    });
    const file = fileWith('{"transport":{"pool":10}}');
    expect(await run('run', 'rollback', 'r-1', '--dry-run', '--file', file)).toBe(EXIT.done);
    expect(looked.mock.calls[0]?.[0]).toEqual({ id: 'r-1', settings: '{"transport":{"pool":10}}' });
    expect(text()).toContain('would go back to 3 nodes');
    expect(await run('run', 'rollback', 'r-1')).toBe(EXIT.usage);
    expect(errText()).toContain('Add: --confirm 2');
    expect(back).not.toHaveBeenCalled();
    out.length = 0;
    expect(await run('run', 'rollback', 'r-1', '--version', '0.9.0', '--confirm', '2', '--json')).toBe(
      EXIT.done,
    );
    expect(back.mock.calls[0]?.[0]).toEqual({ id: 'r-1', version: '0.9.0', confirm: '2' });
    expect(JSON.parse(text())).toMatchObject({ id: 'r-2' });
  });

  it('are exported to a file', async () => {
    const { run, text } = await against({ 'run.get': async () => whole });
    const file = join(tempDir(), 'run.json');
    expect(await run('run', 'export', 'r-1', '--file', file)).toBe(EXIT.done);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(whole);
    expect(text()).toContain(file);
  });
});

describe('the second person', () => {
  const asked: ApprovalRequest = {
    runId: 'r-1',
    profile: 'prod-eu',
    by: 'ann',
    console: 'console-1',
    hash: 'abc',
    what: settingsWhat('transport.pool'),
    nodes: 1_040,
    firstNames: ['web-1', 'web-2'],
    broadcast: true,
    createdAt: NOW,
    until: NOW + 60_000,
  };

  it('reads first, and signs with a second step', async () => {
    const sign = vi.fn(async () => ({ text: 'signed\n' }));
    const { run, text, errText, out } = await against({
      'approval.read': async () => asked,
      'approval.sign': sign,
    });
    const file = fileWith('request');
    expect(await run('approve', file)).toBe(EXIT.done);
    expect(sign).not.toHaveBeenCalled();
    expect(text()).toContain('1,040: web-1, web-2, as one message to all');
    expect(errText()).toContain('--yes');
    out.length = 0;
    expect(await run('approve', file, '--yes')).toBe(EXIT.done);
    expect(out).toEqual(['signed']);
  });

  it('is asked with a text, and answers with one', async () => {
    const approve = vi.fn(async (_input: object) => summaryOf(started()));
    const { run, text } = await against({
      'run.approval': async () => ({ text: 'request\n' }),
      'run.approve': approve,
    });
    expect(await run('run', 'request', 'r-1')).toBe(EXIT.done);
    expect(text()).toBe('request');
    const file = join(tempDir(), 'request');
    await run('run', 'request', 'r-1', '--file', file);
    expect(existsSync(file)).toBe(true);
    expect(await run('run', 'approve', 'r-1', '--file', fileWith('signed'))).toBe(EXIT.done);
    expect(approve.mock.calls[0]?.[0]).toEqual({ id: 'r-1', text: 'signed' });
  });
});

describe('what others push to this console', () => {
  const picture: Receive = {
    at: NOW,
    modes: { settings: 'ask', gem: 'off', message: 'on' },
    allow: ['extensions.*'],
    installer: { available: true, about: 'gem 3.3.15' },
    settings: '{}',
    items: [
      {
        id: 'p-1',
        kind: 'settings',
        at: NOW - 5_000,
        from: null,
        audience: 'us',
        what: settingsWhat('extensions.demo'),
        state: 'applied',
        stateAt: NOW,
        detail: 'keys: extensions',
        error: null,
        changes: [{ path: 'extensions.demo', before: null, after: '"\u001bx"', takesEffect: false }],
        canUndo: true,
        output: null,
      },
    ],
  };

  it('is shown with what may be changed and how', async () => {
    const { run, text, out } = await against({ 'receive.get': async () => picture });
    expect(await run('received')).toBe(EXIT.done);
    expect(text()).toMatch(/settings +Ask me/);
    expect(text()).toMatch(/p-1 +applied +settings extensions\.demo/);
    expect(text()).toContain('extensions.demo – → "‹U+001B›x"');
    out.length = 0;
    await run('received', '--json');
    expect(JSON.parse(text())).toEqual(picture);
  });

  it.each([
    [['accept', 'p-1'], 'receive.decide', { id: 'p-1', accept: true }],
    [['refuse', 'p-1'], 'receive.decide', { id: 'p-1', accept: false }],
    [['undo', 'p-1'], 'receive.undo', { id: 'p-1' }],
    [['mode', 'gem', 'on'], 'receive.mode', { kind: 'gem', mode: 'on' }],
  ] as const)('can be answered: %j', async (argv, procedure, input) => {
    const call = vi.fn(async (_input: object) => ({ ok: true }) as const);
    const { run, out } = await against({ 'receive.get': async () => picture, [procedure]: call });
    expect(await run('received', ...argv)).toBe(EXIT.done);
    expect(call).toHaveBeenCalledWith(input, expect.anything());
    expect(out).toHaveLength(1);
  });

  it('takes any beginning of an id that only one has, and shows enough of it', async () => {
    const ids = ['0f3c9a11-22', '0f3c9a12-33', '7e000000-44'];
    const items = ids.map((id) => ({ ...picture.items[0]!, id }));
    const call = vi.fn(async (_input: object) => ({ ok: true }) as const);
    const { run, text, errText } = await against({
      'receive.get': async () => ({ ...picture, items }),
      'receive.decide': call,
    });
    await run('received');
    expect(text()).toMatch(/^7e000000 {2}/m);
    expect(await run('received', 'accept', '7e')).toBe(EXIT.done);
    expect(call).toHaveBeenLastCalledWith({ id: '7e000000-44', accept: true }, expect.anything());
    expect(await run('received', 'accept', '0f3c9a1')).toBe(EXIT.usage);
    expect(errText()).toContain('0f3c9a11-22, 0f3c9a12-33');
    // What begins nothing is for the console to refuse, in its words.
    await run('received', 'refuse', 'zz');
    expect(call).toHaveBeenLastCalledWith({ id: 'zz', accept: false }, expect.anything());
  });

  it('has no other kinds and modes', async () => {
    const { run, errText } = await against({});
    expect(await run('received', 'mode', 'gem', 'maybe')).toBe(EXIT.usage);
    expect(await run('received', 'mode', 'files', 'on')).toBe(EXIT.usage);
    expect(errText()).toContain('“maybe” is none of off, ask, on.');
  });
});
