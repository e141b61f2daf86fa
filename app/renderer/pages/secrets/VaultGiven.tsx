/** What this console handed over as a token of its own, and how it is taken back. Told by accessor, which is no secret. */
import { useState } from 'react';
import type { GivenToken } from '../../../shared/domain/vault.js';
import { errorText, formatAge, formatMoment, text, visible } from '../../../shared/i18n/index.js';
import { Button, CopyIcon, Foreign } from '../../components/index.js';
import { ActDialog, copyText, useMay } from '../../parts/acting.js';
import { formatDay } from '../../parts/day.js';
import { nodeHref } from '../../route.js';
import { ask } from '../../store/connection.js';
import { usePrefs } from '../../store/prefs.js';
import { say } from '../../store/ui.js';
import { useVaultTime } from '../../store/vault.js';

/** So many are shown before the rest is folded. */
const LISTED = 8;

export function VaultGiven({ given }: { readonly given: readonly GivenToken[] }) {
  const [isWhole, setWhole] = useState(false);
  if (given.length === 0) return null;
  const shown = isWhole ? given : given.slice(0, LISTED);
  return (
    <section className="requests vault-given" aria-labelledby="vault-given">
      <h2 className="h2" id="vault-given">
        {text('vaultPage.given')}
      </h2>
      <p className="t2">{text('vaultPage.given.why')}</p>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">{text('vaultPage.given.to')}</th>
            <th scope="col">{text('vaultPage.accessor')}</th>
            <th scope="col">{text('vaultPage.given.at')}</th>
            <th scope="col">{text('vaultPage.given.until')}</th>
            <th scope="col">{text('vaultPage.given.here')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <GivenRow key={one.accessor} given={one} />
          ))}
        </tbody>
      </table>
      {shown.length < given.length && (
        <button type="button" className="verb lab" onClick={() => setWhole(true)}>
          {text('vaultPage.given.more', { count: given.length - LISTED })}
        </button>
      )}
    </section>
  );
}

function GivenRow({ given }: { readonly given: GivenToken }) {
  const { accessor, to, at, expiresAt, state } = given;
  const utc = usePrefs((prefs) => prefs.utc);
  const when = useVaultTime((now) => formatDay(at, now, utc));
  const left = useVaultTime((now) => formatAge(expiresAt - now));
  const shown = visible(accessor, 300);
  return (
    <tr>
      <td>
        <a href={nodeHref(to)} className="b5">
          <Foreign max={40}>{to}</Foreign>
        </a>
      </td>
      <td className="vault-given-accessor">
        <span>
          <bdi className="mono">{shown}</bdi>
          <CopyIcon label={text('vaultPage.accessor.copy')} onCopy={() => copyText(shown)} />
        </span>
      </td>
      <td className="num nw t2" title={formatMoment(at, utc)}>
        {when}
      </td>
      <td className="num nw t2" title={formatMoment(expiresAt, utc)}>
        {state === 'given' ? text('vaultPage.given.left', { left }) : '–'}
      </td>
      <td>
        <Here given={given} />
      </td>
    </tr>
  );
}

function Here({ given: { accessor, to, state, stateAt, problem } }: { readonly given: GivenToken }) {
  const may = useMay();
  const [isAsking, setAsking] = useState(false);
  const age = useVaultTime((now) => formatAge(now - stateAt));
  const name = visible(to, 60);
  const what = problem === null ? '' : errorText(problem.code).what;
  const outcome = (state !== 'given' || problem !== null) && (
    <span className="t2">
      {text('vaultPage.given.state', { state, age, what })}
      {problem !== null && problem.words !== '' && (
        <span className="mono t3 here-why wrap">{visible(problem.words, 400)}</span>
      )}
    </span>
  );
  if (state !== 'given' || !may.act) return outcome;
  return (
    <span className="row here">
      {outcome}
      <Button
        look="quiet"
        aria-label={text('vaultPage.given.revoke.label', { name })}
        onClick={() => setAsking(true)}
      >
        {text('vaultPage.given.revoke')}
      </Button>
      <ActDialog
        isLocal
        open={isAsking}
        onClose={() => setAsking(false)}
        title={text('vaultPage.given.revoke.title', { name })}
        verb={text('vaultPage.given.revoke.do')}
        act={async () => {
          const { revoked } = await ask('vault.revokeGiven', { accessor });
          say(text(revoked ? 'vaultPage.given.revoked' : 'vaultPage.given.gone', { name }));
        }}
      >
        <p className="t2">{text('vaultPage.given.revoke.why', { name })}</p>
        <p className="mono t2 wrap">{visible(accessor, 300)}</p>
      </ActDialog>
    </span>
  );
}
