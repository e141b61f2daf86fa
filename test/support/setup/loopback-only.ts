/** A test that tries to reach another machine fails, even when it swallows the error. */
import { Socket } from 'node:net';
import { afterEach, expect } from 'vitest';

const reached: string[] = [];

/** Names under .invalid never resolve anywhere: asking for one stays at home. */
const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d+){3}|::1|0\.0\.0\.0|\[::1\])$/.test(host) || host.endsWith('.invalid');

/** net takes (options), (port, host), (path), or all of them as one array. */
function hostOf(args: readonly unknown[]): string {
  const [first, second]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as { host?: string | null; path?: unknown };
    return typeof path === 'string' ? 'localhost' : (host ?? 'localhost');
  }
  return typeof second === 'string' ? second : 'localhost';
}

const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;
Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args);
  if (!isLoopback(host)) {
    reached.push(host);
    throw new Error(`tests reach loopback only, not ${host}`);
  }
  return connect.apply(this, args);
};

afterEach(() => {
  const hosts = reached.splice(0);
  expect(hosts, 'hosts beyond loopback').toEqual([]);
});
