/**
 * The Log port on pino: JSON lines to a stream or a file that is rotated by size, or single lines that
 * people read. Everything is redacted here, and nowhere else.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, type Logger } from 'pino';
import type { Level, Log } from '../ports/log.js';
import { redactFacts } from './redaction.js';

/** Where lines go; `write` gets a whole line with its end. */
export type Sink = { write(line: string): void };

export type PinoLogOptions = {
  readonly level: Level;
  readonly sink: Sink;
  /** Single lines for a terminal instead of JSON. */
  readonly pretty?: boolean;
};

/** A line as the Health page shows it: redacted, its facts as JSON text. */
export type RecentLine = {
  readonly at: number;
  readonly level: Level;
  readonly message: string;
  readonly facts: string;
};

export type PinoLog = Log & {
  /** The newest lines, oldest first; at most 2,000. */
  recent(): RecentLine[];
};

const MAX_RECENT = 2000;

export function createPinoLog({ level, sink, pretty = false }: PinoLogOptions): PinoLog {
  const recent: RecentLine[] = [];
  const remember = (line: RecentLine): void => {
    recent.push(line);
    // Dropping in batches keeps the cost of a line constant.
    if (recent.length >= 2 * MAX_RECENT) recent.splice(0, recent.length - MAX_RECENT);
  };
  const logger = pino(
    {
      level,
      base: null,
      serializers: {},
      formatters: { level: (label) => ({ level: label }) },
      // Times are epoch ms, as everywhere else.
    },
    pretty ? { write: (line: string) => sink.write(prettyLine(line)) } : sink,
  );
  return { ...toLog(logger, {}, remember), recent: () => recent.slice(-MAX_RECENT) };
}

function toLog(logger: Logger, base: object, remember: (line: RecentLine) => void): Log {
  const say =
    (level: Level) =>
    (facts: object, message: string): void => {
      if (!logger.isLevelEnabled(level)) return;
      const plain = redactFacts({ ...base, ...facts });
      logger[level](plain, message);
      remember({ at: Date.now(), level, message, facts: JSON.stringify(plain) });
    };
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    fatal: say('fatal'),
    child: (facts) => toLog(logger, { ...base, ...facts }, remember),
  };
}

/** `14:02:11.204 warn  message  key=value …`; facts as JSON, so that nothing a peer sent moves the cursor. */
function prettyLine(line: string): string {
  const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const clock = new Date(Number(time)).toISOString().slice(11, 23);
  const rest = Object.entries(facts).map(([key, value]) => `${key}=${escaped(JSON.stringify(value))}`);
  return `${clock} ${String(level).padEnd(5)} ${String(msg)}${rest.length > 0 ? `  ${rest.join(' ')}` : ''}\n`;
}

/** JSON.stringify leaves C1 controls and direction overrides as they are; a terminal would obey them. */
const escaped = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A file that becomes `file.1`, `file.2`… when it is full; the oldest falls off the end. */
export function rotatingFile(file: string, maxBytes = 5_000_000, keep = 5): Sink & { close(): void } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const open = (): number => openSync(file, 'a', 0o600);
  let handle = open();
  let size = fstatSync(handle).size;
  const rotate = (): void => {
    closeSync(handle);
    for (let age = keep - 1; age >= 0; age--) {
      const from = age === 0 ? file : `${file}.${age}`;
      if (existsSync(from)) renameSync(from, `${file}.${age + 1}`);
    }
    handle = open();
    size = 0;
  };
  return {
    write(line) {
      if (size > 0 && size + line.length > maxBytes) rotate();
      size += writeSync(handle, line);
    },
    close: () => closeSync(handle),
  };
}
