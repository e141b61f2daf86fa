/** Names of nodes as a list that scrolls, ten thousand as well as one: always the names, never a number alone. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Foreign, StatusMark } from '../components/index.js';
import { useNamedRow } from '../store/roster.js';

const ROW = 24;

export type Named = { readonly name: string; readonly note?: string; readonly isOut?: boolean };

export function NameList({ label, names }: { readonly label: string; readonly names: readonly Named[] }) {
  const box = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: names.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  return (
    <div
      className="name-list"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={label}
      style={{ '--lines': Math.min(8, names.length) } as React.CSSProperties}
    >
      <ul style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, start }) => {
          const one = names[index];
          if (!one) return null;
          return (
            <li key={index} style={{ transform: `translateY(${start}px)`, height: ROW }}>
              <Line {...one} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Line({ name, note, isOut = false }: Named) {
  const row = useNamedRow(name);
  return (
    <>
      <StatusMark state={row?.state ?? 'unheard'} />
      <Foreign className={isOut ? 'el t3' : 'el'} max={44}>
        {name}
      </Foreign>
      {note !== undefined && <span className="t3 lab nw">{note}</span>}
    </>
  );
}
