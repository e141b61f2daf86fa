/**
 * For programs that hear beats at a steady rate: after a fifth of the time measures CPU, event-loop delay and heap
 * until the end, prints one JSON line. Needs --expose-gc, so that heap is what is held and not what is left lying.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const MIB = 1_048_576;

/** What is reachable, JS heap and buffers, after a collection. */
function heldBytes(): number {
  global.gc?.();
  const memory = process.memoryUsage();
  return memory.heapUsed + memory.arrayBuffers;
}

export function pacedReport(seconds: number, facts: () => { beats: number; known: number }): void {
  const before = heldBytes();
  // A fresh histogram for the measured part: resetting one right before a block would miss it.
  const samples: number[] = [];
  let loop = monitorEventLoopDelay({ resolution: 10 });
  let cpu = process.cpuUsage();
  let beats = 0;
  let from = 0;
  const minute = setInterval(() => samples.push(Math.round((heldBytes() / MIB) * 100) / 100), 60_000);
  setTimeout(() => {
    cpu = process.cpuUsage();
    beats = facts().beats;
    from = performance.now();
    loop = monitorEventLoopDelay({ resolution: 10 });
    loop.enable();
  }, seconds * 200);
  setTimeout(() => {
    loop.disable();
    clearInterval(minute);
    const used = process.cpuUsage(cpu);
    const wallMs = performance.now() - from;
    const now = facts();
    const line = {
      ...now,
      perSecond: Math.round(((now.beats - beats) / wallMs) * 1_000),
      cpuPercent: (used.user + used.system) / wallMs / 10,
      loopP99Ms: loop.percentile(99) / 1e6 - 10,
      loopMaxMs: loop.max / 1e6 - 10,
      heapPerNode: Math.round((heldBytes() - before) / Math.max(1, now.known)),
      heldMb: samples,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));
  }, seconds * 1_000);
}
