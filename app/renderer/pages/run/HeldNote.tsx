/** Why a run is held for a reason outside of it: our link, our own start, our disk; and who differs since. */
import { CircleAlert } from 'lucide-react';
import type { RunHead } from '../../../shared/domain/change.js';
import { formatClock, text, visible } from '../../../shared/i18n/index.js';
import { Icon } from '../../components/index.js';
import { usePrefs } from '../../store/prefs.js';
import { runRows, useRun } from '../../store/run.js';

const NAMED = 4;

export function HeldNote({ head }: { readonly head: RunHead }) {
  const utc = usePrefs((prefs) => prefs.utc);
  const unsure = useRun((state) => (state.frame > 0 ? runRows().filter((row) => row?.unsure).length : 0));
  const { hold, differ } = head;
  if (head.state !== 'held' || !hold) return null;
  if (hold.why !== 'link' && hold.why !== 'restart' && hold.why !== 'journal') return null;
  const first = differ
    .slice(0, NAMED)
    .map((name) => visible(name, 40))
    .join(', ');
  const names =
    differ.length > NAMED ? text('run.held.more', { names: first, more: differ.length - NAMED }) : first;
  return (
    <section className="held-note" aria-label={text('run.held.label')}>
      <span className="c-late">
        <Icon of={CircleAlert} />
      </span>
      <p>
        {text(`run.held.${hold.why}`, {
          at: formatClock(hold.at, { utc }),
          count: differ.length,
          names,
          unsure,
        })}
      </p>
    </section>
  );
}
