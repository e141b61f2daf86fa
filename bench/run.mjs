/**
 * `npm run bench [-- <name> …]`: each goal beside its anchor, in one interleaved run (A B A B …), each contestant in a
 * fresh process, the ratio taken per round, the median held against the goal. Exit 1 when a goal is missed.
 *   --rounds N    rounds per goal (default 5)     --seconds N   length of a paced run (default 20)
 *   --restarts N  broker restarts of `reconnect` (default 20)
 *   --minutes N   also a long run of N minutes, for growth; of `silence` its length (default 10)
 * RabbitMQ: AMQP_URL, else a private one from this machine. Without any, its rows say so and count as missed in CI.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { reconnect } from './programs/reconnect.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, '.cache', 'bench');
const { values: flags, positionals: only } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    restarts: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '0' },
  },
});
const rounds = Number(flags.rounds);
const results = [];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = (value) =>
  Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 100) / 100);
const spread = (values) =>
  `${shown(Math.min(...values))} / ${shown(median(values))} / ${shown(Math.max(...values))}`;

/** `at least` or `at most` the goal, by the median over the rounds; or by `of` them, where each counts. */
function judge(goal, name, values, limit, facts = '', of = (...all) => median(all)) {
  const value = of(...values);
  const met = goal === 'min' ? value >= limit : value <= limit;
  results.push({ name, values, median: median(values), goal, limit, met, facts });
  console.log(
    `${met ? 'met   ' : 'MISSED'}  ${name}: ${spread(values)} (goal ${goal === 'min' ? '≥' : '≤'} ${limit})${facts ? `   ${facts}` : ''}`,
  );
}

/** Runs a program to its end and reads its last line as JSON. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.node ?? []), program, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), (options.withinS ?? 120) * 1_000);
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('exit', (code) => {
      clearTimeout(timer);
      const line = text.trim().split('\n').at(-1);
      if (code === 0 && line) resolve(JSON.parse(line));
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code}`));
    });
  });
}
const program = (name) => join(out, `${name}.mjs`);

/** A wire broker with one feed, for as long as `use` takes. */
async function withWire(feed, use) {
  const wire = fork(join(here, 'lib', 'wire-broker.mjs'), [feed], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const port = await new Promise((resolve) =>
      wire.stdout.once('data', (data) => resolve(String(data).trim())),
    );
    return await use(`amqp://guest:guest@127.0.0.1:${port}/`);
  } finally {
    wire.kill();
  }
}

const goals = {
  async ingest() {
    const ratios = [];
    const rates = { bare: [], ours: [] };
    for (let round = 0; round < rounds; round += 1) {
      const feed = 'beats:1000:150000';
      const bare = await withWire(feed, (url) => run(program('ingest-bare'), [url, 150_000]));
      const ours = await withWire(feed, (url) => run(program('ingest-product'), [url, 150_000]));
      if (ours.beats !== 150_000 || ours.refused !== 0) throw new Error('not every beat was taken in');
      rates.bare.push(bare.rate);
      rates.ours.push(ours.rate);
      ratios.push(ours.rate / bare.rate);
    }
    judge(
      'min',
      'beats through the whole ingest / amqplib + JSON.parse + Map',
      ratios,
      0.8,
      `ours ${spread(rates.ours)}/s, bare ${spread(rates.bare)}/s`,
    );
  },

  async storm() {
    installAnchors();
    const ratios = [];
    const rates = { moleculer: [], ours: [] };
    for (let round = 0; round < rounds; round += 1) {
      const moleculer = await run(join(here, 'programs', 'storm-moleculer.mjs'), ['-', 10_000]);
      const ours = await withWire('storm:50000', (url) => run(program('ingest-product'), [url, 50_000]));
      if (ours.known !== 50_000) throw new Error('not every node is known');
      rates.moleculer.push(moleculer.rate);
      rates.ours.push(ours.rate);
      ratios.push(ours.rate / moleculer.rate);
    }
    judge(
      'min',
      'unknown nodes taken in / Moleculer INFO',
      ratios,
      10,
      `ours ${spread(rates.ours)}/s, Moleculer ${spread(rates.moleculer)}/s`,
    );
  },

  async paced(url) {
    const seconds = Number(flags.seconds);
    const pacedRun = async (name, length) => {
      const publisher = spawn(
        process.execPath,
        [join(here, 'programs', 'publisher.mjs'), url, 10_000, 10_000, length + 4].map(String),
        { stdio: 'inherit' },
      );
      const ended = new Promise((resolve) => publisher.on('exit', resolve));
      try {
        return await run(program(name), [url, length], { node: ['--expose-gc'], withinS: length + 60 });
      } finally {
        await ended;
      }
    };
    const ratios = [];
    const runs = { bare: [], ours: [] };
    for (let round = 0; round < Math.max(3, Math.ceil(rounds / 2)); round += 1) {
      const bare = await pacedRun('paced-bare', seconds);
      const ours = await pacedRun('paced-product', seconds);
      if (ours.silent > 0) throw new Error(`${ours.silent} living nodes were called silent`);
      runs.bare.push(bare);
      runs.ours.push(ours);
      ratios.push(ours.cpuPercent / bare.cpuPercent);
    }
    const of = (list, key) => list.map((entry) => entry[key]);
    judge(
      'max',
      'CPU at 10,000 nodes and 10,000 beats/s / the bare loop',
      ratios,
      1.6,
      `ours ${spread(of(runs.ours, 'cpuPercent'))} % of a core at ${spread(of(runs.ours, 'perSecond'))}/s, bare ${spread(of(runs.bare, 'cpuPercent'))} %; largest frame ${shown(Math.max(...of(runs.ours, 'largestFrame')))} bytes`,
    );
    judge(
      'max',
      'event-loop delay p99 at that load, ms',
      of(runs.ours, 'loopP99Ms'),
      20,
      `longest ${shown(Math.max(...of(runs.ours, 'loopMaxMs')))} ms`,
    );
    judge('max', 'heap per node with its history rings, bytes', of(runs.ours, 'heapPerNode'), 2_048);
    if (Number(flags.minutes) > 0) {
      const long = await pacedRun('paced-product', Number(flags.minutes) * 60);
      const growth = long.heldMb.at(-1) - long.heldMb[Math.min(1, long.heldMb.length - 1)];
      judge(
        'max',
        `growth of held memory over ${flags.minutes} min, MB`,
        [growth],
        4,
        `by minute: ${long.heldMb.join(' ')}`,
      );
    }
  },

  async crypto(url) {
    const worker = join(root, 'out', 'main', 'crypto-worker.cjs');
    const loads = [];
    const costs = [];
    for (let round = 0; round < rounds; round += 1) {
      const publisher = spawn(
        process.execPath,
        [join(here, 'programs', 'publisher.mjs'), url, 10_000, 1_000, 120].map(String),
        { stdio: 'inherit' },
      );
      try {
        loads.push(await run(program('crypto-load'), [url, worker]));
      } finally {
        publisher.kill();
      }
      costs.push(await run(program('crypto-cost'), []));
    }
    for (const [kind, what] of [
      ['generate', 'making keys of 2048 and 4096 bits'],
      ['decrypt', '100 decryptions of the legacy form'],
      ['encrypt', '1,000 encryptions of the modern form'],
    ]) {
      const of = (key) => loads.map((load) => load[kind][key]);
      judge(
        'max',
        `event-loop delay p99 with beats and ${what}, ms`,
        of('p99Ms'),
        20,
        `longest ${shown(Math.max(...of('maxMs')))} ms, the work ${spread(of('workMs'))} ms, without it p99 ${spread(loads.map((load) => load.nothing.p99Ms))} ms, ${spread(of('beatsPerSecond'))} beats/s`,
      );
    }
    const micros = (kind) =>
      `ours ${spread(costs.map((cost) => cost[kind].oursUs))} µs, bare ${spread(costs.map((cost) => cost[kind].bareUs))} µs`;
    judge(
      'max',
      'the secret to 10,000 keys / bare publicEncrypt',
      costs.map((cost) => cost.broadcast.ratio),
      1.3,
      micros('broadcast'),
    );
    for (const form of ['legacy', 'modern']) {
      judge(
        'min',
        `1 KB sealed and opened in the ${form} form, speed / bare AES in the same text form`,
        costs.map((cost) => 1 / cost[form].ratio),
        0.8,
        micros(form),
      );
    }
  },

  async startup(url) {
    const cli = join(root, 'out', 'main', 'cli.js');
    const live = (args) =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        const child = spawn(process.execPath, args, {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: { ...process.env, LEGION_CONSOLE_BUS_URL: url },
        });
        let text = '';
        child.stderr.on('data', (chunk) => {
          text += chunk;
          if (!text.includes('bus live')) return;
          resolve(performance.now() - began);
          child.kill();
        });
        child.on('exit', () =>
          reject(new Error(`${args.join(' ')} ended before it was live: ${text.slice(0, 400)}`)),
        );
      });
    const ratios = [];
    const times = { bare: [], ours: [] };
    for (let round = 0; round < 2 * rounds; round += 1) {
      const bare = await live([program('startup-bare'), url]);
      const ours = await live([
        cli,
        'serve',
        '--port',
        '0',
        '--data-dir',
        join(out, `data-${process.pid}-${round}`),
        '--node-name',
        `start.${round}`,
      ]);
      times.bare.push(bare);
      times.ours.push(ours);
      ratios.push(ours / bare);
    }
    judge(
      'max',
      'start of the whole product to live on RabbitMQ / bare amqplib',
      ratios,
      1.6,
      `ours ${spread(times.ours)} ms, bare ${spread(times.bare)} ms`,
    );
  },

  async push(url) {
    const nodes = 10_000;
    const queues = spawn(process.execPath, [join(here, 'programs', 'node-queues.mjs'), url, String(nodes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await new Promise((resolve) => queues.stdout.once('data', resolve));
      const ratios = [];
      const runs = { bare: [], ours: [], begun: [] };
      for (let round = 0; round < 2 * rounds; round += 1) {
        const bare = await run(program('push-bare'), [url, nodes]);
        const ours = await run(program('push-product'), [url, nodes]);
        if (bare.returned !== 0 || ours.sent !== nodes) throw new Error('not every message found its queue');
        runs.bare.push(bare.ms);
        runs.ours.push(ours.ms);
        runs.begun.push(ours.begunMs);
        ratios.push(ours.ms / bare.ms);
      }
      judge(
        'max',
        '10,000 addressed sends with confirms / bare windowed amqplib',
        ratios,
        1.5,
        `ours ${spread(runs.ours)} ms, bare ${spread(runs.bare)} ms; rehearsal and plan before that ${spread(runs.begun)} ms`,
      );
    } finally {
      queues.kill();
    }
  },

  async window() {
    const { measureWindow } = await import('./programs/window.mjs');
    const seen = await measureWindow({ root, cli: join(root, 'out', 'main', 'cli.js'), seconds: 12 });
    judge(
      'max',
      'frame p95 while scrolling Nodes with 10,000 nodes live, ms',
      [seen.scroll.p95],
      17,
      `p99 ${shown(seen.scroll.p99)}, longest ${shown(seen.scroll.max)} ms`,
    );
    judge(
      'max',
      'frame p95 while hovering the fleet map, ms',
      [seen.hover.p95],
      17,
      `p99 ${shown(seen.hover.p99)}, longest ${shown(seen.hover.max)} ms`,
    );
    judge(
      'max',
      'longest task in steady state, ms',
      [seen.longestTaskMs],
      50,
      `${seen.longTasks} tasks over 50 ms in ${seen.seconds} s`,
    );
    judge(
      'max',
      'beat heard to beat on screen p95, ms',
      [seen.latency.p95],
      500,
      `median ${shown(seen.latency.p50)} ms over ${seen.latency.count} beats`,
    );
  },

  async runpage() {
    const { measureRunPage } = await import('./programs/runpage.mjs');
    const seen = await measureRunPage({ cli: join(root, 'out', 'main', 'cli.js') });
    const facts = `${shown(seen.results)} results in ${shown(seen.seconds)} s`;
    judge(
      'max',
      'longest task of a run’s page while 10,000 results come, ms',
      [seen.longestTaskMs],
      50,
      `${seen.longTasks} tasks over 50 ms; ${facts}`,
    );
    judge('min', 'pictures of a run’s page per second meanwhile', [seen.perSecond], 3.5, facts);
    judge('max', 'opening a run of 10,000 rows, ms', seen.openMs, 200);
  },

  async failover() {
    if (!hasUwsgi('failover')) return;
    const runs = [];
    for (let round = 0; round < 2 * rounds; round += 1)
      runs.push(await run(program('legion-failover'), ['failover']));
    const of = (key) => runs.map((seen) => seen[key]);
    const theirs = of('theirs');
    judge(
      'max',
      'lord killed with -9, three of ours / three real uWSGI, until the next lord’s hook',
      runs.map((seen) => seen.ours / seen.theirs),
      0.8,
      `ours ${spread(of('ours'))} ms, uWSGI ${spread(theirs)} ms`,
    );
    judge(
      'max',
      'the same with the word of a bus',
      runs.map((seen) => seen.witnessed / seen.theirs),
      0.35,
      `ours ${spread(of('witnessed'))} ms`,
    );
  },

  async handover() {
    if (!hasUwsgi('handover')) return;
    const times = [];
    for (let round = 0; round < 2 * rounds; round += 1)
      times.push((await run(program('legion-failover'), ['handover'])).ms);
    judge(
      'max',
      'two real uWSGI and ours, lord stopped in good order, to the next lord’s hook, ms',
      times,
      100,
    );
  },

  async subsecond() {
    const settings = [
      [0.05, 0.25],
      [0.1, 0.3],
    ];
    const runs = settings.map(() => []);
    for (let round = 0; round < 2 * rounds; round += 1)
      for (const [at, times] of settings.entries())
        runs[at].push(await run(program('legion-failover'), ['subsecond', ...times]));
    const [of, slower] = runs.map((seen) => seen.map(({ ms }) => ms));
    const [[freq, tolerance], [slowFreq, slowTolerance]] = settings;
    judge(
      'max',
      `three of ours, an announce each ${freq} s and ${tolerance} s of tolerance, lord killed with -9, to the next lord’s hook, ms`,
      of,
      300,
      `at ${slowFreq} s and ${slowTolerance} s: ${spread(slower)} ms`,
    );
    judge(
      'max',
      'changes in such legions while all were well',
      runs.flat().map(({ changes }) => changes),
      0,
      '',
      Math.max,
    );
  },

  async silence() {
    if (!hasUwsgi('silence')) return;
    const minutes = Number(flags.minutes) || 10;
    const withinS = minutes * 60 + 180;
    const seen = await run(program('legion-silence'), [minutes], { withinS });
    const periods = (ms) => ms / seen.freqMs;
    const told = (rhythms) =>
      rhythms
        .map(
          ({ label, announces, meanMs, shortestMs, longestMs, over, left }) =>
            `${label}: ${announces} announces, ${shown(shortestMs)} / ${shown(meanMs)} / ${shown(longestMs)} ms, ${over} too long, missed somebody ${left} times`,
        )
        .join('; ');
    judge(
      'max',
      `two real uWSGI beside two of ours for ${minutes} min, longest silence of each in periods`,
      seen.mixed.map(({ longestMs }) => periods(longestMs)),
      1.05,
      `shortest / mean / longest: ${told(seen.mixed)}. Two real ones alone: ${told(seen.alone)}`,
      Math.max,
    );
    judge(
      'max',
      'how far their mean is from their period',
      seen.mixed.map(({ meanMs }) => Math.abs(periods(meanMs) - 1)),
      0.05,
      `alone ${seen.alone.map(({ meanMs }) => shown(Math.abs(periods(meanMs) - 1))).join(' / ')}`,
      Math.max,
    );
  },

  async codec() {
    const runs = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await run(program('legion-codec'), []));
    const of = (key) => runs.map((seen) => seen[key]);
    judge(
      'min',
      'packets of our own members, with their seal, opened and decoded with AES per second',
      of('ours'),
      20_000,
      `of real uWSGI ${spread(of('theirs'))}/s`,
    );
    judge(
      'max',
      'a look at 1,000 members of a legion, ms',
      of('tickMs'),
      1,
      `p99 ${spread(of('tickP99Ms'))} ms`,
    );
  },
};
const NEEDS_BROKER = new Set(['paced', 'crypto', 'startup', 'push']);

goals.reconnect = async () => {
  const { startRabbitMq } = await import(program('rabbitmq'));
  const seen = await reconnect({
    startRabbitMq,
    cli: join(root, 'out', 'main', 'cli.js'),
    restarts: Number(flags.restarts),
  });
  const p95 = [...seen.liveMs].sort((a, b) => a - b)[Math.ceil(seen.liveMs.length * 0.95) - 1];
  judge(
    'max',
    `broker's port accepts to everything live again, p95 of ${flags.restarts}, ms`,
    [p95],
    1_000,
    `${spread(seen.liveMs)} ms; turned silent meanwhile: ${seen.silent}; names in the roster: ${seen.names}`,
  );
};

/** Without real uWSGI there is nothing to hold it against: said, and missed in CI. */
function hasUwsgi(name) {
  if (existsSync('/usr/bin/uwsgi-core')) return true;
  console.log(`not run  ${name}: no uWSGI here (Debian: apt-get install uwsgi-core)`);
  if (process.env.CI === 'true') results.push({ name, met: false });
  return false;
}

function installAnchors() {
  const anchors = join(here, 'anchors');
  if (existsSync(join(anchors, 'node_modules', 'moleculer'))) return;
  const npm = process.env.npm_execpath;
  if (npm)
    execFileSync(process.execPath, [npm, 'ci', '--no-audit', '--no-fund'], { cwd: anchors, stdio: 'ignore' });
  else throw new Error('run it as `npm run bench`, so that the anchors can be installed');
}

async function withRabbitMq(use) {
  if (process.env.AMQP_URL) return use(process.env.AMQP_URL);
  const { startRabbitMq } = await import(program('rabbitmq'));
  const server = await startRabbitMq();
  try {
    return await use(server.url);
  } finally {
    await server.dispose();
  }
}

mkdirSync(out, { recursive: true });
await build({
  entryPoints: [
    ...['ingest-bare', 'ingest-product', 'paced-bare', 'paced-product', 'startup-bare'],
    ...['crypto-load', 'crypto-cost', 'push-bare', 'push-product'],
    ...['legion-failover', 'legion-silence', 'legion-codec'],
  ]
    .map((name) => join(here, 'programs', `${name}.ts`))
    .concat(join(root, 'test', 'support', 'rabbitmq.ts')),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: out,
  entryNames: '[name]',
  outExtension: { '.js': '.mjs' },
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'error',
});

const wanted = only.length > 0 ? only : Object.keys(goals);
for (const name of wanted.filter((goal) => !NEEDS_BROKER.has(goal))) await goals[name]();
const onBroker = wanted.filter((goal) => NEEDS_BROKER.has(goal));
if (onBroker.length > 0) {
  await withRabbitMq(async (url) => {
    for (const name of onBroker) await goals[name](url);
  });
}
writeFileSync(
  join(out, 'results.json'),
  `${JSON.stringify({ at: new Date().toISOString(), node: process.version, results }, null, 2)}\n`,
);
const missed = results.filter((result) => !result.met).length;
console.log(`${results.length - missed} met, ${missed} missed`);
process.exit(missed > 0 ? 1 : 0);
