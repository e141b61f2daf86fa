/** Which nodes of the bus may be on the machine of a member of a legion. */
import { describe, expect, it } from 'vitest';
import { createRoster } from '../../../../app/main/core/roster/roster.js';
import { createClusterView } from '../../../../app/main/services/cluster-view.js';
import { createFakeClock } from '../../../support/fake-clock.js';

function aView(names: readonly string[]) {
  const clock = createFakeClock();
  const roster = createRoster({ self: null, expectedIntervalMs: 10_000, maxNodes: 100 }, 0);
  for (const name of names) roster.know(name, 0);
  return { view: createClusterView(roster, clock), roster };
}

describe('the nodes of a machine', () => {
  it('are all that go by its name, with their process or without', () => {
    const { view } = aView(['web_example.7', 'web_example.12', 'Web_Example', 'web.4', 'other.1']);
    expect([...view.nodesOn('web.example')].sort()).toEqual([
      'Web_Example',
      'web_example.12',
      'web_example.7',
    ]);
    expect(view.nodesOn('nobody')).toEqual([]);
  });

  it('are those of both machines where a name cannot tell them apart', () => {
    const { view } = aView(['a_b.1', 'a_b.2']);
    expect(view.nodesOn('a.b')).toEqual(view.nodesOn('a_b'));
    expect(view.nodesOn('a.b')).toHaveLength(2);
  });

  it('of a host whose name ends in a number are its own, also for the pages', () => {
    const { view } = aView(['app_1.7', 'app_2.8']);
    expect(view.nodesOn('app.1')).toEqual(['app_1.7']);
    expect(view.nodeOn('app.2')).toBe('app_2.8');
  });

  it('that came just now are among them, and those that were forgotten are not', () => {
    const { view, roster } = aView(['app.7']);
    expect(view.nodesOn('app')).toEqual(['app.7']);
    roster.know('app.8', 0);
    expect([...view.nodesOn('app')].sort()).toEqual(['app.7', 'app.8']);
    roster.forget('app.7', 0);
    expect(view.nodesOn('app')).toEqual(['app.8']);
  });
});
