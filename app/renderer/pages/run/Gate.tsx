/** The open gate: what it rests on, line by line, and what can be done. Hold, stop and roll back are in the page's head. */
import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { FINAL_STATES, type ResultCounts, type RunHead } from '../../../shared/domain/change.js';
import { formatClock, formatDelay, formatShare, parts, text, visible } from '../../../shared/i18n/index.js';
import { Button, Icon, ResultMark, Sentence, StatusMark } from '../../components/index.js';
import { useMay } from '../../parts/acting.js';
import { runRows } from '../../store/run.js';
import { usePrefs } from '../../store/prefs.js';
import { ask } from '../../store/connection.js';
import { say } from '../../store/ui.js';
import { AnywayDialog } from './AnywayDialog.js';
import { evidenceOf, gateWave, type Evidence } from '../../parts/run-evidence.js';

type Props = {
  readonly head: RunHead;
  readonly waves: readonly ResultCounts[];
  readonly onRetry: (names: readonly string[]) => void;
};

export function Gate({ head, waves, onRetry }: Props) {
  const at = gateWave(head);
  const wave = at === null ? undefined : head.waves[at - 1];
  const may = useMay();
  const utc = usePrefs((prefs) => prefs.utc);
  const [asking, setAsking] = useState(false);
  if (!wave || wave.wave >= head.waveCount) return null;
  const counts = waves[wave.wave - 1] ?? wave.counts;
  const evidence = evidenceOf(wave, counts, head.waveCount);
  const again = namesToRetry(wave.wave);
  const proceed = (): void => {
    ask('run.continue', { id: head.id }).then(
      () => say(text('run.gate.continued', { next: wave.wave + 1 })),
      (reason: unknown) => say(reason instanceof Error ? reason.message : String(reason)),
    );
  };
  const title = { ...(may.whyNot === null ? {} : { title: may.whyNot }), disabled: may.whyNot !== null };
  return (
    <section className="gate" aria-labelledby="gate-title">
      <div className="gate-evidence">
        <h2 className="h2" id="gate-title">
          {text('run.gate', { wave: wave.wave, next: wave.wave + 1 })}
        </h2>
        <EvidenceLines evidence={evidence} wave={wave.wave} />
      </div>
      <div className="gate-do">
        <p className="t2">
          {sinceText(head, utc)} {moreText(evidence, wave.wave)}
        </p>
        <span className="sp" />
        {may.act && (
          <div className="row gate-buttons">
            {again.length > 0 && (
              <Button {...title} look={evidence.isGood ? 'plain' : 'primary'} onClick={() => onRetry(again)}>
                <Icon of={RotateCw} size={14} />
                {again.length === 1
                  ? text('run.retry.one', { name: visible(again[0] ?? '', 24) })
                  : text('run.retry.some', { count: again.length })}
              </Button>
            )}
            {evidence.isGood ? (
              <Button {...title} look="primary" onClick={proceed}>
                {text('run.gate.continue')}
              </Button>
            ) : (
              <Button {...title} onClick={() => setAsking(true)}>
                {text('run.gate.anyway')}
              </Button>
            )}
          </div>
        )}
      </div>
      {asking && <AnywayDialog head={head} evidence={evidence} onClose={() => setAsking(false)} />}
    </section>
  );
}

const RETRIED = new Set(['failed', 'undeliverable', 'no-answer']);
const namesToRetry = (wave: number): string[] =>
  runRows().flatMap((row) => (row && row.wave === wave && RETRIED.has(row.state) ? row.name : []));

function EvidenceLines(props: { readonly evidence: Evidence; readonly wave: number }) {
  const { evidence, wave } = props;
  const { jitter } = evidence;
  const failed = failedText(wave, evidence.failed);
  return (
    <ul>
      <li>
        <Verdict
          state={evidence.isProven ? 'good' : evidence.mostShare < evidence.needed ? 'bad' : 'short'}
        />
        <span>{text('run.gate.verified')}</span>
        <span className="row gate-meter">
          <span className="meter" aria-hidden="true">
            <i style={{ width: `${Math.floor(evidence.share * 100)}%` }} />
            <em style={{ left: `${evidence.needed * 100}%` }} />
          </span>
          <span className="num t3">
            <Sentence
              parts={parts('run.gate.verified.value', {
                share: formatShare(Math.floor(evidence.share * 100) / 100),
                needed: formatShare(evidence.needed),
              })}
              link={(_, words) => <b className="b6 ink">{words}</b>}
            />
          </span>
        </span>
      </li>
      <li>
        <Verdict state={evidence.regressed === 0 ? 'good' : 'bad'} />
        <span>{text('run.gate.regressed')}</span>
        <span className="t2 num">
          {text('run.gate.regressed.value', { count: evidence.regressed, of: evidence.succeeded })}
        </span>
      </li>
      <li>
        <Verdict state={jitter === null ? 'short' : jitter.isSteady ? 'good' : 'bad'} />
        <span>{text('run.gate.jitter')}</span>
        <span className="t2 num">
          {jitter === null
            ? text('run.gate.jitter.unknown')
            : text('run.gate.jitter.value', {
                before: formatDelay(jitter.before),
                now: formatDelay(jitter.now),
              })}
        </span>
      </li>
      <li>
        <Verdict state={evidence.failed === 0 ? 'good' : 'bad'} />
        <span>{text('run.gate.failed')}</span>
        <span className="t2 el" title={failed}>
          {failed}
        </span>
      </li>
    </ul>
  );
}

function Verdict({ state }: { readonly state: 'good' | 'bad' | 'short' }) {
  return (
    <span className="verdict">
      {state === 'good' ? (
        <ResultMark state="success" />
      ) : state === 'bad' ? (
        <ResultMark state="failed" />
      ) : (
        <StatusMark state="unheard" />
      )}
      <span className="sr">{text(`run.gate.${state}`)}</span>
    </span>
  );
}

/** The failed ones of this wave in their own words: the most common first. */
function failedText(wave: number, count: number): string {
  if (count === 0) return text('run.gate.failed.none');
  const byError = new Map<string, string[]>();
  for (const row of runRows()) {
    if (!row || row.wave !== wave || !RETRIED.has(row.state)) continue;
    const words = row.error ?? (row.why === null ? '' : text(`why.${row.why}`));
    byError.set(words, [...(byError.get(words) ?? []), row.name]);
  }
  const [first] = [...byError].sort((a, b) => b[1].length - a[1].length);
  if (!first || first[0] === '') return text('run.gate.failed.unsaid', { count });
  const [error, names] = first;
  const words =
    names.length === 1
      ? text('run.gate.failed.one', { name: visible(names[0] ?? '', 60), error: visible(error, 200) })
      : text('run.gate.failed.many', { count: names.length, error: visible(error, 200) });
  const more = byError.size - 1;
  return more > 0 ? text('run.gate.failed.more', { words, more }) : words;
}

function sinceText({ hold, stop }: RunHead, utc: boolean): string {
  const at = formatClock(hold?.at ?? 0, { utc });
  if (hold?.why === 'rule')
    return text('run.gate.since.rule', {
      at,
      rule: hold.rule ?? 'failed',
      share: formatShare(stop.failedShare),
    });
  if (hold?.why === 'evidence') return text('run.gate.since.evidence', { at });
  return text(hold?.why === 'ask' ? 'run.gate.since.ask' : 'run.gate.since.other', { at });
}

function moreText(evidence: Evidence, wave: number): string {
  if (evidence.isGood) return '';
  const lost = runRows().flatMap((row) =>
    row &&
    row.wave === wave &&
    FINAL_STATES.has(row.state) &&
    row.state !== 'verified' &&
    row.state !== 'no-change'
      ? row.name
      : [],
  );
  const open = evidence.open > 0 ? text('run.gate.open', { count: evidence.open }) : '';
  if (lost.length === 0 || evidence.mostShare >= evidence.needed) return open;
  return text('run.gate.most', {
    count: lost.length,
    name: visible(lost[0] ?? '', 40),
    share: formatShare(Math.round(evidence.mostShare * 100) / 100),
  });
}
