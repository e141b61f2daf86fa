/** Vitals of this process; resident size as Ruby nodes report it, in MiB. */
import { readdirSync } from 'node:fs';
import type { Vitals } from '../ports/vitals.js';

const MIB = 1_048_576;

function threads(): number | null {
  if (process.platform !== 'linux') return null;
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return null; // a hardened container without /proc: the beat leaves the number out
  }
}

export const processVitals: Vitals = {
  read() {
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    const round = (value: number): number => Math.round(value * 100) / 100;
    return {
      memoryMb: round(memory.rss / MIB),
      heapMb: round((memory.heapUsed + memory.arrayBuffers) / MIB),
      cpuUserS: round(cpu.user / 1e6),
      cpuSystemS: round(cpu.system / 1e6),
      threads: threads(),
      uptimeS: Math.round(process.uptime()),
    };
  },
};
