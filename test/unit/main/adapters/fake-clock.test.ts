import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../support/fake-clock.js';

describe('the fake clock', () => {
  it('runs due timers in order of time, then of registration, with the time set to theirs', () => {
    const clock = createFakeClock({ now: 1000 });
    const seen: [string, number][] = [];
    clock.after(20, () => seen.push(['late', clock.now()]));
    clock.after(10, () => seen.push(['first', clock.now()]));
    clock.after(10, () => seen.push(['second', clock.now()]));
    clock.advance(20);
    expect(seen).toEqual([
      ['first', 1010],
      ['second', 1010],
      ['late', 1020],
    ]);
  });

  it('runs a timer set by a timer in the same advance when it falls due', () => {
    const clock = createFakeClock();
    let beats = 0;
    const beat = (): void => {
      beats += 1;
      clock.after(10, beat);
    };
    clock.after(10, beat);
    clock.advance(35);
    expect(beats).toBe(3);
    expect(clock.uptime()).toBe(35);
  });

  it('forgets a cancelled timer', () => {
    const clock = createFakeClock();
    const cancel = clock.after(10, () => expect.unreachable());
    cancel();
    clock.advance(20);
    expect(clock.pending()).toBe(0);
  });

  it('lets promises settle between timers when advanced asynchronously', async () => {
    const clock = createFakeClock();
    const seen: number[] = [];
    const loop = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise<void>((resolve) => clock.after(10, resolve));
        seen.push(clock.uptime());
      }
    };
    const done = loop();
    await clock.advanceAsync(30);
    await done;
    expect(seen).toEqual([10, 20, 30]);
  });

  it('jumps the wall clock without touching uptime', () => {
    const clock = createFakeClock({ now: 1000 });
    clock.advance(5);
    clock.setNow(0);
    expect([clock.now(), clock.uptime()]).toEqual([0, 5]);
  });
});
