/** Follows a run: a line for each change of a target or of the run itself, until the run is over. */
import type { RunHead, RunTarget } from '../../shared/domain/change.js';
import { text } from '../../shared/i18n/index.js';
import type { Asker } from './asking.js';
import type { ConsoleClient } from './client.js';
import { CliError, EXIT } from './exit.js';
import { headLine, targetLine } from './views-changes.js';

const UNDONE = ['regressed', 'failed', 'undeliverable', 'no-answer', 'skipped'] as const;
const isDone = ({ state, counts }: RunHead): boolean =>
  state === 'done' && UNDONE.every((one) => counts[one] === 0);

/**
 * As JSON: `{ "run": … }` whenever the run itself came to another state or wave, `{ "target": … }` for each row that
 * changed. A snapshot that comes again, after a gap, repeats nothing. A run that was stopped is over when what was sent
 * before has come to its end; one of somebody else is shown as it is. Ends with 1 unless it reached everybody and went
 * well there.
 */
export async function followRun(
  client: ConsoleClient,
  deps: Asker,
  id: string,
  asJson: boolean,
): Promise<void> {
  const seen = new Map<number, string>();
  const stop = new AbortController();
  let last = '';
  const isOver = ({ state, total, endedAt }: RunHead): boolean =>
    seen.size >= total &&
    (state === 'observed' || ((state === 'done' || state === 'stopped') && endedAt !== null));

  for await (const { run, rows } of client.watch('run.watch', { id }, stop.signal)) {
    rows.forEach(tell);
    const stage = JSON.stringify([run.state, run.wave, run.hold]);
    if (stage !== last || isOver(run)) deps.out(asJson ? JSON.stringify({ run }) : headLine(run));
    last = stage;
    if (!isOver(run)) continue;
    stop.abort();
    // A script asks the exit code.
    if (run.state === 'observed' || isDone(run)) return;
    throw new CliError(EXIT.failed, []);
  }
  throw new CliError(EXIT.notConnected, [text('error.CONSOLE_NOT_RUNNING')]);

  function tell(row: RunTarget): void {
    const mark = JSON.stringify([row.state, row.attempt, row.error, row.late]);
    const before = seen.get(row.index);
    seen.set(row.index, mark);
    if (before === mark) return;
    if (asJson) deps.out(JSON.stringify({ target: row }));
    else if (before !== undefined || row.state !== 'queued') deps.out(targetLine(row));
  }
}
