/**
 * The waves of a run side by side: what each is, one cell per node, and the gates on the seams between them. The cell
 * under the pointer is named in the wave's own line; all of it stands in the table as well.
 */
import { Check, Hand } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import {
  RESULT_STATES,
  type ResultCounts,
  type RunHead,
  type RunWave,
} from '../../../shared/domain/change.js';
import { formatDuration, formatShare, text, visible } from '../../../shared/i18n/index.js';
import { Icon, PauseIcon, ResultMark, StatusMark } from '../../components/index.js';
import { useSize } from '../../parts/use-size.js';
import { setParams, useParam } from '../../route.js';
import { onRunFrame, runRows, targetAt } from '../../store/run.js';
import { isOpenRun, proven, worstOf } from '../../store/runs.js';
import { gateWave } from '../../parts/run-evidence.js';
import { cellAt, layoutWaves, type WaveLayout } from './wave-layout.js';
import { createWavePainter, readPalette } from './wave-paint.js';

/** px; what is said of a wave that is narrower may take two lines. */
const ONE_LINE = 280;

type Props = { readonly head: RunHead; readonly waves: readonly ResultCounts[] };

export function Waves({ head, waves }: Props) {
  const strip = useRef<HTMLOListElement>(null);
  const { width } = useSize(strip);
  const sizes = head.waves.map((wave) => wave.size).join();
  const layouts = useMemo(() => layoutWaves(sizes.split(',').map(Number), width), [sizes, width]);
  const firsts = useMemo(() => {
    let next = 0;
    return sizes.split(',').map((size) => {
      const first = next;
      next += Number(size);
      return first;
    });
  }, [sizes]);
  const per = Math.max(1, ...layouts.map((layout) => layout.per));
  const isTight = layouts.length > 1 && layouts.some((layout) => layout.width < ONE_LINE);
  return (
    <section className="waves-part" aria-label={text('run.waves')}>
      <ol
        className="waves"
        ref={strip}
        data-tight={isTight || undefined}
        style={{
          gridTemplateColumns: layouts
            .map((layout, i) =>
              i === layouts.length - 1 ? `minmax(${layout.width}px, 1fr)` : `${layout.width}px`,
            )
            .join(' '),
        }}
      >
        {head.waves.map((wave, i) => {
          const layout = layouts[i];
          const counts = waves[i] ?? wave.counts;
          return (
            <Wave
              key={wave.wave}
              head={head}
              wave={wave}
              counts={counts}
              first={firsts[i] ?? 0}
              layout={layout && width > 0 ? layout : null}
            />
          );
        })}
      </ol>
      {per > 1 && <p className="cap t3">{text('run.wave.several', { count: per })}</p>}
    </section>
  );
}

function Wave(props: {
  readonly head: RunHead;
  readonly wave: RunWave;
  readonly counts: ResultCounts;
  readonly first: number;
  readonly layout: WaveLayout | null;
}) {
  const { head, wave, counts, first, layout } = props;
  const isLast = wave.wave === head.waveCount;
  const only = useParam('wave') === String(wave.wave);
  const isOne = head.waveCount === 1;
  const [over, setOver] = useState(-1);
  const pointed = over < 0 ? undefined : targetAt(over);
  return (
    <li className="wave" data-begun={wave.beganAt !== null || undefined}>
      <button
        type="button"
        className="wave-head"
        disabled={isOne}
        aria-pressed={isOne ? undefined : only}
        title={isOne ? undefined : text(only ? 'run.wave.every' : 'run.wave.only', { wave: wave.wave })}
        onClick={() => setParams({ wave: only ? null : String(wave.wave) })}
      >
        <b className="b6">{isOne ? text('run.wave.all') : text('run.wave', { wave: wave.wave })}</b>
        <WaveMark wave={wave} counts={counts} isOver={!isOpenRun(head)} />
        <span className="t3">{sizeText(head, wave)}</span>
      </button>
      <p className="wave-say" data-over={pointed && true}>
        <span>{waveText(head, wave, counts)}</span>
        {pointed && (
          <span className="el">
            <b className="b5">{visible(pointed.name, 60)}</b> {text(`result.${pointed.state}`)}
          </span>
        )}
      </p>
      {layout && (
        <Cells
          size={wave.size}
          first={first}
          layout={layout}
          onPoint={setOver}
          onPick={(index) => {
            const name = targetAt(index)?.name;
            if (name !== undefined) setParams({ peek: name });
          }}
        />
      )}
      {!isLast && <Gate head={head} wave={wave} />}
    </li>
  );
}

/** What went wrong on one node is not made good by all the others. */
function WaveMark(props: {
  readonly wave: RunWave;
  readonly counts: ResultCounts;
  readonly isOver: boolean;
}) {
  const { wave, counts, isOver } = props;
  if (wave.beganAt === null) return null;
  if (proven(counts) === wave.size) return <ResultMark state="verified" />;
  if (wave.state !== 'passed' && wave.state !== 'stopped' && !isOver) return <StatusMark state="updating" />;
  const worst = worstOf(counts);
  // What was stopped on its way is neither well nor wrong.
  if (worst || wave.state === 'stopped') return worst && <ResultMark state={worst} />;
  const isWell = proven(counts) + counts.success > 0;
  const rest = isWell ? 'success' : RESULT_STATES.find((state) => counts[state] > 0);
  return <ResultMark state={rest ?? 'success'} />;
}

function sizeText(head: RunHead, wave: RunWave): string {
  const count = wave.size;
  if (head.waveCount === 1) return text('run.wave.size', { count });
  if (wave.wave === 1 && count === 1 && head.canary !== null) return text('run.wave.canary', { count });
  if (wave.wave === head.waveCount) return text('run.wave.rest', { count });
  return text('run.wave.share', {
    count,
    share: formatShare(Math.round((count / Math.max(1, head.total)) * 100) / 100),
  });
}

function waveText(head: RunHead, wave: RunWave, counts: ResultCounts): string {
  const good = proven(counts);
  const isOver = head.state === 'done' || head.state === 'stopped';
  const isUntouched = counts.skipped === wave.size || wave.state === 'queued';
  if (isUntouched && (wave.state === 'stopped' || isOver)) return text('run.wave.skipped');
  if (wave.state === 'queued') {
    const before = head.waves[wave.wave - 2];
    if (wave.begins === 'ask') return text('run.wave.ask');
    return before && before.minVerified > 0
      ? text('run.wave.auto', { share: formatShare(before.minVerified) })
      : text('run.wave.next');
  }
  if (wave.state === 'passed' && counts.sent === 0 && counts.success === 0) {
    const watched = { watch: formatDuration(wave.watchS * 1000), isWatched: wave.watchS > 0 ? 'yes' : 'no' };
    return good === wave.size
      ? text('run.wave.passed', watched)
      : text('run.wave.passedSome', { good, size: wave.size, ...watched });
  }
  const bad = counts.failed + counts.regressed + counts.undeliverable + counts['no-answer'];
  return text('run.wave.counts', {
    good,
    bad,
    success: counts.success,
    sent: counts.sent,
    queued: counts.queued,
  });
}

/** Sits on the seam: a tick once passed, a solid disc while it holds, a hand where it will ask. */
function Gate({ head, wave }: { readonly head: RunHead; readonly wave: RunWave }) {
  const next = head.waves[wave.wave];
  const isHere = gateWave(head) === wave.wave;
  const isPassed = next !== undefined && next.beganAt !== null;
  const kind = isPassed ? 'passed' : isHere ? 'here' : next?.begins === 'ask' ? 'ask' : 'auto';
  const label = text(`run.gate.${kind}`, { wave: wave.wave });
  return (
    <span className={`seam ${kind}`} role="img" aria-label={label} title={label}>
      {kind === 'passed' && <Icon of={Check} size={12} />}
      {kind === 'here' && <Icon of={PauseIcon} size={12} />}
      {kind === 'ask' && <Icon of={Hand} size={12} />}
      {kind === 'auto' && <i />}
    </span>
  );
}

function Cells(props: {
  readonly size: number;
  readonly first: number;
  readonly layout: WaveLayout;
  readonly onPoint: (index: number) => void;
  readonly onPick: (index: number) => void;
}) {
  const { size, first, layout, onPoint, onPick } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const painter = createWavePainter(element);
    const reset = (): void => painter.reset(layout, first, size, readPalette(element), runRows());
    // Ten thousand cells are a frame of their own.
    const frame = requestAnimationFrame(reset);
    const themes = new MutationObserver(reset);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const stop = onRunFrame((touched) => painter.paint(touched, runRows()));
    return () => {
      cancelAnimationFrame(frame);
      stop();
      themes.disconnect();
    };
  }, [size, first, layout]);
  const at = (event: PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const cell = cellAt(event.clientX - box.left, event.clientY - box.top, size, layout);
    return cell < 0 ? -1 : first + cell * layout.per;
  };
  return (
    <canvas
      ref={canvas}
      className="cells"
      aria-hidden="true"
      onPointerMove={(event) => onPoint(at(event))}
      onPointerLeave={() => onPoint(-1)}
      onPointerDown={(event) => {
        const index = at(event);
        if (index >= 0) onPick(index);
      }}
    />
  );
}
