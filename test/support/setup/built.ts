/** Layers that run the built product see the newest build. */
import { ensureBuilt } from '../../../scripts/lib/ready.mjs';

export const setup = (): Promise<void> => ensureBuilt();
