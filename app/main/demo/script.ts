/**
 * What goes wrong in the demo, as a pure function of time: which nodes are quiet, troubled, slow or restarted.
 * A round, over and over, so that whoever looks sees each kind of trouble come and go.
 */
export type DemoNode = {
  readonly name: string;
  readonly version: string;
  /** Offset of its beats within the interval, 0 to 1. */
  readonly phase: number;
};

export type Mood = {
  readonly quiet: boolean;
  readonly status: string;
  /** How often it has restarted since the demo began. */
  readonly restarts: number;
  /** Extra delay of its beats, in intervals. */
  readonly drag: number;
};

/** Long rounds for large fleets: what comes and goes every few minutes would rightly be called flapping. */
const roundMs = (size: number): number => (size <= 12 ? 180_000 : 900_000);

const within = (time: number, from: number, to: number): boolean => time >= from * 1_000 && time < to * 1_000;

/** `index` is the node's place in the fleet, `elapsedMs` the time since the demo began. */
export function moodOf(index: number, size: number, elapsedMs: number): Mood {
  const round = Math.floor(elapsedMs / roundMs(size));
  const time = elapsedMs % roundMs(size);
  const calm: Mood = { quiet: false, status: 'active', restarts: 0, drag: 0 };
  if (size <= 12) {
    if (index === 10) return { ...calm, quiet: within(time, 20, 80) };
    if (index === 6) return { ...calm, status: within(time, 45, 100) ? 'degraded' : 'active' };
    if (index === 3)
      return { ...calm, restarts: round + (time > 60_000 ? 1 : 0), quiet: within(time, 52, 60) };
    return calm;
  }
  const quarter = Math.floor(size / 4);
  // Nine neighbours of the third rack go dark together, and one in each of the first two on its own.
  const inThird = index - 2 * quarter;
  if (inThird >= Math.floor(quarter * 0.05) && inThird < Math.floor(quarter * 0.05) + 9)
    return { ...calm, quiet: within(time, 30, 600) };
  if (index % quarter === Math.floor(quarter * 0.7) && index < 2 * quarter)
    return { ...calm, quiet: within(time, 15, 480) };
  if (index % Math.max(1, Math.floor(size / 3)) === 29) return { ...calm, status: 'degraded' };
  // One in twenty drags its feet once a round, each at its own time, and is late for it.
  if (index % 20 === 17) {
    const from = (index * 37) % 880;
    return { ...calm, drag: within(time, from, from + 20) ? 2.4 : 0 };
  }
  if (index === quarter + 41) return { ...calm, restarts: round };
  return calm;
}

const SMALL = [
  ...['app-01', 'app-02', 'app-03', 'app-04', 'app-05'],
  ...['db-01', 'db-02', 'db-03'],
  ...['worker-01', 'worker-02', 'worker-03', 'worker-04'],
];

/** The fleet: twelve machines with names people give, or four racks of any size. `fraction` gives chance in [0, 1). */
export function demoFleet(size: number, fraction: () => number): DemoNode[] {
  const racks = ['rack-a', 'rack-b', 'rack-c', 'rack-d'];
  const digits = String(Math.ceil(size / 4)).length;
  const nameOf = (index: number): string => {
    if (size <= SMALL.length) return SMALL[index]!;
    const quarter = Math.ceil(size / 4);
    return `${racks[Math.floor(index / quarter)]}-${String((index % quarter) + 1).padStart(digits, '0')}`;
  };
  return Array.from({ length: size }, (_, index) => ({
    name: nameOf(index),
    version: index % 11 === 4 ? '1.4.122' : '1.9.43',
    phase: fraction(),
  }));
}

/** The more nodes, the calmer their rhythm: ten thousand at 10 s are a thousand beats a second. */
export const demoIntervalMs = (size: number): number => (size <= 12 ? 2_000 : size <= 500 ? 5_000 : 10_000);
