/** A web host with an Api of the test's making, and a client that may send any headers it likes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createDoor } from '../../app/main/api/door.js';
import { serve } from '../../app/main/api/serve.js';
import { startWebHost, type WebHost, type WebHostOptions } from '../../app/main/hosts/web/web-host.js';
import { readFileSync } from 'node:fs';
import type { Api } from '../../app/shared/contract/contract.js';
import { fakeApi } from './fake-api.js';
import { logRing } from './log-ring.js';
import { tempDir } from './temp-dir.js';

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };
export type Ask = {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
};

export async function aWebHost(parts: Partial<Api> = {}, options: Partial<WebHostOptions> = {}) {
  const dataDir = options.dataDir ?? tempDir();
  const staticDir = tempDir();
  mkdirSync(join(staticDir, 'assets'));
  writeFileSync(join(staticDir, 'index.html'), '<!doctype html><title>the page</title>');
  writeFileSync(join(staticDir, 'assets', 'main-abc123.js'), 'export {};');
  const log = logRing();
  const api = fakeApi(parts);
  const host: WebHost = await startWebHost({
    attach: (channel) => serve(api, channel, log),
    door: createDoor(api, log),
    metrics: () => 'legion_console_up 1\n',
    health: () => ({ ok: true, detail: 'live' }),
    port: 0,
    portIsFixed: false,
    tokenFile: null,
    dataDir,
    staticDir,
    log,
    ...options,
  });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await host.stop();
    stopped = true;
  };
  onTestFinished(stop);
  const port = Number(new URL(host.origin).port);
  const ask = (what: Ask = {}) => askPort(port, what);
  return {
    host: { ...host, stop },
    port,
    dataDir,
    log,
    ask,
    bearer: () => ({ authorization: `Bearer ${readFileSync(join(dataDir, 'token'), 'utf8').trim()}` }),
    /** Trades a fresh link for the cookie, as a browser would. */
    async signIn(): Promise<string> {
      const answer = await ask({ path: host.freshLink().slice(host.origin.length) });
      return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
    },
    socket: (headers: Record<string, string>) => new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers }),
  };
}

export function askPort(
  port: number,
  { method = 'GET', path = '/', headers = {}, body }: Ask,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
