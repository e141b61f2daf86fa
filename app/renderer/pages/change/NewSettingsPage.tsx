/** New settings change: what, where, check, send. Nothing is sent before the last step. */
import { useState } from 'react';
import { text } from '../../../shared/i18n/index.js';
import { CheckStep } from './CheckStep.js';
import { Frame } from './Frame.js';
import { How } from './How.js';
import { sayText, SendDialog, SendStep, whyNotText } from './SendStep.js';
import { SettingsWhat } from './SettingsWhat.js';
import { useChange } from './use-change.js';
import { Where } from './Where.js';
import { useMay } from '../../parts/acting.js';

export function NewSettingsPage() {
  const change = useChange('settings');
  const may = useMay();
  const [isSending, setSending] = useState(false);
  const { check, step } = change;
  const keys = check?.what?.kind === 'settings' ? check.what.keys.length : 0;
  const open = async (): Promise<void> => {
    if ((await change.checked.again()) !== null) setSending(true);
  };
  return (
    <Frame
      change={change}
      title={text('change.settings.title')}
      say={sayText(change)}
      notes={{
        what: keys > 0 ? text('change.note.keys', { count: keys }) : '',
        where: check ? text('change.note.nodes', { count: check.targets.names.length }) : '',
        check:
          check && change.isReady
            ? text('change.note.changes', {
                change: check.targets.change,
                unknown: check.targets.unknownBefore,
              })
            : '',
      }}
      onSend={() => void open()}
      sendLabel={text('change.send')}
      whyNot={whyNotText(change, may.whyNot)}
    >
      {step === 'what' && <SettingsWhat change={change} />}
      {step === 'where' && (
        <>
          <Where change={change} />
          <How change={change} />
        </>
      )}
      {step === 'check' && <CheckStep change={change} />}
      {step === 'send' && <SendStep change={change} />}
      {isSending && <SendDialog change={change} onClose={() => setSending(false)} />}
    </Frame>
  );
}
