/** Small values that outlive the process, each under a key we choose (never a peer). Writes are atomic. */
export interface Store {
  /** `undefined` when nothing is kept under the key. */
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
  /** Nothing is kept under the key any more. */
  remove(key: string): Promise<void>;
}
