/**
 * How much a person has to do before something is sent: it grows with reach. One table for window, command line and
 * the node, which alone enforces it.
 */
import type { Confirm } from './change.js';
import type { ProfileKind } from './session.js';

export type Reach = {
  readonly nodes: number;
  readonly profile: { readonly name: string; readonly kind: ProfileKind };
  readonly isBroadcast: boolean;
  /** The change restarts or reloads what it reaches. */
  readonly restarts: boolean;
  readonly hasLord: boolean;
  /** This profile wants a second person for the broadest reach. */
  readonly secondPerson: boolean;
};

/** From so many nodes on a number has to be typed. */
const TYPE_ABOVE = 50;

export function confirmFor(reach: Reach): Confirm {
  const { nodes, profile } = reach;
  const isProduction = profile.kind === 'production';
  if (reach.isBroadcast || reach.hasLord || (reach.restarts && isProduction))
    return { level: 'profile', expect: profile.name, nodes, approval: reach.secondPerson };
  const plain = (level: Confirm['level'], expect: string): Confirm => ({
    ...{ level, expect, nodes, approval: false },
  });
  if (isProduction) return plain('number', String(nodes));
  if (nodes <= 1 || profile.kind === 'test' || profile.kind === 'local') return plain('enter', '');
  return plain(nodes > TYPE_ABOVE ? 'number' : 'button', String(nodes));
}

/** Whether what a person typed or pressed is what was asked for. Nothing typed is enough for `enter` only. */
export const isConfirmed = (confirm: Confirm, typed: string | undefined): boolean =>
  confirm.level === 'enter'
    ? typed === undefined || typed === '' || typed.trim() === String(confirm.nodes)
    : confirm.expect !== '' && typed?.trim() === confirm.expect.trim();
