/** The details panel of a run's page: what is sent and how, who decided what and why, and the errors folded. */
import { X } from 'lucide-react';
import type { RunHead } from '../../shared/domain/change.js';
import {
  formatClock,
  formatDuration,
  formatShare,
  text,
  visible,
  visibleBlock,
} from '../../shared/i18n/index.js';
import { Foreign, IconButton } from '../components/index.js';
import { decisionText } from '../parts/run-export.js';
import { nameOfWhat } from '../parts/run-words.js';
import { runHref, setParams, useParam } from '../route.js';
import { usePrefs } from '../store/prefs.js';
import { useRun } from '../store/run.js';
import { useFocusAfterClose } from './use-focus-after-close.js';

export function RunPeek() {
  const isOpen = useParam('show') === 'story';
  const head = useRun((state) => state.head);
  useFocusAfterClose(isOpen);
  if (!isOpen || !head) return null;
  return (
    <aside className="peek run-peek" data-region tabIndex={-1} aria-label={text('run.story.title')}>
      <div className="row key-head">
        <h2 className="el">{text('run.story.title')}</h2>
        <span className="sp" />
        <IconButton icon={X} label={text('run.story.close')} onClick={() => setParams({ show: null })} />
      </div>
      <div className="key-scroll">
        <div className="key-body run-story">
          <Decisions head={head} />
          <What head={head} />
          <How head={head} />
          <Errors head={head} />
        </div>
      </div>
    </aside>
  );
}

function Decisions({ head }: { readonly head: RunHead }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return (
    <>
      <h3 className="h2">{text('run.story.decisions')}</h3>
      <ol className="decisions">
        {head.decisions.map((one, i) => (
          <li key={i}>
            <span className="t3 num">{formatClock(one.at, { utc })}</span>
            <span>
              {decisionText(one)}
              {one.reason !== null && <q className="t2 wrap">{visible(one.reason, 500)}</q>}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function What({ head: { what } }: { readonly head: RunHead }) {
  return (
    <>
      <h3 className="h2">{text('run.story.what')}</h3>
      {what.kind === 'settings' ? (
        what.settings === '' ? (
          <p className="t2">{text('run.story.none')}</p>
        ) : (
          <>
            <pre className="mono run-settings">{visibleBlock(what.settings)}</pre>
            {what.masked.length > 0 && (
              <p className="lab t3">{text('run.story.masked', { count: what.masked.length })}</p>
            )}
          </>
        )
      ) : null}
      <dl className="facts">
        {what.kind === 'settings' ? (
          <Fact
            term={text('run.story.restart')}
            value={text(what.restart ? 'run.story.yes' : 'run.story.no')}
          />
        ) : (
          <>
            <Fact term={text('run.story.gem')} value={nameOfWhat(what)} />
            <Fact
              term={text('run.story.reload')}
              value={text(what.reload ? 'run.story.yes' : 'run.story.no')}
            />
          </>
        )}
      </dl>
    </>
  );
}

function How({ head }: { readonly head: RunHead }) {
  return (
    <>
      <h3 className="h2">{text('run.story.how')}</h3>
      <dl className="facts">
        <Fact term={text('run.story.mode')} value={text(`run.story.mode.${head.mode}`)} />
        <Fact term={text('run.story.profile')} value={visible(head.profile, 60)} />
        <Fact
          term={text('run.story.atMost')}
          value={text('run.story.atMost.value', { count: head.atMost })}
        />
        <Fact
          term={text('run.story.deadline')}
          value={text('run.story.deadline.value', { age: formatDuration(head.deadlineS * 1000) })}
        />
        <Fact
          term={text('run.story.stop')}
          value={text('run.story.stop.value', {
            regressed: head.stop.regressed,
            share: formatShare(head.stop.failedShare),
          })}
        />
        {head.canary !== null && <Fact term={text('run.story.canary')} value={visible(head.canary, 60)} />}
        <Fact term={text('run.story.rollback')} value={text('run.story.rollback.value', head.rollback)} />
      </dl>
      {(['rollbackOf', 'rolledBackBy', 'rollbackBegun'] as const).map((kind) => {
        const id = kind === 'rollbackBegun' ? (head[kind]?.id ?? null) : head[kind];
        return id === null ? null : (
          <p key={kind} className="t2">
            {text(`run.story.${kind}`)}.{' '}
            <a className="verb" href={runHref(id)}>
              {text('run.story.open')}
            </a>
          </p>
        );
      })}
    </>
  );
}

const Fact = ({ term, value }: { readonly term: string; readonly value: string }) => (
  <div>
    <dt>{term}</dt>
    <dd className="wrap num">{value}</dd>
  </div>
);

function Errors({ head: { errors } }: { readonly head: RunHead }) {
  if (errors.length === 0) return null;
  return (
    <>
      <h3 className="h2">{text('run.story.errors')}</h3>
      <ul className="run-errors">
        {errors.map(({ error, count, names }) => (
          <li key={error}>
            <b className="num b6">{text('run.folded', { count })}</b>
            <span>
              <span className="wrap">{visible(error, 300)}</span>
              <Foreign className="t3 lab run-error-names" max={80}>
                {names.slice(0, 6).join(', ')}
              </Foreign>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
