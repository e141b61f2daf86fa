/** On or off at once: a native checkbox that is announced as a switch. */
export function Switch(props: {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
  /** The words beside it; without, the label is only said. */
  readonly words?: string;
}) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        className="sw"
        aria-label={props.label}
        checked={props.checked}
        disabled={props.disabled ?? false}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      {props.words}
    </label>
  );
}
