/** What about changes needs a person: runs that stand still, trouble after a success, changes pushed to us. */
import type { Need } from '../../shared/domain/session.js';
import type { Run } from '../core/changes/run-state.js';
import { needOf } from './key-needs.js';
import type { NodeService } from './node-service.js';

export function changeNeeds({ changes, receiver }: Pick<NodeService, 'changes' | 'receiver'>): Need[] {
  const needs: Need[] = [];
  for (const run of changes.openRuns()) {
    const need = needOfRun(run);
    if (need) needs.push({ ...need, id: `${need.kind}:${run.plan.id}`, run: run.plan.id });
  }
  const asked = receiver.waiting();
  if (asked.length > 0)
    needs.push({
      ...needOf('change-asked', 'warning', Math.min(...asked.map(({ at }) => at)), []),
      count: asked.length,
    });
  return needs;
}

function needOfRun({ state, hold, targets, counts, plan }: Run): Need | null {
  const regressed = counts.regressed > 0 ? targets.filter((target) => target.state === 'regressed') : [];
  const names = regressed.map(({ name }) => name);
  if (state === 'waiting') return needOf('run-approval', 'warning', plan.createdAt, []);
  if (state === 'held' && hold) {
    // Held by hand is what somebody wanted.
    if (hold.why === 'hand') return null;
    const isGate = hold.why === 'ask' || hold.why === 'evidence';
    return needOf(isGate ? 'run-gate' : 'run-held', hold.why === 'ask' ? 'warning' : 'alarm', hold.at, names);
  }
  if (regressed.length === 0 || state === 'stopped') return null;
  return needOf('run-regressed', 'alarm', Math.min(...regressed.map(({ stateAt }) => stateAt)), names);
}
