/**
 * Writes AMQP by hand, for what no client library would send: a publish whose header table is any bytes.
 * Signs in as guest, publishes through the default exchange, and says how the broker took it.
 */
import { connect, type Socket } from 'node:net';

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const FRAME_END = 0xce;
const HEADERS_FLAG = 1 << 13;

/** Resolves to 'kept' when the broker took the message, 'refused' when it closed the channel or the connection. */
export async function publishWithHeaders(
  port: number,
  queue: string,
  table: Buffer,
): Promise<'kept' | 'refused'> {
  const socket = connect(port, '127.0.0.1');
  try {
    const next = methodReader(socket);
    socket.write('AMQP\0\0\x09\x01', 'latin1');
    await next(10, 10);
    const response = Buffer.from('\0guest\0guest');
    socket.write(method(0, 10, 11, u32(0), short('PLAIN'), u32(response.length), response, short('en_US')));
    await next(10, 30);
    socket.write(method(0, 10, 31, u16(2047), u32(131_072), u16(0)));
    socket.write(method(0, 10, 40, short('/'), short(''), Buffer.from([0])));
    await next(10, 41);
    socket.write(method(1, 20, 10, short('')));
    await next(20, 11);
    socket.write(method(1, 85, 10, Buffer.from([0]))); // confirm.select
    await next(85, 11);
    const body = Buffer.from('{}');
    const size = Buffer.alloc(8);
    size.writeUInt32BE(body.length, 4);
    socket.write(method(1, 60, 40, u16(0), short(''), short(queue), Buffer.from([0])));
    socket.write(
      frame(HEADER, 1, Buffer.concat([u16(60), u16(0), size, u16(HEADERS_FLAG), u32(table.length), table])),
    );
    socket.write(frame(BODY, 1, body));
    return await next(60, 80).then(
      () => 'kept' as const,
      () => 'refused' as const,
    );
  } finally {
    socket.destroy();
  }
}

/** Resolves when the method named comes next, rejects on any other and on the end of the line. */
function methodReader(socket: Socket): (classId: number, methodId: number) => Promise<void> {
  let bytes: Buffer = Buffer.alloc(0);
  let isOver = false;
  let look = (): void => {};
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    look();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOver = true;
    look();
  });
  return (classId, methodId) =>
    new Promise((resolve, reject) => {
      look = () => {
        const size = bytes.length < 7 ? Infinity : bytes.readUInt32BE(3);
        if (bytes.length < size + 8) return isOver ? reject(new Error('the line ended')) : undefined;
        const got = [bytes.readUInt16BE(7), bytes.readUInt16BE(9)];
        bytes = bytes.subarray(size + 8);
        look = () => {};
        if (got[0] === classId && got[1] === methodId) resolve();
        else reject(new Error(`heard method ${got.join('.')}`));
      };
      look();
    });
}

export const fieldOf = (name: string, type: string, value: Buffer): Buffer =>
  Buffer.concat([short(name), Buffer.from(type), value]);

const method = (channel: number, classId: number, methodId: number, ...parts: readonly Buffer[]): Buffer =>
  frame(METHOD, channel, Buffer.concat([u16(classId), u16(methodId), ...parts]));

const frame = (type: number, channel: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([type]), u16(channel), u32(payload.length), payload, Buffer.from([FRAME_END])]);

const short = (text: string): Buffer =>
  Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
