/** Lines that are only ever added, each safe on disk when `append` resolves. */
import type { JsonObject } from '../../shared/lib/json.js';

export interface Journal {
  append(entry: JsonObject): Promise<void>;
  /** All entries, oldest first; a line that cannot be read is null. */
  read(): Promise<(JsonObject | null)[]>;
}
