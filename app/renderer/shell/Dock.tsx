/**
 * Changes under way, across all pages: one line each, three at most. It opens them and does nothing else. In a low
 * window it folds into the status strip; on the page of the only open run it would say everything twice.
 */
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { text } from '../../shared/i18n/index.js';
import type { RunSummary } from '../../shared/domain/change.js';
import { Icon, StatusMark } from '../components/index.js';
import { useHeight } from '../parts/use-size.js';
import { href, runHref, runOf, usePath } from '../route.js';
import { useSession } from '../store/session.js';
import { dockLine } from './dock-line.js';

const SHOWN = 3;
export const FOLDED_BELOW = 640;
const NONE: readonly RunSummary[] = [];

/** Open runs but the one in view. */
export function useDocked(): readonly RunSummary[] {
  const [path] = usePath();
  const inView = runOf(path);
  const open = useSession((state) => state.live?.changes.open ?? NONE);
  return open.filter(({ id }) => id !== inView);
}

export function Dock() {
  const open = useDocked();
  const isLow = useHeight() < FOLDED_BELOW;
  if (open.length === 0 || isLow) return null;
  return (
    <section className="dock" data-region tabIndex={-1} aria-label={text('dock.label')}>
      <ul>
        {open.slice(0, SHOWN).map((run, i) => (
          <Line key={run.id} run={run}>
            {i === SHOWN - 1 && open.length > SHOWN && (
              <a className="verb" href={href('/changes', { state: 'open' })}>
                {text('dock.more', { count: open.length - SHOWN })}
              </a>
            )}
          </Line>
        ))}
      </ul>
    </section>
  );
}

function Line({ run, children }: { readonly run: RunSummary; readonly children: ReactNode }) {
  const { name, wave, verified, bad, waits } = dockLine(run);
  return (
    <li>
      <StatusMark state={run.state === 'held' ? 'late' : run.state === 'waiting' ? 'unheard' : 'updating'} />
      <span className="b5 el">{name}</span>
      <span className="dock-parts num">
        {wave !== '' && <span className="t2">{wave}</span>}
        <span className="t2">{verified}</span>
        {bad !== '' && <span className="c-lost b5">{bad}</span>}
        {waits !== '' && <span className="t2">{waits}</span>}
      </span>
      <span className="sp" />
      {children}
      <a className="verb" href={runHref(run.id)} aria-label={`${text('dock.open')}: ${name}`}>
        {text('dock.open')}
        <Icon of={ArrowRight} size={14} />
      </a>
    </li>
  );
}

/** The same in the strip of a low window: what needs somebody first, the rest counted. */
export function DockParts() {
  const open = useDocked();
  const isLow = useHeight() < FOLDED_BELOW;
  if (!isLow || open.length === 0) return null;
  const urgent = open.find(({ state }) => state === 'held') ?? open[0];
  if (!urgent) return null;
  const { name, waits, verified } = dockLine(urgent);
  return (
    <>
      <a className="part" href={runHref(urgent.id)}>
        <b>{text('dock.strip', { name, state: waits === '' ? verified : waits })}</b>
      </a>
      {open.length > 1 && (
        <a className="part" href={href('/changes', { state: 'open' })}>
          {text('dock.more', { count: open.length - 1 })}
        </a>
      )}
    </>
  );
}
