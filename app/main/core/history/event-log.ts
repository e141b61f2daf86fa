/**
 * What happened, newest last, bounded. Bursts fold: the same kind in the same group within a window is one line with
 * a count, which comes again under its id as it grows. Pure: the caller stamps the time.
 */
import {
  EVENT_KINDS,
  isAudited,
  isInArea,
  type ConsoleEvent,
  type EventFrame,
  type EventKind,
} from '../../../shared/domain/event.js';

export type NewEvent = {
  readonly kind: EventKind;
  readonly names?: readonly string[];
  readonly group?: string | null;
  readonly facts?: ConsoleEvent['facts'];
  readonly raw?: string | null;
  /** Events fold while the last one of the same key is not older than this, ms. 0: never. */
  readonly foldMs?: number;
  /** What must be equal to fold, beside kind and group. */
  readonly foldKey?: string;
};

export const MAX_EVENTS = 5_000;
const MAX_NAMES = 50;

type Kept = ConsoleEvent & { rev: number };

export type EventLog = ReturnType<typeof createEventLog>;

/** `onAudit`: told of everything that was decided or done here, as it was said and not as it folds. */
export function createEventLog(onAudit: (event: NewEvent, at: number) => void = () => undefined) {
  let events: Kept[] = [];
  let nextId = 1;
  let rev = 0;
  const open = new Map<string, Kept>();

  const frame = (type: EventFrame['type'], seq: number, kept: readonly Kept[]): EventFrame => ({
    type,
    seq,
    events: kept.map(({ rev: _, ...event }) => event),
  });

  return {
    /** The event as it now stands: a new one, or an earlier one that took this in. */
    record(event: NewEvent, at: number): ConsoleEvent {
      if (isAudited(event.kind)) onAudit(event, at);
      const key = `${event.kind}\n${event.group ?? ''}\n${event.foldKey ?? ''}`;
      const last = event.foldMs ? open.get(key) : undefined;
      const names = event.names ?? [];
      rev += 1;
      if (last && at - last.until <= event.foldMs!) {
        last.until = at;
        last.count += 1;
        for (const name of names) {
          if (last.names.length < MAX_NAMES && !last.names.includes(name)) last.names.push(name);
        }
        last.rev = rev;
        return last;
      }
      const kept: Kept = {
        id: nextId++,
        at,
        until: at,
        kind: event.kind,
        area: EVENT_KINDS[event.kind],
        count: 1,
        names: names.slice(0, MAX_NAMES),
        group: event.group ?? null,
        facts: event.facts ?? {},
        raw: event.raw ?? null,
        rev,
      };
      events.push(kept);
      if (events.length > MAX_EVENTS * 1.2) events = events.slice(-MAX_EVENTS);
      if (event.foldMs) {
        if (open.size > 500) open.clear();
        open.set(key, kept);
      }
      return kept;
    },

    /** One from before this process: it is shown, and told to nobody. Kinds of a newer version are kept as they are. */
    restore(event: Pick<ConsoleEvent, 'kind' | 'names' | 'facts'>, at: number): void {
      rev += 1;
      const { kind, names, facts } = event;
      const area = Object.hasOwn(EVENT_KINDS, kind) ? EVENT_KINDS[kind as EventKind] : 'audit';
      events.push({
        id: nextId++,
        at,
        until: at,
        kind,
        area,
        count: 1,
        names,
        group: null,
        facts,
        raw: null,
        rev,
      });
    },

    rev: (): number => rev,
    snapshot: (seq: number, limit: number): EventFrame => frame('snapshot', seq, events.slice(-limit)),
    since(after: number, seq: number): EventFrame | null {
      if (after === rev) return null;
      return frame(
        'delta',
        seq,
        events.filter((event) => event.rev > after),
      );
    },
    list: (limit: number, area?: string): ConsoleEvent[] =>
      frame(
        'snapshot',
        0,
        events.filter((event) => area === undefined || isInArea(event, area)).slice(-limit),
      ).events,
  };
}
