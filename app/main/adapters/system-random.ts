/** Real chance: the platform's generator for bytes and ids, a cheap one for jitter. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../ports/random.js';

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
};
