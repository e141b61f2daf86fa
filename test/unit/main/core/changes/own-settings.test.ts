import { describe, expect, it } from 'vitest';
import { createOwnSettings, KeptSettings } from '../../../../../app/main/core/changes/own-settings.js';
import type { Sections } from '../../../../../app/main/core/changes/what.js';

const BASE = { extensions: { node: { beat_interval: 2 } } };
const ALLOW = ['extensions.*', 'transport.messages'];

function setup() {
  const own = createOwnSettings(BASE, ALLOW);
  return {
    own,
    push: (id: string, settings: Sections) => own.planApply(id, settings, 1).commit(),
    undo: (id: string) => own.planUndo(id)?.commit(),
    /** The same after a restart. */
    again: (configured = BASE) => {
      const next = createOwnSettings(configured, ALLOW);
      next.restore(KeptSettings.parse(JSON.parse(JSON.stringify(own.kept()))));
      return next;
    },
  };
}
const a = (value: unknown): Sections => ({ extensions: { a: value } });

describe('a pushed change of our own settings', () => {
  it('is live only when its plan is committed', () => {
    const { own } = setup();
    const plan = own.planApply('1', a(1), 1);
    expect(own.tree()).toBe(BASE);
    plan.commit();
    expect(own.tree()).toEqual({ extensions: { ...BASE.extensions, a: 1 } });
    expect(own.applied()[0]?.steps).toEqual([
      { section: 'extensions', key: 'a', before: undefined, after: 1 },
    ]);
  });

  it('that a later one has replaced cannot be taken back, even where the value is the same again', () => {
    const { own, push, undo, again } = setup();
    push('1', a(2));
    push('2', a(3));
    push('3', a(2));
    expect(['1', '2', '3'].map(own.canUndo)).toEqual([false, false, true]);
    expect(own.planUndo('1')).toBeNull();
    expect(again().tree()).toEqual(own.tree());
    undo('3');
    expect(own.tree()).toMatchObject(a(3));
    expect(again().tree()).toEqual(own.tree());
    undo('2');
    undo('1');
    expect(own.tree()).toEqual(BASE);
  });

  it('taken back in part leaves what came later, and the way back of that', () => {
    const { own, push, undo, again } = setup();
    push('1', { extensions: { a: 1, b: 1 } });
    push('2', a(2));
    undo('1');
    expect(own.tree()).toEqual({ extensions: { ...BASE.extensions, a: 2 } });
    expect(own.applied()[0]?.steps[0]?.before).toBeUndefined();
    expect(again().tree()).toEqual(own.tree());
    undo('2');
    expect(own.tree()).toEqual(BASE);
  });

  it('is merged over the configuration of today after a restart', () => {
    const { push, again } = setup();
    push('1', a(1));
    const next = again({ extensions: { node: { beat_interval: 9 } } });
    expect(next.tree()).toEqual({ extensions: { node: { beat_interval: 9 }, a: 1 } });
  });

  it('may have a dot in a key, never in the name of a section', () => {
    const { own, push, again } = setup();
    expect(own.objection({ 'extensions.x': { y: 1 } })).toMatch(/dot/);
    push('1', { extensions: { 'x.y': 1 } });
    expect(again().tree()).toEqual({ extensions: { ...BASE.extensions, 'x.y': 1 } });
  });

  it('beyond the newest 200 is permanent, with its value', () => {
    const { own, push, again } = setup();
    for (let n = 0; n < 250; n += 1) push(`${n}`, { extensions: { [`k${n}`]: n } });
    expect(own.applied()).toHaveLength(200);
    expect([own.canUndo('49'), own.canUndo('50')]).toEqual([false, true]);
    expect(own.tree()).toMatchObject({ extensions: { k0: 0, k249: 249 } });
    expect(again().tree()).toEqual(own.tree());
    expect(again().applied()).toEqual(own.applied());
  });

  it('is bounded in length: old ones become permanent, and settings do not grow without end', () => {
    const { own, push, again } = setup();
    const big = 'x'.repeat(900_000);
    for (let n = 0; n < 12; n += 1) push(`${n}`, a(`${n}${big}`));
    expect(own.applied().length).toBeLessThan(9);
    expect(again().tree()).toEqual(own.tree());
    for (let n = 0; n < 7; n += 1) push(`k${n}`, { extensions: { [`k${n}`]: big } });
    expect(own.objection({ extensions: { more: big } })).toMatch(/grow/);
    expect(own.objection(a('short'))).toBeNull();
  });
});
