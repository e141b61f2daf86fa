import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aWebHost, askPort } from '../../../../support/web-host.js';
import { tempDir } from '../../../../support/temp-dir.js';

describe('being let in', () => {
  it('trades the one-time token for a cookie and takes it out of the address bar', async () => {
    const { host, ask, port } = await aWebHost();
    const answer = await ask({ path: host.url.slice(host.origin.length) });
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']).toHaveLength(1);
    const cookie = answer.headers['set-cookie']?.[0] ?? '';
    expect(cookie).toMatch(new RegExp(`^legion-console-${port}=[\\w-]{43}; `));
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    const page = await ask({ headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('the page') as string });
  });

  it('says so when a token is used a second time', async () => {
    const { host, ask } = await aWebHost();
    await ask({ path: host.url.slice(host.origin.length) });
    const again = await ask({ path: host.url.slice(host.origin.length) });
    expect(again.status).toBe(401);
    expect(again.body).toContain('used already');
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it.each(['/', '/index.html', '/assets/main-abc123.js', '/?token=made-up'])(
    'without a session shows at %s how to get in, and nothing else',
    async (path) => {
      const { ask } = await aWebHost();
      const answer = await ask({ path });
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('legion-console link');
      expect(answer.body).not.toContain('the page');
    },
  );

  it('does not take a made-up cookie', async () => {
    const { ask, port } = await aWebHost();
    expect((await ask({ headers: { cookie: `legion-console-${port}=x` } })).status).toBe(401);
    expect((await ask({ headers: { cookie: `legion-console-${port}=` } })).status).toBe(401);
  });

  it('lets several browsers in, each by a link of its own', async () => {
    const { ask, signIn } = await aWebHost();
    const [first, second] = [await signIn(), await signIn()];
    expect(first).not.toBe(second);
    expect((await ask({ headers: { cookie: first } })).status).toBe(200);
    expect((await ask({ headers: { cookie: second } })).status).toBe(200);
  });
});

describe('who may speak to it', () => {
  it('refuses a request that came under a foreign name (rebinding)', async () => {
    const { ask, signIn, port, log } = await aWebHost();
    const cookie = await signIn();
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost:1',
      `127.0.0.1.evil:${port}`,
    ]) {
      expect((await ask({ headers: { host, cookie } })).status, host).toBe(403);
      expect((await ask({ path: '/healthz', headers: { host } })).status, host).toBe(403);
      expect((await ask({ path: '/metrics', headers: { host } })).status, host).toBe(403);
    }
    expect(log.lines.some((line) => line.message === 'a request was refused')).toBe(true);
    expect((await ask({ headers: { host: `localhost:${port}`, cookie } })).status).toBe(200);
  });

  it('refuses what another site sends', async () => {
    const { ask, bearer, port } = await aWebHost({ 'host.link': async () => ({ url: null }) });
    const post = (headers: Record<string, string>) =>
      ask({ method: 'POST', path: '/api/host.link', headers: { ...bearer(), ...headers } });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ origin: `http://127.0.0.1:${port}` })).status).toBe(200);
    expect((await post({})).status).toBe(200);
  });

  it('listens on loopback only', async () => {
    const { host } = await aWebHost();
    expect(new URL(host.url).hostname).toBe('127.0.0.1');
  });

  it.each(['PUT', 'DELETE', 'OPTIONS', 'TRACE'])('has no use for %s', async (method) => {
    const { ask } = await aWebHost();
    expect((await ask({ method, path: '/' })).status).toBe(403);
  });

  it.each(['http://evil.example/', '*', '//', '/%', '/..%2f..%2fetc/passwd', '/assets/../../token'])(
    'survives the target %s',
    async (path) => {
      const { ask, signIn, log } = await aWebHost();
      const answer = await ask({ path, headers: { cookie: await signIn() } });
      expect([200, 400, 403, 404]).toContain(answer.status);
      expect(answer.body).not.toContain('root:');
      expect(log.lines.filter((line) => line.level === 'error')).toEqual([]);
    },
  );
});

describe('what every answer carries', () => {
  it('a policy without inline scripts, frames or foreign hosts', async () => {
    const { ask, signIn } = await aWebHost();
    const cookie = await signIn();
    for (const path of ['/', '/nothing', '/healthz']) {
      const { headers } = await ask({ path, headers: { cookie } });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('lets the browser keep hashed files, and nothing else', async () => {
    const { ask, signIn } = await aWebHost();
    const headers = { cookie: await signIn() };
    expect((await ask({ path: '/assets/main-abc123.js', headers })).headers['cache-control']).toContain(
      'immutable',
    );
    expect((await ask({ path: '/', headers })).headers['cache-control']).toBe('no-cache');
    expect((await ask({ path: '/healthz' })).headers['cache-control']).toBe('no-store');
  });
});

describe('health and metrics', () => {
  it('need no token', async () => {
    const { ask } = await aWebHost();
    expect(await ask({ path: '/healthz' })).toMatchObject({ status: 200 });
    const metrics = await ask({ path: '/metrics' });
    expect(metrics).toMatchObject({ status: 200, body: 'legion_console_up 1\n' });
    expect(metrics.headers['content-type']).toContain('text/plain; version=0.0.4');
  });

  it('answers 503 with the reason when all is not well', async () => {
    const { ask } = await aWebHost({}, { health: () => ({ ok: false, detail: 'reconnecting' }) });
    const answer = await ask({ path: '/healthz' });
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, detail: 'reconnecting' });
  });
});

describe('the data folder', () => {
  it('says where the console is, to its owner only, and no more once it stopped', async () => {
    const { host, dataDir } = await aWebHost();
    const file = join(dataDir, 'host.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      url: host.origin,
      pid: process.pid,
      tokenFile: join(dataDir, 'token'),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'token')).mode & 0o777).toBe(0o600);
    await host.stop();
    expect(existsSync(file)).toBe(false);
  });

  it('keeps a second console out', async () => {
    const { dataDir, host } = await aWebHost();
    await expect(aWebHost({}, { dataDir })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { url: host.origin, pid: process.pid },
    });
  });

  it('takes over from a console that was killed', async () => {
    const dataDir = tempDir();
    writeFileSync(
      join(dataDir, 'host.json'),
      JSON.stringify({ url: 'http://127.0.0.1:9', pid: 1, tokenFile: 'x' }),
    );
    await expect(aWebHost({}, { dataDir })).resolves.toBeDefined();
  });

  it.each(['', '{', '[]', '{"url":"x"}'])('takes over from half a file: %j', async (text) => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'host.json'), text);
    await expect(aWebHost({}, { dataDir })).resolves.toBeDefined();
  });

  it('keeps the token over a restart', async () => {
    const first = await aWebHost();
    const token = first.bearer().authorization;
    await first.host.stop();
    const second = await aWebHost({}, { dataDir: first.dataDir });
    expect(second.bearer().authorization).toBe(token);
  });

  it('refuses a token file that others may read', async () => {
    const tokenFile = join(tempDir(), 'shared');
    writeFileSync(tokenFile, 'x'.repeat(40), { mode: 0o644 });
    await expect(aWebHost({}, { tokenFile })).rejects.toThrow(/chmod 600/);
  });

  it('refuses a token too short to be a secret', async () => {
    const tokenFile = join(tempDir(), 'short');
    writeFileSync(tokenFile, 'letmein\n', { mode: 0o600 });
    await expect(aWebHost({}, { tokenFile })).rejects.toThrow(/no token/);
  });
});

describe('its port', () => {
  async function aTakenPort(): Promise<number> {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    return (other.address() as { port: number }).port;
  }

  it('is the next free one when the usual one is taken', async () => {
    const taken = await aTakenPort();
    const { port } = await aWebHost({}, { port: taken, portIsFixed: false });
    expect(port).toBeGreaterThan(taken);
  });

  it('is the one that was asked for, or none', async () => {
    const taken = await aTakenPort();
    await expect(aWebHost({}, { port: taken, portIsFixed: true })).rejects.toThrow(/taken/);
  });

  it('says when the page is not built', async () => {
    await expect(aWebHost({}, { staticDir: tempDir() })).rejects.toThrow(/not built/);
  });

  it('is free again after stop', async () => {
    const { host, port } = await aWebHost();
    await host.stop();
    await expect(askPort(port, {})).rejects.toThrow(/ECONNREFUSED/);
  });
});
