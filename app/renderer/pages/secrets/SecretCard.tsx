/** The cluster secret as a person may see it: held or not, since when, from whom, checked how, and what can be done. */
import { Lock, LockOpen } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import type { ClusterSecret } from '../../../shared/domain/secret.js';
import {
  formatAge,
  formatClock,
  formatMoment,
  formatNumber,
  text,
  visible,
} from '../../../shared/i18n/index.js';
import { Button, Icon } from '../../components/index.js';
import { ActDialog, useMay } from '../../parts/acting.js';
import { At, Since } from '../../parts/index.js';
import { setParams, useParam } from '../../route.js';
import { useTime } from '../../store/clock.js';
import { ask } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { useShown } from '../../store/session.js';
import { Claim } from './Claim.js';
import { ReplaceDialog } from './ReplaceDialog.js';

const MAX_FILE = 4096;

export function SecretCard({ secret }: { readonly secret: ClusterSecret }) {
  const isHeld = secret.id !== null;
  return (
    <section className="secret-card" aria-labelledby="secret-card">
      <h2 className="h2" id="secret-card">
        <span className={isHeld ? 'c-ok' : 't3'}>
          <Icon of={isHeld ? Lock : LockOpen} />
        </span>
        {text('secretPage.card')}
        <span className={`bdg ${secret.state === 'conflict' ? 'lost' : isHeld ? '' : 'late'}`}>
          {text(`secret.state.${secret.state}`)}
        </span>
      </h2>
      <dl className="facts">
        {factsOf(secret).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {secret.state === 'wanted' && <p className="t2">{text('secretPage.wanted.why')}</p>}
      {secret.state === 'asked' && <Waiting secret={secret} />}
      <Actions secret={secret} isHeld={isHeld} />
    </section>
  );
}

function factsOf(secret: ClusterSecret): readonly (readonly [string, ReactNode])[] {
  const { source, from, fromFingerprint, fromTrust, check, id, outcome, outcomeAt } = secret;
  const facts: (readonly [string, ReactNode] | null)[] = [
    [text('secretPage.since'), <Moment key="since" at={secret.since} />],
    source === null
      ? null
      : [
          text('secretPage.source'),
          <span key="source" className="row from">
            <span>{`${text(`secret.source.${source}`)}${from === null ? '' : '.'}`}</span>
            {from !== null && <Claim name={from} fingerprint={fromFingerprint} trust={fromTrust} />}
          </span>,
        ],
    check === null ? null : [text('secretPage.check'), text(`secret.check.${check}`)],
    id === null
      ? null
      : [
          text('secretPage.id'),
          <span key="id" className="mono" title={text('secretPage.id.why')}>
            {visible(id, 40)}
          </span>,
        ],
    outcome === null
      ? null
      : [
          text('secretPage.outcome'),
          <span key="outcome">
            {text(`secret.outcome.${outcome}`)}
            {outcomeAt !== null && (
              <span className="t3 aside">
                <At at={outcomeAt} />
              </span>
            )}
          </span>,
        ],
  ];
  return facts.filter((fact) => fact !== null);
}

function Moment({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  return (
    <span title={formatMoment(at, utc)}>
      <Since at={at} format={(age) => text('row.healthy', { age: formatAge(age) })} />
    </span>
  );
}

function Waiting({ secret }: { readonly secret: ClusterSecret }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const { answerBy, askedCount } = secret;
  const isOver = useTime((now) => answerBy !== null && now > answerBy);
  return (
    <p className="t2" role="status">
      {text('secretPage.waiting', {
        count: askedCount,
        until: answerBy === null || isOver ? 'none' : formatClock(answerBy, { utc }),
      })}
    </p>
  );
}

function Actions({ secret, isHeld }: { readonly secret: ClusterSecret; readonly isHeld: boolean }) {
  const may = useMay();
  const doing = useParam('do');
  const total = useShown((session) => session.summary.total, 0);
  const selfCounts = useShown((session) => session.self?.beating === true, false);
  const others = Math.max(0, total - (selfCounts ? 1 : 0));
  const start = (what: string) => (): void => setParams({ do: what });
  const close = (): void => setParams({ do: null });
  if (!may.act) return <p className="t3 secret-actions">{text('secretPage.readOnly')}</p>;
  return (
    <div className="row secret-actions">
      <Button disabled={secret.state === 'asked'} onClick={start('ask')}>
        {text(isHeld ? 'secretPage.askAgain' : 'secretPage.ask')}
      </Button>
      <FromFile isHeld={isHeld} />
      {isHeld && secret.state !== 'conflict' && (
        <Button look="quiet" onClick={start('replace')}>
          {text('secretPage.replace')}
        </Button>
      )}
      {!isHeld && secret.state !== 'asked' && others === 0 && (
        <Button look="quiet" onClick={start('first')}>
          {text('secretPage.first')}
        </Button>
      )}
      <ActDialog
        open={doing === 'ask'}
        onClose={close}
        title={text('secretPage.ask.title')}
        verb={text('secretPage.ask.do', { total: others })}
        act={() => ask('secret.ask', {})}
        done={text('secretPage.done.asked')}
      >
        <p className="t2">{text('secretPage.ask.why', { total: formatNumber(others) })}</p>
        {isHeld && <p className="t2">{text('secretPage.ask.held')}</p>}
      </ActDialog>
      <ReplaceDialog open={doing === 'replace'} onClose={close} others={others} />
      <ActDialog
        isLocal
        open={doing === 'first'}
        onClose={close}
        title={text('secretPage.first.title')}
        verb={text('secretPage.first.do')}
        act={() => ask('secret.rotate', { first: true })}
        done={text('secretPage.done.made')}
      >
        <p className="t2">{text('secretPage.first.why')}</p>
      </ActDialog>
    </div>
  );
}

/** The file is read when it is confirmed, handed over once, and forgotten: its text is never kept or shown here. */
function FromFile({ isHeld }: { readonly isHeld: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const forget = (): void => {
    setFile(null);
    if (input.current) input.current.value = '';
  };
  const load = async (): Promise<void> => {
    if (file) await ask('secret.set', { secret: (await file.slice(0, MAX_FILE).text()).trim() });
  };
  return (
    <>
      <Button look="quiet" onClick={() => input.current?.click()}>
        {text('secretPage.file')}
      </Button>
      <input
        ref={input}
        type="file"
        className="sr"
        tabIndex={-1}
        aria-label={text('secretPage.file')}
        onChange={(event) => setFile(event.target.files?.[0] ?? null)}
      />
      <ActDialog
        isLocal
        open={file !== null}
        onClose={forget}
        title={text('secretPage.file.title')}
        verb={text('secretPage.file.do')}
        act={load}
        done={text('secretPage.done.loaded')}
      >
        <p className="mono t2 wrap">{visible(file?.name ?? '', 100)}</p>
        <p className="t2">{text('secretPage.file.why')}</p>
        {isHeld && <p className="t2">{text('secretPage.file.held')}</p>}
      </ActDialog>
    </>
  );
}
