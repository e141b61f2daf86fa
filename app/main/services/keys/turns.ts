/** Bounds what strangers can make this node decrypt: so many at a time and per second, whoever sends them. */
import { ProtocolError } from '../../core/protocol/protocol-error.js';
import type { Clock } from '../../ports/clock.js';

const MAX_AT_ONCE = 8;
const MAX_PER_SECOND = 20;

export function createTurns(clock: Clock) {
  let open = 0;
  let inSecond = 0;
  let second = 0;
  return {
    /** Takes one; the answer gives it back. Throws ProtocolError RATE. */
    take(): () => void {
      const now = Math.floor(clock.uptime() / 1_000);
      if (now !== second) [second, inSecond] = [now, 0];
      if (open >= MAX_AT_ONCE || inSecond >= MAX_PER_SECOND)
        throw new ProtocolError('RATE', 'more secrets are sent than are looked at');
      inSecond += 1;
      open += 1;
      return () => void (open -= 1);
    },
  };
}
