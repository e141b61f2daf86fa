/** What a hook does on this machine: words, time, output, and what it leaves running. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { hookRunner } from '../../../../app/main/adapters/hook-runner.js';
import { quoted, wordsOf } from '../../../../app/shared/lib/command-words.js';
import type { HookCall } from '../../../../app/main/ports/hook-runner.js';

const run = (argument: string, fields: Partial<HookCall> = {}) =>
  hookRunner.run({ action: 'exec', argument, shell: false, timeoutMs: 5_000, env: {}, ...fields });

describe('a command of a hook', () => {
  it.each([
    [`ip addr add "10.0.0.1/24" dev 'eth 0'`, ['ip', 'addr', 'add', '10.0.0.1/24', 'dev', 'eth 0']],
    [`--data="a b" -H'X: y'`, ['--data=a b', '-HX: y']],
    [String.raw`say "a \"word\""`, ['say', 'a "word"']],
    ['  ', []],
    [`it's`, null],
  ])('%s is %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('whose words no shell reads is quoted for one, which then does the same', async () => {
    const argument = "printf '%s|' $HOME `touch x` 'a b' \"it's\" ; --opt=1 /etc/passwd";
    const plain = await run(argument);
    expect(plain.output).toBe("$HOME|`touch|x`|a b|it's|;|--opt=1|/etc/passwd|");
    expect(await run(quoted(argument), { shell: true })).toEqual(plain);
  });

  it('gets its variables and few others, expands nothing without a shell, and tells its code', async () => {
    expect(await run('printenv LEGION', { env: { LEGION: 'web' } })).toEqual({
      ok: true,
      code: 0,
      output: 'web',
    });
    expect((await run('echo $LEGION *', { env: { LEGION: 'web' } })).output).toBe('$LEGION *');
    expect((await run('echo $LEGION', { shell: true, env: { LEGION: 'web' } })).output).toBe('web');
    expect(await run('false')).toMatchObject({ ok: false, code: 1 });
    expect(await run('no-such-command-here')).toMatchObject({ ok: false, code: null });
    expect(await run(`it's`)).toMatchObject({ ok: false, output: 'a quote is left open' });
  });

  it('that leaves something running ends with its own end', async () => {
    const began = performance.now();
    const { ok } = await run('setsid sleep 30 & echo done', { shell: true });
    expect(ok).toBe(true);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('that takes too long is ended, and one ended by a signal has failed', async () => {
    expect(await run('sleep 30', { timeoutMs: 200 })).toMatchObject({
      ok: false,
      output: 'not finished within 0.2 s',
    });
    expect(await run('kill -9 $$', { shell: true })).toMatchObject({ ok: false, code: null });
  });

  it('does not show a password that it prints', async () => {
    expect((await run('echo amqp://u:hunter2@host')).output).toBe('amqp://u:•••@host');
  });
});

describe('an http hook', () => {
  const open: Server[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  const serve = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}/` : '';
  };
  const post = (argument: string, timeoutMs = 5_000) =>
    run(argument, { action: 'http', timeoutMs, env: { LEGION: 'web' } });

  it('posts the facts, and keeps what is answered', async () => {
    const place = await serve((request, answer) => {
      request.setEncoding('utf8').on('data', (text: string) => answer.end(`${request.method} ${text}`));
    });
    expect(await post(place)).toEqual({ ok: true, code: 200, output: 'POST {"LEGION":"web"}' });
  });

  it('reads of an answer without end what it keeps, and hangs up', async () => {
    let sent = 0;
    let hungUp = (): void => undefined;
    const ended = new Promise<void>((resolve) => (hungUp = resolve));
    const place = await serve((_, answer) => {
      const more = (): void => {
        sent += 1;
        if (!answer.destroyed) answer.write('x'.repeat(10_000), () => setImmediate(more));
      };
      answer.on('error', () => undefined).on('close', hungUp);
      more();
    });
    const { ok, output } = await post(place, 60_000);
    expect({ ok, length: output.length }).toEqual({ ok: true, length: 4_000 });
    await ended;
    expect(sent).toBeLessThan(5_000);
  });

  it('has its time limit for the answer too', async () => {
    const drips = await serve((_, answer) => void answer.write('a word, and no more'));
    const silent = await serve(() => undefined);
    for (const place of [drips, silent])
      expect(await post(place, 200)).toEqual({
        ...{ ok: false, code: null, output: 'not finished within 0.2 s' },
      });
  });

  it('follows nobody to another place', async () => {
    let visits = 0;
    const other = await serve((_, answer) => {
      visits += 1;
      answer.end('here');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const place = await serve((_, answer) => answer.writeHead(status, { location: other }).end());
      expect(await post(place)).toMatchObject({ ok: false, output: 'unexpected redirect' });
    }
    expect(visits).toBe(0);
  });
});
