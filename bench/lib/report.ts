/** Counts messages, leaves out the first fifth as warm-up, prints rate and CPU as one JSON line, ends the process. */
export function report(expected: number) {
  const warmUp = Math.floor(expected / 5);
  let seen = 0;
  let from = 0n;
  let cpu = process.cpuUsage();
  let facts: () => object = () => ({});
  return {
    check(of: () => object): void {
      facts = of;
    },
    count(): void {
      seen += 1;
      if (seen === warmUp) {
        from = process.hrtime.bigint();
        cpu = process.cpuUsage();
      }
      if (seen < expected) return;
      const seconds = Number(process.hrtime.bigint() - from) / 1e9;
      const used = process.cpuUsage(cpu);
      const counted = expected - warmUp;
      process.stdout.write(
        `${JSON.stringify({ rate: counted / seconds, cpuUs: (used.user + used.system) / counted, rssMb: process.memoryUsage().rss / 1_048_576, ...facts() })}\n`,
        () => process.exit(0),
      );
    },
  };
}
