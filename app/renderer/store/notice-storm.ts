/** Many of one kind at once are one line: what floods in is told in full on its page, not under the bell. */
import type { Notice, NoticeKind } from './notices.js';

/** More than so many new ones of a kind within the time are a storm; it goes on while the next comes within it. */
const STORM = 5;
const STORM_MS = 60_000;

/** Each storm in `list` becomes one entry; the rest stays as it is. Any order in, newest first out. */
export function foldStorms(list: readonly Notice[]): readonly Notice[] {
  const byKind = new Map<NoticeKind, Notice[]>();
  for (const notice of [...list].sort((a, b) => a.since - b.since))
    byKind.set(notice.kind, [...(byKind.get(notice.kind) ?? []), notice]);
  const out = [...byKind.values()].flatMap((ofKind) =>
    runsOf(ofKind).flatMap((run) => (isStorm(run) ? summary(run) : run)),
  );
  return out.sort((a, b) => b.at - a.at);
}

/** `sorted` in runs without a pause. */
function runsOf(sorted: readonly Notice[]): Notice[][] {
  const runs: Notice[][] = [];
  for (const notice of sorted) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && notice.since - last.since < STORM_MS) run.push(notice);
    else runs.push([notice]);
  }
  return runs;
}

const isStorm = (run: readonly Notice[]): boolean =>
  run.some(({ since }, index) => (run[index + STORM]?.since ?? Infinity) - since < STORM_MS);

/** About those that are still open, as long as there are any. */
function summary(run: readonly Notice[]): readonly Notice[] {
  const [first] = run;
  if (!first) return [];
  const open = run.filter(({ settledAt }) => settledAt === null);
  const told = open.length > 0 ? open : run;
  const names = [...new Set(told.map(({ name }) => name))];
  return [
    {
      ...first,
      id: `${first.kind} storm#${first.id}`,
      at: Math.max(...run.map(({ at }) => at)),
      count: 1,
      names,
      settledAt: open.length > 0 ? null : Math.max(...run.map(({ settledAt }) => settledAt ?? 0)),
    },
  ];
}
