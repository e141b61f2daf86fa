/**
 * In which waves, when it stops by itself, and how many at a time. Broadcast is a choice of its own, for everybody
 * only, with what it means. Numbers of a wave are of the present targets.
 */
import { Plus, X } from 'lucide-react';
import { useId } from 'react';
import type { WaveSpec } from '../../../shared/domain/change.js';
import { earlyRest, WAVE_PRESETS, waveSizes, type WavePreset } from '../../../shared/domain/waves.js';
import { formatNumber, text, visible } from '../../../shared/i18n/index.js';
import { Button, Icon, IconButton, Options, Segments } from '../../components/index.js';
import { NoteList } from '../../parts/confirm-notes.js';
import type { Change } from './use-change.js';

const PRESETS = ['careful', 'steady', 'once'] as const satisfies readonly WavePreset[];

export function How({ change }: { readonly change: Change }) {
  const { draft, set, check } = change;
  const broadcast = check?.notes.find(({ code }) => code === 'broadcast');
  return (
    <section aria-label={text('change.how')} className="how">
      <h2 className="h2">{text('change.how')}</h2>
      {draft.by === 'all' && (
        <Options<'addressed' | 'broadcast'>
          label={text('change.way')}
          value={draft.isBroadcast ? 'broadcast' : 'addressed'}
          onChoose={(way) => set({ isBroadcast: way === 'broadcast' })}
          options={[
            {
              value: 'addressed',
              label: text('change.way.addressed'),
              why: text('change.way.addressed.why'),
            },
            {
              value: 'broadcast',
              label: text('change.way.broadcast'),
              why: text('change.way.broadcast.why'),
            },
          ]}
        />
      )}
      {draft.isBroadcast && draft.by === 'all' ? (
        <>
          {broadcast && <NoteList notes={[broadcast]} />}
          <Amounts change={change} fields={['deadlineS']} />
        </>
      ) : (
        <>
          <Segments<WavePreset | 'custom'>
            label={text('change.preset')}
            value={draft.preset}
            choices={[...PRESETS, 'custom' as const].map((value) => ({
              value,
              label: text(`change.preset.${value}`),
            }))}
            onChoose={(preset) =>
              set({
                preset,
                ...(preset === 'custom' ? {} : { waves: WAVE_PRESETS[preset].map((one) => ({ ...one })) }),
              })
            }
          />
          <p className="t3 lab">{text(`change.preset.${draft.preset}.why`)}</p>
          <WaveTable change={change} />
          <Amounts change={change} fields={['stopRegressed', 'stopFailed', 'atMost', 'deadlineS']} />
          <Canary change={change} />
        </>
      )}
      <NoteList notes={change.notesOf('how')} />
    </section>
  );
}

function WaveTable({ change }: { readonly change: Change }) {
  const { draft, set, check } = change;
  const total = check?.targets.names.length ?? 0;
  const sizes = waveSizes(draft.waves, total);
  const put = (index: number, part: Partial<WaveSpec>): void =>
    set({
      preset: 'custom',
      waves: draft.waves.map((wave, at) => (at === index ? { ...wave, ...part } : wave)),
    });
  const drop = (index: number): void =>
    set({ preset: 'custom', waves: draft.waves.filter((_, at) => at !== index) });
  const add = (): void => {
    const last = draft.waves.at(-1);
    const fresh: WaveSpec = { size: '10%', begins: 'auto', minVerified: 0.95, watchS: last?.watchS ?? 60 };
    set({ preset: 'custom', waves: [...draft.waves.slice(0, -1), fresh, ...draft.waves.slice(-1)] });
  };
  return (
    <div className="wave-box">
      <table className="plain waves-table">
        <thead>
          <tr>
            <th scope="col">{text('change.wave')}</th>
            <th scope="col">{text('change.wave.size')}</th>
            <th scope="col">{text('change.wave.nodes')}</th>
            <th scope="col">{text('change.wave.begins')}</th>
            <th scope="col">{text('change.wave.goes')}</th>
            <th scope="col">{text('change.wave.watch')}</th>
            <th>
              <span className="sr">{text('change.wave.drop')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {draft.waves.map((wave, index) => {
            const isLast = index === draft.waves.length - 1;
            const isBad =
              change.problems.some((problem) => problem.wave === index) || earlyRest(draft.waves) === index;
            const name = (column: 'size' | 'begins' | 'goes' | 'watch'): string =>
              text('change.wave.field', { column: text(`change.wave.${column}`), wave: index + 1 });
            return (
              <tr key={index} className={sizes[index] === 0 ? 't3' : undefined}>
                <td className="num">{index + 1}</td>
                <td>
                  <input
                    className="mono"
                    aria-label={name('size')}
                    aria-invalid={isBad || undefined}
                    value={wave.size}
                    onChange={(event) => put(index, { size: event.target.value.trim().toLowerCase() })}
                  />
                </td>
                <td className="num">{sizes[index] === 0 ? '–' : formatNumber(sizes[index] ?? 0)}</td>
                <td>
                  {index === 0 ? (
                    <span className="t3">{text('change.wave.first')}</span>
                  ) : (
                    <select
                      aria-label={name('begins')}
                      value={wave.begins}
                      onChange={(event) =>
                        put(index, { begins: event.target.value === 'ask' ? 'ask' : 'auto' })
                      }
                    >
                      <option value="auto">{text('change.wave.auto')}</option>
                      <option value="ask">{text('change.wave.ask')}</option>
                    </select>
                  )}
                </td>
                <td>
                  {isLast ? (
                    <span className="t3">–</span>
                  ) : (
                    <span className="row unit-field">
                      ≥
                      <Whole
                        label={name('goes')}
                        value={Math.round(wave.minVerified * 100)}
                        most={100}
                        onChange={(percent) => put(index, { minVerified: percent / 100 })}
                      />
                      %
                    </span>
                  )}
                </td>
                <td>
                  <span className="row unit-field">
                    <Whole
                      label={name('watch')}
                      value={wave.watchS}
                      most={86_400}
                      onChange={(watchS) => put(index, { watchS })}
                    />
                    s
                  </span>
                </td>
                <td>
                  {draft.waves.length > 1 && (
                    <IconButton
                      icon={X}
                      label={text('change.wave.drop.one', { wave: index + 1 })}
                      onClick={() => drop(index)}
                    />
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {change.problems.some(({ code }) => code === 'wave') && (
        <p className="field-error">{text('change.problem.wave')}</p>
      )}
      {draft.waves.length < 50 && (
        <Button look="quiet" onClick={add}>
          <Icon of={Plus} size={14} />
          {text('change.wave.add')}
        </Button>
      )}
    </div>
  );
}

/** A small whole number; what is no number stays as it was. */
function Whole(props: {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}) {
  return (
    <input
      className="num"
      inputMode="numeric"
      aria-label={props.label}
      value={String(props.value)}
      onChange={(event) => {
        const value = Number(event.target.value.replace(/\D/g, ''));
        if (Number.isFinite(value)) props.onChange(Math.min(props.most, value));
      }}
    />
  );
}

type AmountField = 'stopRegressed' | 'stopFailed' | 'atMost' | 'deadlineS';

function Amounts({ change, fields }: { readonly change: Change; readonly fields: readonly AmountField[] }) {
  const id = useId();
  const { draft, set } = change;
  return (
    <div className="amounts">
      {fields.map((field) => {
        const isBad = change.problems.some((problem) => problem.field === field);
        return (
          <div key={field} className="amount">
            <label htmlFor={`${id}-${field}`}>{text(`change.amount.${field}`)}</label>
            <input
              id={`${id}-${field}`}
              className="num"
              inputMode="numeric"
              aria-invalid={isBad || undefined}
              aria-describedby={isBad ? `${id}-${field}-error` : undefined}
              value={draft[field]}
              onChange={(event) => set({ [field]: event.target.value })}
            />
            <span>{text(`change.amount.${field}.unit`)}</span>
            {isBad && (
              <p className="field-error" id={`${id}-${field}-error`}>
                {text(`change.problem.amount.${field}`)}
              </p>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The node that goes first: chosen, not drawn by lot; another can take its place. */
function Canary({ change }: { readonly change: Change }) {
  const { draft, set, check } = change;
  const id = useId();
  const names = check?.targets.names ?? [];
  const codes = new Set(change.notesOf('how').map(({ code }) => code));
  const isAlone = (check?.waves.length ?? 0) < 2 && !codes.has('canary-alone');
  if (names.length < 2 || isAlone) return null;
  const usual = draft.canary === '' ? check?.canary : null;
  const isUnknown = codes.has('canary-unknown');
  return (
    <div className="field canary">
      <label htmlFor={id}>{text('change.canary')}</label>
      <input
        id={id}
        list={`${id}-names`}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={isUnknown || undefined}
        aria-describedby={`${id}-hint`}
        placeholder={usual ? visible(usual, 60) : ''}
        value={draft.canary}
        onChange={(event) => set({ canary: event.target.value })}
      />
      <datalist id={`${id}-names`}>
        {names.slice(0, 200).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <p className="field-hint" id={`${id}-hint`}>
        {text('change.canary.hint')}
      </p>
    </div>
  );
}
