/** Who leads and why not, and what to look at, as sentences. */
import type { LegionWarning, Why } from '../domain/legion.js';
import { formatDuration, formatSkew } from './format.js';
import { text } from './text.js';
import { visible } from './visible.js';

const orNone = (name: string | null): string => (name === null ? 'none' : visible(name));
const named = (names: readonly string[]): string => names.map((name) => visible(name)).join(', ');

/** One sentence. `quorum` 0: none is asked for. */
export function whyText(why: Why, quorum: number, now: number): string {
  switch (why.kind) {
    case 'lord': {
      const { lord, votes } = why;
      const age = lord.since > 0 && now - lord.since >= 1_000 ? formatDuration(now - lord.since) : 'none';
      const key = votes > 0 ? 'legion.why.lord' : 'legion.why.lord-unsure';
      return text(key, { name: visible(lord.name), age, votes, quorum });
    }
    case 'disputed':
      return text('legion.why.disputed', {
        name: visible(why.lord.name),
        by: visible(why.by),
        votesFor: orNone(why.votesFor),
      });
    case 'split':
      return text('legion.why.split', {
        names: named(why.lords.map(({ name }) => name)),
        count: why.lords.length,
      });
    case 'votes-differ':
      return text('legion.why.votes-differ', {
        by: visible(why.by),
        votesFor: orNone(why.votesFor),
        best: orNone(why.best),
      });
    case 'members-differ':
      return text('legion.why.members-differ', { by: visible(why.by) });
    case 'quorum':
      return text('legion.why.quorum', { votes: why.votes, quorum: why.quorum });
    case 'taking':
      return why.isSelf
        ? text('legion.why.taking-self')
        : text('legion.why.taking', { name: visible(why.name) });
    default:
      return text(`legion.why.${why.kind}`);
  }
}

export function warningText(warning: LegionWarning): string {
  switch (warning.kind) {
    case 'split':
      return text('legion.warning.split', { names: named(warning.names), count: warning.names.length });
    case 'equal-valor':
      return text('legion.warning.equal-valor', { names: named(warning.names), valor: warning.valor });
    case 'skew':
      return text('legion.warning.skew', {
        name: visible(warning.name),
        skew: formatSkew(warning.skewMs),
        tolerance: warning.toleranceS,
      });
    case 'short-tolerance':
      return text('legion.warning.short-tolerance', { freq: warning.freqS, tolerance: warning.toleranceS });
    case 'votes-unknown':
      return text('legion.warning.votes-unknown', {
        name: visible(warning.name),
        uuid: visible(warning.uuid.slice(0, 8)),
      });
    case 'witness-differs':
      return text('legion.warning.witness-differs', {
        address: visible(warning.address),
        votesFor: orNone(warning.votesFor),
      });
    case 'flapping':
    case 'disagrees':
    case 'dead-mark':
      return text(`legion.warning.${warning.kind}`, { ...warning, name: visible(warning.name) });
    default:
      return text(`legion.warning.${warning.kind}`, { ...warning });
  }
}
