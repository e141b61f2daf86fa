/** The one-line answer to "is all well?", from the facts of the session. Facts come counted from the node. */
import type { RunSummary } from '../../shared/domain/change.js';
import type { Legion } from '../../shared/domain/legion.js';
import type { Session } from '../../shared/domain/session.js';
import {
  formatAge,
  formatClock,
  formatDuration,
  formatInterval,
  parts,
  text,
  visible,
  type Part,
} from '../../shared/i18n/index.js';

/** The headline of Overview, in stretches; tags are states. */
export function overviewSentence(session: Session, utc = false): Part[] {
  const { summary, link, mode } = session;
  const { healthy, silent, late, troubled } = summary.counts;
  const { total, silentGroup } = summary;
  const at = link.asOf === null ? '' : formatClock(link.asOf, { utc });
  if (mode === 'idle') return parts('overview.say.idle');
  const attempt = attemptOf(session);
  if (attempt) return parts(`overview.say.${attempt}`, { address: visible(link.address, 80) });
  if (summary.settling && link.asOf === null) return parts('overview.say.settling', { heard: total });
  if (total === 0) return parts('overview.say.empty');
  if (healthy === total) return parts(at === '' ? 'overview.say.all' : 'overview.say.allPast', { total, at });
  return parts(at === '' ? 'overview.say' : 'overview.say.past', {
    healthy,
    total,
    silent,
    late,
    troubled,
    at,
    group: silent > 1 && silentGroup ? visible(silentGroup.group, 60) : 'none',
    groupCount: silentGroup?.count ?? 0,
    all: silentGroup?.count === silent ? 'yes' : 'no',
    lead: silent > 0 ? 'silent' : late > 0 ? 'late' : troubled > 0 ? 'troubled' : 'none',
  });
}

/** What is under way, a sentence per kind: held ones first. Never empty. */
export function openRunsSentences(runs: readonly Pick<RunSummary, 'state'>[]): Part[][] {
  const said = (['held', 'running', 'waiting'] as const).flatMap((state) => {
    const count = runs.filter((run) => run.state === state).length;
    return count > 0 ? [parts(`changePage.say.${state}`, { count })] : [];
  });
  return said.length > 0 ? said : [parts('changePage.say.none')];
}

/** The same as text, for the second line of Overview. */
export const runningText = ({ changes }: Session): string =>
  openRunsSentences(changes.open)
    .map((said) => said.map((part) => (typeof part === 'string' ? part : part.text)).join(''))
    .join(' ');

const ROLE_RANK = { standby: 0, arbiter: 1, watch: 2, off: 3 } as const;
/** Where our own part weighs most first. */
export const byOwnPart = <L extends Session['legions'][number]>(legions: readonly L[]): readonly L[] =>
  [...legions].sort((a, b) => Number(b.isLord) - Number(a.isLord) || ROLE_RANK[a.role] - ROLE_RANK[b.role]);

/** Who leads the legions we hear, in the order of the strip, each sentence with the legion to open; no word about one that is not known yet. */
export function lordSentences(
  session: Session,
  legions: readonly Legion[],
  now: number,
): readonly { readonly legion: string; readonly words: string }[] {
  const order = byOwnPart(session.legions).map(({ name }) => name);
  const place = ({ name }: Legion): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const heard = legions
    .filter(({ why }) => !UNKNOWN.has(why.kind))
    .sort((one, other) => place(one) - place(other));
  const led = heard.flatMap(({ name, lord }) => (lord ? [{ name, lord }] : []));
  const lordless = heard.filter(({ lord }) => lord === null);
  const said: { legion: string; words: string }[] = [];
  const [first] = led;
  if (first) {
    const { name, lord } = first;
    const isLong = lord.since > 0 && now - lord.since >= 1000;
    const words = text('overview.lords', {
      ...{ legion: visible(name, 40), name: visible(lord.name, 60), more: led.length - 1 },
      age: isLong ? formatDuration(now - lord.since) : 'none',
    });
    said.push({ legion: name, words });
  }
  const [without] = lordless;
  if (without) {
    const split = without.why.kind === 'split' ? without.why.lords.length : 0;
    const values = { legion: visible(without.name, 40), split, count: lordless.length };
    said.push({ legion: without.name, words: text('overview.lordless', values) });
  }
  return said;
}
const UNKNOWN: ReadonlySet<Legion['why']['kind']> = new Set(['settling', 'off', 'failed'] as const);

/** The quiet second line under it. */
export function overviewThen(session: Session): string {
  const { summary, self, link, mode } = session;
  const interval = formatInterval(self?.intervalMs ?? 10_000).replace('.0 s', ' s');
  if (mode === 'idle') return text('overview.then.idle');
  if (link.asOf !== null) return text('overview.then.stale');
  const attempt = attemptOf(session);
  if (attempt) return text(`overview.then.${attempt}`);
  if (summary.settling) {
    return text('overview.then.settling', { interval, twice: formatAge(2 * (self?.intervalMs ?? 10_000)) });
  }
  if (mode === 'demo') return text('overview.then.demo');
  if (summary.total === 0) return text('overview.then.empty', { name: visible(self?.name ?? '', 60) });
  if (!self) return '';
  return text(self.beating ? 'overview.then.live' : 'overview.then.listening', {
    name: visible(self.name, 60),
    interval,
  });
}

/** While nothing was ever heard, the way to the broker is the news. */
function attemptOf({ summary, link }: Session): 'connecting' | 'refused' | null {
  if (summary.total > 0) return null;
  if (link.state === 'refused') return 'refused';
  return link.state === 'connecting' || link.state === 'reconnecting' ? 'connecting' : null;
}
