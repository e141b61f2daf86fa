/** Who may import whom; the reasons are in ARCHITECTURE.md. Each rule: these files reach nothing but those. */

/** `from` may import only what `allowed` matches, beside itself. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: [from, ...allowed] },
});
const never = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: to },
});

const SHARED = '^app/shared/';
const PORTS = '^app/main/ports/';
const CORE = '^app/main/core/';
const packages = (...names) => names.map((name) => `^node_modules/${name}/`);

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },

    only(
      'shared-runs-anywhere',
      SHARED,
      packages('zod', 'intl-messageformat', '@formatjs/.+'),
      'no node:, no DOM, no electron, no React',
    ),
    only(
      'core-is-pure',
      CORE,
      [
        SHARED,
        '^(node:)?(buffer|crypto)$',
        ...packages('zod', 'semver', 'node-forge', 'egoroof-blowfish', '@types/.+'),
      ],
      'no I/O, no timers, no ports',
    ),
    never(
      'crypto-only-in-core-crypto',
      '^app/main/core/(?!crypto/)',
      '^(node:)?crypto$',
      'ciphers have one home',
    ),
    only('ports-are-types', PORTS, [SHARED, '^app/main/core/protocol/amqp'], 'interfaces only'),
    never(
      'adapters-stay-apart',
      '^app/main/adapters/',
      '^app/main/(services|runners|api|hosts|cli|demo|config)/',
      'an adapter knows its port and its library',
    ),
    never(
      'adapters-know-little-core',
      '^app/main/adapters/(?!memory|inline-crypto|crypto-worker)',
      '^app/main/core/(?!clock|protocol/amqp)',
      'only the memory bus lives on the broker in core',
    ),
    never(
      'crypto-adapters-know-crypto',
      '^app/main/adapters/(inline-crypto|crypto-worker)',
      '^app/main/core/(?!crypto/|protocol/protocol-error)',
      'they run what core/crypto computes',
    ),
    never(
      'forge-stays-in-the-worker',
      '^app/main/(?!adapters/(inline-crypto|crypto-worker-main))',
      '^app/main/(core/crypto/pkcs12|adapters/inline-crypto)',
      'it is slow to load and blocks while it works',
    ),
    never(
      'services-know-ports',
      '^app/main/services/',
      '^app/main/(adapters|runners|hosts|api|cli|demo)/',
      'adapters are handed in',
    ),
    never(
      'api-serves',
      '^app/main/api/',
      '^app/main/(adapters|hosts|cli|demo)/',
      'the api is on top of services',
    ),
    never(
      'demo-is-a-cluster',
      '^app/main/demo/',
      '^app/main/(hosts|api|cli)/',
      'to the console it is just a cluster',
    ),
    only(
      'web-host-carries',
      '^app/main/hosts/web/',
      [
        SHARED,
        PORTS,
        '^(node:)?(http|net|fs|fs/promises|path|crypto|events|perf_hooks)$',
        ...packages('ws', '@types/ws', 'sirv', 'zod'),
      ],
      'it is handed attach and door',
    ),
    only(
      'electron-host-carries',
      '^app/main/hosts/electron/',
      [SHARED, PORTS, '^(node:)?(fs|fs/promises|path|url)$', ...packages('electron', 'zod')],
      'it is handed attach',
    ),
    never(
      'electron-stays-at-the-edge',
      '^app/(?!main/(hosts/electron/|electron\\.ts$))',
      '^node_modules/electron/',
      'the node runs on plain Node',
    ),
    never(
      'cli-asks-the-contract',
      '^app/main/cli/',
      '^app/main/(adapters|hosts|services|core|demo|config|api)/',
      'entry points hand it the rest',
    ),
    never('entry-points-meet-no-page', '^app/main/', '^app/renderer/', 'they meet in shared'),
    only(
      'page-meets-no-node',
      '^app/renderer/',
      [
        SHARED,
        ...packages(
          'react',
          'react-dom',
          '@types/.+',
          'zustand',
          '@tanstack/.+',
          'radix-ui',
          '@radix-ui/.+',
          'lucide-react',
          'recharts',
          'wouter',
          '@fontsource.*',
        ),
      ],
      'main and renderer meet in shared',
    ),
    {
      name: 'pages-stay-apart',
      severity: 'error',
      from: { path: '^app/renderer/pages/([^/]+)/' },
      to: { path: '^app/renderer/pages/[^/]+/', pathNot: '^app/renderer/pages/$1/' },
    },
    never(
      'components-know-no-store',
      '^app/renderer/(components|charts)/',
      '^app/renderer/(store|client|pages)/',
      'props in, elements out',
    ),
    never(
      'store-knows-no-parts',
      '^app/renderer/store/',
      '^app/renderer/(components|pages|charts|shell|parts)/',
      'a store runs without React parts',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.css$' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
