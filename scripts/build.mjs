/**
 * Builds the product into out/: the command line, the Electron main process and its preload with esbuild,
 * the page with Vite. Each bundle holds everything it needs, so a packaged app has no node_modules.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, OUT, sourceHash } from './lib/ready.mjs';
import { isStarted, requireNode, ROOT, say } from './lib/run.mjs';

// Bundled CommonJS packages ask for `require` and `__filename`, which a module does not have.
const REQUIRE = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __toPath } from 'node:url';",
  'const require = __createRequire(import.meta.url), __filename = __toPath(import.meta.url);',
].join('');
const PRODUCTION = "process.env['NODE_ENV'] ??= 'production';";

const common = {
  bundle: true,
  absWorkingDir: ROOT,
  logLevel: 'warning',
  legalComments: 'none',
  charset: 'utf8',
};
// White space is half of a bundle, and reading it a sixth of the time to start; names stay, for stack traces.
const node = {
  ...common,
  platform: 'node',
  sourcemap: 'linked',
  sourcesContent: false,
  minifyWhitespace: true,
  minifySyntax: true,
};

/** The bundles beside the page, as esbuild options; `dev` watches them with the same. */
export const bundles = [
  {
    ...node,
    entryPoints: ['app/main/cli.ts'],
    outfile: 'out/main/cli.js',
    format: 'esm',
    target: 'node20.19',
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}${PRODUCTION}` },
  },
  {
    ...node,
    entryPoints: ['app/main/electron.ts'],
    outfile: 'out/main/electron.cjs',
    format: 'cjs',
    target: 'node20.19',
    external: ['electron'],
    banner: { js: PRODUCTION },
  },
  {
    ...node,
    entryPoints: ['app/main/adapters/crypto-worker-main.ts'],
    outfile: 'out/main/crypto-worker.cjs',
    format: 'cjs',
    target: 'node20.19',
  },
  {
    ...common,
    entryPoints: ['app/main/hosts/electron/preload.ts'],
    outfile: 'out/main/preload.cjs',
    platform: 'node',
    format: 'cjs',
    target: 'chrome156',
    external: ['electron'],
  },
];

/** Builds beside `out` and swaps at the end: whoever runs the old one, or builds as well, sees no half. */
async function build() {
  const startedAt = performance.now();
  const hash = sourceHash();
  const [esbuild, vite] = await Promise.all([import('esbuild'), import('vite')]);
  const fresh = `${OUT}-${process.pid}`;
  const stale = `${fresh}-old`;
  try {
    const parts = await Promise.allSettled([
      ...bundles.map((options) =>
        esbuild.build({ ...options, outfile: options.outfile.replace(/^out/, fresh) }),
      ),
      vite.build({
        configFile: join(ROOT, 'vite.config.ts'),
        logLevel: 'warn',
        mode: 'production',
        build: { outDir: join(fresh, 'renderer') },
      }),
    ]);
    const broken = parts.find((part) => part.status === 'rejected');
    if (broken) throw broken.reason;
    writeFileSync(join(fresh, 'stamp'), hash);
    if (existsSync(OUT)) renameSync(OUT, stale);
    renameSync(fresh, OUT);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    for (const folder of [fresh, stale]) rmSync(folder, { recursive: true, force: true });
  }
  if (process.exitCode !== 1) say(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
}

if (isStarted(import.meta)) {
  requireNode();
  await ensureInstalled();
  await build();
}
