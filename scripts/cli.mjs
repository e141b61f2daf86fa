/** `npm run -s cli -- status`: the command line of this clone, built when stale. */
import { ensureBuilt, ensureInstalled } from './lib/ready.mjs';
import { requireNode } from './lib/run.mjs';

requireNode();
await ensureInstalled();
await ensureBuilt();
const { main } = await import('../out/main/cli.js');
const code = await main(process.argv.slice(2));
process.stdout.write('', () => process.exit(code));
