/**
 * `npm test`: installs, builds, finds or installs what the layers need, runs every layer in order and ends
 * with `N passed, N failed, N skipped`. `--only <layer>` runs one. With CI=true a skip is a failure.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import { provideNeeds, provideNode24 } from './lib/needs.mjs';
import { ensureBuilt, ensureInstalled } from './lib/ready.mjs';
import { requireNode, run, runTool, say } from './lib/run.mjs';

const LAYERS = [
  'check',
  'unit',
  'property',
  'contract',
  'contract-node24',
  'component',
  'integration',
  'e2e',
  'electron',
  'packaging',
];
const NEEDY = ['integration', 'e2e', 'electron'];
const BUILT = ['integration', 'e2e', 'electron', 'packaging'];

const layers = chosenLayers(process.argv.slice(2));
requireNode();
await ensureInstalled();
if (layers.some((layer) => NEEDY.includes(layer))) await provideNeeds();
if (layers.some((layer) => BUILT.includes(layer))) await ensureBuilt();

const sum = { passed: 0, failed: 0, skipped: 0 };
const reports = mkdtempSync(join(tmpdir(), 'legion-console-reports-'));
for (const layer of layers) {
  say(`\n── ${layer} ──`);
  const startedAt = performance.now();
  const counted = await count(layer);
  for (const kind of Object.keys(sum)) sum[kind] += counted[kind];
  say(`${layer}: ${words(counted)}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}
rmSync(reports, { recursive: true, force: true });

const isCi = process.env.CI === 'true';
if (isCi && sum.skipped > 0) say('\nIn CI a skipped test is a failure.');
console.log(`\n${words(sum)}`);
process.exit(sum.failed > 0 || sum.passed === 0 || (isCi && sum.skipped > 0) ? 1 : 0);

function chosenLayers(args) {
  if (args.length === 0) return LAYERS;
  if (args.length === 2 && args[0] === '--only' && LAYERS.includes(args[1])) return [args[1]];
  say(`usage: npm test [-- --only ${LAYERS.join('|')}]`);
  process.exit(2);
}

function count(layer) {
  if (layer === 'check') return countChecks();
  return layer === 'contract-node24' ? countUnderNode24('contract') : countTests(layer);
}

/** The same tests again: what they hold us to must not depend on the Node that runs it. */
async function countUnderNode24(layer) {
  const node = await provideNode24();
  if (!node) return { passed: 0, failed: 0, skipped: 1 };
  await run(node, ['-p', '`Node ${process.version} runs it.`'], { stdio: ['ignore', 2, 2] });
  return countTests(layer, node);
}

async function countChecks() {
  const { passed, failed } = await check();
  return { passed: passed.length, failed: failed.length, skipped: 0 };
}

async function countTests(layer, node = process.execPath) {
  const report = join(reports, `${layer}-${node === process.execPath ? 'here' : 'other'}.json`);
  const args = ['run', '--project', layer, '--passWithNoTests', '--reporter=default', '--reporter=json'];
  const code = await runTool('vitest', [...args, `--outputFile.json=${report}`], { node });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, 'utf8'));
  // A file that cannot be loaded, or an error outside any test, fails the run without failing a test.
  const failed = Math.max(result.numFailedTests, code === 0 ? 0 : 1);
  return { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests };
}

function words({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
