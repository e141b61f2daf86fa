/**
 * Asks once more, by hand, what amqplib's handshake could not tell: it drops the broker's words when a virtual
 * host is refused, and sees only an early end when the port speaks TLS or something that is no AMQP at all.
 * Used after such a failure only; one connection, one second or so, nothing declared.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AppError } from '../../shared/errors/app-error.js';
import { refusalOf } from './amqp-errors.js';
import type { AmqpTarget } from './amqp-target.js';

const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const WITHIN_MS = 1500;
const METHOD_FRAME = 1;
const FRAME_END = 0xce;
const [START, START_OK, TUNE, TUNE_OK, OPEN, OPEN_OK, CLOSE] = [10, 11, 30, 31, 40, 41, 50] as const;

/** @param words what amqplib said, kept when the probe finds nothing wrong */
export async function findOut(target: AmqpTarget, words: string): Promise<AppError> {
  const answer = await walkHandshake(target);
  switch (answer.kind) {
    case 'refused':
      return refusalOf(answer.code, answer.text);
    case 'opened':
      return new AppError('BUS_UNREACHABLE', words);
    case 'garbage':
    case 'ended':
      if (!target.isTls && (answer.bytes[0] === 0x15 || (await speaksTls(target)))) {
        return new AppError('BUS_TLS_REQUIRED', 'the port speaks TLS, the address says amqp:');
      }
      return new AppError('BUS_NOT_AMQP', describe(answer.bytes, words));
    case 'unreachable':
      return new AppError('BUS_UNREACHABLE', answer.text);
  }
}

type Answer =
  | { readonly kind: 'refused'; readonly code: number; readonly text: string }
  | { readonly kind: 'opened' }
  | { readonly kind: 'garbage' | 'ended'; readonly bytes: Buffer }
  | { readonly kind: 'unreachable'; readonly text: string };

/** The opening of AMQP 0-9-1 (section 2.2.4) up to the answer to `open`. */
function walkHandshake(target: AmqpTarget): Promise<Answer> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    let isConnected = false;
    const socket: Socket = target.isTls
      ? connectTls({ host: target.host, port: target.port, ...target.tls }, begin)
      : connectPlain({ host: target.host, port: target.port }, begin);
    const finish = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };

    function begin(): void {
      isConnected = true;
      socket.write(PROTOCOL_HEADER);
    }

    function read(chunk: Buffer): void {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        if (bytes.length < 7) return;
        const size = bytes.readUInt32BE(3);
        if (bytes[0] !== METHOD_FRAME || size > 1_000_000) return finish({ kind: 'garbage', bytes });
        if (bytes.length < size + 8) return;
        const method = bytes.subarray(7, 7 + size);
        bytes = bytes.subarray(size + 8);
        const answer = reply(socket, method, target);
        if (answer) return finish(answer);
      }
    }

    socket.setTimeout(WITHIN_MS, () => finish({ kind: 'ended', bytes }));
    socket.on('data', read);
    socket.on('end', () => finish({ kind: 'ended', bytes }));
    socket.on('error', ({ message }) =>
      finish(isConnected ? { kind: 'ended', bytes } : { kind: 'unreachable', text: message }),
    );
  });
}

/** Answers one method of the server; returns what we came for once it is said. */
function reply(socket: Socket, method: Buffer, { user, password, vhost }: AmqpTarget): Answer | null {
  if (method.length < 4 || method.readUInt16BE(0) !== 10) return { kind: 'garbage', bytes: method };
  switch (method.readUInt16BE(2)) {
    case START: {
      const response = Buffer.from(`\0${user}\0${password}`);
      socket.write(
        frame(START_OK, uint32(0), short('PLAIN'), uint32(response.length), response, short('en_US')),
      );
      return null;
    }
    case TUNE:
      socket.write(frame(TUNE_OK, method.subarray(4)));
      socket.write(frame(OPEN, short(vhost), short(''), Buffer.from([0])));
      return null;
    case OPEN_OK:
      return { kind: 'opened' };
    case CLOSE: {
      const length = method[6] ?? 0;
      return { kind: 'refused', code: method.readUInt16BE(4), text: method.toString('utf8', 7, 7 + length) };
    }
    default:
      return { kind: 'garbage', bytes: method };
  }
}

function frame(methodId: number, ...parts: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, methodId]), ...parts]);
  return Buffer.concat([
    Buffer.from([METHOD_FRAME, 0, 0]),
    uint32(payload.length),
    payload,
    Buffer.from([FRAME_END]),
  ]);
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Whether a TLS handshake gets an answer in TLS, be it a refusal. */
function speaksTls({ host, port }: AmqpTarget): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent over this line, so nobody needs to be trusted.
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(WITHIN_MS, () => finish(false));
    socket.once('secureConnect', () => finish(true));
    socket.on('error', (error: NodeJS.ErrnoException) => finish(/ALERT/.test(error.code ?? '')));
    socket.once('end', () => finish(false));
  });
}

/** The first printable characters of what came back: it often says what is really there. */
function describe(bytes: Buffer, words: string): string {
  const start = bytes
    .toString('latin1', 0, 40)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return start === '' ? words : `answered "${start}"`;
}
