/** How this console itself is: its services, what it refused and why, its configuration and where it came from. */
import * as z from 'zod';

const ServiceState = z.object({
  name: z.string(),
  state: z.enum(['starting', 'running', 'degraded', 'stopped']),
  since: z.number(),
  code: z.string().nullable(),
});

export const Health = z.object({
  version: z.string(),
  runtime: z.string(),
  startedAt: z.number(),
  services: z.array(ServiceState),
  /** Messages that were refused, by code; the text is `refusal.<code>` in the catalogue. */
  refused: z.array(
    z.object({ code: z.string(), count: z.number().int(), lastAt: z.number(), from: z.string().nullable() }),
  ),
  /** Messages heard, by kind. */
  heard: z.array(z.object({ message: z.string(), count: z.number().int(), lastAt: z.number() })),
  loop: z.object({ delayP99Ms: z.number().nullable(), heapMb: z.number(), rssMb: z.number() }),
  /** The newest log lines, redacted, newest last. */
  log: z.array(
    z.object({
      at: z.number(),
      level: z.enum(['debug', 'info', 'warn', 'error', 'fatal']),
      message: z.string(),
      facts: z.string(),
    }),
  ),
});
export type Health = z.infer<typeof Health>;

export const ConfigReport = z.object({
  values: z.array(
    z.object({
      key: z.string(),
      /** As JSON text; secrets are masked. */
      value: z.string(),
      /** e.g. `default`, `file /etc/x.json`, `env LEGION_CONSOLE_BUS_URL`, `flag --bus-url`. */
      origin: z.string(),
      description: z.string(),
    }),
  ),
});
export type ConfigReport = z.infer<typeof ConfigReport>;

/** Fleet aggregates over time, thinned to at most 300 points. Columns of equal length; null where we were away. */
export const HistoryPage = z.object({
  fromAt: z.number(),
  toAt: z.number(),
  /** The end of each point's span. */
  at: z.array(z.number()),
  healthyShare: z.array(z.number().nullable()),
  delayP50Ms: z.array(z.number().nullable()),
  delayP99Ms: z.array(z.number().nullable()),
  beatsPerSecond: z.array(z.number().nullable()),
  /** Nodes that turned late, per minute. */
  latePerMinute: z.array(z.number().nullable()),
  /** Spans in which our own link was down. */
  outages: z.array(z.object({ from: z.number(), to: z.number() })),
  /** Small flags on the time axis. */
  marks: z.array(z.object({ at: z.number(), text: z.string() })),
});
export type HistoryPage = z.infer<typeof HistoryPage>;
