/** The layers of the suite, as projects; `npm test` runs them in order. None of them reaches beyond loopback. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const setupFiles = ['test/support/setup/loopback-only.ts'];
const built = { globalSetup: ['test/support/setup/built.ts'] };
/**
 * One file after the other: they start brokers and browsers, and measure. On a busy shared machine a real browser now
 * and then misses a deadline; a fault of ours misses it twice.
 */
const alone = { fileParallelism: false, testTimeout: 90_000, hookTimeout: 120_000, retry: 1 };

const layer = (name: string, settings: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.{ts,tsx}`], environment: 'node', setupFiles, ...settings },
});

export default defineConfig({
  plugins: [react()],
  test: {
    testTimeout: 10_000,
    projects: [
      layer('unit'),
      layer('property', { testTimeout: 60_000 }),
      layer('contract'),
      layer('component', {
        environment: 'jsdom',
        setupFiles: [...setupFiles, 'test/support/setup/component.ts'],
      }),
      layer('integration', { ...alone, ...built }),
      layer('e2e', { ...alone, ...built, exclude: ['test/e2e/electron.test.ts'] }),
      layer('electron', { ...alone, ...built, include: ['test/e2e/electron.test.ts'] }),
      layer('packaging', { ...alone, ...built }),
    ],
  },
});
