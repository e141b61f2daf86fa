/** The rehearsal: what would become of the values, against which ones from before, and what was found. Nothing is sent. */
import { useState } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { Button, Check } from '../../components/index.js';
import { ActError } from '../../parts/acting.js';
import { DiffTable } from '../../parts/confirm-diff.js';
import { NoteList } from '../../parts/confirm-notes.js';
import { rollbackText } from '../../parts/confirm.js';
import type { Change } from './use-change.js';

export function CheckStep({ change }: { readonly change: Change }) {
  const { check, checked } = change;
  const [isChangedOnly, setChangedOnly] = useState(false);
  if (!check) {
    return checked.error ? (
      <ActError error={checked.error} />
    ) : (
      <p className="t3">{text('change.checking')}</p>
    );
  }
  const { targets } = check;
  const rows = isChangedOnly ? check.diff.filter(({ effect }) => effect !== 'no-change') : check.diff;
  return (
    <section aria-label={text('change.step.check')} className="check-step" aria-busy={checked.isBehind}>
      <p className="check-say">
        {text('change.check.say', {
          change: targets.change,
          same: targets.noChange,
          unknown: targets.unknownBefore,
          silent: targets.silent.length,
          skipped: targets.excluded.filter(({ why }) => why === 'silent').length,
        })}
      </p>
      <ActError error={checked.error} />
      <NoteList notes={check.notes} />
      {check.diff.length > 1 && (
        <Check label={text('change.check.only')} checked={isChangedOnly} onChange={setChangedOnly} />
      )}
      <DiffTable rows={rows} />
      {check.what && check.rollback.of > 0 && <p className="t2">{rollbackText(check.rollback)}</p>}
      <div className="row">
        <Button disabled={checked.isBehind} onClick={() => void checked.again()}>
          {text('change.check.again')}
        </Button>
      </div>
    </section>
  );
}
