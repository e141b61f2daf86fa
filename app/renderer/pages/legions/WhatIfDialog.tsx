/** What if these fell? Chosen by hand, answered by the election itself, live as one chooses. Nothing is sent. */
import { useState } from 'react';
import type { Legion, WhatIf } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Check, Dialog, StatusMark } from '../../components/index.js';
import { ActError } from '../../parts/acting.js';
import { useCall } from '../../store/connection.js';
import { whatIfText } from './words.js';

type Props = { readonly open: boolean; readonly legion: Legion; readonly onClose: () => void };

const AGAIN_MS = 2000;

export function WhatIfDialog({ open, legion, onClose }: Props) {
  return (
    <Dialog
      open={open}
      onOpen={(isOpen) => !isOpen && onClose()}
      title={text('legionPage.whatIf.title')}
      className="what-if"
    >
      <Question legion={legion} onClose={onClose} />
    </Dialog>
  );
}

function Question({ legion, onClose }: { readonly legion: Legion; readonly onClose: () => void }) {
  const { name, members, lord } = legion;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(lord ? [lord.uuid] : []));
  const fallen = members.filter(({ uuid }) => chosen.has(uuid)).map(({ uuid }) => uuid);
  const { data, error } = useCall('legion.whatIf', { name, fallen }, AGAIN_MS);
  // The answer before stays until the next one is here: nothing flickers.
  const [last, setLast] = useState<WhatIf | null>(null);
  if (data && data !== last) setLast(data);
  const answer = data ?? last;
  const toggle = (uuid: string, isOn: boolean): void => {
    const next = new Set(chosen);
    if (isOn) next.add(uuid);
    else next.delete(uuid);
    setChosen(next);
  };
  return (
    <>
      <div className="what-if-answer" role="status">
        <p className="what-if-say">
          {answer && !answer.holdsQuorum && <StatusMark state="late" />}
          {answer ? whatIfText(answer) : text('legionPage.whatIf.asking')}
        </p>
        <p className="t2">
          {fallen.length === 0
            ? text('legionPage.whatIf.same')
            : text('legionPage.whatIf.fell', { count: fallen.length, left: members.length - fallen.length })}
        </p>
      </div>
      <fieldset className="what-if-list">
        <legend className="lab b6 t2">{text('legionPage.whatIf.choose')}</legend>
        {members.map((member) => (
          <div className="row" key={member.uuid}>
            <Check
              label={visible(member.name, 48)}
              checked={chosen.has(member.uuid)}
              onChange={(isOn) => toggle(member.uuid, isOn)}
            />
            <span className="sp" />
            {member.uuid === lord?.uuid && <span className="bdg">{text('legionPage.seat.lord')}</span>}
            {member.isSelf && <span className="bdg">{text('legionPage.seat.self')}</span>}
            <span className="r num t2 what-if-valor">{member.valor}</span>
          </div>
        ))}
      </fieldset>
      <ActError error={error} />
      <p className="t3 lab">{text('legionPage.whatIf.why')}</p>
      <div className="foot">
        <Button large look="quiet" disabled={fallen.length === 0} onClick={() => setChosen(new Set())}>
          {text('legionPage.whatIf.none')}
        </Button>
        <span className="sp" />
        <Button large onClick={onClose}>
          {text('shell.close')}
        </Button>
      </div>
    </>
  );
}
