/** The server and the token, fact by fact. What the server named is foreign text; the accessor is no secret. */
import { useState, type ReactNode } from 'react';
import type { Vault, VaultState, VaultToken } from '../../../shared/domain/vault.js';
import {
  formatAge,
  formatMoment,
  formatSkew,
  lifeShare,
  lifeText,
  renewalText,
  SKEW_MS,
  SOON_SHARE,
  text,
  tokenKindText,
  vaultHealthText,
  visible,
} from '../../../shared/i18n/index.js';
import { CopyIcon } from '../../components/index.js';
import { copyText } from '../../parts/acting.js';
import { nodeHref } from '../../route.js';
import { usePrefs } from '../../store/prefs.js';
import { useVaultTime } from '../../store/vault.js';

/** So many policies are shown before the rest is folded. */
const POLICIES = 8;
const NAME_MAX = 512;

const Fact = ({ term, children }: { readonly term: string; readonly children: ReactNode }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

/** In full, and to be taken along. */
function Copyable(props: { readonly value: string; readonly label: string; readonly children?: ReactNode }) {
  const shown = visible(props.value, NAME_MAX);
  return (
    <>
      <bdi className="mono wrap">{shown}</bdi>
      <CopyIcon label={props.label} onCopy={() => copyText(shown)} />
      {props.children}
    </>
  );
}

export function ServerFacts({ vault }: { readonly vault: Vault }) {
  const { address, namespace, login, isUnverified, server } = vault;
  if (address === null) return null;
  const isPlain = /^http:/i.test(address);
  const { version, clusterName, unseal, skewMs, at } = server;
  return (
    <dl className="facts">
      <Fact term={text('vaultPage.address')}>
        <Copyable value={address} label={text('vaultPage.address.copy')}>
          {isPlain && <span className="bdg late">{text('vault.plain')}</span>}
          {isUnverified && !isPlain && <span className="bdg late">{text('vault.unverified')}</span>}
        </Copyable>
      </Fact>
      {namespace !== null && (
        <Fact term={text('vaultPage.namespace')}>
          <Copyable value={namespace} label={text('vaultPage.namespace.copy')} />
        </Fact>
      )}
      <Fact term={text('vaultPage.server')}>
        <span>
          {vaultHealthText(server)}
          {unseal !== null && `, ${text('vault.unseal', unseal)}`}
          {version !== null && (
            <span className="t3 wrap">
              {', '}
              {text('vault.version', { version: visible(version, 60) })}
            </span>
          )}
        </span>
        {at !== null && <Ago at={at} words="vault.seen" />}
      </Fact>
      {clusterName !== null && (
        <Fact term={text('vaultPage.cluster')}>
          <bdi className="wrap">{visible(clusterName, NAME_MAX)}</bdi>
        </Fact>
      )}
      {skewMs !== null && Math.abs(skewMs) > SKEW_MS && (
        <Fact term={text('vaultPage.skew')}>
          <span className="b5 c-late">{text('vault.skew', { skew: formatSkew(skewMs) })}</span>
        </Fact>
      )}
      <Fact term={text('vaultPage.login')}>{text(`vault.login.${login}`)}</Fact>
    </dl>
  );
}

function Ago({ at, words }: { readonly at: number; readonly words: 'row.healthy' | 'vault.seen' }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const age = useVaultTime((now) => formatAge(now - at));
  return (
    <span className="t3 aside num" title={formatMoment(at, utc)}>
      {text(words, { age })}
    </span>
  );
}

export function TokenFacts({ token, state }: { readonly token: VaultToken; readonly state: VaultState }) {
  const { accessor, displayName, policies, isRoot, usesLeft, failures, source, from, receivedAt } = token;
  const renewal = useVaultTime((now) => renewalText(token, now));
  return (
    <dl className="facts">
      <Fact term={text('vaultPage.life')}>
        <Life token={token} isLate={state === 'soon' || state === 'backoff'} />
      </Fact>
      <Fact term={text('vaultPage.policies')}>
        <Policies policies={policies} isRoot={isRoot} />
        {isRoot && <span className="vault-root c-late">{text('vault.root.why')}</span>}
      </Fact>
      {usesLeft !== null && (
        <Fact term={text('vaultPage.uses')}>
          <span className={usesLeft === 0 ? 'b5 c-late' : ''}>{text('vault.uses', { count: usesLeft })}</span>
        </Fact>
      )}
      {!(isRoot && token.endsAt === null) && (
        <Fact term={text('vaultPage.renewals')}>
          <span className="num">{renewal}</span>
          {failures > 0 && (
            <span className="bdg late vault-failures">{text('vault.failures', { count: failures })}</span>
          )}
        </Fact>
      )}
      <Fact term={text('vaultPage.source')}>
        <span>
          {text(`vault.source.${source}`)}
          {from !== null && (
            <>
              {' '}
              <a className="verb vault-from" href={nodeHref(from)}>
                <bdi>{visible(from, NAME_MAX)}</bdi>
              </a>
            </>
          )}
        </span>
        <Ago at={receivedAt} words="row.healthy" />
      </Fact>
      <Fact term={text('vaultPage.type')}>{tokenKindText(token)}</Fact>
      {displayName !== '' && (
        <Fact term={text('vaultPage.name')}>
          <bdi className="wrap">{visible(displayName, NAME_MAX)}</bdi>
        </Fact>
      )}
      <Fact term={text('vaultPage.accessor')}>
        {accessor === null ? (
          <span className="t2">{text('vault.accessor.none')}</span>
        ) : (
          <Copyable value={accessor} label={text('vaultPage.accessor.copy')}>
            <span className="t3 lab vault-why">{text('vault.accessor.why')}</span>
          </Copyable>
        )}
      </Fact>
    </dl>
  );
}

const STEPS = 200;

/** How much of its life is left, in words and as a bar that moves with the clock of the window. */
function Life({ token, isLate }: { readonly token: VaultToken; readonly isLate: boolean }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const words = useVaultTime((now) => lifeText(token, now));
  // In steps, so that it is drawn only when it can be seen to move; -1: there is no end to move towards.
  const step = useVaultTime((now) => Math.ceil((lifeShare(token, now) ?? -1) * STEPS));
  const { endsAt, lifeMs } = token;
  const isLow = isLate || step <= STEPS * SOON_SHARE;
  return (
    <span className="vault-life">
      <span
        className={`num b5${step >= 0 && isLow ? ' c-late' : ''}`}
        title={endsAt === null ? undefined : formatMoment(endsAt, utc)}
      >
        {words}
      </span>
      {step >= 0 && lifeMs !== null && (
        <>
          <span className={`vault-bar${isLow ? ' late' : ''}`} aria-hidden="true">
            <i style={{ inlineSize: `${(step / STEPS) * 100}%` }} />
          </span>
          <span className="t3 num">{text('vault.life.of', { life: formatAge(lifeMs) })}</span>
        </>
      )}
    </span>
  );
}

/** Few are shown whole, many folded; `root` is a warning. */
function Policies({ policies, isRoot }: { readonly policies: readonly string[]; readonly isRoot: boolean }) {
  const [isWhole, setWhole] = useState(false);
  if (policies.length === 0) return <span className="t2">{text('vaultPage.policies.none')}</span>;
  const shown = isWhole ? policies : policies.slice(0, POLICIES);
  return (
    <span className="vault-policies">
      {shown.map((policy, index) => (
        <span key={index} className={`bdg vault-policy${isRoot && policy === 'root' ? ' late' : ''}`}>
          <bdi>{visible(policy, NAME_MAX)}</bdi>
        </span>
      ))}
      {policies.length > POLICIES && (
        <button
          type="button"
          className="verb lab"
          aria-expanded={isWhole}
          onClick={() => setWhole((now) => !now)}
        >
          {isWhole
            ? text('vaultPage.policies.fewer')
            : text('vaultPage.policies.more', { count: policies.length - POLICIES })}
        </button>
      )}
    </span>
  );
}
