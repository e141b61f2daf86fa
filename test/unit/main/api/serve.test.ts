import { describe, expect, it, vi } from 'vitest';
import { MAX_OPEN, serve } from '../../../../app/main/api/serve.js';
import { connect } from '../../../../app/renderer/client/connect.js';
import type { Api, Out } from '../../../../app/shared/contract/contract.js';
import { AppError } from '../../../../app/shared/errors/app-error.js';
import { channelPair } from '../../../support/channel-pair.js';
import { fakeApi } from '../../../support/fake-api.js';
import { logRing } from '../../../support/log-ring.js';

type Frame = Out<'event.watch'>;
const anItem = (seq: number): Frame => ({ type: 'delta', seq, events: [] });

function aConsole(parts: Partial<Api> = {}) {
  const pair = channelPair();
  const log = logRing();
  const stop = serve(fakeApi(parts), pair.server, log);
  return { pair, log, stop, client: connect(pair.client) };
}

/** Items as fast as they are asked for; `asked` counts how often that was. */
function endless() {
  const seen = { asked: 0, signal: null as AbortSignal | null, returned: false };
  const watch: Api['event.watch'] = async function* (_input, signal) {
    seen.signal = signal;
    try {
      while (!signal.aborted) yield anItem(seen.asked++);
    } finally {
      seen.returned = true;
    }
  };
  return { seen, watch };
}

describe('calls over a channel', () => {
  it('answers a call with its output', async () => {
    const { client } = aConsole({ 'host.link': async () => ({ url: 'http://127.0.0.1:1/' }) });
    await expect(client.call('host.link', {})).resolves.toEqual({ url: 'http://127.0.0.1:1/' });
  });

  it('names the bad field of an input, and does not run the procedure', async () => {
    const get = vi.fn();
    const { client } = aConsole({ 'history.get': get });
    const error = await client
      .call('history.get', { rangeMs: 60_000, points: 1 })
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'CONTRACT_INPUT_INVALID', details: { path: 'points' } });
    expect(get).not.toHaveBeenCalled();
  });

  it.each(['node.explode', '__proto__', 'constructor', 'event.watch'])('refuses to call %s', async (name) => {
    const { client } = aConsole();
    await expect(client.call(name as 'host.link', {})).rejects.toMatchObject({ code: 'PROCEDURE_UNKNOWN' });
  });

  it('carries an expected error with its code and details', async () => {
    const { client, log } = aConsole({
      'node.get': () =>
        Promise.reject(new AppError('NODE_UNKNOWN', 'no such node', { details: { name: 'x' } })),
    });
    await expect(client.call('node.get', { name: 'x' })).rejects.toMatchObject({
      code: 'NODE_UNKNOWN',
      message: 'no such node',
      details: { name: 'x' },
    });
    expect(log.lines).toEqual([]);
  });

  it('answers a bug with a report id only, and logs it once under that id', async () => {
    const { client, log } = aConsole({ 'host.link': () => Promise.reject(new Error('password=hunter2')) });
    const error = (await client.call('host.link', {}).catch((cause: unknown) => cause)) as AppError;
    expect(error.code).toBe('INTERNAL');
    expect(error.message).not.toContain('hunter2');
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.facts['reportId']).toBe(error.details['reportId']);
  });

  it('takes an output that breaks the contract for a bug', async () => {
    const { client } = aConsole({ 'host.link': async () => ({ link: 1 }) as never });
    await expect(client.call('host.link', {})).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('gives up a call when its signal is aborted', async () => {
    let heard: AbortSignal | null = null;
    const { client, log } = aConsole({
      'host.link': (_input, signal) => {
        heard = signal;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('gone'))),
        );
      },
    });
    const abort = new AbortController();
    const answer = client.call('host.link', {}, abort.signal);
    await vi.waitUntil(() => heard);
    abort.abort(new Error('no longer wanted'));
    await expect(answer).rejects.toThrow('no longer wanted');
    await vi.waitUntil(() => heard?.aborted);
    expect(log.lines).toEqual([]);
  });
});

describe('streams over a channel', () => {
  it('asks for the next item only when the last was dealt with', async () => {
    const { seen, watch } = endless();
    const { client } = aConsole({ 'event.watch': watch });
    const releases: (() => void)[] = [];
    client.watch(
      'event.watch',
      {},
      {
        onItem: () => new Promise<void>((resolve) => releases.push(resolve)),
        onEnd: () => undefined,
      },
    );
    await vi.waitUntil(() => releases.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.asked).toBe(1);
    releases[0]?.();
    await vi.waitUntil(() => releases.length === 2);
    expect(seen.asked).toBe(2);
  });

  it('keeps the order and says when the stream ended by itself', async () => {
    const { client } = aConsole({
      'event.watch': async function* () {
        for (let seq = 0; seq < 5; seq++) yield anItem(seq);
      },
    });
    const seqs: number[] = [];
    const end = await new Promise((resolve) =>
      client.watch('event.watch', {}, { onItem: (item) => void seqs.push(item.seq), onEnd: resolve }),
    );
    expect(seqs).toEqual([0, 1, 2, 3, 4]);
    expect(end).toBeNull();
  });

  it('ends the generator when the watcher cancels, and tells the watcher nothing more', async () => {
    const { seen, watch } = endless();
    const { client } = aConsole({ 'event.watch': watch });
    const onEnd = vi.fn();
    const items: Frame[] = [];
    const cancel = client.watch('event.watch', {}, { onItem: (item) => void items.push(item), onEnd });
    await vi.waitUntil(() => items.length > 2);
    cancel();
    await vi.waitUntil(() => seen.returned);
    expect(seen.signal?.aborted).toBe(true);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('ends every stream when the channel closes, and both sides know', async () => {
    const { seen, watch } = endless();
    const { client, pair } = aConsole({ 'event.watch': watch });
    const onEnd = vi.fn();
    const onLost = vi.fn();
    client.onLost(onLost);
    client.watch('event.watch', {}, { onItem: () => undefined, onEnd });
    await vi.waitUntil(() => seen.asked > 0);
    pair.server.close();
    pair.client.close();
    await vi.waitUntil(() => seen.returned);
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'CONSOLE_NOT_RUNNING' }));
    expect(onLost).toHaveBeenCalledOnce();
    await expect(client.call('host.link', {})).rejects.toMatchObject({ code: 'CONSOLE_NOT_RUNNING' });
  });

  it('closes a stream whose item the window could not use', async () => {
    const { seen, watch } = endless();
    const { client } = aConsole({ 'event.watch': watch });
    const end = await new Promise((resolve) =>
      client.watch(
        'event.watch',
        {},
        {
          onItem: () => {
            throw new Error('cannot draw this');
          },
          onEnd: resolve,
        },
      ),
    );
    expect(end).toMatchObject({ code: 'INTERNAL' });
    await vi.waitUntil(() => seen.returned);
  });

  it('refuses a stream with a wrong input', async () => {
    const { client } = aConsole();
    const end = await new Promise((resolve) =>
      client.watch('event.watch', { limit: -1 }, { onItem: () => undefined, onEnd: resolve }),
    );
    expect(end).toMatchObject({ code: 'CONTRACT_INPUT_INVALID', details: { path: 'limit' } });
  });
});

describe('a channel that misbehaves', () => {
  it('may hold 64 things open and no more', async () => {
    const { client } = aConsole({ 'host.link': () => new Promise(() => undefined) });
    for (let count = 0; count < MAX_OPEN; count++) client.call('host.link', {}).catch(() => undefined);
    await expect(client.call('host.link', {})).rejects.toMatchObject({ code: 'HOST_REFUSED' });
  });

  it.each([
    null,
    42,
    [],
    'call',
    {},
    { type: 'call' },
    { type: 'call', id: -1, procedure: 'host.link', input: {} },
    { type: 'result', id: 0, output: {} },
    { type: 'ack', id: 99 },
    { type: 'close', id: 99 },
    { type: 'call', id: 0, procedure: 'x'.repeat(100_000), input: {} },
  ])('survives odd frame %#', async (frame) => {
    const { client, pair } = aConsole({ 'host.link': async () => ({ url: null }) });
    pair.inject(frame);
    await expect(client.call('host.link', {})).resolves.toEqual({ url: null });
  });

  it('keeps the first of two with one id', async () => {
    let finish: (link: { url: null }) => void = () => undefined;
    const link = vi.fn(() => new Promise<{ url: null }>((resolve) => (finish = resolve)));
    const { pair, log } = aConsole({ 'host.link': link });
    pair.inject({ type: 'call', id: 7, procedure: 'host.link', input: {} });
    pair.inject({ type: 'call', id: 7, procedure: 'host.link', input: {} });
    await vi.waitUntil(() => log.lines.length > 0);
    finish({ url: null });
    await vi.waitUntil(() => pair.crossed.length > 0);
    expect(link).toHaveBeenCalledOnce();
    expect(pair.crossed).toEqual([{ type: 'result', id: 7, output: { url: null } }]);
  });
});
