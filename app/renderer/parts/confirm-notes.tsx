/** What a rehearsal found: what stands against sending first, then what to think of, then what is good to know. */
import { CircleAlert, Info, TriangleAlert, type LucideIcon } from 'lucide-react';
import { ChangeErrorDetails, type CheckNote } from '../../shared/domain/change.js';
import type { AppError } from '../../shared/errors/app-error.js';
import { checkText, text, visible } from '../../shared/i18n/index.js';
import { Icon } from '../components/index.js';
import { ActError } from './acting.js';

const ORDER = ['error', 'warning', 'note'] as const;
const LOOKS: Readonly<Record<CheckNote['severity'], readonly [LucideIcon, string]>> = {
  error: [CircleAlert, 'c-lost'],
  warning: [TriangleAlert, 'c-late'],
  note: [Info, 't3'],
};

/** `id`: what a field names in `aria-describedby`. */
export function NoteList({ notes, id }: { readonly notes: readonly CheckNote[]; readonly id?: string }) {
  if (notes.length === 0) return null;
  const sorted = ORDER.flatMap((severity) => notes.filter((note) => note.severity === severity));
  return (
    <ul className="check-notes" id={id} aria-label={text('confirm.notes')}>
      {sorted.map((note, index) => {
        const [icon, tone] = LOOKS[note.severity];
        return (
          <li key={index} data-severity={note.severity}>
            <span className={tone}>
              <Icon of={icon} size={14} />
            </span>
            <span>
              <span className="sr">{text(`confirm.note.${note.severity}`)}</span> {checkText(note)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** Why the node did not send: its sentence, and whatever it named, in place. */
export function SendError({ error }: { readonly error: AppError | null }) {
  if (error === null) return null;
  const { notes, names } = ChangeErrorDetails.parse(error.details);
  return (
    <div className="send-error">
      <ActError error={error} />
      <NoteList notes={notes} />
      {error.code === 'TARGETS_UNKNOWN' && names.length > 5 && (
        <p className="t2 lab wrap">
          {names
            .slice(0, 50)
            .map((name) => visible(name, 80))
            .join(', ')}
        </p>
      )}
    </div>
  );
}
