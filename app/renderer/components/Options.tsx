/** A few ways to decide, each with a line about what it means: native radios, so that arrows and readers know them. */
import { useId, type ReactNode } from 'react';

export type Option<T extends string> = {
  readonly value: T;
  readonly label: string;
  readonly why?: string;
  /** What belongs to this choice, shown beneath it while it is chosen. */
  readonly more?: ReactNode;
};

export function Options<T extends string>(props: {
  readonly label: string;
  readonly value: T | null;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
  readonly isCompact?: boolean;
}) {
  const id = useId();
  return (
    <div role="radiogroup" aria-label={props.label} className={props.isCompact ? 'opts compact' : 'opts'}>
      {props.options.map(({ value, label, why, more }) => {
        const isOn = value === props.value;
        return (
          <div key={value} className={isOn ? 'opt on' : 'opt'}>
            <label>
              <input
                type="radio"
                name={id}
                value={value}
                checked={isOn}
                aria-labelledby={`${id}-${value}-name`}
                aria-describedby={why === undefined ? undefined : `${id}-${value}`}
                onChange={() => props.onChoose(value)}
              />
              <span>
                <span className={isOn ? 'b6' : 'b5'} id={`${id}-${value}-name`}>
                  {label}
                </span>
                {why !== undefined && (
                  <span className="t2 opt-why" id={`${id}-${value}`}>
                    {why}
                  </span>
                )}
              </span>
            </label>
            {isOn && more !== undefined && <div className="opt-more">{more}</div>}
          </div>
        );
      })}
    </div>
  );
}
