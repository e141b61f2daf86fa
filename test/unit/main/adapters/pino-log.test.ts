import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPinoLog, rotatingFile } from '../../../../app/main/adapters/pino-log.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { tempDir } from '../../../support/temp-dir.js';

function aLog(options: { pretty?: boolean; level?: 'debug' | 'warn' } = {}) {
  const lines: string[] = [];
  const log = createPinoLog({ level: 'debug', ...options, sink: { write: (line) => void lines.push(line) } });
  return { log, lines, json: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('is one JSON value per line, with the facts of its parents', () => {
    const { log, json } = aLog();
    log.child({ service: 'bus' }).info({ queue: 'node.beat' }, 'consuming');
    expect(json()).toMatchObject([{ level: 'info', service: 'bus', queue: 'node.beat', msg: 'consuming' }]);
  });

  it('says nothing below its level', () => {
    const { log, lines } = aLog({ level: 'warn' });
    log.info({}, 'unheard');
    expect(lines).toEqual([]);
  });

  it('shows nothing of any known secret, wherever it stands', () => {
    const secret = 'hunter2-Sw0rdf1sh';
    const { log, lines } = aLog();
    const facts: object[] = [
      { password: secret },
      { user: { passwd: secret } },
      { clusterSecret: secret, secret, cluster_secret: secret },
      { token: secret, authorization: `Bearer ${secret}`, cookie: `a=${secret}` },
      { privateKey: secret, private_key: secret, passphrase: secret },
      { url: `amqp://user:${secret}@host/vhost`, deep: [[{ url: `amqps://u:${secret}@h:5671` }]] },
      { text: `login as u failed for amqp://u:p${secret}@h` },
      { address: `http://127.0.0.1:4280/?token=${secret}` },
      { err: new Error(`refused amqp://u:${secret}@h`, { cause: new Error(`Bearer ${secret}`) }) },
      { err: new AppError('BUS_ACCESS_REFUSED', `amqp://u:${secret}@h`) },
      { body: Buffer.from(secret) },
    ];
    for (const fact of facts) log.warn(fact, 'something with a secret');
    expect(lines).toHaveLength(facts.length);
    expect(lines.join('')).not.toContain(secret);
  });

  it('keeps what is no secret', () => {
    const { log, json } = aLog();
    log.info({ tokenFile: '/x/token', secret: null, url: 'amqp://user@host', key: 'node.status' }, 'facts');
    expect(json()).toMatchObject([{ tokenFile: '/x/token', url: 'amqp://user@host', key: 'node.status' }]);
  });

  it('survives facts that cannot be written', () => {
    const { log, lines } = aLog();
    const cycle: Record<string, unknown> = { big: 10n, run: () => 1 };
    cycle['self'] = cycle;
    log.info(cycle, 'odd');
    expect(lines).toHaveLength(1);
  });

  it('for people is single lines in which no foreign character moves the cursor', () => {
    const { log, lines } = aLog({ pretty: true });
    log.warn({ node: '\u001b[2J\u009b1m\u202eevil\nname' }, 'refused');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}refused {2}node="/);
    expect((lines[0] ?? '').slice(0, -1)).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('a log file', () => {
  it('is rotated when full, and the oldest falls off the end', () => {
    const dir = tempDir();
    const file = rotatingFile(join(dir, 'logs', 'console.log'), 100, 2);
    for (let count = 0; count < 40; count++) file.write(`line ${String(count).padStart(4, '0')}\n`);
    file.close();
    expect(readdirSync(join(dir, 'logs')).sort()).toEqual(['console.log', 'console.log.1', 'console.log.2']);
    expect(readFileSync(join(dir, 'logs', 'console.log'), 'utf8')).toMatch(/line 0039\n$/);
    expect(statSync(join(dir, 'logs', 'console.log.1')).size).toBe(100);
  });
});
