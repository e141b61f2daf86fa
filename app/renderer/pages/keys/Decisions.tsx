/** Deciding about a key that nobody looked at, and taking a decision back. How it was verified is asked, never assumed. */
import { useState } from 'react';
import { VERIFIED_BY, type KeyRow, type VerifiedBy } from '../../../shared/domain/key.js';
import { formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { Button, Options } from '../../components/index.js';
import { ActDialog, ActError, EnvWord, useActing, useMay } from '../../parts/acting.js';
import { setParams } from '../../route.js';
import { ask } from '../../store/connection.js';
import { useShown } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { ReadOnly } from './ChangedDecision.js';

type Props = { readonly row: KeyRow };

export function NewDecision({ row }: Props) {
  const may = useMay();
  const acting = useActing();
  const [by, setBy] = useState<VerifiedBy | null>(null);
  const name = visible(row.name, 60);
  if (!may.act || row.fingerprint === null) return <ReadOnly />;
  const pair = { name: row.name, fingerprint: row.fingerprint };
  const trust = (): void => {
    if (by === null) return;
    acting.run(
      () => ask('key.trust', { ...pair, verifiedBy: by }),
      () => say(text('keyPage.done.trusted', { name })),
    );
  };
  const refuse = (): void =>
    acting.run(
      () => ask('key.refuse', pair),
      () => say(text('keyPage.done.refused', { name })),
    );
  return (
    <form
      className="key-decide"
      onSubmit={(event) => {
        event.preventDefault();
        trust();
      }}
    >
      <div className="key-choices">
        <h3 className="h2">{text('keyPage.how')}</h3>
        <Verified value={by} onChoose={setBy} />
        <ActError error={acting.error} />
      </div>
      <div className="row key-foot">
        <EnvWord />
        <span className="sp" />
        {row.trust === 'quiet' && <ForgetEverywhere name={row.name} />}
        <Button large look="quiet" onClick={() => setParams({ key: null })}>
          {text('keyPage.later')}
        </Button>
        <Button large disabled={acting.isBusy} onClick={refuse}>
          {text('keyPage.do.refuse')}
        </Button>
        <Button large type="submit" look="primary" disabled={by === null || acting.isBusy}>
          {text('keyPage.do.trust')}
        </Button>
      </div>
    </form>
  );
}

/** The four ways to have made sure; none is chosen for anybody. */
export const Verified = (props: {
  readonly value: VerifiedBy | null;
  readonly onChoose: (value: VerifiedBy) => void;
}) => (
  <Options<VerifiedBy>
    label={text('keyPage.how')}
    value={props.value}
    onChoose={props.onChoose}
    options={VERIFIED_BY.map((value) => ({
      value,
      label: text(`keyPage.by.${value}`),
      why: text(`keyPage.by.${value}.why`),
    }))}
  />
);

/** Trusted, refused, kept or missing: what can be taken back. */
export function SettledDecision({ row }: Props) {
  const may = useMay();
  const [asks, setAsks] = useState<'forget' | 'refuse' | null>(null);
  if (row.trust === 'missing') return <MissingFoot />;
  if (!may.act || row.fingerprint === null) return <ReadOnly />;
  const pair = { name: row.name, fingerprint: row.fingerprint };
  const name = visible(row.name, 60);
  const close = (): void => setAsks(null);
  return (
    <div className="row key-foot">
      <EnvWord />
      <span className="sp" />
      <Button large look="quiet" onClick={() => setAsks('forget')}>
        {text('keyPage.forget')}
      </Button>
      {row.trust !== 'refused' && (
        <Button large onClick={() => setAsks('refuse')}>
          {text('keyPage.do.refuse')}
        </Button>
      )}
      <ActDialog
        isLocal
        open={asks === 'forget'}
        onClose={close}
        title={text('keyPage.forget.title', { name })}
        verb={text('keyPage.forget.do')}
        act={() => ask('key.forget', pair)}
        done={text('keyPage.done.forgotten', { name })}
      >
        <p className="t2">{text('keyPage.forget.why')}</p>
      </ActDialog>
      <ActDialog
        isLocal
        open={asks === 'refuse'}
        onClose={close}
        title={text('keyPage.refuse.title', { name })}
        verb={text('keyPage.do.refuse')}
        act={() => ask('key.refuse', pair)}
        done={text('keyPage.done.refused', { name })}
      >
        <p className="t2">{text('keyPage.refuse.trusted')}</p>
      </ActDialog>
    </div>
  );
}

/** Nothing to decide; what helps is to ask. The page has the dialog. */
function MissingFoot() {
  const may = useMay();
  if (!may.act) return <ReadOnly />;
  return (
    <div className="row key-foot">
      <EnvWord />
      <span className="sp" />
      <Button large onClick={() => setParams({ do: 'ask' })}>
        {text('keyPage.ask')}
      </Button>
    </div>
  );
}

/** Asks the whole cluster to drop the key of a name; for names that are gone. */
function ForgetEverywhere({ name }: { readonly name: string }) {
  const [isOpen, setOpen] = useState(false);
  const total = useShown((session) => session.summary.total, 0);
  const shown = visible(name, 60);
  return (
    <>
      <Button large look="quiet" onClick={() => setOpen(true)}>
        {text('keyPage.forgetAll')}
      </Button>
      <ActDialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={text('keyPage.forgetAll.title', { name: shown })}
        verb={text('keyPage.forgetAll.do', { total })}
        act={() => ask('key.askToForget', { name })}
        done={text('keyPage.done.forgetAll', { name: shown })}
      >
        <p className="t2">{text('keyPage.forgetAll.why', { name: shown, total: formatNumber(total) })}</p>
      </ActDialog>
    </>
  );
}
