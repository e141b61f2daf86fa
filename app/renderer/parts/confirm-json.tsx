/**
 * A text field for JSON with line numbers. While it has the focus it shows what is typed; afterwards secret-looking
 * values are masked in it for good. Only the masked text leaves this part.
 */
import { useEffect, useId, useRef, useState } from 'react';
import { veil } from '../store/veil.js';

type Props = {
  readonly label: string;
  /** Masked. */
  readonly value: string;
  readonly onChange: (masked: string) => void;
  /** Keys under which this text stands. */
  readonly above?: readonly string[];
  readonly rows: number;
  readonly isBad?: boolean;
  /** Ids of what explains it. */
  readonly describedBy?: string | undefined;
  readonly badLine?: number | null;
  readonly hasLines?: boolean;
  readonly placeholder?: string;
};

const PAUSE_MS = 400;

export function JsonEditor(props: Props) {
  const id = useId();
  const gutter = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const hand = (raw: string): void => {
    clearTimeout(pending.current);
    const masked = veil(raw, props.above);
    if (masked !== props.value) props.onChange(masked);
  };
  useEffect(() => () => clearTimeout(pending.current), []);
  const shown = typed ?? props.value;
  const lines = props.hasLines ? shown.split('\n').length : 0;
  return (
    <div className={props.hasLines ? 'json-editor lined' : 'json-editor'}>
      {props.hasLines && (
        <div className="gutter mono" ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => (
            <span key={index} className={props.badLine === index + 1 ? 'bad' : undefined}>
              {index + 1}
            </span>
          ))}
        </div>
      )}
      <textarea
        id={id}
        className="mono"
        aria-label={props.label}
        aria-invalid={props.isBad === true ? true : undefined}
        aria-describedby={props.describedBy}
        rows={props.rows}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        placeholder={props.placeholder}
        value={shown}
        onFocus={() => setTyped(props.value)}
        onBlur={() => {
          if (typed !== null) hand(typed);
          setTyped(null);
        }}
        onChange={(event) => {
          const raw = event.target.value;
          setTyped(raw);
          clearTimeout(pending.current);
          pending.current = setTimeout(() => hand(raw), PAUSE_MS);
        }}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
