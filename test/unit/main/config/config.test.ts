import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, reportConfig, type Config } from '../../../../app/main/config/index.js';
import { flagOf, SETTING_KEYS, variableOf } from '../../../../app/main/config/schema.js';
import { tempDir } from '../../../support/temp-dir.js';

/** A file only its owner can read, unless told otherwise. */
function aFile(content: unknown, mode = 0o600): string {
  const file = join(tempDir(), 'config.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(file, mode);
  return file;
}
const load = (argv: string[], env: NodeJS.ProcessEnv = {}, file: unknown = {}): Config =>
  loadConfig(['--config', aFile(file), ...argv], env);
const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('precedence', () => {
  it('flags win over environment, environment over file, file over defaults, and each value knows its origin', () => {
    const file = {
      bus: { url: 'amqp://file' },
      node: { name: 'from-file', beatIntervalS: 7 },
      log: { level: 'warn' },
    };
    const config = load(
      ['--bus', 'amqp://flag'],
      { LEGION_CONSOLE_BUS_URL: 'amqp://env', LEGION_CONSOLE_NODE_NAME: 'from-env' },
      file,
    );
    expect(config.values).toMatchObject({
      'bus.url': 'amqp://flag',
      'node.name': 'from-env',
      'node.beatIntervalS': 7,
      'web.port': 4280,
    });
    expect(config.origins['bus.url']).toBe('flag --bus');
    expect(config.origins['node.name']).toBe('env LEGION_CONSOLE_NODE_NAME');
    expect(config.origins['node.beatIntervalS']).toMatch(/^file .*config\.json$/);
    expect(config.origins['web.port']).toBe('default');
  });

  it('every setting has a flag and a variable of its own, derived from its key', () => {
    expect(flagOf('bus.caFile')).toBe('--bus-ca-file');
    expect(variableOf('node.beatIntervalS')).toBe('LEGION_CONSOLE_NODE_BEAT_INTERVAL_S');
    expect(new Set(SETTING_KEYS.map(flagOf)).size).toBe(SETTING_KEYS.length);
    for (const key of SETTING_KEYS)
      expect(problemsOf(() => load([], { [variableOf(key)]: 'no-such' })).join(), key).not.toContain(
        'no such variable',
      );
  });
});

describe('mistakes', () => {
  it('are told all at once, each with its origin and the nearest valid key', () => {
    const problems = problemsOf(() =>
      load(
        ['--web-port', '99999', '--bus-ulr', 'x'],
        { LEGION_CONSOLE_BUS_URI: 'x', LEGION_CONSOLE_NODE_ENABLED: 'maybe' },
        { bus: { ulr: 'amqp://x' }, node: { beatIntervalS: 'often' } },
      ),
    );
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toContain('--bus-ulr: no such flag; nearest is --bus-url');
    expect(problems.join('\n')).toMatch(/bus\.ulr \(file .*\): no such setting; nearest is bus\.url/);
    expect(problems.join('\n')).toContain(
      'LEGION_CONSOLE_BUS_URI: no such variable; nearest is LEGION_CONSOLE_BUS_URL',
    );
    expect(problems.join('\n')).toMatch(/web\.port \(flag --web-port\)/);
    expect(problems.join('\n')).toMatch(/node\.enabled \(env LEGION_CONSOLE_NODE_ENABLED\): "maybe"/);
    expect(problems.join('\n')).toMatch(/node\.beatIntervalS \(file .*\): "often"/);
  });

  it.each([
    [['--bus', 'broker.example'], 'must begin with amqp:// or amqps://'],
    [['--no-such-flag'], '--no-such-flag: no such flag'],
    [['--nodename', 'x', 'stray'], '--nodename: no such flag; nearest is --node-name'],
    [['--bus-ca-file', '/no/such.pem'], 'bus.caFile: the file /no/such.pem cannot be read'],
    [['--name', 'a b'], 'must not hold spaces'],
    [['--name', '#'], '* or #'],
    [['--bus-cert-file', '/x'], 'give both'],
    [['--bus-verify', 'false', '--profile-kind', 'production'], 'cannot be off for a production profile'],
    [['--settings-dir', '/no/such/dir'], 'cannot be read'],
  ])('%j says what to do', (argv, words) => {
    expect(problemsOf(() => load(argv)).join('\n')).toContain(words);
  });

  it('a file that is missing, broken or no object is named', () => {
    expect(problemsOf(() => loadConfig(['--config', '/no/such.json'], {})).join()).toContain(
      '/no/such.json: cannot be read (ENOENT)',
    );
    expect(problemsOf(() => loadConfig(['--config', aFile('{')], {})).join()).toContain('is not valid JSON');
    expect(problemsOf(() => loadConfig(['--config', aFile('[1]')], {})).join()).toContain(
      'must be an object',
    );
  });
});

describe('secrets', () => {
  it('come by reference to a file or a variable', () => {
    const secretFile = join(tempDir(), 'password');
    writeFileSync(secretFile, 'hunter2\n');
    expect(load([], {}, { bus: { password: { file: secretFile } } }).values['bus.password']).toBe('hunter2');
    expect(load([], { MQ: 'pw' }, { bus: { password: { env: 'MQ' } } }).values['bus.password']).toBe('pw');
    expect(problemsOf(() => load([], {}, { bus: { password: { env: 'MISSING' } } })).join()).toContain(
      'MISSING, which is not set',
    );
  });

  it('inline in a file that everybody can read are refused', () => {
    const file = { bus: { password: 'hunter2' } };
    const problems = problemsOf(() => loadConfig(['--config', aFile(file, 0o644)], {}));
    expect(problems.join()).toContain('everybody can read');
    expect(problems.join()).not.toContain('hunter2');
    expect(loadConfig(['--config', aFile(file, 0o600)], {}).values['bus.password']).toBe('hunter2');
  });

  it('are masked in the report, also inside an address', () => {
    const config = load(['--bus', 'amqp://user:hun@ter2@host/v'], {
      LEGION_CONSOLE_CRYPT_CLUSTER_SECRET: 'deadbeef',
    });
    const report = JSON.stringify(reportConfig(config));
    expect(report).not.toMatch(/hun@|ter2|deadbeef/);
    expect(report).toContain('amqp://user:•••@host/v');
  });
});

describe('a LegionIO settings directory', () => {
  function aDirectory(files: Record<string, unknown>): string {
    const dir = tempDir();
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(dir, name, '..'), { recursive: true });
      writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return dir;
  }

  it('gives broker, name, intervals and secret; files merge, later ones win, names mean nothing', () => {
    const dir = aDirectory({
      'a/transport.json': {
        transport: { connection: { host: 'mq.example.org', user: 'legion', password: 'x', vhost: 'prod' } },
      },
      'b.json': {
        client: { name: 'console.1' },
        extensions: { node: { beat_interval: 15, enabled: true } },
        logging: { level: 'info' },
      },
      'c.json': { extensions: { node: { beat_interval: 20 } }, crypt: { cluster_secret: 'env://SECRET' } },
      'readme.txt': 'not json',
    });
    const config = load(['--settings-dir', dir], { SECRET: 'ab'.repeat(32) });
    expect(config.values).toMatchObject({
      'bus.url': 'amqp://mq.example.org:5672/prod',
      'bus.user': 'legion',
      'bus.password': 'x',
      'node.name': 'console.1',
      'node.beatIntervalS': 20,
      'crypt.clusterSecret': 'ab'.repeat(32),
    });
    expect(config.origins['node.beatIntervalS']).toBe(
      `settings ${join(dir, 'c.json')} (extensions.node.beat_interval)`,
    );
  });

  it('switches TLS on by port 5671, or when told, with its files; and the beats off when told', () => {
    const ca = join(aDirectory({ 'ca.pem': 'a certificate' }), 'ca.pem');
    const dir = aDirectory({
      'x.json': {
        transport: { connection: { host: 'h', port: 5671 }, tls: { ca, verify: 'peer' } },
        extensions: { node: { enabled: false } },
      },
    });
    expect(load(['--settings-dir', dir]).values).toMatchObject({
      'bus.url': 'amqps://h:5671/%2F',
      'bus.caFile': ca,
      'bus.verify': true,
      'node.enabled': false,
    });
    const old = aDirectory({ 'x.json': { transport: { tls: { use_tls: true, verify_peer: false } } } });
    expect(load(['--settings-dir', old]).values).toMatchObject({
      'bus.url': 'amqps://127.0.0.1:5672/%2F',
      'bus.verify': false,
      'bus.user': 'guest',
    });
  });

  it('is found by LEGION_SETTINGS_DIRS, and a flag wins over it', () => {
    const dir = aDirectory({ 'x.json': { client: { name: 'ruby-name' } } });
    expect(load(['--name', 'mine'], { LEGION_SETTINGS_DIRS: dir }).values).toMatchObject({
      'node.name': 'mine',
      'bus.url': 'amqp://127.0.0.1:5672/%2F',
    });
  });

  it('tells of broken files and of references it cannot follow, all at once', () => {
    const dir = aDirectory({
      'x.json': '{',
      'y.json': { crypt: { cluster_secret: 'vault://crypt#secret' }, client: { name: 'env://NOPE' } },
    });
    const problems = problemsOf(() => load(['--settings-dir', dir])).join('\n');
    expect(problems).toMatch(/x\.json: is not valid JSON/);
    expect(problems).toContain('crypt.cluster_secret: refers to Vault');
    expect(problems).toContain('NOPE, which is not set');
  });
});
