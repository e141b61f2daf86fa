/**
 * Certificates of our own: the list of them, and the ways one comes: a .p12 file, a PEM pair, or a key made here with
 * a request for an authority. Files and passphrases are handed over once; private keys never come back.
 */
import { Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { Identity } from '../../shared/domain/identity.js';
import { formatAge, text, visible } from '../../shared/i18n/index.js';
import { Button, IconButton } from '../components/index.js';
import { useTime } from '../store/clock.js';
import { ask } from '../store/connection.js';
import { usePrefs } from '../store/prefs.js';
import { ActDialog, copyText } from './acting.js';
import { download } from './download.js';
import { CompleteDialog, ImportP12, ImportPem, RequestDialog } from './identity-dialogs.js';

/** The list, and a way to ask for it anew after a change. */
function useIdentities(): {
  readonly list: readonly Identity[];
  readonly reload: () => void;
} {
  const [list, setList] = useState<readonly Identity[]>([]);
  const reload = useCallback(() => {
    ask('identity.list', {}).then(
      ({ identities }) => setList(identities),
      () => setList([]),
    );
  }, []);
  useEffect(reload, [reload]);
  return { list, reload };
}

type Adding = 'p12' | 'pem' | 'request' | null;

/** The three ways to get one; `onAdded` is told of the new one. */
function AddIdentity({ onAdded }: { readonly onAdded: (identity: Identity) => void }) {
  const [adding, setAdding] = useState<Adding>(null);
  const close = (): void => setAdding(null);
  const props = { onClose: close, onAdded };
  return (
    <div className="row identity-add">
      <Button onClick={() => setAdding('p12')}>{text('identity.p12')}</Button>
      <Button look="quiet" onClick={() => setAdding('pem')}>
        {text('identity.pem')}
      </Button>
      <Button look="quiet" onClick={() => setAdding('request')}>
        {text('identity.request')}
      </Button>
      {adding === 'p12' && <ImportP12 {...props} />}
      {adding === 'pem' && <ImportPem {...props} />}
      {adding === 'request' && <RequestDialog {...props} />}
    </div>
  );
}

/** One certificate: what it says, until when it holds, and for a request what is to be done next. */
function IdentityCard(props: {
  readonly identity: Identity;
  readonly onChanged: () => void;
  readonly before?: ReactNode;
}) {
  const { identity, onChanged } = props;
  const [asks, setAsks] = useState<'remove' | 'complete' | null>(null);
  const label = visible(identity.label, 60);
  const { csr } = identity;
  const close = (): void => setAsks(null);
  return (
    <li className="identity">
      <div className="row identity-head">
        {props.before}
        <span className="b5 el">{label}</span>
        <ExpiryBadge identity={identity} />
        <span className="sp" />
        {identity.state === 'requested' && csr !== null && (
          <>
            <Button look="quiet" onClick={() => copyText(csr)}>
              {text('identity.csr.copy')}
            </Button>
            <Button look="quiet" onClick={() => download('request.csr', 'application/x-pem-file', csr)}>
              {text('identity.csr.save')}
            </Button>
            <Button onClick={() => setAsks('complete')}>{text('identity.complete')}</Button>
          </>
        )}
        <IconButton
          icon={Trash2}
          label={text('identity.remove', { label })}
          onClick={() => setAsks('remove')}
        />
      </div>
      <IdentityFacts identity={identity} />
      {asks === 'complete' && <CompleteDialog identity={identity} onClose={close} onAdded={onChanged} />}
      <ActDialog
        isLocal
        open={asks === 'remove'}
        onClose={close}
        title={text('identity.remove.title', { label })}
        verb={text('identity.remove.do')}
        act={async () => {
          await ask('identity.remove', { id: identity.id });
          onChanged();
        }}
        done={text('identity.removed')}
      >
        <p className="t2">{text('identity.remove.why')}</p>
      </ActDialog>
    </li>
  );
}

function ExpiryBadge({ identity }: { readonly identity: Identity }) {
  const left = useTime((now) => formatAge(Math.max(0, (identity.notAfter ?? now) - now)));
  if (identity.state === 'requested') return <span className="bdg info">{text('identity.requested')}</span>;
  const { expiry } = identity;
  if (expiry === null || expiry === 'good') return null;
  return (
    <span className={`bdg ${expiry === 'expired' ? 'lost' : 'late'}`}>
      {text(`identity.expiry.${expiry}`, { left })}
    </span>
  );
}

function IdentityFacts({ identity }: { readonly identity: Identity }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const day = (at: number | null): string =>
    at === null || Math.abs(at) > 8.64e15
      ? '–'
      : new Intl.DateTimeFormat('en-GB', {
          day: 'numeric',
          month: 'short',
          year: 'numeric',
          ...(utc ? { timeZone: 'UTC' } : {}),
        }).format(at);
  const facts: (readonly [string, ReactNode] | null)[] = [
    [text('identity.subject'), visible(identity.subject, 200)],
    identity.issuer === null ? null : [text('identity.issuer'), visible(identity.issuer, 200)],
    identity.sans.length === 0
      ? null
      : [text('identity.sans'), identity.sans.map((name) => visible(name, 100)).join(', ')],
    identity.notAfter === null
      ? null
      : [
          text('identity.valid'),
          text('identity.valid.value', { from: day(identity.notBefore), to: day(identity.notAfter) }),
        ],
    [text('identity.key'), visible(identity.keyType, 40)],
    identity.fingerprint === null
      ? null
      : [
          text('identity.fingerprint'),
          <span key="fp" className="mono identity-fp">
            {visible(identity.fingerprint, 120)}
          </span>,
        ],
  ];
  return (
    <dl className="facts">
      {facts
        .filter((fact) => fact !== null)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd className="wrap">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** The whole section, as Settings shows it. */
export function Certificates() {
  const { list, reload } = useIdentities();
  return (
    <div className="certificates">
      {list.length === 0 && <p className="t3">{text('identity.none')}</p>}
      <ul>
        {list.map((identity) => (
          <IdentityCard key={identity.id} identity={identity} onChanged={reload} />
        ))}
      </ul>
      <AddIdentity onAdded={reload} />
    </div>
  );
}

/** Which one is shown to the broker: none, or one of the list. */
export function IdentityChoice(props: { readonly value: string; readonly onChoose: (id: string) => void }) {
  const { list, reload } = useIdentities();
  const chosen = list.find((identity) => identity.id === props.value);
  const ready = list.filter((identity) => identity.state === 'ready');
  return (
    <div className="identity-choice">
      <div className="field">
        <label htmlFor="identity-choice">{text('identity.choice')}</label>
        <select
          id="identity-choice"
          value={chosen ? props.value : ''}
          onChange={(event) => props.onChoose(event.target.value)}
        >
          <option value="">{text('identity.choice.none')}</option>
          {ready.map((identity) => (
            <option key={identity.id} value={identity.id}>
              {visible(identity.label, 60)}
            </option>
          ))}
        </select>
        {chosen === undefined && props.value !== '' && list.length > 0 && (
          <p className="field-error">{text('identity.choice.gone')}</p>
        )}
      </div>
      {chosen && (
        <div className="identity">
          <div className="row identity-head">
            <ExpiryBadge identity={chosen} />
          </div>
          <IdentityFacts identity={chosen} />
        </div>
      )}
      <AddIdentity
        onAdded={(identity) => {
          reload();
          if (identity.state === 'ready') props.onChoose(identity.id);
        }}
      />
    </div>
  );
}
