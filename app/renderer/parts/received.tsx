/**
 * What others push to this console: what it may change here, what waits for a person, what was applied and can be
 * undone; and the other side of an approval by a second person.
 */
import { useEffect, useState } from 'react';
import type { RunTarget } from '../../shared/domain/change.js';
import {
  RECEIVE_MODES,
  RECEIVED_KINDS,
  type Receive,
  type ReceiveMode,
} from '../../shared/domain/received.js';
import { text, visible, visibleBlock } from '../../shared/i18n/index.js';
import { Button, Segments } from '../components/index.js';
import { href } from '../route.js';
import { ask, useCall, watchWhile } from '../store/connection.js';
import { ActError, useActing, useMay } from './acting.js';
import { SignDialog } from './approval.js';
import { ReceivedItem } from './received-item.js';

/** The whole picture, as long as something on screen needs it. */
function useReceive(): Receive | null {
  const [receive, setReceive] = useState<Receive | null>(null);
  useEffect(
    () =>
      watchWhile('receive.watch', {}, (next) => {
        setReceive(next);
        return true;
      }),
    [],
  );
  return receive;
}

export function ReceivedSection() {
  const receive = useReceive();
  const [isSigning, setSigning] = useState(false);
  const may = useMay();
  return (
    <div className="received">
      <p className="t2">{text('receivedPage.why')}</p>
      {receive && (
        <>
          <Inbox receive={receive} />
          {RECEIVED_KINDS.map((kind) => (
            <Mode key={kind} kind={kind} mode={receive.modes[kind]} receive={receive} />
          ))}
          <details className="received-more">
            <summary>{text('receivedPage.allow', { count: receive.allow.length })}</summary>
            <p className="t3 lab">{text('receivedPage.allow.why')}</p>
            <ul className="mono allow-list">
              {receive.allow.map((pattern) => (
                <li key={pattern}>{visible(pattern, 120)}</li>
              ))}
            </ul>
          </details>
          <details className="received-more">
            <summary>{text('receivedPage.own')}</summary>
            <p className="t3 lab">{text('receivedPage.own.why')}</p>
            <pre className="mono body-text" tabIndex={0}>
              {visibleBlock(receive.settings, 40_000)}
            </pre>
          </details>
        </>
      )}
      {may.act && (
        <div className="setting">
          <span className="setting-name">
            {text('approval.sign.title')}
            <span className="t3 lab setting-why">{text('receivedPage.sign.why')}</span>
          </span>
          <Button onClick={() => setSigning(true)}>{text('receivedPage.sign')}</Button>
        </div>
      )}
      {isSigning && <SignDialog onClose={() => setSigning(false)} />}
    </div>
  );
}

function Inbox({ receive }: { readonly receive: Receive }) {
  const [isAll, setAll] = useState(false);
  const waiting = receive.items.filter(({ state }) => state === 'waiting').length;
  const shown = isAll ? receive.items : receive.items.slice(0, Math.max(5, waiting));
  if (receive.items.length === 0) return <p className="t3 received-none">{text('receivedPage.none')}</p>;
  return (
    <>
      <ul className="received-items" aria-label={text('receivedPage.inbox')}>
        {shown.map((item) => (
          <ReceivedItem key={item.id} item={item} />
        ))}
      </ul>
      {receive.items.length > shown.length && (
        <Button look="quiet" onClick={() => setAll(true)}>
          {text('receivedPage.all', { count: receive.items.length })}
        </Button>
      )}
    </>
  );
}

function Mode(props: {
  readonly kind: (typeof RECEIVED_KINDS)[number];
  readonly mode: ReceiveMode;
  readonly receive: Receive;
}) {
  const { kind, mode, receive } = props;
  const may = useMay();
  const acting = useActing();
  return (
    <>
      <div className="setting">
        <span className="setting-name">
          {text(`receivedPage.mode.${kind}`)}
          <span className="t3 lab setting-why">{text(`receivedPage.mode.${mode}.why`)}</span>
          {kind === 'gem' && (
            <span className={receive.installer.available ? 't3 lab setting-why' : 'c-late lab setting-why'}>
              {text('receivedPage.installer', { about: visible(receive.installer.about, 200) })}
            </span>
          )}
        </span>
        {may.act ? (
          <Segments<ReceiveMode>
            label={text(`receivedPage.mode.${kind}`)}
            value={mode}
            choices={RECEIVE_MODES.map((value) => ({ value, label: text(`received.mode.${value}`) }))}
            onChoose={(next) => acting.run(() => ask('receive.mode', { kind, mode: next }))}
          />
        ) : (
          <span className="b5">{text(`received.mode.${mode}`)}</span>
        )}
      </div>
      <ActError error={acting.error} />
    </>
  );
}

/** What became of a change that was tried on this machine: its result, and our settings before and after. */
export function TriedHere({ runId, since }: { readonly runId: string; readonly since: number }) {
  const receive = useReceive();
  const { data: run } = useCall('run.get', { id: runId }, 1000);
  const target: RunTarget | undefined = run?.targets[0];
  const item = receive?.items.find(({ kind, at }) => kind === 'settings' && at >= since - 1000);
  return (
    <div className="tried" role="status">
      <p>
        {text('receivedPage.tried', {
          state: target ? text(`result.${target.state}`) : text('result.queued'),
        })}{' '}
        <a className="verb" href={href(`/changes/${encodeURIComponent(runId)}`)}>
          {text('receivedPage.tried.run')}
        </a>
      </p>
      {target?.error && <p className="wrap received-error">{visible(target.error, 400)}</p>}
      {item && (
        <ul className="received-items">
          <ReceivedItem item={item} />
        </ul>
      )}
    </div>
  );
}
