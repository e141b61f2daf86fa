/** Menus, popovers and dialogs: radix for focus and ARIA, our looks. */
import { Check } from 'lucide-react';
import { Dialog as RadixDialog, DropdownMenu, Popover as RadixPopover } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import { text } from '../../shared/i18n/index.js';
import { Icon } from './Button.js';

type MenuProps = {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
  readonly onOpen?: (open: boolean) => void;
};

/** It hangs beside the window's landmarks, so it brings one of its own. */
export function Menu({ trigger, children, align = 'end', onOpen }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <div role="region" aria-label={text('shell.menu')}>
          <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
            {children}
          </DropdownMenu.Content>
        </div>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ItemProps = { readonly onSelect: () => void; readonly disabled?: boolean; readonly children: ReactNode };

export const MenuItem = ({ onSelect, disabled = false, children }: ItemProps) => (
  <DropdownMenu.Item disabled={disabled} onSelect={onSelect}>
    {children}
  </DropdownMenu.Item>
);

export const MenuHead = ({ children }: { readonly children: ReactNode }) => (
  <DropdownMenu.Label className="menu-head">{children}</DropdownMenu.Label>
);
export const MenuLine = () => (
  <DropdownMenu.Separator asChild>
    <hr />
  </DropdownMenu.Separator>
);

/** One of a few; the chosen one is ticked. */
export function MenuChoice<T extends string>(props: {
  readonly value: T;
  readonly choices: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
}) {
  return (
    <DropdownMenu.RadioGroup value={props.value} onValueChange={(value) => props.onChoose(value as T)}>
      {props.choices.map(({ value, label }) => (
        <DropdownMenu.RadioItem key={value} value={value}>
          <span className="tick">{value === props.value && <Icon of={Check} />}</span>
          {label}
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

/** On or off; the menu stays open. */
export function MenuCheck(props: {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <DropdownMenu.CheckboxItem
      checked={props.checked}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="tick">{props.checked && <Icon of={Check} />}</span>
      {props.children}
    </DropdownMenu.CheckboxItem>
  );
}

export function Popover(props: {
  readonly trigger: ReactNode;
  readonly label: string;
  readonly children: ReactNode;
  readonly side?: 'top' | 'bottom';
  readonly align?: 'start' | 'center' | 'end';
}) {
  return (
    <RadixPopover.Root>
      <RadixPopover.Trigger asChild>{props.trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          className="pop"
          side={props.side ?? 'bottom'}
          align={props.align ?? 'start'}
          sideOffset={6}
          collisionPadding={8}
          aria-label={props.label}
        >
          {props.children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

type DialogProps = {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly className?: string;
};

/** A button that is disabled while something is asked for has lost the focus by the time that its dialog opens. */
let lastFocused: EventTarget | null = null;
// Where components are only looked at, there is no document.
if (typeof document !== 'undefined')
  document.addEventListener('focusin', ({ target }) => (lastFocused = target));
const hasFocus = (): EventTarget | null =>
  document.activeElement === document.body ? lastFocused : document.activeElement;

/**
 * Radix gives the focus back to a dialog's trigger; ours are opened by keys and commands and have none. For a component
 * that is mounted with its dialog: what had the focus then, before a field of the dialog took it, gets it back.
 */
export function useReturnFocus() {
  const [opener] = useState(hasFocus);
  return (event: Event): void => {
    event.preventDefault();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  };
}

/** Traps focus, closes with Esc, gives focus back. The buttons are the caller's, in `.foot`. */
export const Dialog = ({ open, onOpen, ...content }: DialogProps) => (
  <RadixDialog.Root open={open} onOpenChange={onOpen}>
    <RadixDialog.Portal>
      <RadixDialog.Overlay className="scrim" />
      <DialogContent {...content} />
    </RadixDialog.Portal>
  </RadixDialog.Root>
);

function DialogContent({ title, children, className = '' }: Omit<DialogProps, 'open' | 'onOpen'>) {
  const giveBack = useReturnFocus();
  return (
    <RadixDialog.Content
      className={`dialog ${className}`.trim()}
      aria-describedby={undefined}
      onCloseAutoFocus={giveBack}
    >
      <RadixDialog.Title asChild>
        <h2>{title}</h2>
      </RadixDialog.Title>
      {children}
    </RadixDialog.Content>
  );
}
