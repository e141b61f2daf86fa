/** What is sent: keys by form, as JSON, from a file or from an earlier change; and whether the nodes restart after it. */
import { useId, useRef, useState } from 'react';
import { formatMoment, formatNumber, text, visible, whatText } from '../../../shared/i18n/index.js';
import { Button, Field, Menu, MenuHead, MenuItem, Segments } from '../../components/index.js';
import { JsonEditor } from '../../parts/confirm-json.js';
import { NoteList } from '../../parts/confirm-notes.js';
import { ask, useCall } from '../../store/connection.js';
import { takeWhat, type ChangeDraft } from '../../store/change-draft.js';
import { usePrefs } from '../../store/prefs.js';
import { say } from '../../store/ui.js';
import { veil } from '../../store/veil.js';
import { composeRows, rowsOf } from './compose.js';
import { SettingsForm } from './SettingsForm.js';
import type { Change } from './use-change.js';

/** More than that is kept as it is and not shown in a field. */
const MOST_SHOWN = 200_000;
const MOST_READ = 8_000_000;

export function SettingsWhat({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const id = useId();
  const [stays, setStays] = useState<'json' | 'section' | 'number' | null>(null);
  const again = change.problems.filter(({ code }) => code === 'again');
  const notes = change.notesOf('what');
  const fault = change.checked.isBehind ? undefined : notes.find(({ code }) => code === 'json');
  const line = fault?.facts['line'];
  const turn = (mode: ChangeDraft['mode']): void => {
    setStays(null);
    if (mode === draft.mode) return;
    if (mode === 'json') {
      const { text: json } = composeRows(draft.rows);
      return set({ mode, json: json === '{}' ? '' : json });
    }
    const read = rowsOf(draft.json);
    if (read.ok) set({ mode, rows: read.rows });
    else setStays(read.why);
  };
  return (
    <section aria-labelledby={`${id}-what`}>
      <h2 className="sr" id={`${id}-what`}>
        {text('change.step.what')}
      </h2>
      <div className="what-bar">
        <Segments
          label={text('change.mode')}
          value={draft.mode}
          choices={[
            { value: 'form', label: text('change.mode.form') },
            { value: 'json', label: text('change.mode.json') },
          ]}
          onChoose={turn}
        />
        <FromFile onRead={(json, from) => set({ mode: 'json', json, from })} />
        <FromEarlier />
      </div>
      {draft.from !== '' && (
        <p className="t3 lab">{text('change.from', { from: visible(draft.from, 80) })}</p>
      )}
      {stays !== null && (
        <p className="field-error" role="alert">
          {text(`change.stays.${stays}`)}
        </p>
      )}
      {draft.mode === 'form' ? (
        <SettingsForm change={change} />
      ) : draft.json.length > MOST_SHOWN ? (
        <div className="large-file">
          <p>{text('change.large', { bytes: formatNumber(draft.json.length) })}</p>
          <Button onClick={() => set({ json: '', from: '' })}>{text('change.large.remove')}</Button>
        </div>
      ) : (
        <JsonEditor
          label={text('change.json')}
          value={draft.json}
          onChange={(json) => set({ json })}
          rows={14}
          hasLines
          isBad={notes.some(({ severity }) => severity === 'error') || again.length > 0}
          describedBy={`${id}-notes`}
          badLine={typeof line === 'number' ? line : null}
          placeholder={'{\n  "extensions": {\n    "node": { "beat_interval": 10 }\n  }\n}'}
        />
      )}
      <div id={`${id}-notes`} className="what-notes">
        {again.length > 0 && draft.mode === 'json' && (
          <p className="field-error">
            {text('change.problem.again.paths', {
              paths: again
                .slice(0, 8)
                .map(({ path = '' }) => visible(path, 80))
                .join(', '),
            })}
          </p>
        )}
        <NoteList notes={notes.filter(({ code }) => code !== 'restart-loses')} />
      </div>
      <div className="restart">
        <span className="b5">{text('change.restart')}</span>
        <Segments
          label={text('change.restart')}
          value={draft.restart ? 'yes' : 'no'}
          choices={[
            { value: 'no', label: text('change.no') },
            { value: 'yes', label: text('change.yes') },
          ]}
          onChoose={(value) => set({ restart: value === 'yes' })}
        />
        <p className={draft.restart ? 'lab' : 't3 lab'}>
          {text(draft.restart ? 'check.restart-loses' : 'change.restart.no')}
        </p>
      </div>
    </section>
  );
}

function FromFile({ onRead }: { readonly onRead: (veiled: string, name: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (file.size > MOST_READ) return say(text('change.file.large', { bytes: formatNumber(MOST_READ) }));
    onRead(veil(await file.text()), file.name);
  };
  return (
    <>
      <Button look="quiet" onClick={() => input.current?.click()}>
        {text('change.file')}
      </Button>
      <input
        ref={input}
        hidden
        type="file"
        accept=".json,application/json"
        aria-label={text('change.file')}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = '';
          void read(chosen);
        }}
      />
    </>
  );
}

function FromEarlier() {
  const [isOpen, setOpen] = useState(false);
  const utc = usePrefs((prefs) => prefs.utc);
  const { data } = useCall('run.list', isOpen ? { limit: 100 } : null);
  const runs = (data?.runs ?? [])
    .filter(({ what }) => what.kind === 'settings' && what.settings !== '')
    .slice(0, 30);
  const take = (id: string, from: string): void =>
    void ask('run.input', { id }).then(
      ({ what }) => takeWhat(what, from),
      () => say(text('change.earlier.failed')),
    );
  return (
    <Menu align="start" onOpen={setOpen} trigger={<Button look="quiet">{text('change.earlier')}</Button>}>
      <MenuHead>{text(runs.length === 0 ? 'change.earlier.none' : 'change.earlier.head')}</MenuHead>
      {runs.map((run) => (
        <MenuItem key={run.id} onSelect={() => take(run.id, whatText(run.what))}>
          <span className="el">{whatText(run.what)}</span>
          <span className="sp" />
          <span className="t3 lab">{formatMoment(run.createdAt, utc).slice(0, 16)}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}

/** A plain field and its suggestions. */
export function Suggested(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
  readonly error?: string | null;
  readonly hint?: string;
  readonly placeholder?: string;
}) {
  const { options, id, onChange, hint, placeholder, error = null, ...rest } = props;
  return (
    <>
      <Field
        {...rest}
        error={error}
        {...(hint === undefined ? {} : { hint })}
        {...(placeholder === undefined ? {} : { placeholder })}
        list={id}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={id}>
        {options.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </>
  );
}
