/** Waiting in real time: for a condition, with a deadline, never for a guess of how long something takes. */

/** Asks every few milliseconds until the check gives something true. Fails after `withinMs`, saying what for. */
export async function until<T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const result = await check();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
