/** Legions: who leads and why, who votes for whom, our own part, and what would happen if. One legion at a time. */
import type { Legion } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Empty } from '../../components/index.js';
import { useWidth } from '../../parts/use-size.js';
import { href, legionHref, legionOf, setParams, useParam, usePath } from '../../route.js';
import { useLegions, useShownLegions } from '../../store/legions.js';
import { Drops } from './Drops.js';
import { EditDialog } from './EditDialog.js';
import { Head } from './Head.js';
import { HooksDialog } from './HooksDialog.js';
import { ImportDialog } from './ImportDialog.js';
import { Lords } from './Lords.js';
import { Members } from './Members.js';
import { Notes } from './Notes.js';
import { NoLegion } from './NoLegion.js';
import { Seats } from './Seats.js';
import { StepDown } from './StepDown.js';
import { WhatIfDialog } from './WhatIfDialog.js';
import { Witnesses } from './Witnesses.js';
import { You } from './You.js';

/** Below it the members’ table says what the seats would. */
const WIDE = 1280;

export function LegionsPage() {
  const [path] = usePath();
  const name = legionOf(path);
  const legions = useShownLegions();
  const isKnown = useLegions(({ shown }) => shown !== null);
  const legion = name === '' ? legions[0] : legions.find((each) => each.name === name);
  const task = useParam('do');
  const close = (): void => setParams({ do: null });
  return (
    <div className="page scrolls legions">
      <Head legion={legion ?? null} legions={legions} />
      {legion && <Body key={legion.name} legion={legion} />}
      {!legion && isKnown && legions.length === 0 && name === '' && <NoLegion />}
      {!legion && isKnown && (legions.length > 0 || name !== '') && (
        <div className="empty-page">
          <Empty
            title={text('legionPage.unknown', { name: visible(name, 60) })}
            why={text('legionPage.unknown.why')}
          >
            {legions.slice(0, 3).map((each) => (
              <a className="btn" key={each.name} href={legionHref(each.name)}>
                {text('legionPage.show', { name: visible(each.name, 40) })}
              </a>
            ))}
            {legions.length === 0 && (
              <a className="btn" href={href('/legions')}>
                {text('legionPage.title')}
              </a>
            )}
          </Empty>
        </div>
      )}
      <EditDialog open={task === 'join'} legion={null} onClose={close} />
      <ImportDialog open={task === 'import'} onClose={close} />
      {legion && (
        <>
          <EditDialog open={task === 'settings'} legion={legion} onClose={close} />
          <WhatIfDialog open={task === 'what-if'} legion={legion} onClose={close} />
          <HooksDialog open={task === 'hooks'} legion={legion} onClose={close} />
          <StepDown open={task === 'step-down'} legion={legion} onClose={close} />
        </>
      )}
    </div>
  );
}

function Body({ legion }: { readonly legion: Legion }) {
  const isWide = useWidth() >= WIDE;
  return (
    <>
      <Notes legion={legion} />
      {isWide && (
        <div className="legion-two">
          <Seats legion={legion} />
          <You legion={legion} />
        </div>
      )}
      {!isWide && <Members legion={legion} isAlone />}
      {!isWide && <You legion={legion} />}
      <Lords legion={legion} />
      {isWide && <Members legion={legion} />}
      <Witnesses legion={legion} />
      <Drops legion={legion} />
    </>
  );
}
