/** Our own legions without the rest of the console: on real sockets and a real clock, with a power port that a test holds. */
import { hookRunner } from '../../app/main/adapters/hook-runner.js';
import { statsReader } from '../../app/main/adapters/stats-reader.js';
import { createMemoryJournals } from '../../app/main/adapters/memory-journals.js';
import { createMemoryStore } from '../../app/main/adapters/memory-store.js';
import { systemClock } from '../../app/main/adapters/system-clock.js';
import { systemRandom } from '../../app/main/adapters/system-random.js';
import { udpDatagrams } from '../../app/main/adapters/udp-datagrams.js';
import type { NewEvent } from '../../app/main/core/history/event-log.js';
import type { DatagramSocket, Datagrams } from '../../app/main/ports/datagrams.js';
import type { Log } from '../../app/main/ports/log.js';
import type { Power } from '../../app/main/ports/power.js';
import { createLegions, type LegionService } from '../../app/main/services/legions/index.js';
import type { BusView } from '../../app/main/services/legions/types.js';

export type OurLegions = {
  readonly legions: LegionService;
  readonly events: readonly (NewEvent & { readonly at: number })[];
  readonly power: { suspend(): void; resume(): void; battery(isOn: boolean): void };
  /** What the bus says when it is asked; a test may change it. */
  readonly bus: { -readonly [Key in keyof BusView]: BusView[Key] };
  /** From now on nothing goes out or comes in, as of a process that is gone. */
  cut(): void;
  end(): Promise<void>;
};

const noLog: Log = {
  ...{ debug: () => undefined, info: () => undefined, warn: () => undefined },
  ...{ error: () => undefined, fatal: () => undefined },
  child: () => noLog,
};
let nextPid = 50_000;

export async function ourLegions(host: string, datagrams: Datagrams = udpDatagrams): Promise<OurLegions> {
  const events: (NewEvent & { at: number })[] = [];
  const { power, ...held } = aPower();
  const bus: OurLegions['bus'] = {
    ...{ nodeOn: () => null, nodesOn: () => [], isHeard: () => null, isGone: async () => false },
  };
  let isCut = false;
  const cutting: Datagrams = {
    async open(place, ears) {
      const socket = await datagrams.open(place, {
        ...ears,
        onPacket: (bytes) => void (isCut || ears.onPacket(bytes)),
      });
      return {
        ...socket,
        send: (...packet: Parameters<DatagramSocket['send']>) => void (isCut || socket.send(...packet)),
      };
    },
  };
  const legions = createLegions(
    { profileId: 'test', isReadOnly: false, host, pid: nextPid++ },
    {
      ...{ clock: systemClock, random: systemRandom, log: noLog, datagrams: cutting, hookRunner, power, bus },
      ...{ statsReader, secretStore: createMemoryStore(), journals: createMemoryJournals() },
      record: (event) => void events.push({ ...event, at: Date.now() }),
    },
  );
  await legions.load();
  return {
    ...{ legions, events, bus, power: held },
    cut: () => void (isCut = true),
    end: () => legions.stop(),
  };
}

function aPower() {
  let listeners: Parameters<Power['listen']>[0] | null = null;
  let isOnBattery = false;
  const power: Power = {
    onBattery: () => isOnBattery,
    listen(on) {
      listeners = on;
      return () => void (listeners = null);
    },
  };
  return {
    power,
    suspend: () => listeners?.suspend(),
    resume: () => listeners?.resume(),
    battery(isOn: boolean) {
      isOnBattery = isOn;
      listeners?.battery(isOn);
    },
  };
}
