/**
 * Three legions in memory: one that is well, one that loses its quorum now and then, and a large one to look at. Their
 * members run the very election; to the console they are packets like any other, and nothing of them leaves the process.
 */
import type { JsonObject } from '../../shared/lib/json.js';
import { createElection, type Effect, type Election, type Self } from '../core/election/election.js';
import { NO_UUID, type Announcement } from '../core/protocol/uwsgi/announcement.js';
import { createPacketCipher } from '../core/protocol/uwsgi/cipher.js';
import { openPacket, sealPacket } from '../core/protocol/uwsgi/packet.js';
import type { Cancel, Clock } from '../ports/clock.js';
import type { Datagrams } from '../ports/datagrams.js';
import type { Random } from '../ports/random.js';
import type { StatsReader } from '../ports/stats-reader.js';
import { journalName, type LegionConfig } from '../services/legions/types.js';

type Actor = { readonly self: Self; election: Election; isUp: boolean };
type Stage = {
  readonly config: LegionConfig;
  readonly actors: Actor[];
  readonly ears: Set<(bytes: Buffer) => void>;
  /** The first lord has led for so long, ms. */
  ledMs: number;
};

const TICK_MS = 100;
const DEMO_STATS = '10.20.0.11:9191';
/** Machines did not start together: so many of a legion speak in one tick, and those that spoke late stay late. */
const AT_ONCE = 2;
const HOUR_MS = 3_600_000;
const GROUP = '225.1.1.1';
/** The second legion is short of a member for this part of each round. */
const ROUND_MS = 240_000;
const isShort = (elapsedMs: number): boolean =>
  elapsedMs % ROUND_MS > 60_000 && elapsedMs % ROUND_MS < 150_000;

const configOf = (
  given: Pick<LegionConfig, 'name' | 'port' | 'role' | 'valor'> & Partial<LegionConfig>,
): LegionConfig => ({
  ...{ address: GROUP, interface: '', nodes: [{ host: GROUP, port: given.port }], cipher: 'aes-256-cbc' },
  ...{ secret: 'only-a-demo-and-never-on-a-wire-1', iv: null, freqS: 3, toleranceS: 15, skewS: 60 },
  ...{
    quorum: 0,
    planned: null,
    scroll: null,
    deathOnLordErrorS: 0,
    busWitness: false,
    proxyDeath: false,
    hooks: [],
  },
  ...{ handOverBeforeSleep: true, valor0OnBattery: true, stats: [] },
  ...given,
});

/** `names`: the fleet; some of its machines are members. */
export function createDemoLegions(names: readonly string[], clock: Clock, random: Random) {
  const nameAt = (index: number): string => names[index % names.length]!;
  const upAt = clock.uptime();
  const stage = (
    config: LegionConfig,
    members: readonly (readonly [string, number])[],
    ledMs = 0,
  ): Stage => ({
    config,
    ledMs,
    ears: new Set(),
    actors: members.map(([name, valor], index) => {
      const self = { name, valor, uuid: random.uuid(), pid: 900 + index };
      return { self, election: elect(self, config), isUp: true };
    }),
  });
  const elect = (self: Self, { freqS, toleranceS, quorum }: LegionConfig): Election =>
    createElection(
      self,
      {
        ...{ freqMs: freqS * 1_000, toleranceMs: toleranceS * 1_000, quorum, watches: false },
        ...{ deathOnLordErrorMs: 0, unlordAfterMs: 0 },
      },
      clock.uptime(),
    );
  const web = configOf({ name: 'web', port: 4_001, role: 'standby', valor: 10, quorum: 3, planned: 5 });
  web.stats = [DEMO_STATS];
  web.hooks = [
    {
      ...{ id: 'demo-1', event: 'lord', action: 'exec', argument: 'ip addr add 10.0.0.10/24 dev eth0' },
      ...{ shell: false, timeoutS: 30, isOn: false },
    },
    {
      ...{ id: 'demo-2', event: 'unlord', action: 'exec', argument: 'ip addr del 10.0.0.10/24 dev eth0' },
      ...{ shell: false, timeoutS: 30, isOn: false },
    },
  ];
  const stages = [
    stage(
      web,
      [
        [nameAt(0), 80],
        [nameAt(2), 70],
        [nameAt(10), 50],
        [nameAt(5), 0],
      ],
      148 * HOUR_MS,
    ),
    stage(configOf({ name: 'jobs', port: 4_002, role: 'standby', valor: 5, quorum: 3, planned: 3 }), [
      [nameAt(8), 60],
      [nameAt(9), 40],
    ]),
    stage(
      configOf({ name: 'edge', port: 4_003, role: 'watch', valor: 1, freqS: 5, toleranceS: 20, quorum: 31 }),
      Array.from({ length: 60 }, (_, index) => [
        `edge-${String(index + 1).padStart(2, '0')}`,
        index % 10 === 9 ? 0 : 500 - index * 7,
      ]),
      60 * HOUR_MS,
    ),
  ];
  const ciphers = new Map(stages.map(({ config }) => [config.name, createPacketCipher(config)]));

  function say(on: Stage, actor: Actor, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'won') {
        const unix = Math.floor((clock.now() - on.ledMs) / 1_000);
        on.ledMs = 0;
        say(on, actor, actor.election.lordHooksDone(true, clock.uptime(), unix));
      }
      if (effect.type !== 'announce') continue;
      const { hasCounted, ...said } = actor.election.saying();
      const announcement: Announcement = {
        ...{ legion: on.config.name, unix: Math.floor(clock.now() / 1_000), scroll: null },
        ...{ dead: effect.dead, extension: null, ...actor.self, ...said },
        ...(hasCounted ? {} : { lordValor: 0, lordUuid: NO_UUID }),
      };
      tell(on, announcement, actor);
      const packet = sealPacket(ciphers.get(on.config.name)!, announcement, null);
      for (const ear of on.ears) ear(packet);
    }
  }
  /** In the next turn, so that one answer never stands inside another. */
  function tell(on: Stage, announcement: Announcement, except: Actor | null): void {
    queueMicrotask(() => {
      for (const other of on.actors) {
        if (other === except || !other.isUp) continue;
        say(on, other, other.election.hear({ announcement, skewMs: 0 }, clock.uptime()).effects);
      }
    });
  }

  let cancel: Cancel = () => undefined;
  const tick = (): void => {
    const up = clock.uptime();
    for (const on of stages) {
      const weak = on.config.name === 'jobs' ? on.actors[0] : undefined;
      if (weak && weak.isUp === isShort(up - upAt)) {
        weak.isUp = !weak.isUp;
        if (weak.isUp) weak.election = elect(weak.self, on.config);
      }
      const due = on.actors.filter(({ isUp, election }) => isUp && election.dueUp() <= up);
      for (const actor of due.slice(0, AT_ONCE)) say(on, actor, actor.election.tick(up));
    }
    cancel = clock.after(TICK_MS, tick);
  };

  const datagrams: Datagrams = {
    open({ port }, { onPacket }) {
      const on = stages.find(({ config }) => config.port === port);
      on?.ears.add(onPacket);
      return Promise.resolve({
        send(bytes) {
          const cipher = on && ciphers.get(on.config.name);
          if (!on || !cipher) return;
          const opened = openPacket(Buffer.from(bytes), {
            ...{ cipher, legion: on.config.name, self: null },
            ...{ nowS: Math.floor(clock.now() / 1_000), skewS: 60, maxFutureS: 60 },
          });
          if (opened.ok) tell(on, opened.announcement, null);
        },
        close: async () => void on?.ears.delete(onPacket),
      });
    },
  };

  /** The first member of the first legion has a stats server. */
  const statsReader: StatsReader = {
    async read(place) {
      const [on] = stages;
      const [actor] = on?.actors ?? [];
      if (!on || !actor || place !== DEMO_STATS) throw new Error('connect ECONNREFUSED');
      const { uuid, valor } = actor.self;
      const { lord, lordUuid } = actor.election.saying();
      const { name: legion, quorum } = on.config;
      const members = [...actor.election.peers().values()].map((peer) => ({
        name: peer.name,
        uuid: peer.uuid,
      }));
      return JSON.stringify({
        legions: [{ legion, uuid, valor, quorum, i_am_the_lord: lord, lord_uuid: lordUuid, members }],
      });
    },
  };

  const now = clock.now();
  const lord = (at: number, name: string | null, why: string | null = null): JsonObject => ({
    ...{ t: 'lord', at: now - at * HOUR_MS, lord: name, why },
  });
  const mark = (at: number, name: string): JsonObject => ({
    ...{ t: 'mark', at: now - at * HOUR_MS, name, what: 'joined', isSelf: false },
  });
  return {
    datagrams,
    statsReader,
    configs: stages.map(({ config }): LegionConfig => config),
    story: {
      [journalName('web')]: [
        lord(400, nameAt(2)),
        lord(149.2, null, 'quorum'),
        lord(148, nameAt(0)),
        mark(98, nameAt(10)),
        mark(19, nameAt(5)),
      ],
      [journalName('edge')]: [lord(300, 'edge-02'), lord(60, 'edge-01')],
    },
    start: tick,
    stop: (): void => cancel(),
  };
}
