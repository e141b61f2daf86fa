/** What the draft comes to, always in view: what, to whom, in which waves, and how much of it could be taken back. */
import { formatDuration, formatNumber, text, visible, whatText } from '../../../shared/i18n/index.js';
import type { ChangeCheck } from '../../../shared/domain/change.js';
import { EnvWord } from '../../parts/acting.js';
import { rollbackText } from '../../parts/confirm.js';
import { useShown } from '../../store/session.js';
import type { Change } from './use-change.js';

export function Summary({ change }: { readonly change: Change }) {
  const { check, checked } = change;
  return (
    // It scrolls where the window is low: by keys as well.
    <aside
      className="change-summary"
      tabIndex={0}
      aria-label={text('change.summary')}
      aria-busy={checked.isBehind}
    >
      <div className="row">
        <h2 className="h2">{text('change.summary')}</h2>
        <span className="sp" />
        <EnvWord />
      </div>
      {check ? (
        <Facts check={check} change={change} />
      ) : (
        <p className="t3">{text(checked.error ? 'change.summary.failed' : 'change.summary.none')}</p>
      )}
    </aside>
  );
}

function Facts({ check, change }: { readonly check: ChangeCheck; readonly change: Change }) {
  const total = useShown((session) => session.summary.total, 0);
  const { targets, what, waves } = check;
  const isBroadcast = change.input.how?.mode === 'broadcast';
  const lines: [string, string][] = [];
  const add = (fact: 'what' | 'where' | 'out' | 'how' | 'back' | 'time' | 'confirm', value: string): void =>
    void (value !== '' && lines.push([text(`change.summary.${fact}`), value]));
  if (what?.kind === 'settings') {
    const keys = { keys: what.keys.length, masked: what.masked.length, restart: String(what.restart) };
    add('what', text('change.summary.settings', keys));
  } else if (what)
    add('what', text('change.summary.gem', { what: whatText(what), reload: String(what.reload) }));
  add('where', text('change.summary.nodes', { count: targets.names.length, total }));
  add('out', outText(check));
  if (isBroadcast) add('how', text('change.summary.broadcast'));
  else if (targets.names.length > 0)
    add(
      'how',
      text('change.summary.waves', {
        count: waves.length,
        sizes: waves.map(({ size }) => formatNumber(size)).join(' · '),
        atMost: check.atMost,
        canary: check.canary === null || waves.length < 2 ? 'none' : visible(check.canary, 40),
      }),
    );
  add('time', text('change.summary.deadline', { time: formatDuration(check.deadlineS * 1000) }));
  if (what && check.rollback.of > 0 && check.diff.length > 0) add('back', rollbackText(check.rollback));
  if (change.isReady) {
    const { level, approval } = check.confirm;
    add('confirm', text(`change.confirm.${level}`) + (approval ? ` ${text('confirm.approval')}` : ''));
  }
  return (
    <dl>
      {lines.map(([fact, value]) => (
        <div key={fact}>
          <dt className="t3 lab">{fact}</dt>
          <dd className="wrap">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function outText({ targets }: ChangeCheck): string {
  const count = (why: 'self' | 'silent' | 'left'): number =>
    targets.excluded.filter((one) => one.why === why).length;
  const parts = [
    count('self') > 0 ? text('change.out.self') : '',
    count('silent') > 0 ? text('change.out.silent', { count: count('silent') }) : '',
    count('left') > 0 ? text('change.out.left', { count: count('left') }) : '',
    targets.lords.length > 0 ? text('change.out.lords', { count: targets.lords.length }) : '',
  ];
  return parts.filter(Boolean).join(', ');
}
