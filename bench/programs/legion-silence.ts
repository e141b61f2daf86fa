/**
 * Does our presence silence anybody? Two real uWSGI and two of ours in one legion, and beside it two real ones alone, for
 * `minutes`: an ear that is among everybody's destinations writes down when each real one announces. The first members
 * are locked in phase by then; what is measured is the time after that. Prints one JSON line.
 */
import { aStage, type RealSeat, type Stage } from '../../test/support/legion-stage.js';
import { until } from '../../test/support/until.js';

/** How long between two announces of one real node, ms. `over`: how many too long by 5 %; `left`: whom it missed. */
type Rhythm = {
  readonly label: string;
  readonly announces: number;
  readonly meanMs: number;
  readonly shortestMs: number;
  readonly longestMs: number;
  readonly over: number;
  readonly left: number;
};

const LABELS = ['a', 'b', 'c', 'd'];
const ALONE = ['a', 'b'];
const SETTLED_PERIODS = 5;

async function reals(stage: Stage): Promise<RealSeat[]> {
  return Promise.all(ALONE.map((label, at) => stage.real(label, 100 - 10 * at)));
}

async function mixed(stage: Stage): Promise<RealSeat[]> {
  const [seats, c, d] = await Promise.all([reals(stage), stage.served('c', 80), stage.served('d', 70)]);
  for (const seat of [c, d]) await until(async () => (await seat.get()).votes === LABELS.length, 60_000);
  return seats;
}

async function alone(stage: Stage): Promise<RealSeat[]> {
  const seats = await reals(stage);
  for (const { uwsgi } of seats)
    await until(async () => (await uwsgi.stats()).members.length === ALONE.length - 1, 60_000);
  return seats;
}

async function rhythmsOf(
  stage: Stage,
  make: (stage: Stage) => Promise<RealSeat[]>,
  lengthMs: number,
): Promise<Rhythm[]> {
  const seats = await make(stage);
  await stage.onlyLord(seats[0]!, 60_000);
  const from = Date.now() + SETTLED_PERIODS * stage.rules.freqS * 1_000;
  await until(() => Date.now() >= from + lengthMs, lengthMs + 120_000);
  return Promise.all(
    seats.map(async (seat) => {
      const times = stage.ear!.timesOf(await seat.uuid(), from);
      // Whoever is silent at the end has not announced in time either.
      const gaps = [...times.slice(1), Date.now()].map((at, place) => at - (times[place] ?? from));
      const whole = gaps.slice(0, -1);
      return {
        ...{ label: seat.label, announces: times.length },
        meanMs: whole.reduce((sum, gap) => sum + gap, 0) / Math.max(1, whole.length),
        shortestMs: Math.min(...whole),
        longestMs: Math.max(...gaps),
        over: gaps.filter((gap) => gap > stage.rules.freqS * 1_050).length,
        left: seat.hookRuns().filter(({ event, at }) => event === 'node-left' && at >= from).length,
      };
    }),
  );
}

const [minutes = '10', freq = '3', tolerance = '15'] = process.argv.slice(2);
const rules = { freqS: Number(freq), toleranceS: Number(tolerance) };
const stages = await Promise.all([aStage(LABELS, rules), aStage(ALONE, rules)]);
let line: object;
try {
  const lengthMs = Number(minutes) * 60_000;
  const [ours, anchor] = await Promise.all([
    rhythmsOf(stages[0], mixed, lengthMs),
    rhythmsOf(stages[1], alone, lengthMs),
  ]);
  line = { freqMs: rules.freqS * 1_000, mixed: ours, alone: anchor };
} finally {
  await Promise.all(stages.map((stage) => stage.end()));
}
process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));
