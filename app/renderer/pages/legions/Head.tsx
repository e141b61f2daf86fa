/** Which legion, what can be done, and the sentence that is the answer. */
import { ChevronDown, Crown, GitCompare, Settings } from 'lucide-react';
import type { Legion } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Icon, Menu, MenuChoice, MenuItem, MenuLine } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { legionHref, setParams } from '../../route.js';
import { useLegionsAt } from '../../store/legions.js';
import { sayText, thenText } from './words.js';

type Props = { readonly legion: Legion | null; readonly legions: readonly Legion[] };

export function Head({ legion, legions }: Props) {
  const may = useMay();
  return (
    <header className="head">
      <div className="bar">
        <h1>{text('legionPage.title')}</h1>
        {(legion !== null || legions.length > 0) && <Switcher legion={legion} legions={legions} />}
        <span className="sp" />
        {legion && (
          <>
            {legion.isLord && may.act && (
              <Button onClick={() => setParams({ do: 'step-down' })}>
                <Icon of={Crown} />
                {text('legionPage.stepDown')}
              </Button>
            )}
            {may.act && (
              <Button look="quiet" onClick={() => setParams({ do: 'settings' })}>
                <Icon of={Settings} />
                {text('legionPage.settings')}
              </Button>
            )}
            <Button onClick={() => setParams({ do: 'what-if' })}>
              <Icon of={GitCompare} />
              {text('legionPage.whatIf')}
            </Button>
          </>
        )}
      </div>
      {legion && <Sentences legion={legion} />}
    </header>
  );
}

function Sentences({ legion }: { readonly legion: Legion }) {
  const now = useLegionsAt();
  const then = thenText(legion);
  return (
    <>
      <p className="say">{sayText(legion, now)}</p>
      {then !== '' && <p className="then">{then}</p>}
    </>
  );
}

function Switcher({ legion, legions }: Props) {
  const may = useMay();
  const name = legion?.name ?? '';
  return (
    <Menu
      align="start"
      trigger={
        <Button
          look="quiet"
          className="legion-switch"
          {...(name === '' ? {} : { 'aria-label': text('legionPage.switch', { name: visible(name, 60) }) })}
        >
          <span className="el">
            {name === '' ? text('legionPage.count', { count: legions.length }) : visible(name, 40)}
          </span>
          <Icon of={ChevronDown} />
        </Button>
      }
    >
      <MenuChoice
        value={name}
        choices={legions.map((each) => ({ value: each.name, label: visible(each.name, 40) }))}
        onChoose={(to) => void (location.hash = legionHref(to))}
      />
      {may.act && (
        <>
          <MenuLine />
          <MenuItem onSelect={() => setParams({ do: 'join' })}>{text('legionPage.join')}</MenuItem>
          <MenuItem onSelect={() => setParams({ do: 'import' })}>{text('legionPage.import')}</MenuItem>
        </>
      )}
    </Menu>
  );
}
