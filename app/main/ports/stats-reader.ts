/** What a stats server of uWSGI says: one text per connection. */
export interface StatsReader {
  /** `place`: `host:port` or the absolute path of a Unix socket. Rejects with the system's words. */
  read(place: string): Promise<string>;
}

/** Where there is no network. */
export const NO_STATS: StatsReader = { read: async () => '{}' };
