/** Secrets: the cluster secret, Vault, and who asks for them. No value of either is anywhere in this window. */
import { formatClock, formatNumber, parts, text, vaultSay } from '../../../shared/i18n/index.js';
import type { Secrets } from '../../../shared/domain/secret.js';
import type { Vault } from '../../../shared/domain/vault.js';
import { Sentence } from '../../components/index.js';
import { usePrefs } from '../../store/prefs.js';
import { useSecrets } from '../../store/secrets.js';
import { useVault, useVaultTime } from '../../store/vault.js';
import { Candidates } from './Candidates.js';
import { Policy } from './Policy.js';
import { Requests } from './Requests.js';
import { SecretCard } from './SecretCard.js';
import { Spread } from './Spread.js';
import { VaultCard } from './VaultCard.js';
import { VaultGiven } from './VaultGiven.js';

export function SecretsPage() {
  const secrets = useSecrets((state) => state.shown);
  const vault = useVault((state) => state.shown);
  return (
    <div className="page scrolls secrets-page">
      <header className="head">
        <div className="bar">
          <h1>{text('secretPage.title')}</h1>
        </div>
        {secrets && <Say secrets={secrets} vault={vault} />}
      </header>
      {secrets && (
        <>
          <div className="secrets">
            <SecretCard secret={secrets.secret} />
            <Policy policy={secrets.policy} />
            {vault && <VaultCard vault={vault} />}
          </div>
          <Candidates secret={secrets.secret} />
          <Spread secret={secrets.secret} />
          {vault && <VaultGiven given={vault.given} />}
          <Requests secrets={secrets} />
        </>
      )}
    </div>
  );
}

function Say({ secrets, vault }: { readonly secrets: Secrets; readonly vault: Vault | null }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const { secret, requests } = secrets;
  const ofVault = useVaultTime((now) => (vault ? (vaultSay(vault, now) ?? '') : ''));
  const waiting = requests.filter((one) => one.state === 'waiting').length;
  // Several are offered and none is held: nothing stands against them but each other.
  const state = secret.state === 'conflict' && secret.id === null ? 'offered' : secret.state;
  const stretches = parts(`secretPage.say.${state}`, {
    at: formatClock(secret.since, { utc, precision: 'minute' }),
    asked: formatNumber(secret.askedCount),
    waiting,
    count: secret.candidates.length,
  });
  return (
    <p className="say">
      <Sentence
        parts={stretches}
        link={(_, words) => (
          <a
            className="k-new"
            href="#asked"
            onClick={(event) => {
              event.preventDefault();
              document.getElementById('asked')?.focus();
            }}
          >
            {words}
          </a>
        )}
      />
      {ofVault !== '' && ` ${ofVault}`}
    </p>
  );
}
