/** A real `gem install` on this machine, as told over the bus: of a gem made for this, from a source of our own. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knows, pushGem, receivedWhen, type Tap, tapResults, targetWhen } from '../support/changes-stage.js';
import { rabbitMqMissing, startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { joinPeers, type Peers } from '../support/e2e-cluster.js';
import { aConsole, type StagedConsole } from '../support/keys-stage.js';
import { tempDir } from '../support/temp-dir.js';
import { until } from '../support/until.js';

const GEM = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'gem'))
  .find((file) => existsSync(file));
const missing = rabbitMqMissing() ?? (GEM ? null : 'no gem command found (Debian: apt-get install ruby)');
const isCi = process.env['CI'] === 'true';

/** `lex-demo` in three versions; the last one cannot be installed, since its own installer fails. */
function aSource(dir: string): string {
  const gems = join(dir, 'gems');
  mkdirSync(gems, { recursive: true });
  for (const version of ['0.1.0', '0.2.0', '9.9.9']) {
    const at = join(dir, `lex-demo-${version}`);
    mkdirSync(join(at, 'lib'), { recursive: true });
    writeFileSync(join(at, 'lib', 'lex_demo.rb'), `module LexDemo; VERSION = '${version}'; end\n`);
    const isBroken = version === '9.9.9';
    if (isBroken) writeFileSync(join(at, 'extconf.rb'), "abort 'this machine lacks what lex-demo needs'\n");
    writeFileSync(
      join(at, 'lex-demo.gemspec'),
      `Gem::Specification.new do |spec|
  spec.name = 'lex-demo'
  spec.version = '${version}'
  spec.summary = 'made for a test'
  spec.authors = ['a test']
  spec.homepage = 'https://example.org'
  spec.license = 'MIT'
  spec.files = Dir['**/*.rb']
  ${isBroken ? "spec.extensions = ['extconf.rb']" : ''}
end
`,
    );
    execFileSync('gem', ['build', 'lex-demo.gemspec', '--output', join(gems, `lex-demo-${version}.gem`)], {
      cwd: at,
      stdio: 'pipe',
    });
  }
  execFileSync('gem', ['generate_index', '--directory', dir], { stdio: 'pipe' });
  return pathToFileURL(dir).href;
}

describe.skipIf(missing !== null && !isCi)(
  `gems installed as told over the bus (${missing ?? 'gem'})`,
  () => {
    let broker: RabbitMq;
    let peers: Peers;
    let tap: Tap;
    beforeAll(async () => {
      if (missing) throw new Error(missing);
      broker = await startRabbitMq();
      [peers, tap] = await Promise.all([joinPeers(broker), tapResults(broker)]);
    });
    afterAll(async () => {
      await Promise.all([peers?.close(), tap?.close()]);
      await broker?.dispose();
    });

    async function stage(...args: string[]): Promise<StagedConsole & { readonly home: string }> {
      const dir = tempDir();
      const home = join(dir, 'home');
      const source = aSource(join(dir, 'source'));
      const served = await aConsole(broker, {
        args: [
          ...['--profile-kind', 'test', '--profile-name', 'lab', '--receive-gem', 'on'],
          ...['--gem-command', GEM ?? 'gem', '--gem-source', `${source}/`, '--gem-home', home],
          ...args,
        ],
      });
      return { ...served, home };
    }
    const install = (served: StagedConsole, body: object): Promise<void> =>
      peers.send('', `node.${served.name}`, { function: 'update_gem', ...body });
    const gemsIn = (home: string): string[] =>
      existsSync(join(home, 'gems')) ? readdirSync(join(home, 'gems')) : [];
    const results = (served: StagedConsole) => tap.results.filter(({ node }) => node === served.name);

    it('the version that was asked for is there, reported, and runs', async () => {
      const served = await stage();
      expect((await served.call('receive.get', {})).installer).toMatchObject({ available: true });
      await install(served, { extension: 'demo', version: '0.1.0', reload: false });
      const { body } = await tap.resultOf(served.name);
      expect(body).toMatchObject({
        action: 'update_gem',
        status: 'success',
        detail: 'lex-demo 0.1.0',
        error: null,
      });
      expect(gemsIn(served.home)).toEqual(['lex-demo-0.1.0']);
      const item = await receivedWhen(served, ({ state }) => state === 'applied');
      expect(item.output).toContain('lex-demo-0.1.0');
      const env = { ...process.env, GEM_HOME: served.home, GEM_PATH: served.home };
      const said = execFileSync('ruby', ['-e', "require 'lex_demo'; print LexDemo::VERSION"], { env });
      expect(said.toString()).toBe('0.1.0');
    });

    it('a version that nobody has fails in gem’s words, and so does one that cannot be built', async () => {
      const served = await stage();
      await install(served, { extension: 'lex-demo', version: '7.7.7', reload: true });
      await until(() => results(served).length === 1, 60_000);
      expect(results(served)[0]!.body).toMatchObject({ status: 'failed', detail: 'lex-demo' });
      expect(results(served)[0]!.body['error']).toContain('lex-demo');
      await install(served, { extension: 'lex-demo', version: '9.9.9', reload: false });
      await until(() => results(served).length === 2, 60_000);
      expect(results(served)[1]!.body).toMatchObject({ status: 'failed', detail: 'lex-demo' });
      await install(served, { extension: 'never-made', reload: false });
      await until(() => results(served).length === 3, 60_000);
      expect(results(served)[2]!.body['error']).toContain('lex-never-made');
      expect(gemsIn(served.home).filter((name) => !name.includes('9.9.9'))).toEqual([]);
      const item = await receivedWhen(served, ({ state, output }) => state === 'failed' && output !== null);
      expect(item.output).not.toBe('');
    });

    it('pushed by another console it is verified there, after our restart', async () => {
      const served = await stage();
      const other = await aConsole(broker, { args: ['--profile-kind', 'test', '--profile-name', 'lab'] });
      await knows(other, served.name);
      const { id } = await pushGem(other, 'lex-demo', served.name, '--version', '0.2.0');
      expect(await targetWhen(other, id, served.name, 'verified', 60_000)).toMatchObject({
        detail: 'lex-demo 0.2.0',
      });
      expect(gemsIn(served.home)).toEqual(['lex-demo-0.2.0']);
      expect((await served.call('session.get', {})).link.state).toBe('live');
    });

    it('nothing of a name or a version ever reaches a shell or becomes an option', async () => {
      const served = await stage();
      const mark = join(served.home, '..', 'mark');
      for (const body of [
        { extension: `demo;touch ${mark}` },
        { extension: `$(touch ${mark})` },
        { extension: `-i${mark}` },
        { extension: 'demo', version: `0.1.0;touch ${mark}` },
        { extension: 'demo', version: '--force' },
      ])
        await install(served, body);
      await until(() => results(served).length === 5, 30_000);
      expect(results(served).map(({ body }) => body['status'])).toEqual(Array(5).fill('failed'));
      expect(existsSync(mark)).toBe(false);
      expect(gemsIn(served.home)).toEqual([]);
    });
  },
);
