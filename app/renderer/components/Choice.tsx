/** One of a few, side by side; arrow keys move, as in any radio group. Also tabs. */
import { Tabs as RadixTabs, ToggleGroup } from 'radix-ui';
import type { ReactNode } from 'react';

export function Segments<T extends string>(props: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
  readonly large?: boolean;
}) {
  return (
    <ToggleGroup.Root
      type="single"
      className={props.large ? 'seg large' : 'seg'}
      aria-label={props.label}
      value={props.value}
      onValueChange={(value) => value !== '' && props.onChoose(value as T)}
    >
      {props.choices.map(({ value, label }) => (
        <ToggleGroup.Item key={value} value={value} className="num">
          {label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

export type Tab = { readonly id: string; readonly label: string; readonly body: ReactNode };

export function Tabs(props: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
  readonly className?: string;
}) {
  return (
    <RadixTabs.Root value={props.value} onValueChange={props.onChoose} className={props.className ?? ''}>
      <RadixTabs.List className="tabs" aria-label={props.label}>
        {props.tabs.map(({ id, label }) => (
          <RadixTabs.Trigger key={id} value={id}>
            {label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {props.tabs.map(({ id, body }) => (
        <RadixTabs.Content key={id} value={id} className="tab-body">
          {body}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}
