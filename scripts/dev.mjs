/** `npm run dev`: builds on every change and restarts the node; reload the page to see the new one. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundles } from './build.mjs';
import { ensureInstalled, OUT } from './lib/ready.mjs';
import { requireNode, ROOT, say } from './lib/run.mjs';

requireNode();
await ensureInstalled();
// What follows is no build for users: the next start makes one.
rmSync(join(OUT, 'stamp'), { force: true });
const [esbuild, vite] = await Promise.all([import('esbuild'), import('vite')]);

let child = null;
function restart() {
  const start = () => {
    child = spawn(
      process.execPath,
      ['--enable-source-maps', 'out/main/cli.js', 'serve', ...process.argv.slice(2)],
      {
        cwd: ROOT,
        stdio: 'inherit',
        env: { ...process.env, NODE_ENV: 'development' },
      },
    );
  };
  if (!child || child.exitCode !== null) return start();
  child.once('exit', start);
  child.kill();
}

await vite.build({
  configFile: join(ROOT, 'vite.config.ts'),
  mode: 'development',
  logLevel: 'warn',
  build: { watch: {}, minify: false, sourcemap: true },
});
for (const options of bundles) {
  const isNode = options.outfile.endsWith('cli.js');
  const onEnd = ({ errors }) => {
    if (errors.length === 0 && isNode) restart();
  };
  const context = await esbuild.context({
    ...options,
    plugins: [{ name: 'restart', setup: (build) => build.onEnd(onEnd) }],
  });
  await context.watch();
}
say('Watching. Ctrl C ends it.');
process.once('SIGINT', () => {
  if (!child || child.exitCode !== null) process.exit(0);
  child.once('exit', () => process.exit(0));
});
