/** What can be done about the token: renew, come by another one, enter one by hand, end it. Each asks first. */
import { useRef, useState } from 'react';
import type { Vault, VaultState } from '../../../shared/domain/vault.js';
import { text } from '../../../shared/i18n/index.js';
import { Button, Field } from '../../components/index.js';
import { ActDialog, ActError, useActing, useMay } from '../../parts/acting.js';
import { setParams, useParam } from '../../route.js';
import { ask } from '../../store/connection.js';
import { say } from '../../store/ui.js';

/** Where one is on its way, or nobody could look at it, no other is asked for. */
const NO_ASKING: ReadonlySet<VaultState> = new Set(['authenticating', 'asked', 'checking', 'sealed']);

const close = (): void => setParams({ do: null });
const start = (what: string) => (): void => setParams({ do: what });

export function VaultActions({ vault }: { readonly vault: Vault }) {
  const may = useMay();
  const acting = useActing();
  const doing = useParam('do');
  const { state, token, login } = vault;
  if (!may.act || state === 'off') return null;
  const ours = token?.isOurs === true ? 'revoke' : 'letGo';
  // Others are asked only by who has none that works; a login of our own takes nothing from anybody.
  const isByHand = token === null && login === 'none';
  const enter = (
    <Button key="enter" look={isByHand ? 'plain' : 'quiet'} onClick={start('vault-enter')}>
      {text('vaultPage.enter')}
    </Button>
  );
  const canAsk = !NO_ASKING.has(state) && (login !== 'none' || token === null);
  return (
    <>
      <ActError error={acting.error} />
      <div className="row secret-actions">
        {token?.isRenewable === true && state !== 'sealed' && (
          <Button
            disabled={acting.isBusy}
            onClick={() =>
              acting.run(
                () => ask('vault.renew', {}),
                () => say(text('vaultPage.renewed')),
              )
            }
          >
            {text('vaultPage.renew')}
          </Button>
        )}
        {isByHand && enter}
        {canAsk && (
          <Button look={isByHand ? 'quiet' : 'plain'} onClick={start('vault-ask')}>
            {text(
              login !== 'none'
                ? 'vaultPage.ask.login'
                : vault.askedAt === null
                  ? 'vaultPage.ask'
                  : 'vaultPage.ask.again',
            )}
          </Button>
        )}
        {!isByHand && enter}
        {token !== null && (
          <Button look="quiet" onClick={start('vault-end')}>
            {text(`vaultPage.${ours}`)}
          </Button>
        )}
      </div>
      <AskDialog open={doing === 'vault-ask'} login={login} />
      <EnterDialog open={doing === 'vault-enter'} vault={vault} />
      <ActDialog
        isLocal
        open={doing === 'vault-end'}
        onClose={close}
        title={text(`vaultPage.${ours}.title`)}
        verb={text(`vaultPage.${ours}.do`)}
        isBlocked={token === null}
        act={async () => {
          const { revoked } = await ask('vault.revoke', {});
          say(text(revoked ? 'vaultPage.revoke.done' : 'vaultPage.letGo.done'));
        }}
      >
        <p className="t2">{text(`vaultPage.${ours}.why`)}</p>
        {ours === 'revoke' && login !== 'none' && <p className="t2">{text('vaultPage.revoke.login')}</p>}
      </ActDialog>
    </>
  );
}

function AskDialog({ open, login }: { readonly open: boolean; readonly login: Vault['login'] }) {
  const way = login === 'none' ? 'ask' : 'login';
  return (
    <ActDialog
      // A login goes to Vault alone; asking goes over the bus.
      isLocal={way === 'login'}
      open={open}
      onClose={close}
      title={text(`vaultPage.${way}.title`)}
      verb={text(`vaultPage.${way}.do`)}
      act={() => ask('vault.ask', {})}
      done={text(`vaultPage.${way}.done`)}
    >
      <p className="t2">{text(`vaultPage.${way}.why`, { login })}</p>
      {way === 'ask' && <p className="t2">{text('vaultPage.ask.shared')}</p>}
    </ActDialog>
  );
}

/**
 * The token stands in the field alone, until it is sent: it is in no state of this window, and the field is empty
 * before the answer is there.
 */
function EnterDialog({ open, vault }: { readonly open: boolean; readonly vault: Vault }) {
  const field = useRef<HTMLInputElement>(null);
  const [isEmpty, setEmpty] = useState(true);
  const send = (): Promise<unknown> => {
    const input = field.current;
    if (!input) return Promise.resolve();
    const sending = ask('vault.enter', { token: input.value.trim() });
    input.value = '';
    setEmpty(true);
    input.focus();
    return sending;
  };
  return (
    <ActDialog
      isLocal
      open={open}
      onClose={() => {
        setEmpty(true);
        close();
      }}
      title={text('vaultPage.enter.title')}
      verb={text('vaultPage.enter.do')}
      isBlocked={isEmpty}
      act={send}
      done={text('vaultPage.enter.done')}
    >
      <p className="t2">{text('vaultPage.enter.why')}</p>
      {vault.token !== null && <p className="t2">{text('vaultPage.enter.held')}</p>}
      {/^http:/i.test(vault.address ?? '') && <p className="b5 c-late">{text('vaultPage.enter.plain')}</p>}
      <Field
        ref={field}
        type="password"
        label={text('vaultPage.enter.field')}
        onChange={(event) => setEmpty(event.target.value.trim() === '')}
      />
    </ActDialog>
  );
}
