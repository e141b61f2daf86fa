/** The head of a run's page: where one is, the sentence, and what can be done. None of it is red until it matters. */
import { BookOpen, ChevronDown, ChevronRight, OctagonX, Play, RotateCw, Undo2 } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { ResultCounts, Run, RunHead, RunTarget } from '../../../shared/domain/change.js';
import { formatAge, formatClock, formatDuration, formatMoment, text } from '../../../shared/i18n/index.js';
import { Button, Icon, Menu, MenuItem, MenuLine, PauseIcon, Sentence } from '../../components/index.js';
import { ActDialog, useMay } from '../../parts/acting.js';
import { ApprovalDialog } from '../../parts/approval.js';
import { download } from '../../parts/index.js';
import { RetryDialog, RollbackDialog } from '../../parts/run-dialogs.js';
import { go, href, runHref, setParams, useParam } from '../../route.js';
import { fleetNow, useFleetTime } from '../../store/clock.js';
import { ask } from '../../store/connection.js';
import { prefsStore, usePrefs } from '../../store/prefs.js';
import { runRows, useRun } from '../../store/run.js';
import { isOpenRun } from '../../store/runs.js';
import { say } from '../../store/ui.js';
import { gateWave } from './evidence.js';
import { runReport, runToCsv, runToJson } from './export.js';
import { runName, sayRun } from './say.js';

type Props = {
  readonly head: RunHead;
  readonly counts: ResultCounts;
  readonly waves: readonly ResultCounts[];
  readonly rowsShown: () => readonly RunTarget[];
};

export function RunHeader(props: Props) {
  const { head, counts } = props;
  const name = runName(head);
  return (
    <header className="head run-head">
      <div className="bar">
        <h1>
          <a className="t3 b5" href={href('/changes')}>
            {text('changePage.title')}
          </a>
          <span className="t3">
            <Icon of={ChevronRight} size={14} />
          </span>
          <span className="el">{text('run.title', { name, count: head.total })}</span>
          {head.rollbackOf !== null && (
            <a className="bdg" href={runHref(head.rollbackOf)}>
              {text('run.rollbackOf')}
            </a>
          )}
        </h1>
        <Actions {...props} />
      </div>
      <Say {...props} counts={counts} />
      <Then head={head} counts={counts} />
    </header>
  );
}

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

function Say({ head, counts, waves }: Props) {
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

function Then({ head, counts }: { readonly head: RunHead; readonly counts: ResultCounts }) {
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

const attempt = (work: Promise<unknown>, done: string): void => {
  work.then(
    () => say(done),
    (reason: unknown) => say(reason instanceof Error ? reason.message : String(reason)),
  );
};

type Asking = 'stop' | 'rollback' | 'retry' | 'approve' | null;

function Actions({ head, counts, rowsShown }: Props) {
  const may = useMay();
  const doing = useParam('do');
  const isStory = useParam('show') === 'story';
  const [asking, setAsking] = useState<Asking>(null);
  const isOpen = isOpenRun(head) && head.state !== 'waiting';
  const canRetry = counts.failed + counts.undeliverable + counts['no-answer'] > 0;
  const isOurs = head.state !== 'observed';
  const hold = (): void => attempt(ask('run.hold', { id: head.id }), text('run.hold.done'));
  // Asked for by key or command; the address goes back to what it was.
  useEffect(() => {
    if (doing === '') return;
    setParams({ do: null });
    if (!may.act) return;
    if (doing === 'hold' && head.state === 'running') hold();
    else if (doing === 'retry' && isOurs && canRetry) setAsking('retry');
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [doing]);
  const sending = {
    disabled: may.whyNot !== null,
    ...(may.whyNot === null ? {} : { title: may.whyNot }),
  };
  const canRollback =
    isOurs && head.mode === 'addressed' && head.rollback.took > 0 && head.rolledBackBy === null;
  const close = (): void => setAsking(null);
  return (
    <>
      <Button
        look="quiet"
        aria-pressed={isStory}
        onClick={() => setParams({ show: isStory ? null : 'story', peek: null })}
      >
        <Icon of={BookOpen} size={14} />
        {text('run.story')}
      </Button>
      <More head={head} rowsShown={rowsShown} may={may.act}>
        {may.act && isOurs && canRetry && head.state !== 'waiting' && (
          <MenuItem disabled={may.whyNot !== null} onSelect={() => setAsking('retry')}>
            {text('run.retry.unfinished')}
          </MenuItem>
        )}
      </More>
      {may.act && head.state === 'waiting' && (
        <Button look="primary" {...sending} onClick={() => setAsking('approve')}>
          {text('run.approve')}
        </Button>
      )}
      {may.act && head.state === 'running' && (
        <Button onClick={hold}>
          <Icon of={PauseIcon} size={14} />
          {text('run.hold')}
        </Button>
      )}
      {may.act && head.state === 'held' && gateWave(head) === null && (
        <Button
          look="primary"
          {...sending}
          onClick={() => attempt(ask('run.resume', { id: head.id }), text('run.resume.done'))}
        >
          <Icon of={Play} size={14} />
          {text('run.resume')}
        </Button>
      )}
      {may.act && (isOpen || head.state === 'waiting') && (
        <Button onClick={() => setAsking('stop')}>
          <Icon of={OctagonX} size={14} />
          {text('run.stop')}
        </Button>
      )}
      {may.act && !isOpen && isOurs && canRetry && (
        <Button {...sending} onClick={() => setAsking('retry')}>
          <Icon of={RotateCw} size={14} />
          {text('run.retry')}
        </Button>
      )}
      {may.act && canRollback && (
        <Button {...sending} onClick={() => setAsking('rollback')}>
          <Icon of={Undo2} size={14} />
          {text(isOpen ? 'run.rollback' : 'run.rollback.after')}
        </Button>
      )}
      <ActDialog
        open={asking === 'stop'}
        onClose={close}
        isLocal
        title={text('run.stop.title')}
        verb={text('run.stop.verb')}
        done={text('run.stop.done')}
        act={() => ask('run.stop', { id: head.id })}
      >
        <p>{text('run.stop.why', { queued: counts.queued })}</p>
      </ActDialog>
      {asking === 'retry' && <RetryDialog run={head} onClose={close} />}
      {asking === 'rollback' && <RollbackDialog run={head} onClose={close} />}
      {asking === 'approve' && <ApprovalDialog run={head} onClose={close} />}
    </>
  );
}

/** Counted when the menu opens. */
const CsvLabel = ({ rowsShown }: Pick<Props, 'rowsShown'>) => (
  <>{text('run.export.csv', { count: rowsShown().length })}</>
);

function More(props: {
  readonly head: RunHead;
  readonly rowsShown: () => readonly RunTarget[];
  readonly may: boolean;
  readonly children: ReactNode;
}) {
  const { head, rowsShown } = props;
  const whole = (): Run => ({ ...head, targets: runRows().flatMap((row) => row ?? []) });
  const file = `change-${head.createdAt}`;
  return (
    <Menu
      trigger={
        <Button look="quiet">
          {text('shell.more')}
          <Icon of={ChevronDown} size={14} />
        </Button>
      }
    >
      {props.children}
      {props.may && (
        <>
          <MenuItem onSelect={() => go(`/changes/new/${head.kind}`, { from: head.id })}>
            {text('run.editAsNew')}
          </MenuItem>
          <MenuLine />
        </>
      )}
      <MenuItem onSelect={() => download(`${file}.csv`, 'text/csv', runToCsv(rowsShown()))}>
        <CsvLabel rowsShown={rowsShown} />
      </MenuItem>
      <MenuItem onSelect={() => download(`${file}.json`, 'application/json', runToJson(whole()))}>
        {text('run.export.json')}
      </MenuItem>
      <MenuItem
        onSelect={() =>
          download(`${file}.txt`, 'text/plain', runReport(whole(), fleetNow(), prefsStore.getState().utc))
        }
      >
        {text('run.export.report')}
      </MenuItem>
    </Menu>
  );
}
