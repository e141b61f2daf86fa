/**
 * The nodes a new change was asked for, from a selection or a node's page, on the way to its form. Taken once: who
 * opens a form by key or command begins without names.
 */
import { go } from '../route.js';
import type { ChangeKind } from '../../shared/domain/change.js';

let wanted: readonly string[] = [];

/** Opens the form of a new change for these nodes; none: the form asks. */
export function newChange(kind: ChangeKind, names: readonly string[] = []): void {
  wanted = [...names];
  go(`/changes/new/${kind}`);
}

/** The names the form was opened for; empty when it was opened for nobody in particular. */
export function takeTargets(): readonly string[] {
  const names = wanted;
  wanted = [];
  return names;
}
