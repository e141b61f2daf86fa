import { expect, it } from 'vitest';
import { REFUSALS } from '../../../app/main/core/protocol/protocol-error.js';
import { en, isTextKey } from '../../../app/shared/i18n/index.js';

it('every code with which a message is refused has its words, and no words are left without a code', () => {
  for (const code of REFUSALS) expect(isTextKey(`refusal.${code}`), code).toBe(true);
  const worded = Object.keys(en).filter((key) => key.startsWith('refusal.') && key !== 'refusal.other');
  expect(worded.sort()).toEqual(REFUSALS.map((code) => `refusal.${code}`).sort());
});
