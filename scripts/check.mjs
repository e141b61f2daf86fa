/** `npm run check`: format, lint, types, import rules, unused code. Runs all, then says which did not pass. */
import { ensureInstalled } from './lib/ready.mjs';
import { isStarted, requireNode, runTool, say } from './lib/run.mjs';

const CHECKS = [
  ['format', () => runTool('prettier', ['--check', '--log-level', 'warn', '.'])],
  ['lint', () => runTool('eslint', ['.', '--max-warnings', '0'])],
  ['types', () => runTool('typescript', ['-p', '.', '--noEmit'], { bin: 'tsc' })],
  [
    'imports',
    () =>
      runTool('dependency-cruiser', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', 'app'], {
        bin: 'depcruise',
      }),
  ],
  ['unused', () => runTool('knip', [])],
];

/** The names of the checks, by how they went. */
export async function check() {
  const result = { passed: [], failed: [] };
  for (const [name, runCheck] of CHECKS) {
    const startedAt = performance.now();
    const passed = (await runCheck()) === 0;
    say(
      `${passed ? 'passed' : 'FAILED'}  check ${name}  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    );
    (passed ? result.passed : result.failed).push(name);
  }
  return result;
}

if (isStarted(import.meta)) {
  requireNode();
  await ensureInstalled();
  process.exit((await check()).failed.length === 0 ? 0 : 1);
}
