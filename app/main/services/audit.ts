/**
 * What was decided and done from this console, for good: each entry carries the hash of the one before it, so that a
 * line that was changed, or taken out before others, shows. Entries of the demo are nobody's business and are not kept.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConsoleEvent } from '../../shared/domain/event.js';
import type { EventLog, NewEvent } from '../core/history/event-log.js';
import type { Journal } from '../ports/journal.js';
import type { Log } from '../ports/log.js';

const Entry = z.object({
  at: z.number(),
  kind: z.string(),
  names: z.array(z.string()),
  facts: ConsoleEvent.shape.facts,
  /** Who sat here, and in which profile. */
  user: z.string(),
  profile: z.string(),
  /** Hash of the entry before; empty for the first. */
  before: z.string(),
  hash: z.string(),
});
type Entry = z.infer<typeof Entry>;

/** So many of the newest are shown again after a start. */
const SHOWN_AGAIN = 1_000;

const hashOf = (entry: Omit<Entry, 'hash'>): string => {
  const { at, kind, names, facts, user, profile, before } = entry;
  return createHash('sha256')
    .update(JSON.stringify([at, kind, names, facts, user, profile, before]))
    .digest('hex');
};

export type Audit = ReturnType<typeof createAudit>;

export function createAudit(journal: Journal, user: string, log: Log) {
  let last = '';
  let loaded: Promise<void> | null = null;
  let writing: Promise<void> = Promise.resolve();

  return {
    /** Reads what is there into the feed; says where it does not add up. Never rejects. */
    load(events: EventLog, now: number): Promise<void> {
      loaded ??= (async () => {
        let breaks = 0;
        let told = 0;
        let brokenAt = 0;
        let lastAt = 0;
        const good: Entry[] = [];
        for (const line of await journal.read()) {
          const entry = Entry.safeParse(line);
          const fits = entry.success && entry.data.before === last && hashOf(entry.data) === entry.data.hash;
          if (!fits) {
            breaks += 1;
            brokenAt = entry.success ? entry.data.at : lastAt;
          }
          if (!entry.success) continue;
          // So many places were told of, and the chain goes on from there.
          if (fits && entry.data.kind === 'audit.broken') told = Number(entry.data.facts['places']);
          last = entry.data.hash;
          lastAt = entry.data.at;
          good.push(entry.data);
        }
        for (const { at, kind, names, facts } of good.slice(-SHOWN_AGAIN))
          events.restore({ kind, names, facts }, at);
        if (breaks === told) return;
        log.error({ since: brokenAt }, 'the audit does not add up');
        events.record({ kind: 'audit.broken', facts: { since: brokenAt, places: breaks } }, now);
      })().catch((error: unknown) => log.error({ error }, 'the audit cannot be read'));
      return loaded;
    },

    /** Writes one entry behind those before it. Never rejects: what could not be written is an error of the log. */
    append(event: NewEvent, at: number, profile: string): Promise<void> {
      writing = writing.then(async () => {
        await loaded;
        const { kind, names = [], facts = {} } = event;
        const body = { at, kind, names: [...names], facts, user, profile, before: last };
        const entry: Entry = { ...body, hash: hashOf(body) };
        try {
          await journal.append(entry);
          last = entry.hash;
        } catch (error) {
          log.error({ error, kind }, 'the audit could not be written');
        }
      });
      return writing;
    },
  };
}
