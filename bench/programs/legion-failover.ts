/**
 * How long until the next lord's hook runs, ms, side by side: three of ours as processes, three real uWSGI, and three of
 * ours whom the bus tells of the death (its word is made up here). The lord is killed at any point of its period. With
 * `handover`: two real ones and one of ours, and the lord stops in good order. Prints one JSON line.
 */
import { aStage, type Seat, type Stage, type StageRules } from '../../test/support/legion-stage.js';
import { until } from '../../test/support/until.js';

const LABELS = ['a', 'b', 'c'];
const VALORS = [100, 90, 80] as const;
const RULES = { freqS: 1, toleranceS: 3 };
const CHANGES: ReadonlySet<string> = new Set(['lord', 'unlord', 'node-joined', 'node-left']);
const SETTLED_MS = 3_000;

type Fall = { readonly lord: Seat; readonly next: Seat; fall(): Promise<number> };

async function theirs(stage: Stage): Promise<Fall> {
  const [a, b, c] = await Promise.all(VALORS.map((valor, at) => stage.real(LABELS[at]!, valor)));
  await stage.onlyLord(a!, 30_000);
  await until(async () =>
    (await Promise.all([a!, b!, c!].map(({ uwsgi }) => uwsgi.stats()))).every(
      ({ members }) => members.length === 2,
    ),
  );
  return {
    ...{ lord: a!, next: b! },
    async fall() {
      const at = Date.now();
      await a!.uwsgi.kill9();
      return at;
    },
  };
}

async function ours(stage: Stage): Promise<Fall> {
  const [a, b, c] = await Promise.all(VALORS.map((valor, at) => stage.served(LABELS[at]!, valor)));
  await stage.onlyLord(a!, 30_000);
  for (const seat of [a!, b!, c!]) await until(async () => (await seat.get()).votes === 3);
  return {
    ...{ lord: a!, next: b! },
    async fall() {
      const at = Date.now();
      await a!.served.kill9();
      return at;
    },
  };
}

async function witnessed(stage: Stage): Promise<Fall> {
  const seats = await Promise.all(
    VALORS.map((valor, at) => stage.ours(LABELS[at]!, valor, [], { busWitness: true })),
  );
  const [a, b] = [seats[0]!, seats[1]!];
  await stage.onlyLord(a, 30_000);
  for (const seat of seats) await until(async () => (await seat.get()).votes === 3);
  let isGone = false;
  for (const { ours: each } of seats) {
    each.bus.nodesOn = (host) => [`node-${host}`];
    each.bus.isGone = async (node) => isGone && node === 'node-a';
  }
  return {
    ...{ lord: a, next: b },
    async fall() {
      isGone = true;
      a.ours.cut();
      return Date.now();
    },
  };
}

async function measure(make: (stage: Stage) => Promise<Fall>, phase: number): Promise<number> {
  const stage = await aStage(LABELS, RULES);
  try {
    const { next, fall } = await make(stage);
    const from = Date.now();
    await until(() => Date.now() - from > SETTLED_MS + phase * 1_000, 10_000);
    const at = await fall();
    return (await next.ran('lord', 30_000, at)).at - at;
  } finally {
    await stage.end();
  }
}

async function handOver(phase: number): Promise<number> {
  const stage = await aStage(LABELS, RULES);
  try {
    const a = await stage.real('a', 100);
    const b = await stage.real('b', 90);
    const c = await stage.ours('c', 10);
    await stage.onlyLord(a, 30_000);
    await until(async () => (await c.get()).votes === 3);
    const from = Date.now();
    await until(() => Date.now() - from > SETTLED_MS + phase * 1_000, 10_000);
    const at = Date.now();
    await a.uwsgi.stop();
    return (await b.ran('lord', 10_000, at)).at - at;
  } finally {
    await stage.end();
  }
}

/** `changes`: how often somebody was missed or led while all were well; such short times must not be too short. */
async function subsecond(
  phase: number,
  rules: Partial<StageRules>,
): Promise<{ ms: number; changes: number }> {
  const stage = await aStage(LABELS, rules);
  try {
    const seats = await Promise.all(VALORS.map((valor, at) => stage.served(LABELS[at]!, valor)));
    const [a, b] = [seats[0]!, seats[1]!];
    await stage.onlyLord(a, 30_000);
    for (const seat of seats) await until(async () => (await seat.get()).votes === 3);
    const from = Date.now();
    await until(() => Date.now() - from > SETTLED_MS + phase * 1_000, 10_000);
    const at = Date.now();
    await a.served.kill9();
    const { at: nextAt } = await b.ran('lord', 30_000, at);
    const changes = seats
      .flatMap((seat) => seat.hookRuns())
      .filter((run) => run.at >= from && run.at < at && CHANGES.has(run.event));
    return { ms: nextAt - at, changes: changes.length };
  } finally {
    await stage.end();
  }
}

const [what = 'failover', freqS = '0.1', toleranceS = '0.4'] = process.argv.slice(2);
const phase = Math.random();

async function line(): Promise<object> {
  if (what === 'handover') return { ms: await handOver(phase) };
  if (what === 'subsecond') return subsecond(phase, { freqS: Number(freqS), toleranceS: Number(toleranceS) });
  const [real, own, witness] = await Promise.all([
    measure(theirs, phase),
    measure(ours, phase),
    measure(witnessed, phase),
  ]);
  return { theirs: real, ours: own, witnessed: witness };
}
process.stdout.write(`${JSON.stringify(await line())}\n`, () => process.exit(0));
