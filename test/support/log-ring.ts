/** A Log that remembers, so that a test can ask what was said. */
import type { Level, Log } from '../../app/main/ports/log.js';

export type Line = { level: Level; facts: Record<string, unknown>; message: string };

export function logRing(): Log & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (base: object): Log => {
    const say = (level: Level) => (facts: object, message: string) =>
      void lines.push({ level, facts: { ...base, ...facts }, message });
    return {
      debug: say('debug'),
      info: say('info'),
      warn: say('warn'),
      error: say('error'),
      fatal: say('fatal'),
      child: (facts) => at({ ...base, ...facts }),
    };
  };
  return { ...at({}), lines };
}
