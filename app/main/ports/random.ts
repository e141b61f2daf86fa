/** Chance, injected so that tests repeat. */
export interface Random {
  bytes(count: number): Uint8Array;
  uuid(): string;
  /** In [0, 1). */
  fraction(): number;
}
