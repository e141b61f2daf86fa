/** The head of a run's page: where one is, the sentence, and what can be done. None of it is red until it matters. */
import { BookOpen, ChevronDown, ChevronRight, OctagonX, Play, RotateCw, Undo2 } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { ResultCounts, Run, RunHead, RunTarget } from '../../../shared/domain/change.js';
import { text } from '../../../shared/i18n/index.js';
import { Button, Icon, Menu, MenuItem, MenuLine, PauseIcon } from '../../components/index.js';
import { ActDialog, useMay } from '../../parts/acting.js';
import { ApprovalDialog } from '../../parts/approval.js';
import { download } from '../../parts/index.js';
import { RetryDialog, RollbackDialog } from '../../parts/run-dialogs.js';
import { go, href, runHref, setParams, useParam } from '../../route.js';
import { fleetNow } from '../../store/clock.js';
import { ask } from '../../store/connection.js';
import { prefsStore } from '../../store/prefs.js';
import { runRows } from '../../store/run.js';
import { isOpenRun } from '../../store/runs.js';
import { say } from '../../store/ui.js';
import { gateWave } from '../../parts/run-evidence.js';
import { runReport, runToCsv, runToJson } from '../../parts/run-export.js';
import { RunSay, RunThen } from './RunSay.js';
import { runName } from '../../parts/run-words.js';

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
          {head.rollbackBegun && (
            <a className="bdg" href={runHref(head.rollbackBegun.id)}>
              {text('run.rollbackBegun')}
            </a>
          )}
        </h1>
        <Actions {...props} />
      </div>
      <RunSay head={head} counts={counts} waves={props.waves} />
      <RunThen head={head} counts={counts} />
    </header>
  );
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
  const back = head.rollbackBegun?.state;
  const isGoingBack = back !== undefined && back !== 'done' && back !== 'stopped';
  const canRollback = isOurs && head.mode === 'addressed' && head.rollback.took > 0 && !isGoingBack;
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
