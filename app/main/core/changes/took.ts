/** Who got a change, and who may have: from what was answered and what was not. Changes nothing. */
import { isUnbound } from '../protocol/bus/topology.js';
import { bodyFor, type Run, type Target } from './run-state.js';

/** Its last attempt is on its way to it or was not answered, and it may have heard that: CH4. */
export const isUnanswered = ({ plan }: Run, { state, attempt, before }: Target): boolean =>
  (state === 'sent' || state === 'no-answer') &&
  attempt > 0 &&
  !(plan.mode === 'broadcast' && isUnbound(before?.version));

/** CH17: its last attempt, taken by itself, reached it or may have. */
export function tookNow(run: Run, target: Target): boolean {
  switch (target.state) {
    case 'success':
    case 'verified':
    case 'regressed':
      return true;
    case 'sent':
    case 'no-answer':
      return isUnanswered(run, target);
    case 'failed': {
      if (target.contradicted === 'success') return true;
      const body = bodyFor(run, target);
      return target.why === null && body.kind === 'settings' && Object.keys(body.settings).length > 1;
    }
    default:
      return false;
  }
}

/**
 * CH17: who got the change, and so gets the values from before: whose success was heard, and who took the message and
 * said nothing, in any attempt. Of several sections the first may have been applied by a node that failed at a later
 * one. Not who a roll-back went to already.
 */
export const tookIt = (run: Run): Target[] =>
  run.targets.filter(
    (target) => !target.wentBack && (target.past.some(({ took }) => took) || tookNow(run, target)),
  );
