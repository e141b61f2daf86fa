/**
 * What stands before a run is rolled back or tried again: whom it reaches, what goes out and where nothing is known to
 * send back. Both end in the same confirmation as a new change.
 */
import { useEffect, useMemo, useState } from 'react';
import type { Confirm, ResultState, RollbackInput, RunHead } from '../../shared/domain/change.js';
import { confirmFor } from '../../shared/domain/reach.js';
import type { AppError } from '../../shared/errors/app-error.js';
import { text, whatText } from '../../shared/i18n/index.js';
import { Check, Field } from '../components/index.js';
import { go } from '../route.js';
import { ask, useCall } from '../store/connection.js';
import { isOpenRun } from '../store/runs.js';
import { sessionStore } from '../store/session.js';
import { say } from '../store/ui.js';
import { forgetVeiled, unveil } from '../store/veil.js';
import { ConfirmSend } from './confirm.js';
import { JsonEditor } from './confirm-json.js';
import { NameList } from './confirm-names.js';

type Props = {
  readonly run: RunHead;
  readonly onClose: () => void;
  /** These only; without them all that the person chooses by state. */
  readonly names?: readonly string[];
};

const AGAIN = ['failed', 'undeliverable', 'no-answer'] as const satisfies readonly ResultState[];
const PAUSE_MS = 400;

export function RetryDialog({ run, onClose, names }: Props) {
  const { data, error } = useCall('run.get', { id: run.id });
  const [states, setStates] = useState<readonly ResultState[]>(AGAIN);
  const [expect, setExpect] = useState<string | null>(null);
  const chosen = useMemo(() => {
    const wanted = names ? new Set(names) : null;
    const can = new Set<ResultState>(AGAIN);
    return (data?.targets ?? [])
      .filter((one) => can.has(one.state) && (wanted ? wanted.has(one.name) : states.includes(one.state)))
      .map(({ name }) => name);
  }, [data, names, states]);
  const frame = { title: text('confirm.retry.title'), onClose };
  if (!data) return <ConfirmSend {...frame} error={error} />;
  const send = async (confirm: string): Promise<void> => {
    const to = names ? { names: chosen } : { states: [...states] };
    await ask('run.retry', { id: run.id, ...to, ...(confirm && { confirm }) }).catch((reason: AppError) => {
      const wanted = reason.details['expect'];
      if (typeof wanted === 'string') setExpect(wanted);
      throw reason;
    });
  };
  return (
    <ConfirmSend
      {...frame}
      facts={{ bodies: [{ what: run.what, nodes: chosen.length }], names: chosen }}
      confirm={retryConfirm(run, chosen.length, expect)}
      isBlocked={chosen.length === 0}
      send={send}
      onSent={() => {
        say(text('confirm.retry.done', { count: chosen.length }));
        onClose();
      }}
    >
      {!names && (
        <div className="again" role="group" aria-label={text('confirm.retry.which')}>
          {AGAIN.map((state) => (
            <Check
              key={state}
              label={text('confirm.retry.state', {
                state: text(`result.${state}`),
                count: data.counts[state],
              })}
              checked={states.includes(state)}
              onChange={(isOn) =>
                setStates((old) => (isOn ? [...old, state] : old.filter((one) => one !== state)))
              }
            />
          ))}
        </div>
      )}
      <p className="t2">{text('confirm.retry.why')}</p>
    </ConfirmSend>
  );
}

/** What the node will ask for, by the same table; what it said it wants counts more. */
function retryConfirm(run: RunHead, nodes: number, expect: string | null): Confirm {
  const profile = sessionStore.getState().live?.profile ?? { name: '', kind: 'production' as const };
  const usual = confirmFor({
    nodes,
    profile,
    isBroadcast: false,
    restarts: run.what.kind === 'settings' ? run.what.restart : run.what.reload,
    hasLord: false,
    secondPerson: false,
  });
  if (expect === null || expect === usual.expect || expect === '') return usual;
  return { ...usual, expect, level: /^\d+$/.test(expect) ? 'number' : 'profile' };
}

export function RollbackDialog({ run, onClose }: Props) {
  const [given, setGiven] = useState('');
  const input = useSettled(given.trim());
  const isGem = run.what.kind === 'gem';
  // Secret-looking values stand apart from the field, and go out with the question and the order alone.
  const whole = unveil(input);
  const own: RollbackInput = input === '' ? {} : isGem ? { version: input } : { settings: whole.text };
  useEffect(() => forgetVeiled, []);
  const { data, error } = useCall('run.rollback.check', { id: run.id, ...own });
  const [last, setLast] = useState(data);
  if (data && data !== last) setLast(data);
  const check = data ?? last;
  const isOver = isOpenRun(run) ? 'no' : 'yes';
  const frame = { title: text('confirm.back.title', { isOver }), onClose };
  if (!check) return <ConfirmSend {...frame} error={error} />;
  const isSettled = data !== null && input === given.trim();
  const without = new Set(check.without);
  const names = check.names.filter((name) => !without.has(name));
  return (
    <ConfirmSend
      {...frame}
      verb={text('confirm.back.verb', { count: names.length })}
      facts={{
        bodies: check.bodies,
        names,
        // Said below, with the names.
        notes: check.notes.filter(({ code }) => code !== 'rollback-unknown'),
      }}
      confirm={check.confirm}
      isBlocked={!isSettled || names.length === 0 || check.notes.some(({ severity }) => severity === 'error')}
      send={async (confirm) => {
        const back = await ask('run.rollback', { id: run.id, ...own, ...(confirm && { confirm }) });
        go(`/changes/${encodeURIComponent(back.id)}`);
      }}
      onSent={() => {
        say(text('confirm.back.done'));
        onClose();
      }}
    >
      {names.length === 0 ? (
        <p>{text('confirm.back.nothing', { count: check.without.length })}</p>
      ) : (
        <p className="t2">{text('confirm.back.why', { what: whatText(run.what), isOver })}</p>
      )}
      {(check.without.length > 0 || given !== '') && (
        <div className="back-without">
          {check.without.length > 0 && (
            <>
              {names.length > 0 && <p>{text('confirm.back.without', { count: check.without.length })}</p>}
              <NameList
                label={text('confirm.back.without.list')}
                names={check.without.map((name) => ({ name }))}
              />
            </>
          )}
          {isGem ? (
            <Field
              label={text('confirm.back.version')}
              hint={text('confirm.back.version.hint')}
              value={given}
              onChange={(event) => setGiven(event.target.value)}
            />
          ) : (
            <div className="field area-field">
              <span className="b5">{text('confirm.back.settings')}</span>
              <JsonEditor
                label={text('confirm.back.settings')}
                describedBy="back-settings-hint"
                rows={4}
                value={given}
                onChange={setGiven}
              />
              <span className="field-hint" id="back-settings-hint">
                {text('confirm.back.settings.hint')}
              </span>
            </div>
          )}
        </div>
      )}
    </ConfirmSend>
  );
}

/** The value once nobody typed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
