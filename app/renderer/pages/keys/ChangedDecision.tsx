/**
 * The decision about a changed key. To accept it, somebody reads its first characters off the other machine; both
 * keys are covered meanwhile, here and in the list, so that nothing on this screen can be copied over.
 */
import { useEffect, useState } from 'react';
import { PROOF_LENGTH } from '../../../shared/domain/fingerprint.js';
import { VERIFIED_BY, type KeyRow, type VerifiedBy } from '../../../shared/domain/key.js';
import { errorText, text, visible } from '../../../shared/i18n/index.js';
import { Button, Field, Options } from '../../components/index.js';
import { ActError, EnvWord, useActing, useMay } from '../../parts/acting.js';
import { setParams } from '../../route.js';
import { ask } from '../../store/connection.js';
import { say, setUi } from '../../store/ui.js';

type Way = 'keep' | 'accept' | 'refuse';
/** How the twelve characters reached the one who typed them. */
const COMPARED = VERIFIED_BY.filter((way) => way !== 'unverified');

type Props = { readonly row: KeyRow; readonly onCover: (isCovered: boolean) => void };

export function ChangedDecision({ row, onCover }: Props) {
  const may = useMay();
  const acting = useActing();
  const [way, setWay] = useState<Way>('keep');
  const [proof, setProof] = useState('');
  const [by, setBy] = useState<VerifiedBy>('machine');
  const isCovered = may.act && way === 'accept';
  const name = visible(row.name, 60);
  useEffect(() => {
    onCover(isCovered);
    setUi({ coveredName: isCovered ? row.name : null });
    return () => setUi({ coveredName: null });
  }, [isCovered, row.name, onCover]);
  if (!may.act || row.fingerprint === null) return <ReadOnly />;

  const pair = { name: row.name, fingerprint: row.fingerprint };
  const typed = proof.replace(/[\s:]/g, '');
  const isWrong = acting.error?.code === 'KEY_PROOF_WRONG';
  const decide = (): void => {
    if (way === 'keep')
      acting.run(
        () => ask('key.keep', pair),
        () => say(text('keyPage.done.kept', { name })),
      );
    else if (way === 'refuse')
      acting.run(
        () => ask('key.refuse', pair),
        () => say(text('keyPage.done.refused', { name })),
      );
    else
      acting.run(
        () => ask('key.trust', { ...pair, verifiedBy: by, proof: proof.trim() }),
        () => say(text('keyPage.done.trusted', { name })),
      );
  };
  const choose = (next: Way): void => {
    setWay(next);
    setProof('');
    acting.clear();
  };
  return (
    <form
      className="key-decide"
      onSubmit={(event) => {
        event.preventDefault();
        decide();
      }}
    >
      <div className="key-choices">
        <h3 className="h2">{text('keyPage.decision')}</h3>
        <Options<Way>
          label={text('keyPage.decision')}
          value={way}
          onChoose={choose}
          options={[
            { value: 'keep', label: text('keyPage.keep'), why: text('keyPage.keep.why', { name }) },
            {
              value: 'accept',
              label: text('keyPage.accept'),
              why: text('keyPage.accept.why'),
              more: (
                <div className="proof">
                  <Field
                    label={text('keyPage.proof')}
                    hint={text('keyPage.proof.hint')}
                    className="proof-field"
                    maxLength={80}
                    value={proof}
                    error={isWrong ? proofError() : null}
                    onChange={(event) => {
                      setProof(event.target.value);
                      if (isWrong) acting.clear();
                    }}
                    after={
                      <span className="t3 unit num">
                        {text('keyPage.proof.count', { count: Math.min(typed.length, PROOF_LENGTH) })}
                      </span>
                    }
                  />
                  <Options<VerifiedBy>
                    isCompact
                    label={text('keyPage.how')}
                    value={by}
                    onChoose={setBy}
                    options={COMPARED.map((value) => ({ value, label: text(`keyPage.by.${value}`) }))}
                  />
                </div>
              ),
            },
            { value: 'refuse', label: text('keyPage.refuse'), why: text('keyPage.refuse.why') },
          ]}
        />
        {!isWrong && <ActError error={acting.error} />}
      </div>
      <div className="row key-foot">
        <EnvWord />
        <span className="sp" />
        <Button large look="quiet" onClick={() => setParams({ key: null })}>
          {text('keyPage.later')}
        </Button>
        <Button
          large
          type="submit"
          look="primary"
          disabled={acting.isBusy || (way === 'accept' && typed.length < PROOF_LENGTH)}
        >
          {text(`keyPage.do.${way}`)}
        </Button>
      </div>
    </form>
  );
}

const proofError = (): string => {
  const { what, next } = errorText('KEY_PROOF_WRONG');
  return `${what} ${next}`;
};

export const ReadOnly = () => (
  <div className="row key-foot">
    <EnvWord />
    <span className="t2">{text('keyPage.readOnly')}</span>
  </div>
);
