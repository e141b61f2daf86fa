/** The name of a run, and its sentence: one clause about the run, one about its nodes. Counts carry the tags to link. */
import type { ResultCounts, RunHead, RunSummary, ShownWhat } from '../../shared/domain/change.js';
import { formatAge, parts, text, visible, type Part, type TextKey } from '../../shared/i18n/index.js';
import { proven } from '../store/runs.js';
import { gateWave } from './run-evidence.js';

/** `Gem lex-http 0.9.1`, `Settings transport.pool and 2 more`. */
export function nameOfWhat(what: ShownWhat): string {
  if (what.kind === 'gem')
    return text('run.name.gem', {
      extension: visible(what.extension, 80),
      version: visible(what.version ?? 'none', 40),
    });
  return text('run.name.settings', {
    key: visible(what.keys[0] ?? '', 80),
    count: what.keys.length,
    more: what.keys.length - 1,
    restart: what.restart ? 'yes' : 'no',
  });
}
export const runName = (run: Pick<RunSummary, 'what'>): string => nameOfWhat(run.what);

export type Said = {
  readonly first: string;
  readonly counts: readonly Part[];
  /** The wave the counts are of; null for all. */
  readonly wave: number | null;
};

/** `waves`: counts per wave, from the rows in view. `oldestSent`: since when the longest waits, ms. */
export function sayRun(
  head: RunHead,
  all: ResultCounts,
  waves: readonly ResultCounts[],
  oldestSent: number | null,
): Said {
  const isOver = head.state === 'done' || head.state === 'stopped' || head.state === 'observed';
  const isMany = head.waveCount > 1;
  const wave = isOver || !isMany || head.state === 'waiting' ? null : (gateWave(head) ?? head.wave);
  const counts = wave === null ? all : (waves[wave - 1] ?? all);
  const first = text(firstKey(head), {
    wave: wave ?? head.wave,
    next: (wave ?? head.wave) + 1,
    waves: head.waveCount,
    rule: head.hold?.rule ?? 'failed',
    by: visible(head.by ?? '', 60),
    state: head.rollbackBegun?.state ?? 'done',
  });
  if (head.state === 'waiting') return { first, counts: [], wave: null };
  const size = wave === null ? head.total : (head.waves[wave - 1]?.size ?? head.total);
  if (head.state === 'observed' && counts.verified === 0)
    return {
      first,
      counts: parts('run.count.observed', { heard: counts.success, failed: counts.failed }),
      wave: null,
    };
  return { first, counts: countParts(counts, size, oldestSent), wave };
}

const countParts = (counts: ResultCounts, size: number, oldestSent: number | null): Part[] =>
  parts('run.count', {
    good: proven(counts),
    size,
    nochange: counts['no-change'],
    success: counts.success,
    regressed: counts.regressed,
    failed: counts.failed,
    undeliverable: counts.undeliverable,
    noanswer: counts['no-answer'],
    skipped: counts.skipped,
    sent: counts.sent,
    age: oldestSent === null ? 'none' : formatAge(oldestSent),
  });

const backKey = ({ rolledBackBy, rollbackBegun }: RunHead): TextKey | null =>
  rolledBackBy !== null ? 'run.say.rolledBack' : rollbackBegun ? 'run.say.rollbackBegun' : null;

function firstKey(head: RunHead): TextKey {
  const isMany = head.waveCount > 1;
  switch (head.state) {
    case 'waiting':
      return 'run.say.waiting';
    case 'done':
      return backKey(head) ?? 'run.say.done';
    case 'stopped':
      return backKey(head) ?? 'run.say.stopped';
    case 'observed':
      return head.by === null ? 'run.say.observed' : 'run.say.observedBy';
    case 'held': {
      const { hold } = head;
      if (isMany && gateWave(head) !== null) return hold?.why === 'ask' ? 'run.say.ask' : 'run.say.gate';
      return `run.say.held.${hold?.why ?? 'hand'}`;
    }
    case 'running': {
      const isSending = head.counts.queued > 0 || head.counts.sent > 0;
      if (!isMany) return isSending ? 'run.say.running' : 'run.say.proving';
      const state = head.waves[head.wave - 1]?.state;
      return state === 'watching' || state === 'gate' ? 'run.say.watching' : 'run.say.sending';
    }
  }
}
