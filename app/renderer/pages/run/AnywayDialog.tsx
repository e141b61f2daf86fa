/** Past a gate against its evidence: only with a reason, which is kept. */
import { useState } from 'react';
import type { RunHead } from '../../../shared/domain/change.js';
import { formatShare, text } from '../../../shared/i18n/index.js';
import { Field } from '../../components/index.js';
import { ActDialog } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';
import type { Evidence } from '../../parts/run-evidence.js';

export function AnywayDialog(props: {
  readonly head: RunHead;
  readonly evidence: Evidence;
  readonly onClose: () => void;
}) {
  const { head, evidence, onClose } = props;
  const [reason, setReason] = useState('');
  const next = evidence.wave + 1;
  return (
    <ActDialog
      open
      onClose={onClose}
      title={text('run.gate.anyway.title')}
      verb={text('run.gate.anyway.verb', { next })}
      done={text('run.gate.continued', { next })}
      isBlocked={reason.trim() === ''}
      act={() => ask('run.continue', { id: head.id, reason: reason.trim() })}
    >
      <p>
        {text('run.gate.anyway.why', {
          next,
          count: head.waves[next - 1]?.size ?? 0,
          wave: evidence.wave,
          share: formatShare(Math.floor(evidence.share * 100) / 100),
          needed: formatShare(evidence.needed),
          regressed: evidence.regressed,
        })}
      </p>
      <Field
        label={text('run.gate.anyway.reason')}
        placeholder={text('run.gate.anyway.example')}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </ActDialog>
  );
}
