/** A builder of beats, for tests that care about a field or two of one. */
import type { Beat } from '../../app/main/core/protocol/bus/beat.js';

export const aBeat = (fields: Partial<Beat> = {}): Beat => ({
  name: 'c-114',
  hostname: null,
  pid: 4121,
  sentAt: null,
  status: 'active',
  version: '1.9.43',
  memoryMb: 44.9,
  cpuUserS: 0.5,
  cpuSystemS: 0.1,
  threads: 8,
  extensions: 1,
  uptimeS: null,
  workers: 0,
  ...fields,
});
