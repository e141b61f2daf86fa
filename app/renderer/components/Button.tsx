/** Buttons of three weights, icon buttons that always have a name, and keys as they are printed. */
import { createLucideIcon, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

type ButtonProps = ComponentProps<'button'> & {
  readonly look?: 'plain' | 'quiet' | 'primary';
  readonly large?: boolean;
};

export function Button({
  look = 'plain',
  large = false,
  className = '',
  type = 'button',
  ...rest
}: ButtonProps) {
  const looks = `btn${look === 'plain' ? '' : ` ${look}`}${large ? ' large' : ''}`;
  return <button {...rest} type={type} className={`${looks} ${className}`.trim()} />;
}

type IconButtonProps = ComponentProps<'button'> & { readonly icon: LucideIcon; readonly label: string };

export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`icon-btn ${className}`.trim()}
      aria-label={label}
      title={label}
    >
      <Icon of={icon} />
    </button>
  );
}

/** One family of outlines at one weight; decoration beside a word, never alone. */
export function Icon({ of: Shape, size = 16 }: { readonly of: LucideIcon; readonly size?: number }) {
  return <Shape size={size} strokeWidth={size < 16 ? 2.4 : 2.25} aria-hidden="true" />;
}

/** Two plain strokes; the family's own pause is two boxes. */
export const PauseIcon = createLucideIcon('pause-strokes', [
  ['path', { d: 'M9 5v14', key: 'left' }],
  ['path', { d: 'M15 5v14', key: 'right' }],
]);

export const Kbd = ({ children }: { readonly children: ReactNode }) => <kbd className="kbd">{children}</kbd>;
