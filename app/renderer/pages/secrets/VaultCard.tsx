/** Vault as a person may see it: its state and what that means, why it is not as it should be, and what can be done. */
import { Vault as VaultIcon } from 'lucide-react';
import { useState } from 'react';
import type { NodeState } from '../../../shared/domain/node-state.js';
import type { Vault, VaultState } from '../../../shared/domain/vault.js';
import {
  errorText,
  formatAge,
  formatMoment,
  text,
  vaultAbout,
  vaultAgainText,
  vaultProblem,
  vaultStateText,
  vaultUnansweredText,
  visible,
  type Part,
} from '../../../shared/i18n/index.js';
import { Icon, Sentence, StatusMark } from '../../components/index.js';
import { At } from '../../parts/index.js';
import { usePrefs } from '../../store/prefs.js';
import { useVaultTime } from '../../store/vault.js';
import { VaultActions } from './VaultActions.js';
import { ServerFacts, TokenFacts } from './VaultFacts.js';

/** Shape and tone; a sealed Vault is no failure of anybody's, and looks like none. */
const MARKS: Readonly<Record<VaultState, readonly [NodeState, string]>> = {
  off: ['unheard', 'unk'],
  wanted: ['unheard', 'late'],
  authenticating: ['updating', 'info'],
  asked: ['updating', 'info'],
  checking: ['updating', 'info'],
  connected: ['healthy', 'ok'],
  backoff: ['late', 'late'],
  soon: ['late', 'late'],
  sealed: ['left', 'unk'],
  ended: ['silent', 'lost'],
  refused: ['troubled', 'self'],
};
const WARNED = 4;

export function VaultCard({ vault }: { readonly vault: Vault }) {
  const [mark, tone] = MARKS[vault.state];
  return (
    <section className="secret-card vault-card" aria-labelledby="vault-card">
      <div className="vault-head">
        <h2 className="h2" id="vault-card">
          <span className="t3">
            <Icon of={VaultIcon} />
          </span>
          {text('vaultPage.card')}{' '}
          <span className="vault-state">
            <StatusMark state={mark} tone={tone} />
            {vaultStateText(vault)}
          </span>
        </h2>
        {vault.state !== 'off' && <StateSince at={vault.since} />}
      </div>
      <About vault={vault} />
      <Problem vault={vault} />
      <div className="vault-facts">
        <ServerFacts vault={vault} />
        {vault.token && <TokenFacts token={vault.token} state={vault.state} />}
      </div>
      <Warnings warnings={vault.warnings} />
      <VaultActions vault={vault} />
    </section>
  );
}

function StateSince({ at }: { readonly at: number }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const age = useVaultTime((now) => formatAge(now - at));
  return (
    <span className="t3 lab num" title={formatMoment(at, utc)}>
      {age}
    </span>
  );
}

/** Drawn again only when its words change. */
function About({ vault }: { readonly vault: Vault }) {
  const said = useVaultTime((now) => JSON.stringify(vaultAbout(vault, now)));
  const again = useVaultTime((now) => vaultAgainText(vault, now) ?? '');
  const unanswered = useVaultTime((now) => vaultUnansweredText(vault, now) ?? '');
  return (
    <>
      <p className="t2 vault-about">
        <Sentence
          parts={JSON.parse(said) as Part[]}
          link={(_, words) => <code className="mono">{words}</code>}
        />
        {again !== '' && <span className="t3"> {again}</span>}
      </p>
      {unanswered !== '' && <p className="t2 vault-about">{unanswered}</p>}
    </>
  );
}

/** In our words, then in the server's own. */
function Problem({ vault }: { readonly vault: Vault }) {
  const problem = vaultProblem(vault);
  if (problem === null) return null;
  const { what, next } = errorText(problem.code, { name: problem.fault });
  return (
    <div className="vault-problem">
      <p>
        <span className="b5">{what}</span> {next}{' '}
        <span className="t3">
          <At at={problem.at} />
        </span>
      </p>
      {problem.words !== '' && <p className="mono t2 wrap">{visible(problem.words, 400)}</p>}
    </div>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  const [isWhole, setWhole] = useState(false);
  if (warnings.length === 0) return null;
  const shown = isWhole ? warnings : warnings.slice(0, WARNED);
  return (
    <div className="vault-warnings">
      <h3 className="lab b6 c-late">{text('vaultPage.warnings')}</h3>
      <ul>
        {shown.map((warning, index) => (
          <li key={index} className="mono t2 wrap">
            {visible(warning, 400)}
          </li>
        ))}
      </ul>
      {warnings.length > WARNED && (
        <button
          type="button"
          className="verb lab"
          aria-expanded={isWhole}
          onClick={() => setWhole((now) => !now)}
        >
          {isWhole
            ? text('vaultPage.policies.fewer')
            : text('vaultPage.policies.more', { count: warnings.length - WARNED })}
        </button>
      )}
    </div>
  );
}
