import { request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { describe, expect, it, vi } from 'vitest';
import type { Api } from '../../../../../app/shared/contract/contract.js';
import { AppError } from '../../../../../app/shared/errors/app-error.js';
import { aWebHost } from '../../../../support/web-host.js';
import { MAX_BODY_BYTES } from '../../../../../app/main/hosts/web/api-route.js';

const link: Partial<Api> = { 'host.link': async () => ({ url: null }) };

async function postTo(parts: Partial<Api>, procedure: string, body?: string | Buffer) {
  const { ask, bearer } = await aWebHost(parts);
  const answer = await ask({
    method: 'POST',
    path: `/api/${procedure}`,
    headers: bearer(),
    ...(body ? { body } : {}),
  });
  return { status: answer.status, body: JSON.parse(answer.body) as unknown };
}

describe('POST /api', () => {
  it('answers a call, with or without a body', async () => {
    expect(await postTo(link, 'host.link')).toEqual({ status: 200, body: { url: null } });
    expect(await postTo(link, 'host.link', '{}')).toEqual({ status: 200, body: { url: null } });
  });

  it('wants the bearer token; the cookie of a browser is not enough', async () => {
    const { ask, signIn } = await aWebHost(link);
    const cookie = await signIn();
    const attempts = [{}, { cookie }, { authorization: 'Bearer ' }, { authorization: 'Basic eDp4' }];
    for (const headers of attempts) {
      const answer = await ask({
        method: 'POST',
        path: '/api/host.link',
        headers: headers,
      });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('names the bad field', async () => {
    const answer = await postTo({}, 'node.get', '{"name":7}');
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'CONTRACT_INPUT_INVALID', details: { path: 'name' } },
    });
  });

  it.each(['{', 'undefined', '\u0000', Buffer.from([0xff, 0xfe])])(
    'answers 400 to a body that is not JSON',
    async (body) => {
      expect(await postTo({}, 'node.get', body)).toMatchObject({
        status: 400,
        body: { code: 'CONTRACT_INPUT_INVALID' },
      });
    },
  );

  it.each(['no.such', 'event.watch', '__proto__', '', 'a/b'])(
    'answers 404 for the call "%s"',
    async (procedure) => {
      expect(await postTo({}, procedure)).toMatchObject({ status: 404, body: { code: 'PROCEDURE_UNKNOWN' } });
    },
  );

  it('gives each code its status', async () => {
    const get = () => Promise.reject(new AppError('NODE_UNKNOWN', 'no such node'));
    expect(await postTo({ 'node.get': get }, 'node.get', '{"name":"x"}')).toMatchObject({
      status: 404,
      body: { code: 'NODE_UNKNOWN', message: 'no such node', reportId: null },
    });
  });

  it('answers a bug with 500 and the id under which it is in the log', async () => {
    const { ask, bearer, log } = await aWebHost({
      'host.link': () => Promise.reject(new Error('secret inside')),
    });
    const answer = await ask({ method: 'POST', path: '/api/host.link', headers: bearer() });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret inside');
    const { reportId } = JSON.parse(answer.body) as { reportId: string };
    expect(log.lines.some((line) => line.facts['reportId'] === reportId)).toBe(true);
  });

  it('refuses a body over 12 MB, whether its length is told or not', async () => {
    const { ask, bearer } = await aWebHost(link);
    const body = Buffer.alloc(MAX_BODY_BYTES + 1, 0x20);
    const told = await ask({
      method: 'POST',
      path: '/api/host.link',
      headers: { ...bearer(), 'content-length': String(body.length) },
      body,
    });
    expect(told.status).toBe(413);
    const chunked = await ask({
      method: 'POST',
      path: '/api/host.link',
      headers: { ...bearer(), 'transfer-encoding': 'chunked' },
      body,
    });
    expect(chunked.status).toBe(413);
    expect(JSON.parse(chunked.body)).toMatchObject({ code: 'CONTRACT_INPUT_INVALID' });
  });

  it('tells a call that its caller has gone', async () => {
    let signal: AbortSignal | null = null;
    const { port, bearer } = await aWebHost({
      'host.link': (_input, given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    });
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/api/host.link',
      headers: bearer(),
    });
    request.on('error', () => undefined).end();
    await vi.waitUntil(() => signal);
    request.destroy();
    await vi.waitUntil(() => signal?.aborted);
  });
});

describe('GET /api', () => {
  const counting: Api['event.watch'] = async function* ({ limit }) {
    for (let seq = 0; seq < (limit ?? 3); seq++) yield { type: 'delta', seq, events: [] };
  };
  const lines = (body: string): unknown[] =>
    body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('answers a stream as one JSON value per line', async () => {
    const { ask, bearer } = await aWebHost({ 'event.watch': counting });
    const answer = await ask({
      path: `/api/event.watch?input=${encodeURIComponent('{"limit":2}')}`,
      headers: bearer(),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    expect(lines(answer.body)).toMatchObject([{ seq: 0 }, { seq: 1 }]);
  });

  it('says what is wrong before the first item by its status, and after it by a last line', async () => {
    const { ask, bearer } = await aWebHost({
      'event.watch': async function* () {
        yield { type: 'snapshot', seq: 0, events: [] };
        throw new AppError('BUS_LOST', 'gone');
      },
    });
    const wrong = await ask({ path: '/api/event.watch?input=%7B%22limit%22%3A0%7D', headers: bearer() });
    expect(wrong.status).toBe(400);
    const cut = await ask({ path: '/api/event.watch', headers: bearer() });
    expect(lines(cut.body)).toMatchObject([{ seq: 0 }, { failure: { code: 'BUS_LOST' } }]);
  });

  it('does not open a call as a stream', async () => {
    const { ask, bearer } = await aWebHost(link);
    expect((await ask({ path: '/api/host.link', headers: bearer() })).status).toBe(404);
  });

  it('ends the stream when the reader leaves', async () => {
    const seen = { asked: 0, returned: false };
    const { port, bearer } = await aWebHost({
      'event.watch': async function* (_input, signal) {
        try {
          while (!signal.aborted) {
            yield { type: 'delta', seq: seen.asked++, events: [] };
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          seen.returned = true;
        }
      },
    });
    const request = httpRequest({ host: '127.0.0.1', port, path: '/api/event.watch', headers: bearer() });
    request.on('error', () => undefined).end();
    const first = await new Promise<string>((resolve) => {
      request.on('response', (response) => {
        response.on('error', () => undefined);
        createInterface({ input: response })
          .on('error', () => undefined)
          .once('line', resolve);
      });
    });
    expect(JSON.parse(first)).toMatchObject({ seq: 0 });
    request.destroy();
    await vi.waitUntil(() => seen.returned);
  });
});
