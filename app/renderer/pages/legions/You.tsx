/** Our own part: role and valor, with what they mean before they take effect; sleep, battery, hooks. */
import { useState, type ReactNode } from 'react';
import { LEGION_ROLES, type Legion, type LegionRole } from '../../../shared/domain/legion.js';
import { text, visible } from '../../../shared/i18n/index.js';
import { Button, Segments, Switch } from '../../components/index.js';
import { ActError, EnvWord, useActing, useMay } from '../../parts/acting.js';
import { setParams } from '../../route.js';
import { ask } from '../../store/connection.js';
import { useShown } from '../../store/session.js';
import { say } from '../../store/ui.js';
import { hooksText, readValor, roleWhy, shortUuid, valorText } from './words.js';

export function You({ legion }: { readonly legion: Legion }) {
  const { name, uuid, hooks, members } = legion;
  const may = useMay();
  const acting = useActing();
  const ownName = useShown((session) => session.self?.name ?? '', '');
  const self = members.find(({ isSelf }) => isSelf)?.name ?? ownName;
  const keep = (change: { handOverBeforeSleep?: boolean; valor0OnBattery?: boolean }): void =>
    acting.run(() => ask('legion.role', { name, role: legion.role, ...change }));
  return (
    <section className="you" aria-labelledby="you">
      <div className="h2 legion-h2">
        <h2 id="you">{text('legionPage.you')}</h2>
        <span className="sp" />
        <span className="mono cap t3 el">
          {uuid === null
            ? text('legionPage.you.noId', { name: visible(self, 30) })
            : text('legionPage.you.id', { name: visible(self, 30), uuid: shortUuid(uuid) })}
        </span>
      </div>
      <Role legion={legion} isChangeable={may.act} />
      {(['sleep', 'battery'] as const).map((what) => {
        const key = what === 'sleep' ? 'handOverBeforeSleep' : 'valor0OnBattery';
        const words = text(`legionPage.${what}.on`);
        return (
          <Line key={what} term={text(`legionPage.${what}`)}>
            {may.act ? (
              <Switch
                label={words}
                words={words}
                checked={legion[key]}
                disabled={acting.isBusy}
                onChange={(isOn) => keep({ [key]: isOn })}
              />
            ) : (
              <span className="t2">
                {words}: {text(legion[key] ? 'legionPage.on' : 'legionPage.off')}
              </span>
            )}
          </Line>
        );
      })}
      <Line term={text('legionPage.hooks')}>
        <span className="t2">{hooksText(legion)}</span>
        <span className="sp" />
        {hooks.length > 0 && (
          <button type="button" className="verb" onClick={() => setParams({ do: 'hooks' })}>
            {text('legionPage.hooks.show')}
          </button>
        )}
      </Line>
      <ActError error={acting.error} />
    </section>
  );
}

const Line = ({ term, children }: { readonly term: string; readonly children: ReactNode }) => (
  <div className="you-line">
    <span className="t3 you-term">{term}</span>
    {children}
  </div>
);

type Draft = { readonly role: LegionRole; readonly valor: string };

function Role({ legion, isChangeable }: { readonly legion: Legion; readonly isChangeable: boolean }) {
  const { name } = legion;
  const acting = useActing();
  const [draft, setDraft] = useState<Draft | null>(null);
  const role = draft?.role ?? legion.role;
  const written = draft?.valor ?? String(legion.valor);
  const valor = readValor(written);
  const hasValor = role === 'standby' || role === 'arbiter';
  const isNewRole = role !== legion.role;
  const isChanged = isNewRole || (role === 'standby' && written.trim() !== String(legion.valor));
  const isGood = role !== 'standby' || valor !== null;
  const apply = (): void =>
    acting.run(
      () => ask('legion.role', { name, role, ...(role === 'standby' && valor !== null ? { valor } : {}) }),
      () => {
        setDraft(null);
        const word = text(`legionPage.role.${role}`);
        say(text('legionPage.role.done', { name: visible(name, 40), role: word }));
      },
    );
  const note = valorText(role, written, legion.members);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged && isGood) apply();
      }}
    >
      <Line term={text('legionPage.role')}>
        {isChangeable ? (
          <Segments
            label={text('legionPage.role')}
            value={role}
            choices={LEGION_ROLES.map((value) => ({ value, label: text(`legionPage.role.${value}`) }))}
            onChoose={(next) => setDraft({ role: next, valor: written === '0' ? '10' : written })}
          />
        ) : (
          <span className="b5">{text(`legionPage.role.${role}`)}</span>
        )}
      </Line>
      {hasValor && (
        <Line term={text('legionPage.valor')}>
          {isChangeable && role === 'standby' ? (
            <input
              className="you-valor num"
              inputMode="numeric"
              maxLength={5}
              aria-label={text('legionPage.valor')}
              aria-invalid={valor === null || undefined}
              aria-describedby="valor-note"
              value={written}
              onChange={(event) => setDraft({ role, valor: event.target.value })}
            />
          ) : (
            <span className="b5 num">{role === 'arbiter' ? 0 : legion.valor}</span>
          )}
          <span className={valor === null && role === 'standby' ? 'c-lost' : 't3'} id="valor-note">
            {note}
          </span>
        </Line>
      )}
      {isChanged && (
        <div className="you-consequence" role="status">
          <p>{roleWhy(legion, role)}</p>
          <div className="row">
            <EnvWord />
            <span className="sp" />
            <Button look="quiet" disabled={acting.isBusy} onClick={() => setDraft(null)}>
              {text('shell.cancel')}
            </Button>
            <Button type="submit" look="primary" disabled={!isGood || acting.isBusy}>
              {isNewRole
                ? text('legionPage.role.apply', { role: text(`legionPage.role.${role}`) })
                : text('legionPage.role.applyValor', { valor: valor ?? 0 })}
            </Button>
          </div>
        </div>
      )}
      {!isChanged && legion.lowered !== null && (
        <div className="you-consequence">
          <p className="t2">{text(`legionPage.lowered.${legion.lowered}`)}</p>
          {isChangeable && legion.lowered === 'stepped-down' && (
            <div className="row">
              <span className="sp" />
              <Button
                disabled={acting.isBusy}
                onClick={() => acting.run(() => ask('legion.return', { name }))}
              >
                {text('legionPage.return', { valor: legion.valor })}
              </Button>
            </div>
          )}
        </div>
      )}
      <ActError error={acting.error} />
    </form>
  );
}
