/** The details panel at the right of any page: one node, beside the list it came from. Its width is kept. */
import { ChevronDown, ChevronUp, Maximize2, X } from 'lucide-react';
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { text, visible } from '../../shared/i18n/index.js';
import { IconButton } from '../components/index.js';
import { NodeView } from '../pages/node/NodeView.js';
import { nodeHref, setParams, useParam } from '../route.js';
import { setPrefs, usePrefs } from '../store/prefs.js';
import { useUi } from '../store/ui.js';
import { useFocusAfterClose } from './use-focus-after-close.js';

const MIN = 360;
const MAX = 560;
const clamp = (width: number): number => Math.round(Math.min(MAX, Math.max(MIN, width)));

export function Peek() {
  const name = useParam('peek');
  const width = usePrefs((prefs) => prefs.peekWidth);
  const order = useUi((ui) => ui.peekOrder);
  useFocusAfterClose(name !== '');
  if (name === '') return null;
  const at = order.indexOf(name);
  const to = (step: number): void => {
    const next = order[at + step];
    if (next !== undefined) setParams({ peek: next });
  };
  return (
    <aside
      className="peek"
      style={{ width: clamp(width) }}
      data-region
      tabIndex={-1}
      aria-label={text('shell.peek', { name: visible(name, 80) })}
    >
      <Grip width={clamp(width)} />
      <NodeView
        name={name}
        isPanel
        actions={
          <>
            <IconButton
              icon={ChevronUp}
              label={text('node.previous')}
              disabled={at <= 0}
              onClick={() => to(-1)}
            />
            <IconButton
              icon={ChevronDown}
              label={text('node.next')}
              disabled={at < 0 || at >= order.length - 1}
              onClick={() => to(1)}
            />
            <IconButton
              icon={Maximize2}
              label={text('node.open')}
              onClick={() => (location.hash = nodeHref(name))}
            />
            <IconButton icon={X} label={text('node.close')} onClick={() => setParams({ peek: null })} />
          </>
        }
      />
    </aside>
  );
}

/** Resizes by dragging or with the arrow keys. */
function Grip({ width }: { readonly width: number }) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const onDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, width };
  };
  const onMove = (event: PointerEvent): void => {
    if (from.current) setPrefs({ peekWidth: clamp(from.current.width + from.current.x - event.clientX) });
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? 16 : event.key === 'ArrowRight' ? -16 : 0;
    if (step === 0) return;
    event.preventDefault();
    setPrefs({ peekWidth: clamp(width + step) });
  };
  return (
    <div
      className="grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={text('peek.resize')}
      aria-valuenow={width}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      tabIndex={0}
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={() => (from.current = null)}
      onKeyDown={onKey}
    />
  );
}
