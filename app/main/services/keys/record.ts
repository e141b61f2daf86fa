/** How services write down what happened: kind, facts, names, and what must be equal for events to fold. */
import type { ConsoleEvent, EventKind } from '../../../shared/domain/event.js';

export type RecordEvent = (
  kind: EventKind,
  facts?: ConsoleEvent['facts'],
  names?: readonly string[],
  /** Events with the same key fold within a few seconds; without one, each is its own. */
  foldKey?: string,
) => void;
