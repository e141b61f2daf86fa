/** The sentence of a run and the quiet line under it; every count opens the rows it counted. */
import type { ResultCounts, RunHead } from '../../../shared/domain/change.js';
import { formatAge, formatClock, formatDuration, formatMoment, text } from '../../../shared/i18n/index.js';
import { Sentence } from '../../components/index.js';
import { href } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { usePrefs } from '../../store/prefs.js';
import { runRows, useRun } from '../../store/run.js';
import { isOpenRun } from '../../store/runs.js';
import { sayRun } from '../../parts/run-words.js';

const STATES = {
  proven: 'verified',
  success: 'success',
  regressed: 'regressed',
  failed: 'failed',
  undeliverable: 'undeliverable',
  noanswer: 'no-answer',
  skipped: 'skipped',
  sent: 'sent',
} as const;
const isTag = (tag: string): tag is keyof typeof STATES => Object.hasOwn(STATES, tag);

type Props = {
  readonly head: RunHead;
  readonly counts: ResultCounts;
  readonly waves: readonly ResultCounts[];
};

export function RunSay({ head, counts, waves }: Props) {
  // Read anew with every picture of the rows, and once a second.
  useRun((state) => state.frame);
  const waited = useFleetTime((now) => Math.floor(longestWait(now) / 1000));
  const said = sayRun(head, counts, waves, waited < 0 ? null : waited * 1000);
  return (
    <p className="say">
      {said.first}{' '}
      <Sentence
        parts={said.counts}
        link={(tag, words) =>
          isTag(tag) ? (
            <a
              className={`r-${tag}`}
              href={href(location.hash.replace(/^#|\?.*$/g, ''), {
                state: STATES[tag],
                wave: said.wave === null ? null : String(said.wave),
              })}
            >
              {words}
            </a>
          ) : (
            words
          )
        }
      />
    </p>
  );
}

/** Since when the one that waits longest was sent to, ms; negative when nobody waits. */
function longestWait(now: number): number {
  let oldest = Infinity;
  for (const row of runRows())
    if (row?.state === 'sent' && row.sentAt !== null) oldest = Math.min(oldest, row.sentAt);
  return oldest === Infinity ? -1000 : Math.max(0, now - oldest);
}

/** From then on a clock time alone does not say when. */
const TODAY_MS = 18 * 3_600_000;

export function RunThen({ head, counts }: Omit<Props, 'waves'>) {
  const utc = usePrefs((prefs) => prefs.utc);
  const last = useFleetTime((now) => (head.lastResultAt === null ? '' : formatAge(now - head.lastResultAt)));
  const [wave, next] = [head.waves[head.wave - 1], head.waves[head.wave]];
  const watched = useFleetTime((now) =>
    wave?.state === 'watching' && wave.watchUntil !== null && wave.watchUntil > now
      ? formatDuration(wave.watchUntil - now)
      : '',
  );
  const isOld = useFleetTime((now) => (now - head.createdAt > TODAY_MS ? 1 : 0)) === 1;
  const at = isOld ? formatMoment(head.createdAt, utc).slice(0, 16) : formatClock(head.createdAt, { utc });
  const by = head.by ?? text('run.by.unknown');
  const sentences: string[] = [];
  if (head.state === 'waiting')
    sentences.push(
      text('run.then.approval', { at: formatClock(head.approval?.until ?? head.createdAt, { utc }) }),
    );
  else if (head.state === 'observed') sentences.push(text('run.then.heard', { at }));
  else if (isOpenRun(head)) {
    sentences.push(last === '' ? text('run.then.none') : text('run.then.last', { age: last }));
    if (counts.queued > 0) sentences.push(text('run.then.left', { count: counts.queued }));
    if (head.state === 'held') sentences.push(text('run.then.nothingMore'));
    else if (counts.sent > 0)
      sentences.push(text('run.then.flight', { inFlight: counts.sent, most: head.atMost }));
    else if (watched !== '')
      sentences.push(
        text('run.then.watch', {
          age: watched,
          next: next === undefined ? 'none' : String(next.wave),
          begins: next?.begins ?? 'auto',
        }),
      );
  } else
    sentences.push(
      head.endedAt === null
        ? text('run.then.began', { at, by })
        : text('run.then.took', { at, by, age: formatDuration(head.endedAt - head.createdAt) }),
    );
  return <p className="then num">{sentences.join(' ')}</p>;
}
