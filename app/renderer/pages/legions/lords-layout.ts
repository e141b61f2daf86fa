/** Where bands, gaps, marks and their words stand in the picture of who led. Pure. */
import type { LegionTimeline } from '../../../shared/domain/legion.js';
import { formatClock, formatDuration, isTextKey, text, visible } from '../../../shared/i18n/index.js';

export const LANE = 24;
export const LABEL_WIDTH = 96;
const LOCALE = 'en';
const MAX_LANES = 8;
/** About so wide is a letter of the small writing. */
const LETTER = 5.6;
const MIN_GAP = 4;
const CROWD = 3;
const CROWD_MS = 15_000;
const BESIDE = 9;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const RANGES = { '24h': DAY, '7d': 7 * DAY, '30d': 30 * DAY } as const;
export type Range = keyof typeof RANGES;

/** The shortest range in which something changed. */
export function firstRange(since: number | null, now: number): Range {
  const age = since === null || since <= 0 ? 0 : now - since;
  return age <= DAY ? '24h' : age <= RANGES['7d'] ? '7d' : '30d';
}

export type Band = {
  readonly x: number;
  readonly width: number;
  readonly lane: number;
  readonly isNow: boolean;
};
export type Gap = { readonly x: number; readonly width: number };
export type Word = { readonly x: number; readonly lane: number; readonly text: string };
export type Mark = { readonly x: number; readonly lane: number; readonly what: 'joined' | 'left' | 'died' };
export type Tick = { readonly x: number; readonly text: string };
export type LordsPicture = {
  readonly lanes: readonly string[];
  readonly bands: readonly Band[];
  readonly gaps: readonly Gap[];
  readonly marks: readonly Mark[];
  readonly words: readonly Word[];
  readonly ticks: readonly Tick[];
  /** Marks of members without a lane. */
  readonly others: number;
};

export function gapWhy(why: string | null): string {
  const key = `legionPage.gap.${why ?? 'other'}`;
  return why !== 'label' && isTextKey(key) ? text(key) : text('legionPage.gap.other');
}

export function gapText(band: LegionTimeline['bands'][number], next: string | null): string {
  return text('legionPage.gap.label', {
    why: gapWhy(band.why),
    age: formatDuration(band.to - band.from),
    next: next === null ? 'none' : visible(next, 30),
  });
}

export function layoutLords(line: LegionTimeline, range: Range, width: number, utc: boolean): LordsPicture {
  const span = Math.max(1, line.to - line.from);
  const inner = Math.max(1, width - LABEL_WIDTH);
  const x = (at: number): number =>
    LABEL_WIDTH + (Math.min(span, Math.max(0, at - line.from)) / span) * inner;
  const lanes = lanesOf(line);
  const laneOf = new Map(lanes.map((name, lane) => [name, lane]));
  const taken = lanes.map((): [number, number][] => []);
  const bands: Band[] = [];
  const gaps: Gap[] = [];
  for (const { from, to, lord } of line.bands) {
    const wide = x(to) - x(from);
    if (lord === null) gaps.push({ x: x(from), width: Math.max(MIN_GAP, wide) });
    else {
      const lane = laneOf.get(lord);
      if (lane === undefined) continue;
      bands.push({ x: x(from), width: Math.max(1.5, wide), lane, isNow: to >= line.to });
      taken[lane]?.push([x(from), x(to)]);
    }
  }
  const words: Word[] = [];
  const place = (lane: number, wanted: number, said: string): boolean => {
    const long = said.length * LETTER;
    // At the right end words stand before what they are about.
    const at = wanted + long > width ? wanted - 2 * BESIDE - long : wanted;
    const end = at + long;
    if (at < LABEL_WIDTH || taken[lane]?.some(([from, to]) => from < end + 4 && to > at - 2)) return false;
    taken[lane]?.push([at, end]);
    words.push({ x: at, lane, text: said });
    return true;
  };
  const marks: Mark[] = [];
  let others = 0;
  for (const { at, name, what } of line.marks) {
    const lane = laneOf.get(name);
    if (lane === undefined) others += 1;
    else marks.push({ x: x(at), lane, what });
  }
  line.bands.forEach((band, place_) => {
    if (band.lord !== null) return;
    const said = gapText(band, line.bands[place_ + 1]?.lord ?? null);
    lanes.some((_, lane) => place(lane, x(band.to) + BESIDE, said));
  });
  for (const { at, name, what, isSelf } of line.marks) {
    const lane = laneOf.get(name);
    if (lane !== undefined)
      place(lane, x(at) + BESIDE, text(`legionPage.mark.${what}`, { self: isSelf ? 'yes' : 'no' }));
  }
  return { lanes, bands, gaps, marks, words, ticks: ticksOf(line, range, x, utc), others };
}

/** Those that led in the order in which they did, then those that came and went, the latest first to be kept. */
function lanesOf({ bands, marks }: LegionTimeline): string[] {
  const led = new Map<string, number>();
  for (const { lord, from, to } of bands) if (lord !== null) led.set(lord, (led.get(lord) ?? 0) + to - from);
  const kept = new Set(
    [...led]
      .sort((a, b) => b[1] - a[1])
      .slice(0, MAX_LANES)
      .map(([name]) => name),
  );
  const own = marks.find(({ isSelf }) => isSelf)?.name;
  const others = new Set<string>();
  for (const mark of [...marks].reverse())
    if (!kept.has(mark.name) && (mark.isSelf || !isCrowd(mark, marks))) others.add(mark.name);
  const room = MAX_LANES - kept.size;
  const more = [...others].filter((name) => name !== own).slice(0, room - (own && others.has(own) ? 1 : 0));
  const first = [...led.keys()].filter((name) => kept.has(name));
  return [...first, ...more.reverse(), ...(own && others.has(own) && room > 0 ? [own] : [])];
}

/** Many that joined within moments were there before us, or came back from one cut: no news of any one of them. */
const isCrowd = ({ at, what }: LegionTimeline['marks'][number], marks: LegionTimeline['marks']): boolean =>
  what === 'joined' &&
  marks.filter((other) => other.what === 'joined' && Math.abs(other.at - at) < CROWD_MS).length > CROWD;

const STEPS: Readonly<Record<Range, number>> = { '24h': 4 * HOUR, '7d': DAY, '30d': 5 * DAY };

function ticksOf(line: LegionTimeline, range: Range, x: (at: number) => number, utc: boolean): Tick[] {
  const step = STEPS[range];
  const zone = utc ? 0 : new Date(line.to).getTimezoneOffset() * 60_000;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((line.from - zone) / step) * step + zone; at < line.to; at += step)
    ticks.push({ x: x(at), text: tickText(at, range, utc) });
  return ticks;
}

const DAY_OF = {
  '7d': { weekday: 'short', day: 'numeric' },
  '30d': { day: 'numeric', month: 'short' },
} as const;

function tickText(at: number, range: Range, utc: boolean): string {
  if (range === '24h') return formatClock(at, { utc, precision: 'minute' });
  return formatDay(at, DAY_OF[range], utc);
}

const formatDay = (at: number, style: Intl.DateTimeFormatOptions, utc: boolean): string => {
  const parts = new Intl.DateTimeFormat(LOCALE, {
    ...style,
    ...(utc ? { timeZone: 'UTC' } : {}),
  }).formatToParts(at);
  const words = parts.filter(({ type }) => type !== 'literal').map(({ value }) => value);
  return style.weekday
    ? [...words].sort((a, b) => Number(/^\d/.test(a)) - Number(/^\d/.test(b))).join(' ')
    : words.reverse().join(' ');
};
