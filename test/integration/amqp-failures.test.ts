/** Every way a broker can be wrong, away or lost, told apart by code and in the words of whoever refused. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAmqpBus, type AmqpOptions } from '../../app/main/adapters/amqp-bus.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import type { AppError } from '../../app/shared/errors/app-error.js';
import type { Bus, BusEvent, BusPlan, Delivery } from '../../app/main/ports/bus.js';
import { makeCerts, type Identity } from '../support/certs.js';
import { describeWithRabbitMq } from '../support/describe-with-rabbitmq.js';
import { freePort, startRabbitMq, type RabbitMq } from '../support/rabbitmq.js';
import { fieldOf, publishWithHeaders, u32 } from '../support/raw-amqp.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const PASSWORD = 'a-secret-word';
const NOTHING: BusPlan = { topology: { exchanges: [], queues: [], bindings: [] }, consumers: [] };
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function startBus(options: Partial<AmqpOptions> & { readonly url: string }, plan: BusPlan = NOTHING) {
  const bus: Bus = createAmqpBus(
    { connectionName: 'failures', product: 'Failures', version: '1', ...options },
    systemClock,
  );
  const events: BusEvent[] = [];
  bus.onEvent((event) => events.push(event));
  cleanups.push(() => bus.close());
  bus.open(plan);
  const heard = <T extends BusEvent['type']>(type: T) =>
    events.filter((event): event is Extract<BusEvent, { type: T }> => event.type === type);
  const steps = (): string[] => heard('step').map(({ step }) => step);
  return {
    bus,
    events,
    heard,
    steps,
    live: (times = 1, withinMs = 10_000) => until(() => heard('live').length >= times, withinMs),
  };
}

/** The first `down` of a bus, checked for secrets. */
async function downOf(options: Partial<AmqpOptions> & { readonly url: string }, plan?: BusPlan) {
  const started = startBus(options, plan);
  const [down] = await until(() => (started.heard('down').length > 0 ? started.heard('down') : null));
  expect(JSON.stringify([down!.error.message, (down!.error as { details?: unknown }).details])).not.toContain(
    PASSWORD,
  );
  return { ...started, down: down! };
}

describe('a bus without a broker', () => {
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  };

  it('says that nothing listens there, and goes on trying, each second at most', async () => {
    const { down, heard } = await downOf({ url: `amqp://127.0.0.1:${await freePort()}` });
    expect(down).toMatchObject({ error: { code: 'BUS_UNREACHABLE' }, willRetry: true });
    await until(() => heard('retrying').length >= 6);
    const delays = heard('retrying').map(({ delayMs }) => delayMs);
    expect(heard('retrying').map(({ attempt }) => attempt)).toEqual(delays.map((_, index) => index + 1));
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(delays[0]).toBeLessThanOrEqual(60);
    expect(heard('down').length).toBe(1);
  });

  it('says that the host is unknown', async () => {
    const { down } = await downOf({ url: 'amqp://no-such-host.invalid' });
    expect(down).toMatchObject({ error: { code: 'BUS_HOST_UNKNOWN' }, willRetry: true });
  });

  it('says that something else answers there, and what', async () => {
    const port = await listen(
      createServer((socket) =>
        socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      ),
    );
    const { down, steps } = await downOf({ url: `amqp://127.0.0.1:${port}` });
    expect(down).toMatchObject({
      error: { code: 'BUS_NOT_AMQP', message: 'answered "HTTP/1.1 400 Bad Request"' },
    });
    expect(steps()).toEqual(['broker']);
  });

  it('says that a port which hangs up at once is no broker', async () => {
    const port = await listen(
      createServer((socket) =>
        socket
          .on('error', () => {})
          .resume()
          .end(),
      ),
    );
    const { down } = await downOf({ url: `amqp://127.0.0.1:${port}` });
    expect(down).toMatchObject({ error: { code: 'BUS_NOT_AMQP' }, willRetry: true });
  });

  it('says that a port which never answers took too long', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => {}).resume()));
    const { down } = await downOf({ url: `amqp://127.0.0.1:${port}`, connectTimeoutMs: 200 });
    expect(down).toMatchObject({ error: { code: 'BUS_TIMEOUT' }, willRetry: true });
  });

  it('is refused an address that is none, without quoting it', () => {
    const url = `http://user:${PASSWORD}@host`;
    expect(() => startBus({ url })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
    expect(() => startBus({ url })).not.toThrow(PASSWORD);
  });

  it('closes within a moment while it is trying', async () => {
    const { bus } = await downOf({ url: `amqp://127.0.0.1:${await freePort()}` });
    const started = performance.now();
    await bus.close();
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describeWithRabbitMq('a bus and a broker that will not have it', () => {
  const certs = makeCerts();
  let server: RabbitMq;

  beforeAll(async () => {
    server = await startRabbitMq({ tls: { ca: certs.ca, ...certs.server, requireClientCert: true } });
    await server.addUser('narrow', PASSWORD, { configure: '^mine', write: '^mine', read: '^mine' });
    await server.ctl('add_user', 'outside', PASSWORD);
  }, 90_000);
  afterAll(() => server.dispose());

  const plain = (path = ''): string => `amqp://127.0.0.1:${server.port}${path}`;

  it('is told that user or password are wrong, and waits', async () => {
    const { bus, down, heard, steps } = await downOf({ url: plain(), user: 'guest', password: PASSWORD });
    expect(down).toMatchObject({ error: { code: 'BUS_ACCESS_REFUSED' }, willRetry: false });
    expect(down.error.message).toMatch(
      /^ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN/,
    );
    expect(heard('retrying')).toEqual([]);
    expect(steps()).toEqual(['broker']);
    bus.reconnect();
    await until(() => heard('down').length === 2);
  });

  it('takes user and password from the address too', async () => {
    await server.addUser('käthe', 'p@ss/w?rd');
    const { live } = startBus({ url: `amqp://k%C3%A4the:p%40ss%2Fw%3Frd@127.0.0.1:${server.port}/%2F` });
    await live();
  });

  it('is told that the virtual host is not there', async () => {
    const { down, heard } = await downOf({ url: plain('/no%20such') });
    expect(down).toMatchObject({
      error: { code: 'BUS_VHOST_MISSING', details: { vhost: 'no such' } },
      willRetry: false,
    });
    expect(down.error.message).toContain('vhost no such not found');
    expect(heard('retrying').length).toBeLessThanOrEqual(3);
  });

  it('is told that it may not enter the virtual host', async () => {
    const { down } = await downOf({ url: plain(), user: 'outside', password: PASSWORD });
    expect(down).toMatchObject({
      error: { code: 'BUS_NO_PERMISSION', details: { kind: 'vhost', name: '/' } },
      willRetry: false,
    });
    expect(down.error.message).toContain("access to vhost '/' refused for user 'outside'");
  });

  const queue = { durable: false, autoDelete: true, exclusive: true, arguments: {} };
  it.each([
    ['configure, or read for its dead letters', 'queue', 'other', { queues: [{ name: 'other', ...queue }] }],
    [
      'configure',
      'exchange',
      'other',
      { exchanges: [{ name: 'other', type: 'topic', durable: false } as const] },
    ],
    [
      'read',
      'exchange',
      'amq.topic',
      {
        queues: [{ name: 'mine', ...queue }],
        bindings: [{ queue: 'mine', exchange: 'amq.topic', routingKey: '#' }],
      },
    ],
  ])('is told that it may not %s the %s %s', async (permission, kind, name, topology) => {
    const plan: BusPlan = { topology: { ...NOTHING.topology, ...topology }, consumers: [] };
    const { down, steps } = await downOf({ url: plain(), user: 'narrow', password: PASSWORD }, plan);
    expect(down).toMatchObject({
      error: { code: 'BUS_NO_PERMISSION', details: { permission, kind, name } },
      willRetry: false,
    });
    expect(down.error.message).toContain(
      `access to ${kind} '${name}' in vhost '/' refused for user 'narrow'`,
    );
    expect(steps()).toEqual(['broker', 'login']);
  });

  describe('while it declares all that a node needs', () => {
    const consumers: BusPlan['consumers'] = ['agent.console-1', 'own.a', 'own.b'].map((name) => ({
      queue: name,
      mode: 'watch',
      handle: () => {},
    }));
    const whole: BusPlan = {
      topology: {
        exchanges: ['task', 'node', 'node.dlx', 'extensions'].map((name) => ({
          name,
          type: 'topic',
          durable: true,
        })),
        queues: consumers.map(({ queue: name }) => ({
          name,
          ...queue,
          arguments: { 'x-dead-letter-exchange': 'node.dlx' },
        })),
        bindings: consumers.map(({ queue: name }) => ({ queue: name, exchange: 'node', routingKey: '#' })),
      },
      consumers,
    };
    const downAs = (user: string) => downOf({ url: plain(), user, password: PASSWORD }, whole);

    it.each([
      ['nothing at all', { configure: '^$', write: '^$', read: '^$' }],
      ['anything but declare', { configure: '^$', write: '.*', read: '.*' }],
    ])('is told what is missing when it may do %s, and waits', async (what, rights) => {
      const user = what.replaceAll(' ', '-');
      await server.addUser(user, PASSWORD, rights);
      const { down, heard, steps } = await downAs(user);
      expect(down).toMatchObject({ error: { code: 'BUS_NO_PERMISSION' }, willRetry: false });
      const { details } = down.error as AppError;
      expect(details).toMatchObject({ permission: expect.stringMatching(/^configure/) as string });
      const { kind, name } = details as { readonly kind: string; readonly name: string };
      expect(down.error.message).toContain(`access to ${kind} '${name}'`);
      expect(steps()).toEqual(['broker', 'login']);
      expect(heard('retrying')).toEqual([]);
    });

    it('is told that reading for the dead letters may be what is missing', async () => {
      await server.addUser('reads-nothing', PASSWORD, { configure: '.*', write: '.*', read: '^$' });
      const { down } = await downAs('reads-nothing');
      expect(down).toMatchObject({
        error: {
          code: 'BUS_NO_PERMISSION',
          details: {
            permission: expect.stringMatching(/read/) as string,
            kind: 'queue',
            name: expect.stringMatching(/^(agent|own)\./) as string,
          },
        },
        willRetry: false,
      });
    });

    it('is told that an exchange exists as another type, and waits', async () => {
      await server.ctl('add_vhost', 'odd');
      await server.ctl('set_permissions', '-p', 'odd', 'guest', '.*', '.*', '.*');
      const { bus, live } = startBus(
        { url: plain('/odd') },
        {
          topology: {
            ...NOTHING.topology,
            exchanges: [{ name: 'node', type: 'direct', durable: true }],
          },
          consumers: [],
        },
      );
      await live();
      await bus.close();
      const { down, heard } = await downOf({ url: plain('/odd') }, whole);
      expect(down).toMatchObject({ error: { code: 'BUS_TOPOLOGY_MISMATCH' }, willRetry: false });
      expect(down.error.message).toContain("inequivalent arg 'type' for exchange 'node' in vhost 'odd'");
      expect(heard('retrying')).toEqual([]);
    });
  });

  it('is told that it may not publish to an exchange, and stays connected', async () => {
    const { bus, live, heard } = startBus({ url: plain(), user: 'narrow', password: PASSWORD });
    await live();
    const envelope = { exchange: 'amq.topic', routingKey: 'k', properties: {}, body: Buffer.from('') };
    await expect(bus.publish(envelope)).rejects.toMatchObject({
      code: 'BUS_NO_PERMISSION',
      details: { permission: 'write', kind: 'exchange', name: 'amq.topic' },
    });
    expect(heard('down')).toEqual([]);
  });

  it('is told that the port wants TLS', async () => {
    const { down } = await downOf({ url: `amqp://127.0.0.1:${server.tlsPort}` });
    expect(down).toMatchObject({ error: { code: 'BUS_TLS_REQUIRED' }, willRetry: false });
  });

  it('is told that the port does not speak TLS', async () => {
    const { down } = await downOf({ url: `amqps://127.0.0.1:${server.port}` });
    expect(down).toMatchObject({ error: { code: 'BUS_NO_TLS' }, willRetry: false });
  });

  it('is told that its own certificate is missing', async () => {
    const { down, steps } = await downOf({
      url: `amqps://localhost:${server.tlsPort}`,
      tls: { ca: certs.ca, verify: true },
    });
    expect(down).toMatchObject({ error: { code: 'BUS_CLIENT_CERT' }, willRetry: false });
    expect(steps()).toEqual(['broker']);
  });

  const locked = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: PASSWORD,
  });
  it.each([
    ['a client key that is none', /^the client key cannot be read, it is no/, { key: 'no key' }],
    ['an empty client key', /^the client key cannot be read, it is no/, { key: Buffer.alloc(0) }],
    ['a certificate as its key', /^the client key cannot be read, it is no/, { key: certs.client.cert }],
    [
      'a locked key without its passphrase',
      /^the client key cannot be read, its passphrase/,
      { key: locked },
    ],
    ['a key of another certificate', /^the client key cannot be used, it does/, { key: certs.server.key }],
    ['a client certificate that is none', /^the client certificate cannot be read/, { cert: 'none' }],
  ])('is told that the fault is ours with %s, and waits', async (_, words, own) => {
    const tls = { ca: certs.ca, ...certs.client, ...own, verify: true };
    const { down, steps, heard } = await downOf({ url: `amqps://localhost:${server.tlsPort}`, tls });
    expect(down).toMatchObject({ error: { code: 'CONFIG_INVALID' }, willRetry: false });
    expect(down.error.message).toMatch(words);
    expect([steps(), heard('retrying')]).toEqual([[], []]);
  });

  it('is let in with a certificate on both sides, and says how the line is kept', async () => {
    const tls = { ca: certs.ca, ...certs.client, verify: true };
    const { live, heard, steps } = startBus({ url: `amqps://localhost:${server.tlsPort}`, tls });
    await live();
    expect(heard('live')[0]?.tls).toMatch(/^TLSv1\.[23] /);
    expect(steps()).toEqual(['broker', 'tls', 'login', 'topology']);
  });

  describe('behind TLS', () => {
    const behind = async (identity: Identity): Promise<number> => {
      const proxy = await startTcpProxy(server.port, identity);
      cleanups.push(() => proxy.close());
      return proxy.port;
    };

    it.each([
      ['an expired certificate', 'BUS_CERT_EXPIRED', certs.expired, certs.ca],
      ['a certificate for another host', 'BUS_CERT_HOST', certs.otherHost, certs.ca],
      [
        'a certificate of an authority it does not trust',
        'BUS_CERT_UNTRUSTED',
        certs.server,
        certs.strangerCa,
      ],
    ])('does not accept %s', async (_, code, identity, ca) => {
      const { down } = await downOf({
        url: `amqps://localhost:${await behind(identity)}`,
        tls: { ca, verify: true },
      });
      expect(down).toMatchObject({ error: { code }, willRetry: false });
    });

    it('accepts the name it was told to expect, and any certificate when told not to verify', async () => {
      const url = `amqps://localhost:${await behind(certs.otherHost)}`;
      await startBus({ url, tls: { ca: certs.ca, serverName: 'elsewhere.example', verify: true } }).live();
      await startBus({ url, tls: { verify: false } }).live();
    });
  });
});

describeWithRabbitMq('a bus whose broker goes away', () => {
  let server: RabbitMq;
  const seen: string[] = [];
  const plan: BusPlan = {
    topology: {
      exchanges: [{ name: 'node', type: 'topic', durable: true }],
      queues: [
        {
          name: 'own',
          durable: false,
          autoDelete: true,
          exclusive: true,
          arguments: { 'x-queue-type': 'classic' },
        },
      ],
      bindings: [{ queue: 'own', exchange: 'node', routingKey: '#' }],
    },
    consumers: [{ queue: 'own', mode: 'watch', handle: (delivery) => seen.push(delivery.body.toString()) }],
  };
  const send = (bus: Bus, body: string): Promise<void> =>
    bus.publish({ exchange: 'node', routingKey: 'status', properties: {}, body: Buffer.from(body) });
  const echo = async (bus: Bus, body: string): Promise<void> => {
    await send(bus, body);
    await until(() => seen.includes(body));
  };

  beforeAll(async () => {
    server = await startRabbitMq();
  }, 90_000);
  afterAll(() => server.dispose());

  it('hears why when it is shut down, and is live within a second of its return', async () => {
    const { bus, heard, live } = startBus({ url: server.url }, plan);
    await live();
    await server.stop();
    expect(heard('down')).toMatchObject([{ error: { code: 'BUS_CLOSED' }, willRetry: true }]);
    expect(heard('down')[0]?.error.message).toContain(
      "broker forced connection closure with reason 'shutdown'",
    );
    await until(() => heard('retrying').at(-1)?.error.message.includes('ECONNREFUSED'));
    await server.restart();
    await live(2, 2500); // the port accepts a little before the broker takes logins
    await echo(bus, 'after the stop');
    expect(heard('down').length).toBe(1);
  }, 60_000);

  it('is live again after a kill -9, with its own queue and consumer', async () => {
    const { bus, heard, live } = startBus({ url: server.url }, plan);
    await live();
    await server.kill9();
    expect(heard('down')).toMatchObject([{ error: { code: 'BUS_LOST' }, willRetry: true }]);
    await server.restart();
    await live(2, 2500);
    await echo(bus, 'after the kill');
  }, 60_000);

  it('hears why when an admin closes its connection', async () => {
    const { bus, heard, live } = startBus({ url: server.url }, plan);
    await live();
    await server.ctl('close_all_connections', 'maintenance');
    await live(2);
    expect(heard('down')).toMatchObject([
      { error: { code: 'BUS_CLOSED', message: 'CONNECTION_FORCED - maintenance' } },
    ]);
    await echo(bus, 'after maintenance');
  });

  it('notices a black hole by missed heartbeats, and is back when the hole is gone', async () => {
    const proxy = await startTcpProxy(server.port);
    cleanups.push(() => proxy.close());
    const { bus, heard, live } = startBus(
      { url: `amqp://127.0.0.1:${proxy.port}`, heartbeatS: 1, connectTimeoutMs: 500 },
      plan,
    );
    await live();
    const started = performance.now();
    proxy.blackHole();
    await until(() => heard('down').length === 1);
    expect(performance.now() - started).toBeLessThan(3500);
    expect(heard('down')).toMatchObject([
      { error: { code: 'BUS_LOST', message: 'Heartbeat timeout' }, willRetry: true },
    ]);
    await until(() =>
      heard('retrying').some(({ error }) => (error as { code?: string }).code === 'BUS_TIMEOUT'),
    );
    await proxy.restore();
    await live(2);
    await echo(bus, 'out of the hole');
  }, 30_000);

  it('closes within its two seconds in a black hole', async () => {
    const proxy = await startTcpProxy(server.port);
    cleanups.push(() => proxy.close());
    const { bus, live } = startBus({ url: `amqp://127.0.0.1:${proxy.port}` }, plan);
    await live();
    proxy.blackHole();
    const unanswered = expect(send(bus, 'into the hole')).rejects.toMatchObject({ code: 'BUS_LOST' });
    const started = performance.now();
    await bus.close();
    expect(performance.now() - started).toBeLessThan(2500);
    await unanswered;
  });

  it('stays up on a slow line', async () => {
    const proxy = await startTcpProxy(server.port);
    cleanups.push(() => proxy.close());
    const { bus, heard, live } = startBus({ url: `amqp://127.0.0.1:${proxy.port}`, heartbeatS: 1 }, plan);
    await live();
    proxy.delay(300);
    await echo(bus, 'slowly');
    proxy.delay(0);
    expect(heard('down')).toEqual([]);
  });

  it('is live again within a second of every cut', async () => {
    const proxy = await startTcpProxy(server.port);
    cleanups.push(() => proxy.close());
    const { bus, heard, live } = startBus({ url: `amqp://127.0.0.1:${proxy.port}` }, plan);
    await live();
    for (let cut = 1; cut <= 3; cut += 1) {
      await proxy.cut();
      await until(() => heard('down').length === cut && heard('retrying').length >= 2 * cut);
      await proxy.restore();
      await live(cut + 1, 1500);
      await echo(bus, `cut ${cut}`);
    }
  });

  it('takes headers that its library cannot read as none, loses nothing around them and stays up', async () => {
    const bodies: Delivery[] = [];
    const watch: BusPlan = {
      ...plan,
      consumers: [{ queue: 'own', mode: 'watch', handle: (delivery) => bodies.push(delivery) }],
    };
    const { bus, heard, live } = startBus({ url: server.url }, watch);
    await live();
    const nested = Array.from({ length: 15_000 }).reduce<Buffer>(
      (inner) => fieldOf('k', 'F', Buffer.concat([u32(inner.length), inner])),
      Buffer.alloc(0),
    );
    const tables = {
      fine: fieldOf('k', 't', Buffer.from([1])),
      prototype: fieldOf('__proto__', 'F', Buffer.concat([u32(4), fieldOf('x', 't', Buffer.from([1]))])),
      unsigned: fieldOf('k', 'L', Buffer.alloc(8, 1)),
      nested,
      'no text': Buffer.concat([
        Buffer.from([2, 0xff, 0xfe]),
        Buffer.from('S'),
        u32(2),
        Buffer.from([0xff, 0xfe]),
      ]),
    };
    for (const [name, table] of Object.entries(tables)) {
      expect([name, await publishWithHeaders(server.port, 'own', table)]).toEqual([name, 'kept']);
    }
    expect(await publishWithHeaders(server.port, 'own', fieldOf('k', 'Z', Buffer.alloc(8)))).toBe('refused');
    await send(bus, 'after');
    await until(() => bodies.length === 6);
    expect(bodies.map(({ body }) => body.toString())).toEqual(['{}', '{}', '{}', '{}', '{}', 'after']);
    expect(bodies[0]?.properties.headers).toEqual({ k: true });
    expect([bodies[2]?.properties.headers, bodies[3]?.properties.headers]).toEqual([undefined, undefined]);
    expect(heard('down')).toEqual([]);
  });

  it('shows up in the broker’s list as itself, once to publish and once to consume', async () => {
    const { live } = startBus(
      { url: server.url, connectionName: 'console-1', product: 'Legion Console', version: '9' },
      plan,
    );
    await live();
    const listed = await until(async () => {
      const text = await server.ctl('list_connections', 'client_properties');
      return text.includes('console-1 publish') && text.includes('console-1 consume') ? text : null;
    });
    expect(listed).toContain('"product","Legion Console"');
    const arguments_ = await server.ctl('list_queues', 'name', 'durable', 'auto_delete', 'arguments');
    expect(arguments_).toContain('own\tfalse\ttrue\t[{"x-queue-type","classic"}]');
  });
});
