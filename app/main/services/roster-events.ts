/** What of the roster's effects is news, and how much of it folds into one line. */
import { assertNever } from '../../shared/lib/assert.js';
import type { NewEvent } from '../core/history/event-log.js';
import type { RosterEffect } from '../core/roster/roster.js';

/** The event of an effect, or null: late is the table's business, not the feed's. */
export function eventOf(effect: RosterEffect): NewEvent | null {
  const names = [effect.name];
  const base = { names, group: effect.group };
  // RO13: nodes that fall within two intervals, and share a group, fell together.
  const together = Math.min(30_000, Math.max(2_000, 2 * effect.intervalMs));
  switch (effect.type) {
    case 'joined':
      return { ...base, kind: 'node.joined', facts: { word: effect.word }, foldMs: 3_000 };
    case 'restarted':
      return { ...base, kind: 'node.restarted', foldMs: 3_000 };
    case 'duplicate':
      return { ...base, kind: 'node.duplicate' };
    case 'flapping':
      return { ...base, kind: 'node.flapping', foldMs: 10_000 };
    case 'skew':
      return { ...base, kind: 'node.skew', facts: { ms: Math.round(effect.ms) }, foldMs: 10_000 };
    case 'forgotten':
      return { ...base, kind: 'node.forgotten' };
    case 'name-taken':
      return null;
    case 'state':
      break;
    default:
      return assertNever(effect.type);
  }
  if (effect.to === 'silent')
    return { ...base, kind: 'node.silent', facts: { word: effect.word }, foldMs: together };
  if (effect.to === 'left') return { ...base, kind: 'node.left', foldMs: 3_000 };
  if (effect.to === 'troubled')
    return { ...base, kind: 'node.troubled', facts: { word: effect.word }, foldMs: 3_000 };
  if (effect.from === 'silent')
    return { ...base, kind: 'node.recovered', facts: { ms: effect.ms }, foldMs: 3_000 };
  if (effect.from === 'troubled')
    return { ...base, kind: 'node.well', facts: { word: effect.word }, foldMs: 3_000 };
  if (effect.from === 'left')
    return { ...base, kind: 'node.joined', facts: { word: effect.word }, foldMs: 3_000 };
  return null;
}
