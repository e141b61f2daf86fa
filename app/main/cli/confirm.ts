/**
 * The confirmation of a push on the command line: `--confirm`, or the answer of a person at a terminal. The console
 * that sends looks at it again; this is where a mistake is explained.
 */
import type { Confirm } from '../../shared/domain/change.js';
import { isConfirmed } from '../../shared/domain/reach.js';
import { text, visible } from '../../shared/i18n/index.js';
import type { Asker } from './asking.js';
import { CliError, EXIT } from './exit.js';
import { shellWord } from './table.js';

type Flags = { readonly confirm?: string | undefined; readonly json?: boolean };

/**
 * What to hand over. Where nothing has to be confirmed the number of nodes is welcome all the same, so that a script
 * can always say it, and a wrong one stops it. Throws CliError with exactly what to add.
 */
export async function confirmed(
  deps: Asker,
  { confirm: given, json }: Flags,
  wanted: Confirm,
  nodes: number,
  report: () => string,
): Promise<string | undefined> {
  if (wanted.level === 'enter') {
    if (given === undefined || given === '' || given === String(nodes)) return undefined;
    deps.err(report());
    throw refusal({ ...wanted, expect: String(nodes) }, given);
  }
  if (isConfirmed(wanted, given)) return given;
  deps.err(report());
  if (given === undefined && !json && deps.ask) {
    const answer = await deps.ask(text('cli.confirm.question', { expect: visible(wanted.expect, 80) }));
    if (isConfirmed(wanted, answer)) return answer;
    throw refusal(wanted, answer);
  }
  throw refusal(wanted, given);
}

const refusal = ({ expect }: Confirm, given: string | undefined): CliError =>
  new CliError(EXIT.usage, [
    text(given === undefined ? 'error.CONFIRM_MISSING' : 'error.CONFIRM_WRONG', {
      expect: visible(expect, 80),
    }),
    text('cli.confirm.nothing-sent'),
    text('cli.confirm.next', { expect: shellWord(expect) }),
  ]);
