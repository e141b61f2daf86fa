/** Who asked for the secret: each asker once, with its key, and for those that wait the two ways to answer. */
import { useState } from 'react';
import { keyId } from '../../../shared/domain/key.js';
import type { Secrets } from '../../../shared/domain/secret.js';
import { errorText, formatMoment, isTextKey, text, visible } from '../../../shared/i18n/index.js';
import { Button, Empty, Foreign, ShortFingerprint, StatusMark, TrustMark } from '../../components/index.js';
import { ActDialog, useMay } from '../../parts/acting.js';
import { formatDay } from '../../parts/day.js';
import { href, nodeHref } from '../../route.js';
import { useFleetTime } from '../../store/clock.js';
import { ask } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { GiveDialog } from './GiveDialog.js';

type Request = Secrets['requests'][number];
/** What the policy left alone, did not arrive, or was answered as somebody claims: a person may still give. */
const LEFT: ReadonlySet<Request['state']> = new Set(['unanswered', 'failed', 'elsewhere']);
const COLUMNS = ['when', 'who', 'wants', 'key', 'beats', 'answered', 'here'] as const;

export function Requests({ secrets }: { readonly secrets: Secrets }) {
  const { requests, policy } = secrets;
  return (
    <section className="requests" aria-labelledby="asked">
      <h2 className="h2" id="asked" tabIndex={-1}>
        {text('secretPage.asked')}
      </h2>
      {requests.length === 0 ? (
        <Empty title={text('secretPage.asked.none')} why={text(`secretPage.asked.none.${policy}`)} />
      ) : (
        <table className="plain">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" className={`col-${column}`}>
                  {text(`secretPage.col.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {requests.map((request) => (
              <RequestRow key={request.id} request={request} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function RequestRow({ request }: { readonly request: Request }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const when = useFleetTime((now) => formatDay(request.lastAt, now, utc));
  const { fingerprint, trust } = request;
  return (
    <tr className={request.state === 'waiting' ? 'waiting' : ''}>
      <td className="num nw col-when" title={formatMoment(request.lastAt, utc)}>
        {when}
        {request.count > 1 && <span className="t3"> ×{request.count}</span>}
      </td>
      <td className="col-who">
        <a href={nodeHref(request.name)} className="b5">
          <Foreign max={40}>{request.name}</Foreign>
        </a>
      </td>
      <td className="t2 col-wants">{text(`wants.${request.wants}`)}</td>
      <td className="col-key">
        {fingerprint === null ? (
          <span className="t3">{text('keyPage.none')}</span>
        ) : (
          <a className="row from" href={href('/keys', { key: keyId({ name: request.name, fingerprint }) })}>
            {trust !== null && <TrustMark trust={trust} />}
            {trust !== null && (
              <span className={trust === 'trusted' ? 't2' : 'b5'}>{text(`trust.${trust}`)}</span>
            )}
            <span className="t2">
              <ShortFingerprint value={fingerprint} />
            </span>
            {request.weak && <span className="bdg late">{text('trust.weak')}</span>}
          </a>
        )}
      </td>
      <td className="t2 col-beats">
        <span className="row from">
          <StatusMark state={request.beating ? 'healthy' : 'unheard'} />
          {text(request.beating ? 'secretPage.beats.yes' : 'secretPage.beats.no')}
        </span>
      </td>
      <td className="t2 col-answered">
        {request.answeredBy === null ? (
          <span className="t3">{text('secretPage.answered.nobody')}</span>
        ) : (
          text('secretPage.answered.says', { name: visible(request.answeredBy, 60) })
        )}
      </td>
      <td className="col-here">
        <Here request={request} />
      </td>
    </tr>
  );
}

function Here({ request }: { readonly request: Request }) {
  const may = useMay();
  const [asks, setAsks] = useState<'give' | 'refuse' | null>(null);
  const close = (): void => setAsks(null);
  const name = visible(request.name, 60);
  const isTrusted = request.trust === 'trusted';
  const { why } = request;
  const outcome = (
    <span className="t2" title={why !== null && isTextKey(`error.${why}`) ? errorText(why).next : undefined}>
      {text(`request.${request.state}`)}
      {why !== null && <span className="t3 here-why">{errorText(why).what}</span>}
    </span>
  );
  const isWaiting = request.state === 'waiting';
  const isOpen = isWaiting || (isTrusted && LEFT.has(request.state));
  if (!isOpen || !may.act || request.fingerprint === null) return outcome;
  return (
    <span className="row here">
      {!isWaiting && outcome}
      {isTrusted ? (
        <Button onClick={() => setAsks('give')}>{text('secretPage.give')}</Button>
      ) : (
        <a
          className="btn"
          href={href('/keys', { key: keyId({ name: request.name, fingerprint: request.fingerprint }) })}
        >
          {text('secretPage.decideKey')}
        </a>
      )}
      {isWaiting && (
        <Button look="quiet" onClick={() => setAsks('refuse')}>
          {text('secretPage.refuse')}
        </Button>
      )}
      <GiveDialog open={asks === 'give'} onClose={close} request={request} />
      <ActDialog
        isLocal
        open={asks === 'refuse'}
        onClose={close}
        title={text(`secretPage.refuse.title.${request.wants}`, { name })}
        verb={text('secretPage.refuse.do')}
        act={() => ask('request.refuse', { id: request.id })}
        done={text('secretPage.done.refused', { name })}
      >
        <p className="t2">{text('secretPage.refuse.why', { name })}</p>
      </ActDialog>
    </span>
  );
}
