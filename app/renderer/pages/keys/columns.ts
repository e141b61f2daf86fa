/** The columns of the list of keys: which there is room for, and how wide they are. */
import type { KeySort } from './select.js';

export type KeyColumn = {
  readonly id: 'trust' | 'name' | 'fingerprint' | 'firstSeen' | 'lastSeen' | 'verified' | 'beats';
  readonly width: string;
  readonly sort?: KeySort;
  readonly isNumber?: boolean;
};

const TRUST: KeyColumn = { id: 'trust', width: '104px', sort: 'trust' };
const NAME: KeyColumn = { id: 'name', width: 'minmax(96px, 1fr)', sort: 'name' };
const FINGERPRINT: KeyColumn = { id: 'fingerprint', width: '232px' };
const WIDE_FINGERPRINT: KeyColumn = { id: 'fingerprint', width: 'minmax(232px, 0.8fr)' };
const FIRST: KeyColumn = { id: 'firstSeen', width: '76px', sort: 'firstSeen', isNumber: true };
const LAST: KeyColumn = { id: 'lastSeen', width: '76px', sort: 'lastSeen', isNumber: true };
const VERIFIED: KeyColumn = { id: 'verified', width: 'minmax(160px, 0.5fr)', sort: 'verified' };
const BEATS: KeyColumn = { id: 'beats', width: '96px' };

/** `room`: the width that the list has, px. */
export function keyColumns(room: number): readonly KeyColumn[] {
  if (room < 380) return [TRUST, NAME];
  if (room < 560) return [TRUST, NAME, FIRST];
  if (room < 700) return [TRUST, NAME, FINGERPRINT, FIRST];
  if (room < 1000) return [TRUST, NAME, FINGERPRINT, FIRST, LAST];
  return [TRUST, NAME, WIDE_FINGERPRINT, FIRST, LAST, VERIFIED, BEATS];
}
