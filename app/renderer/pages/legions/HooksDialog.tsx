/**
 * The hooks of a legion on this machine, in full: what would run when, how it went last, and a switch for each, which
 * is on only after the very command was read and confirmed.
 */
import { useState } from 'react';
import type { Legion, LegionHook } from '../../../shared/domain/legion.js';
import { formatAge, formatMoment, text, visible, visibleBlock } from '../../../shared/i18n/index.js';
import { Button, Dialog, Switch } from '../../components/index.js';
import { ActError, EnvBand, EnvWord, useActing, useMay } from '../../parts/acting.js';
import { ask } from '../../store/connection.js';
import { useLegionsAt } from '../../store/legions.js';
import { usePrefs } from '../../store/prefs.js';

/** In full: what is confirmed is what will run. */
const MAX_ARGUMENT = 4000;

type Props = { readonly open: boolean; readonly legion: Legion; readonly onClose: () => void };

export function HooksDialog({ open, legion, onClose }: Props) {
  const { name, hooks } = legion;
  return (
    <Dialog
      open={open}
      onOpen={(isOpen) => !isOpen && onClose()}
      title={text('hooks.title', { name: visible(name, 40) })}
      className="act legion-wide"
    >
      <EnvBand />
      <p className="t2">{hooks.length === 0 ? text('hooks.none') : text('hooks.why')}</p>
      <ul className="hooks">
        {hooks.map((hook) => (
          <Hook key={hook.id} legion={name} hook={hook} />
        ))}
      </ul>
      <div className="foot">
        <EnvWord />
        <span className="sp" />
        <Button large onClick={onClose}>
          {text('shell.close')}
        </Button>
      </div>
    </Dialog>
  );
}

function Hook({ legion, hook }: { readonly legion: string; readonly hook: LegionHook }) {
  const { id, event, action, argument, isOn, shell, timeoutS } = hook;
  const may = useMay();
  const acting = useActing();
  const [isAsking, setAsking] = useState(false);
  const when = text(`hooks.event.${event}`);
  const isCommand = action === 'exec' || action === 'cmd';
  const what = `${text(`hooks.action.${action}`)} ${when}`;
  const put = (next: boolean): void =>
    acting.run(
      () => ask('legion.hook', { name: legion, id, isOn: next }),
      () => setAsking(false),
    );
  return (
    <li className="hook">
      <div className="row hook-head">
        <span className="b5">{what}</span>
        <span className="t3 lab">
          {[shell && isCommand ? text('hooks.shell') : '', text('hooks.limit', { seconds: timeoutS })]
            .filter(Boolean)
            .join(', ')}
        </span>
        <span className="sp" />
        {may.act ? (
          <Switch
            label={text('hooks.switch', { what })}
            words={text(isOn ? 'legionPage.on' : 'legionPage.off')}
            checked={isOn}
            disabled={acting.isBusy}
            onChange={(next) => (next ? setAsking(!isAsking) : put(false))}
          />
        ) : (
          <span className="t2">{text(isOn ? 'legionPage.on' : 'legionPage.off')}</span>
        )}
      </div>
      <pre className="raw mono">{visibleBlock(argument)}</pre>
      {isAsking && !isOn && (
        <div className="hook-confirm" role="group" aria-label={text('hooks.confirm.do')}>
          <p>{text('hooks.confirm', { action, when })}</p>
          <p className="mono wrap b5">{visible(argument, MAX_ARGUMENT)}</p>
          <div className="row">
            <EnvWord />
            <span className="sp" />
            <Button look="quiet" disabled={acting.isBusy} onClick={() => setAsking(false)}>
              {text('shell.cancel')}
            </Button>
            <Button look="primary" disabled={acting.isBusy} onClick={() => put(true)}>
              {text('hooks.confirm.do')}
            </Button>
          </div>
        </div>
      )}
      <ActError error={acting.error} />
      <LastRun hook={hook} />
    </li>
  );
}

function LastRun({ hook: { last } }: { readonly hook: LegionHook }) {
  const now = useLegionsAt();
  const utc = usePrefs((prefs) => prefs.utc);
  if (last === null) return <p className="t3 lab">{text('hooks.never')}</p>;
  const { at, ok, code, output } = last;
  const said = text('hooks.last', {
    ok: ok ? 'yes' : 'no',
    at: formatMoment(at, utc).slice(0, 19),
    age: text('legionPage.ago', { age: formatAge(now - at) }),
    code: code === null ? 'none' : String(code),
  });
  return (
    <>
      <p className={`lab ${ok ? 't2' : 'c-lost'}`}>{said}</p>
      {output === '' ? (
        <p className="t3 lab">{text('hooks.noOutput')}</p>
      ) : (
        <pre className="raw mono hook-output" tabIndex={0} aria-label={text('hooks.output')}>
          {visibleBlock(output)}
        </pre>
      )}
    </>
  );
}
