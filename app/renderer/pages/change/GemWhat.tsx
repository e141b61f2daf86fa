/** Which extension, which version of it, and whether nodes load it at once. Versions pushed before are offered. */
import { useId, useMemo } from 'react';
import { checkText, text } from '../../../shared/i18n/index.js';
import { Check, Segments } from '../../components/index.js';
import { NoteList } from '../../parts/confirm-notes.js';
import { useCall } from '../../store/connection.js';
import { Suggested } from './SettingsWhat.js';
import type { Change } from './use-change.js';

/** Said at their fields already. */
const SAID_ABOVE: ReadonlySet<string> = new Set([
  'gem-name',
  'gem-version',
  'gem-newest',
  'gem-not-reloaded',
]);

export function GemWhat({ change }: { readonly change: Change }) {
  const { draft, set } = change;
  const id = useId();
  const { data } = useCall('run.list', { limit: 200 });
  const before = useMemo(
    () => (data?.runs ?? []).flatMap(({ what }) => (what.kind === 'gem' ? [what] : [])),
    [data],
  );
  const bare = draft.extension.trim().replace(/^lex-/, '');
  const versions = before
    .filter(({ extension }) => extension === `lex-${bare}`)
    .map(({ version }) => version);
  const isTried = change.isTried('what');
  const notes = change.notesOf('what');
  /** What is missing once somebody wanted to go on; what is wrong as soon as it stands there. */
  const errorOf = (code: 'extension' | 'version', typed: string): string | null => {
    if (isTried && change.problems.some((problem) => problem.code === code))
      return text(`change.problem.${code}`);
    const note = notes.find((one) => one.code === (code === 'extension' ? 'gem-name' : 'gem-version'));
    return note && typed.trim() !== '' ? checkText(note) : null;
  };
  return (
    <section aria-label={text('change.step.what')} className="gem-what">
      <Suggested
        id={`${id}-extension`}
        label={text('change.gem.extension')}
        hint={text('change.gem.extension.hint')}
        placeholder="lex-http"
        value={draft.extension}
        options={[...new Set(before.map(({ extension }) => extension))]}
        error={errorOf('extension', bare)}
        onChange={(extension) => set({ extension })}
      />
      <div className="gem-version">
        <span className="b5">{text('change.gem.version')}</span>
        <Segments
          label={text('change.gem.version')}
          value={draft.isPinned ? 'pinned' : 'newest'}
          choices={[
            { value: 'pinned', label: text('change.gem.pinned') },
            { value: 'newest', label: text('change.gem.newest') },
          ]}
          onChoose={(value) => set({ isPinned: value === 'pinned' })}
        />
        {draft.isPinned ? (
          <Suggested
            id={`${id}-version`}
            label={text('change.gem.number')}
            placeholder="0.9.1"
            value={draft.version}
            options={[...new Set(versions.filter((version) => version !== null))]}
            error={errorOf('version', draft.version)}
            onChange={(version) => set({ version })}
          />
        ) : (
          <p className="t2">{text('change.gem.newest.why')}</p>
        )}
      </div>
      <div>
        <Check
          label={text('change.gem.reload')}
          checked={draft.reload}
          onChange={(reload) => set({ reload })}
        />
        <p className="t3 lab">{text(draft.reload ? 'change.gem.reload.yes' : 'check.gem-not-reloaded')}</p>
      </div>
      <NoteList notes={notes.filter(({ code }) => !SAID_ABOVE.has(code))} />
    </section>
  );
}
