/**
 * A broker that is only wire: it shakes hands, says yes to every declaration, and then writes pre-built deliveries
 * as fast as TCP takes them. It takes the real broker out of a measurement, so that what is left is the client.
 * Run as a process: `node wire-broker.mjs <feed>`; prints its port, feeds whoever consumes from a queue whose name
 * holds "observer" or "beats". Feeds: beats:<names>:<count>, storm:<count>.
 */
import { createServer } from 'node:net';

const END = 0xce;
const shortstr = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const longstr = (text) => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(text)]);
const u16 = (value) => Buffer.from([value >> 8, value & 255]);
const u32 = (value) => {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
};
const u64 = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
};
const frame = (type, channel, payload) =>
  Buffer.concat([Buffer.from([type]), u16(channel), u32(payload.length), payload, Buffer.from([END])]);
const method = (channel, classId, methodId, ...args) =>
  frame(1, channel, Buffer.concat([u16(classId), u16(methodId), ...args]));

/** The body of a beat as LegionIO nodes send it, at its recorded length. */
export function beatBody(name, pid, uptime) {
  return JSON.stringify({
    name,
    pid,
    timestamp: `${new Date().toISOString().slice(0, 19).replace('T', ' ')} +0000`,
    status: 'active',
    version: '1.9.43',
    metrics: {
      memory_rss_mb: 44.94140625,
      cpu_user_seconds: 0.48,
      cpu_system_seconds: 0.15,
      thread_count: 8,
      loaded_extensions: 1,
      uptime_seconds: uptime,
    },
    hosted_worker_ids: [],
    rabbitmq_cluster: {
      node_count: { status: 'ok', running: 1, total: 1 },
      quorum_leaders: { status: 'ok', quorum_queues: 4, leaders_on_this_node: 4 },
      shovel_links: { status: 'unknown', detail: 'management api unreachable' },
    },
  });
}

/** Bits of the basic properties that beats carry, in their order on the wire. */
function beatProperties() {
  const headers = Buffer.concat([shortstr('legion_protocol_version'), Buffer.from('S'), longstr('2.0')]);
  const flags = 0x8000 | 0x4000 | 0x2000 | 0x1000 | 0x0800 | 0x0100 | 0x0040 | 0x0020 | 0x0008;
  return Buffer.concat([
    u16(flags),
    shortstr('application/json'),
    shortstr('identity'),
    u32(headers.length),
    headers,
    Buffer.from([1]),
    Buffer.from([0]),
    shortstr('5000'),
    u64(Math.floor(Date.now() / 1000)),
    shortstr('heartbeat'),
    shortstr('legion'),
  ]);
}

/** One delivery as a consumer sees it. The tag must grow by one each: AMQP clients may check. */
function delivery(channel, consumerTag, tag, body) {
  const deliver = method(
    channel,
    60,
    60,
    shortstr(consumerTag),
    u64(tag),
    Buffer.from([0]),
    shortstr('node'),
    shortstr('status'),
  );
  const bytes = Buffer.from(body);
  const header = frame(2, channel, Buffer.concat([u16(60), u16(0), u64(bytes.length), beatProperties()]));
  return Buffer.concat([deliver, header, frame(3, channel, bytes)]);
}

function feed(spec, channel, consumerTag) {
  const [kind, first, second] = spec.split(':');
  const names = Number(first);
  const count = kind === 'storm' ? names : Number(second);
  const blocks = [];
  for (let i = 0; i < count; i += 1) {
    const which = i % names;
    blocks.push(
      delivery(
        channel,
        consumerTag,
        i + 1,
        beatBody(
          `rack-${which % 4}-${String(which).padStart(5, '0')}`,
          1000 + which,
          10 + Math.floor(i / names),
        ),
      ),
    );
  }
  return Buffer.concat(blocks);
}

function serve(socket, spec) {
  let buffered = Buffer.alloc(0);
  let confirms = new Map();
  let isOpen = false;
  const send = (bytes) => socket.write(bytes);

  const onMethod = (channel, payload) => {
    const key = payload.readUInt16BE(0) * 1000 + payload.readUInt16BE(2);
    if (key === 10_011) send(method(0, 10, 30, u16(2047), u32(131_072), u16(0)));
    else if (key === 10_040) send(method(0, 10, 41, shortstr('')));
    else if (key === 10_050) socket.end(method(0, 10, 51));
    else if (key === 20_010) send(method(channel, 20, 11, longstr('')));
    else if (key === 20_040) send(method(channel, 20, 41));
    else if (key === 40_010) send(method(channel, 40, 11));
    else if (key === 50_010) {
      const length = payload[6];
      send(method(channel, 50, 11, shortstr(payload.toString('utf8', 7, 7 + length)), u32(0), u32(0)));
    } else if (key === 50_020) send(method(channel, 50, 21));
    else if (key === 60_010) send(method(channel, 60, 11));
    else if (key === 85_010) {
      confirms.set(channel, 0);
      send(method(channel, 85, 11));
    } else if (key === 60_020) onConsume(channel, payload);
    else if (key === 60_040 && confirms.has(channel)) {
      confirms.set(channel, confirms.get(channel) + 1);
      send(method(channel, 60, 80, u64(confirms.get(channel)), Buffer.from([0])));
    }
  };

  const onConsume = (channel, payload) => {
    const queueLength = payload[6];
    const queue = payload.toString('utf8', 7, 7 + queueLength);
    const at = 7 + queueLength;
    const given = payload.toString('utf8', at + 1, at + 1 + payload[at]);
    const tag = given === '' ? `ctag-${channel}` : given;
    send(method(channel, 60, 21, shortstr(tag)));
    if (!/observer|beats/.test(queue)) return;
    const block = feed(spec, channel, tag);
    // The client says when it is ready by being quiet for a moment.
    setTimeout(() => send(block), 300);
  };

  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    if (!isOpen && buffered.length >= 8) {
      isOpen = true;
      buffered = buffered.subarray(8);
      const capabilities = Buffer.concat(
        [
          'publisher_confirms',
          'consumer_cancel_notify',
          'basic.nack',
          'connection.blocked',
          'authentication_failure_close',
        ].flatMap((name) => [shortstr(name), Buffer.from('t'), Buffer.from([1])]),
      );
      const table = Buffer.concat([
        shortstr('capabilities'),
        Buffer.from('F'),
        u32(capabilities.length),
        capabilities,
        shortstr('product'),
        Buffer.from('S'),
        longstr('wire'),
        shortstr('version'),
        Buffer.from('S'),
        longstr('0'),
      ]);
      send(
        method(
          0,
          10,
          10,
          Buffer.from([0, 9]),
          u32(table.length),
          table,
          longstr('PLAIN AMQPLAIN'),
          longstr('en_US'),
        ),
      );
    }
    while (buffered.length >= 7) {
      const size = buffered.readUInt32BE(3);
      if (buffered.length < size + 8) break;
      if (buffered[0] === 1) onMethod(buffered.readUInt16BE(1), buffered.subarray(7, 7 + size));
      buffered = buffered.subarray(size + 8);
    }
  });
  socket.on('error', () => undefined);
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const server = createServer((socket) => serve(socket, process.argv[2] ?? 'beats:1000:150000'));
  server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
  process.on('disconnect', () => process.exit(0));
}
