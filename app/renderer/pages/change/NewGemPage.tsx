/** New gem upgrade: extension and version, where, waves, send. Nothing is sent before the last step. */
import { useState } from 'react';
import { text, whatText } from '../../../shared/i18n/index.js';
import { useMay } from '../../parts/acting.js';
import { Frame } from './Frame.js';
import { GemWhat } from './GemWhat.js';
import { How } from './How.js';
import { sayText, SendDialog, SendStep, whyNotText } from './SendStep.js';
import { useChange } from './use-change.js';
import { Where } from './Where.js';

export function NewGemPage() {
  const change = useChange('gem');
  const may = useMay();
  const [isSending, setSending] = useState(false);
  const { check, step } = change;
  const open = async (): Promise<void> => {
    if ((await change.checked.again()) !== null) setSending(true);
  };
  return (
    <Frame
      change={change}
      title={text('change.gem.title')}
      say={sayText(change)}
      notes={{
        what: check?.what ? whatText(check.what) : '',
        where: check ? text('change.note.nodes', { count: check.targets.names.length }) : '',
        waves: check ? text('change.note.waves', { count: check.waves.length }) : '',
      }}
      onSend={() => void open()}
      sendLabel={text('change.send')}
      whyNot={whyNotText(change, may.whyNot)}
    >
      {step === 'what' && <GemWhat change={change} />}
      {step === 'where' && <Where change={change} />}
      {step === 'waves' && <How change={change} />}
      {step === 'send' && <SendStep change={change} />}
      {isSending && <SendDialog change={change} onClose={() => setSending(false)} />}
    </Frame>
  );
}
