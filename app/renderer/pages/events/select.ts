/** Which events the feed shows: by area, by words, by `kind:`. Pure. */
import type { ConsoleEvent, EventArea } from '../../../shared/domain/event.js';
import { eventText } from '../../../shared/i18n/index.js';

/** Newest first. Every word must occur in the sentence, a name or the kind; `kind:node.silent` is exact. */
export function selectEvents(
  events: readonly ConsoleEvent[],
  area: EventArea | 'all',
  query: string,
): readonly ConsoleEvent[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (event: ConsoleEvent): boolean => {
    if (area !== 'all' && event.area !== area) return false;
    if (words.length === 0) return true;
    const text =
      `${eventText(event)} ${event.names.join(' ')} ${event.kind} ${event.group ?? ''}`.toLowerCase();
    return words.every((word) =>
      word.startsWith('kind:') ? event.kind === word.slice(5) : text.includes(word),
    );
  };
  return events.filter(fits).reverse();
}
