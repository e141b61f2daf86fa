/** Hears a legion without being a member: who announced what, and when. */
import { createSocket } from 'node:dgram';
import type { Announcement } from '../../app/main/core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../../app/main/core/protocol/uwsgi/cipher.js';
import { openPacket } from '../../app/main/core/protocol/uwsgi/packet.js';

export type Said = Announcement & { readonly atMs: number; readonly bytes: Buffer };

export type Ear = {
  readonly port: number;
  /** All that could be read, in order. */
  readonly heard: readonly Said[];
  /** Times of the announces under this uuid, since `since`. */
  timesOf(uuid: string, since?: number): number[];
  close(): Promise<void>;
};

type Tongue = {
  readonly legion: string;
  readonly cipher: string;
  readonly secret: string;
  readonly iv: string | null;
};

export async function anEar({ legion, ...secrets }: Tongue): Promise<Ear> {
  const cipher = createPacketCipher(secrets);
  const heard: Said[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => {
    const atMs = Date.now();
    const opened = openPacket(bytes, {
      ...{ cipher, legion, self: null, nowS: Math.floor(atMs / 1_000), skewS: 60, maxFutureS: 60 },
    });
    if (opened.ok) heard.push({ ...opened.announcement, atMs, bytes });
  });
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  return {
    port: socket.address().port,
    heard,
    timesOf: (uuid, since = 0) =>
      heard.filter((said) => said.uuid === uuid && said.atMs >= since).map(({ atMs }) => atMs),
    close: () => new Promise((closed) => socket.close(() => closed())),
  };
}
