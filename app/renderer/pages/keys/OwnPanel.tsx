/**
 * Our own key: fingerprint and words to read out, where it is kept, and its rotation step by step. Peers cannot
 * confirm a new key, so the page counts who has since used it and calls the rest unknown.
 */
import { Check, Circle } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { OwnKey } from '../../../shared/domain/key.js';
import { formatAge, formatDuration, formatMoment, text } from '../../../shared/i18n/index.js';
import {
  Button,
  CopyIcon,
  Empty,
  Failure,
  Fingerprint,
  FingerprintWords,
  Icon,
  Segments,
} from '../../components/index.js';
import { ActDialog, ActError, copyText, EnvWord, useActing, useMay } from '../../parts/acting.js';
import { NodeLink, Since } from '../../parts/index.js';
import { useTime } from '../../store/clock.js';
import { ask, useCall } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { useShown } from '../../store/session.js';
import { Head } from './KeyPanel.js';

const EVERY_MS = 1500;
const BITS = ['2048', '3072', '4096'] as const;
const NAMED = 6;

/** Our own key, asked again every `everyMs`; `put` shows an answer that came otherwise until the next one. */
export function useOwnKey(everyMs: number) {
  const { data, error, at } = useCall('key.own', {}, everyMs);
  const [given, setGiven] = useState<{ own: OwnKey; at: number } | null>(null);
  useEffect(() => {
    if (given && at > given.at) setGiven(null);
  }, [at, given]);
  return {
    own: given?.own ?? data,
    error,
    put: (own: OwnKey): void => setGiven({ own, at: Date.now() }),
  };
}

export function OwnPanel() {
  const { own, error, put } = useOwnKey(EVERY_MS);
  const may = useMay();
  return (
    <>
      <Head title={text('keyPage.own')} />
      <div className="key-scroll">
        <div className="key-body">
          {!own && error && <Failure code={error.code} raw={error.message} />}
          {own && own.state !== 'ready' && (
            <Empty title={text(`keyPage.own.${own.state}`)} why={text(`keyPage.own.${own.state}.why`)} />
          )}
          {own?.state === 'ready' && own.fingerprint !== null && (
            <>
              <p className="key-say">{text('keyPage.own.say')}</p>
              <div className="one-key">
                <div className="row lab">
                  <span className="b6">{text('keyPage.fingerprint')}</span>
                  <span className="t3">{text('keyPage.bits', { bits: own.bits ?? 0 })}</span>
                  <span className="sp" />
                  <CopyIcon label={text('keyPage.copy')} onCopy={() => copyText(own.fingerprint ?? '')} />
                </div>
                <Fingerprint value={own.fingerprint} />
                <FingerprintWords value={own.fingerprint} />
              </div>
              <OwnFacts own={own} />
            </>
          )}
          {own && may.act && own.state === 'ready' && <Rotation own={own} onAnswer={put} />}
        </div>
        <div className="row key-foot">
          <EnvWord />
          <span className="sp" />
          {own?.rotation && may.act && <RotationFoot onAnswer={put} />}
        </div>
      </div>
    </>
  );
}

function OwnFacts({ own }: { readonly own: OwnKey }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const ago = (at: number): ReactNode => (
    <span title={formatMoment(at, utc)}>
      <Since at={at} format={(age) => text('row.healthy', { age: formatAge(age) })} />
    </span>
  );
  return (
    <dl className="facts key-facts">
      <div>
        <dt>{text('keyPage.own.keptIn')}</dt>
        <dd>{text(`keyPage.own.keptIn.${own.keptIn}`)}</dd>
      </div>
      <div>
        <dt>{text('keyPage.own.made')}</dt>
        <dd>{own.madeAt === null ? '–' : ago(own.madeAt)}</dd>
      </div>
      <div>
        <dt>{text('keyPage.own.announced')}</dt>
        <dd>{own.announcedAt === null ? text('keyPage.own.announced.never') : ago(own.announcedAt)}</dd>
      </div>
      {own.pem !== null && (
        <div>
          <dt>{text('keyPage.pem')}</dt>
          <dd>
            <Button look="quiet" className="flush" onClick={() => copyText(own.pem ?? '')}>
              {text('keyPage.pem.copy')}
            </Button>
          </dd>
        </div>
      )}
    </dl>
  );
}

type RotationProps = { readonly own: OwnKey; readonly onAnswer: (own: OwnKey) => void };

function Rotation({ own, onAnswer }: RotationProps) {
  return (
    <section className="rotation">
      <h3 className="h2">{text('keyPage.rotate.title')}</h3>
      {own.rotation === null ? <Begin onAnswer={onAnswer} /> : <Running own={own} rotation={own.rotation} />}
    </section>
  );
}

function Begin({ onAnswer }: { readonly onAnswer: (own: OwnKey) => void }) {
  const [bits, setBits] = useState<(typeof BITS)[number]>('2048');
  const acting = useActing();
  const { whyNot } = useMay();
  const make = (): void =>
    acting.run(async () => {
      const sizes = { '2048': 2048, '3072': 3072, '4096': 4096 } as const;
      onAnswer(await ask('key.rotate', { bits: sizes[bits] }));
    });
  return (
    <>
      <p className="t2">{text('keyPage.rotate.why')}</p>
      <ol className="steps">
        {(['make', 'announce', 'watch', 'keep', 'remove'] as const).map((step) => (
          <Step key={step} state="waiting" label={text(`keyPage.rotate.step.${step}`)} />
        ))}
      </ol>
      <div className="row rotate-begin">
        <Segments
          label={text('keyPage.rotate.bits')}
          value={bits}
          choices={BITS.map((value) => ({ value, label: text('keyPage.bits', { bits: Number(value) }) }))}
          onChoose={setBits}
        />
        <Button disabled={acting.isBusy || whyNot !== null} title={whyNot ?? undefined} onClick={make}>
          {text(acting.isBusy ? 'keyPage.rotate.making' : 'keyPage.rotate.do')}
        </Button>
      </div>
      <ActError error={acting.error} />
    </>
  );
}

type Running = NonNullable<OwnKey['rotation']>;

function Running({ own, rotation }: { readonly own: OwnKey; readonly rotation: Running }) {
  const acting = useActing();
  const { whyNot } = useMay();
  const isAnnounced = (own.announcedAt ?? 0) >= rotation.startedAt;
  const left = useTime((now) => formatDuration(Math.max(0, rotation.oldUntil - now)));
  const total = useShown((session) => session.summary.total, 0);
  return (
    <>
      <ol className="steps">
        <Step state="done" label={text('keyPage.rotate.step.make')} />
        <Step
          state={isAnnounced ? 'done' : 'running'}
          label={text('keyPage.rotate.step.announce')}
          after={
            !isAnnounced && (
              <Button
                disabled={acting.isBusy || whyNot !== null}
                title={whyNot ?? undefined}
                onClick={() => acting.run(() => ask('key.announce', {}))}
              >
                {text('keyPage.announce.do', { total })}
              </Button>
            )
          }
        />
        <Step
          state={isAnnounced ? 'running' : 'waiting'}
          label={text('keyPage.rotate.watching', {
            uses: rotation.usingNewCount,
            old: rotation.usingOld.length,
            unknown: rotation.unknown,
          })}
        />
        <Step state="running" label={text('keyPage.rotate.kept', { left })} />
        <Step state="waiting" label={text('keyPage.rotate.step.remove')} />
      </ol>
      <Names title={text('keyPage.rotate.new')} names={rotation.usingNew} count={rotation.usingNewCount} />
      <Names title={text('keyPage.rotate.old')} names={rotation.usingOld} count={rotation.usingOld.length} />
      <p className="t3 lab">{text('keyPage.rotate.unknown.why')}</p>
      <ActError error={acting.error} />
    </>
  );
}

function Names(props: { readonly title: string; readonly names: readonly string[]; readonly count: number }) {
  if (props.count === 0) return null;
  const shown = props.names.slice(0, NAMED);
  return (
    <p className="t2 rotate-names">
      <span className="t3">{props.title}</span>{' '}
      {shown.map((name) => (
        <NodeLink key={name} name={name} />
      ))}
      {props.count > shown.length && (
        <span className="t3">{text('overview.needs.more', { count: props.count - shown.length })}</span>
      )}
    </p>
  );
}

function Step(props: {
  readonly state: 'done' | 'running' | 'waiting';
  readonly label: string;
  readonly after?: ReactNode;
}) {
  return (
    <li data-state={props.state} aria-current={props.state === 'running' ? 'step' : undefined}>
      <span className={props.state === 'done' ? 'c-ok' : props.state === 'running' ? 'c-info' : 't3'}>
        <Icon of={props.state === 'done' ? Check : Circle} size={props.state === 'done' ? 16 : 12} />
      </span>
      <span className={props.state === 'waiting' ? 't3' : ''}>{props.label}</span>
      <span className="sr">{text(`step.${props.state}`)}</span>
      <span>{props.after}</span>
    </li>
  );
}

function RotationFoot({ onAnswer }: { readonly onAnswer: (own: OwnKey) => void }) {
  const [asks, setAsks] = useState<'undo' | 'finish' | null>(null);
  const act = (name: 'key.rotate.undo' | 'key.rotate.finish') => async (): Promise<void> =>
    onAnswer(await ask(name, {}));
  return (
    <>
      <Button large look="quiet" onClick={() => setAsks('undo')}>
        {text('keyPage.rotate.undo')}
      </Button>
      <Button large onClick={() => setAsks('finish')}>
        {text('keyPage.rotate.finish')}
      </Button>
      <ActDialog
        isLocal
        open={asks === 'undo'}
        onClose={() => setAsks(null)}
        title={text('keyPage.rotate.undo.title')}
        verb={text('keyPage.rotate.undo.do')}
        act={act('key.rotate.undo')}
        done={text('keyPage.rotate.undone')}
      >
        <p className="t2">{text('keyPage.rotate.undo.why')}</p>
      </ActDialog>
      <ActDialog
        isLocal
        open={asks === 'finish'}
        onClose={() => setAsks(null)}
        title={text('keyPage.rotate.finish.title')}
        verb={text('keyPage.rotate.finish.do')}
        act={act('key.rotate.finish')}
        done={text('keyPage.rotate.finished')}
      >
        <p className="t2">{text('keyPage.rotate.finish.why')}</p>
      </ActDialog>
    </>
  );
}
