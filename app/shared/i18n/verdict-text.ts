/**
 * One verdict from the planes a machine can be heard on: bus, legion, registry. A plane that is not in use says nothing,
 * neither good nor bad. Pure; the words are in the catalogue.
 */
import type { PlaneStates } from '../domain/legion.js';
import { text } from './text.js';

export type Verdict =
  | 'all'
  | 'bus-legion'
  | 'legion'
  | 'bus'
  | 'lapsed'
  | 'no-link'
  | 'unnoticed'
  | 'unnoticed-bus'
  | 'unnoticed-legion'
  | 'down'
  | 'bus-only'
  | 'legion-only'
  | 'no-udp'
  | 'none';

export function verdictOf({ bus, legion, registry }: PlaneStates): Verdict {
  if (bus === 'unused' && legion === 'unused') return 'none';
  if (bus !== 'silent' && legion !== 'silent') {
    if (registry === 'silent') return 'lapsed';
    if (bus === 'unused') return 'legion';
    if (legion === 'unused') return 'bus';
    return registry === 'heard' ? 'all' : 'bus-legion';
  }
  if (legion === 'heard') return 'no-link';
  if (bus === 'heard') return 'no-udp';
  if (registry === 'heard')
    return bus === 'unused' ? 'unnoticed-legion' : legion === 'unused' ? 'unnoticed-bus' : 'unnoticed';
  if (bus === 'silent' && legion === 'silent') return 'down';
  if (registry === 'silent') return 'down';
  return bus === 'unused' ? 'legion-only' : 'bus-only';
}

const FINE: ReadonlySet<Verdict> = new Set(['all', 'bus-legion', 'legion', 'bus']);
export const isFine = (verdict: Verdict): boolean => FINE.has(verdict);

/** A whole sentence; in a table shorter and without its full stop. */
export function verdictText(verdict: Verdict, isInTable = false): string {
  if (!isInTable) return text(`verdict.${verdict}`);
  return text(verdict === 'no-link' ? 'verdict.no-link.table' : `verdict.${verdict}`).replace(/\.$/, '');
}
