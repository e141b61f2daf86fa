/** Two statements about the program itself: this cannot happen, and this case was handled. */

/** Throws a plain Error (a bug, not a bad input) when `condition` does not hold. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}

/** The compiler proves that every variant of a union was handled; at run time it throws. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
