/** UpdateResults on their way out: what cannot be sent now is sent when the link is back. Bounded. */
import type { UpdateResult } from '../../core/protocol/bus/messages.js';
import { updateResult } from '../../core/protocol/bus/change-messages.js';
import type { Bus } from '../../ports/bus.js';
import type { Clock } from '../../ports/clock.js';
import type { Log } from '../../ports/log.js';

export type Report = Pick<UpdateResult, 'action' | 'status'> & {
  readonly detail: string | null;
  readonly error: string | null;
  /** Of the message it answers, echoed. */
  readonly correlationId: string | undefined;
};

const MAX_WAITING = 1_000;

export function createReports(
  name: string,
  { bus, clock, log, isLive }: { bus: Bus; clock: Clock; log: Log; isLive: () => boolean },
) {
  let waiting: Report[] = [];
  let sending: Promise<unknown> = Promise.resolve();

  const send = async (): Promise<void> => {
    if (!isLive()) return;
    const reports = waiting;
    waiting = [];
    const sent = await Promise.all(
      reports.map(async (report) => {
        try {
          await bus.publish(updateResult(name, report, report.correlationId, clock.now()));
          return true;
        } catch (error) {
          log.debug({ error }, 'an update result waits for the link');
          return false;
        }
      }),
    );
    waiting = [...reports.filter((_, index) => !sent[index]), ...waiting].slice(-MAX_WAITING);
  };
  /** Resolves when all that was told before is sent, or waits for the link. Never rejects. */
  const flush = async (): Promise<void> => {
    const turn = sending.then(send);
    sending = turn.catch((error: unknown) => log.error({ error }, 'update results cannot be sent'));
    await sending;
  };

  return {
    flush,
    tell(report: Report): void {
      waiting = [...waiting, report].slice(-MAX_WAITING);
      void flush();
    },
  };
}
