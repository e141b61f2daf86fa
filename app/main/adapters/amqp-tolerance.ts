/**
 * A guard against message headers that the broker passes on but amqplib cannot read: an unsigned 64-bit field, or
 * tables nested by the thousand. It would end the connection, and a queue with acknowledgements would hand the same
 * message out again, for ever. With the guard such a message arrives without properties, and whoever decodes it
 * counts it as bad input.
 *
 * It reaches into amqplib 2.3.1 (`recvFrame` and `rest` of its connection); an integration test holds it there.
 */
import type { ChannelModel } from 'amqplib';

type FrameReader = { rest: Buffer; recvFrame?: () => unknown };

const HEADER_FRAME = 2;
const BASIC_CLASS = 60;

/** Applies the guard to one connection. */
export function tolerateHeaders(model: ChannelModel): void {
  const reader = model.connection as unknown as FrameReader;
  const receive = reader.recvFrame;
  if (!receive) return;
  reader.recvFrame = () => {
    const before = reader.rest;
    try {
      return receive.call(reader);
    } catch (error) {
      const substitute = bareHeader(before);
      if (!substitute) throw error;
      return substitute;
    }
  };
}

/** The header frame at the start of the bytes as if no property were set, or null when it is another frame. */
function bareHeader(bytes: Buffer): object | null {
  if (bytes.length < 20 || bytes[0] !== HEADER_FRAME || bytes.readUInt16BE(7) !== BASIC_CLASS) return null;
  return {
    id: BASIC_CLASS,
    channel: bytes.readUInt16BE(1),
    size: Number(bytes.readBigUInt64BE(11)),
    fields: {},
  };
}
