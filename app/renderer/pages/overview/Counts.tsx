/** Nodes by state: every count opens exactly what it counted. */
import type { NodeState } from '../../../shared/domain/node-state.js';
import { formatNumber, text } from '../../../shared/i18n/index.js';
import { Spark, StatusMark } from '../../components/index.js';
import { nodesHref } from '../../route.js';
import { isPast, useSession, useShown } from '../../store/session.js';

const STATES: readonly NodeState[] = ['healthy', 'late', 'silent', 'troubled', 'updating', 'unheard'];
const NO_VALUES: readonly number[] = [];

export function Counts({ isNarrow }: { readonly isNarrow: boolean }) {
  const past = useSession(isPast);
  return (
    <div className="counts" role="group" aria-label={text('overview.counts')}>
      {STATES.filter((state) => !(isNarrow && state === 'updating')).map((state) => (
        <Count key={state} state={state} />
      ))}
      <span className="sp" />
      {!past && <Beats />}
    </div>
  );
}

function Count({ state }: { readonly state: NodeState }) {
  const count = useShown((session) => session.summary.counts[state], 0);
  return (
    <a
      className={`k${count === 0 ? ' zero' : ''}${state === 'healthy' ? ' quiet' : ''}`}
      href={nodesHref(`state:${state}`)}
    >
      <StatusMark state={state} {...(count === 0 ? { tone: 'unk' } : {})} />
      <b>{formatNumber(count)}</b>
      {text(`state.${state}`)}
    </a>
  );
}

function Beats() {
  const rate = useShown((session) => Math.round(session.ingest.beatsPerSecond), 0);
  const recent = useShown<readonly number[]>((session) => session.ingest.recent, NO_VALUES);
  return (
    <span className="k">
      <b>{formatNumber(rate)}</b>
      {text('overview.beats')}
      <Spark values={recent} width={88} height={18} />
    </span>
  );
}
