/**
 * The last step: everything once more in a few lines, why it may not go, the try on this machine, and the dialog that
 * alone sends. What was sent is forgotten here; the run has its own page.
 */
import { useEffect, useMemo, useState } from 'react';
import type { ChangeCheck, ChangeInput } from '../../../shared/domain/change.js';
import { WAVE_PRESETS } from '../../../shared/domain/waves.js';
import { AppError } from '../../../shared/errors/app-error.js';
import { text, whatText } from '../../../shared/i18n/index.js';
import { Button, Field } from '../../components/index.js';
import { ActError, useMay } from '../../parts/acting.js';
import { ConfirmSend } from '../../parts/confirm.js';
import { DiffTable } from '../../parts/confirm-diff.js';
import { NoteList } from '../../parts/confirm-notes.js';
import { TriedHere } from '../../parts/received.js';
import { go } from '../../route.js';
import { clearChangeDraft } from '../../store/change-draft.js';
import { ask } from '../../store/connection.js';
import { useSession } from '../../store/session.js';
import type { Change } from './use-change.js';

/** The headline: what it comes to, or that nothing is sent yet. */
export function sayText(change: Change): string {
  const { check } = change;
  const keys = check?.what?.kind === 'settings' ? check.what.keys.length : 1;
  if (!check?.what || check.targets.names.length === 0 || keys === 0)
    return text(`change.say.${change.kind}.empty`);
  return text(`change.say.${change.kind}`, {
    keys,
    what: whatText(check.what),
    count: check.targets.names.length,
    waves: change.input.how?.mode === 'broadcast' ? 0 : check.waves.length,
  });
}

export function whyNotText(change: Change, noLink: string | null): string | null {
  if (noLink !== null) return noLink;
  if (change.isReady) return null;
  if (change.checked.error && !change.check) return text('change.summary.failed');
  const steps = (['what', 'where', 'waves'] as const).filter((step) => change.isBad(step));
  if (steps.length > 0)
    return text('change.whyNot', { steps: steps.map((step) => text(`change.step.${step}`)).join(', ') });
  return text(change.check ? 'change.whyNot.nobody' : 'change.checking');
}

export function SendStep({ change }: { readonly change: Change }) {
  const { check, draft, set } = change;
  return (
    <section aria-label={text('change.step.send')} className="send-step">
      <ActError error={change.checked.error} />
      {check && <NoteList notes={check.notes.filter(({ severity }) => severity !== 'note')} />}
      {check && change.kind === 'gem' && <DiffTable rows={check.diff} />}
      <Field
        label={text('change.reason')}
        hint={text('change.reason.hint')}
        maxLength={500}
        value={draft.reason}
        onChange={(event) => set({ reason: event.target.value })}
      />
      {change.kind === 'settings' && <TryHere change={change} />}
    </section>
  );
}

const factsOf = (check: ChangeCheck, input: ChangeInput) => ({
  bodies: check.what ? [{ what: check.what, nodes: check.targets.names.length }] : [],
  names: check.targets.names,
  isBroadcast: input.how?.mode === 'broadcast',
  diff: check.diff,
  notes: check.notes,
  waves: check.waves.map(({ size }) => size),
  rollback: check.rollback,
});

export function SendDialog({ change, onClose }: { readonly change: Change; readonly onClose: () => void }) {
  const { check, checked, input, draft, kind } = change;
  if (!check) return null;
  return (
    <ConfirmSend
      title={text('change.confirm.title')}
      facts={factsOf(check, input)}
      confirm={check.confirm}
      isBlocked={!change.isReady}
      send={async (confirm) => {
        const reason = draft.reason.trim();
        const run = await ask('run.start', {
          ...input,
          ...(confirm && { confirm }),
          ...(reason && { reason }),
        });
        clearChangeDraft(kind);
        go(`/changes/${encodeURIComponent(run.id)}`);
      }}
      onStale={() => void checked.again()}
      onSent={onClose}
      onClose={onClose}
    />
  );
}

/** The same change for our own node alone, at once; what became of our settings is shown here. */
function TryHere({ change }: { readonly change: Change }) {
  const self = useSession((state) => state.live?.self?.name ?? null);
  const may = useMay();
  const { what } = change.input;
  const input = useMemo(
    (): ChangeInput => ({
      what,
      where: { names: [self ?? ''], includeSelf: true },
      how: { waves: WAVE_PRESETS.once.map((wave) => ({ ...wave })) },
    }),
    [what, self],
  );
  const [check, setCheck] = useState<ChangeCheck | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [run, setRun] = useState<{ readonly id: string; readonly at: number } | null>(null);
  useEffect(() => setCheck(null), [input]);
  if (self === null) return null;
  const begin = (): void => {
    setError(null);
    ask('change.check', input).then(setCheck, (reason: unknown) =>
      setError(reason instanceof AppError ? reason : new AppError('INTERNAL', String(reason))),
    );
  };
  const isBad = change.isBad('what');
  return (
    <div className="try-here">
      <h2 className="h2">{text('change.try')}</h2>
      <p className="t2">{text('change.try.why')}</p>
      <Button disabled={isBad || may.whyNot !== null} onClick={begin}>
        {text('change.try.do')}
      </Button>
      <ActError error={error} />
      {run && <TriedHere runId={run.id} since={run.at} />}
      {check && (
        <ConfirmSend
          title={text('change.try')}
          facts={factsOf(check, input)}
          confirm={check.confirm}
          isBlocked={check.what === null || check.notes.some(({ severity }) => severity === 'error')}
          send={async (confirm) => {
            const begun = await ask('run.start', { ...input, ...(confirm && { confirm }) });
            setRun({ id: begun.id, at: begun.createdAt });
          }}
          onSent={() => setCheck(null)}
          onClose={() => setCheck(null)}
        />
      )}
    </div>
  );
}
