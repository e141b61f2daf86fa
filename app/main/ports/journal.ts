/** Lines that are only ever added, each safe on disk when `append` resolves. */
import type { JsonObject } from '../../shared/lib/json.js';

export interface Journal {
  append(entry: JsonObject): Promise<void>;
  /** All entries, oldest first; a line that cannot be read is null. */
  read(): Promise<(JsonObject | null)[]>;
}

/** Journals by name, one beside the other. Names are ours: letters, digits and hyphens. */
export interface Journals {
  open(name: string): Journal;
  /** In the order of their names. */
  list(): Promise<string[]>;
  /** The newest entry without reading the rest; null when there is none, or it cannot be read. */
  last(name: string): Promise<JsonObject | null>;
  remove(name: string): Promise<void>;
}
