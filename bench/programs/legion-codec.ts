/** Packets of a legion opened and decoded per second on one core, and what one look at 1,000 members costs. */
import { createElection } from '../../app/main/core/election/election.js';
import { NO_MAC, NO_UUID, type Announcement } from '../../app/main/core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../../app/main/core/protocol/uwsgi/cipher.js';
import { openPacket, sealPacket } from '../../app/main/core/protocol/uwsgi/packet.js';

const PACKETS = 100_000;
const PEERS = 1_000;
const TICKS = 500;
const NOW_S = 1_800_000_000;

const uuidOf = (at: number): string => `${String(at).padStart(8, '0')}-0000-4000-8000-000000000000`;
const says = (at: number, isOurs: boolean): Announcement => ({
  ...{
    legion: 'web',
    valor: 1 + (at % 1_000),
    unix: NOW_S,
    lord: 0,
    name: `node-${at}.example.org`,
    pid: at,
  },
  ...{
    uuid: uuidOf(at),
    checksum: 123_456n,
    lordValor: 999,
    lordUuid: uuidOf(999),
    scroll: null,
    dead: false,
  },
  extension: isOurs ? { seq: at, atMs: NOW_S * 1_000, mac: NO_MAC } : null,
});

function perSecond(isOurs: boolean): number {
  const cipher = createPacketCipher({ cipher: 'aes-256-cbc', secret: 'x'.repeat(32), iv: 'y'.repeat(16) });
  const packets = Array.from({ length: 1_000 }, (_, at) =>
    sealPacket(cipher, says(at, isOurs), isOurs ? cipher.macKey : null),
  );
  const context = { cipher, legion: 'web', self: null, nowS: NOW_S, skewS: 60, maxFutureS: 60 };
  const open = (count: number): void => {
    for (let at = 0; at < count; at += 1)
      if (!openPacket(packets[at % packets.length]!, context).ok) throw new Error('a packet was dropped');
  };
  open(PACKETS / 10);
  const from = performance.now();
  open(PACKETS);
  return (PACKETS / (performance.now() - from)) * 1_000;
}

function tickMs(): number[] {
  const rules = {
    ...{ freqMs: 1_000, toleranceMs: 1e9, quorum: 0, watches: false },
    ...{ deathOnLordErrorMs: 0, unlordAfterMs: 0 },
  };
  const self = { name: 'self', pid: 1, valor: 5, uuid: uuidOf(5_000) };
  const election = createElection(self, rules, 0);
  for (let at = 0; at < PEERS; at += 1)
    election.hear({ announcement: { ...says(at, false), lordUuid: NO_UUID }, skewMs: 0 }, 10);
  return Array.from({ length: TICKS }, (_, at) => {
    const from = performance.now();
    election.tick(1_000 + at * 500);
    return performance.now() - from;
  }).slice(TICKS / 10);
}

const ticks = tickMs().sort((a, b) => a - b);
const line = {
  theirs: perSecond(false),
  ours: perSecond(true),
  tickMs: ticks[Math.floor(ticks.length / 2)],
  tickP99Ms: ticks[Math.floor(ticks.length * 0.99)],
};
process.stdout.write(`${JSON.stringify(line)}\n`);
