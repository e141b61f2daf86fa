/**
 * A legion of real uWSGI processes and of ours, on loopback or on a network of its own, one seat each. All of them write
 * down when which hook ran, so that who was lord from when to when is read the same way of everybody.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HOOK_EVENTS,
  type HookEvent,
  type Legion,
  type LegionInput,
} from '../../app/shared/domain/legion.js';
import { startPlacedConsole, type PlacedConsole } from './console-on-network.js';
import { anEar, type Ear } from './legion-ear.js';
import { ourLegions, type OurLegions } from './legion-ours.js';
import type { Network } from './netns.js';
import { until } from './until.js';
import { freeUdpPort, type HookRun, readHookRuns, startUwsgi, type Uwsgi, writesDown } from './uwsgi.js';

export type StageRules = {
  readonly legion: string;
  readonly cipher: string;
  readonly secret: string;
  readonly iv: string | null;
  readonly freqS: number;
  readonly toleranceS: number;
  readonly quorum: number;
  /** A group for all instead of one address each; only on an own network. */
  readonly group: string | null;
};

/** What is to run beside the hooks that write down: a shell command. */
export type ExtraHooks = readonly (readonly [HookEvent, string])[];

export type Seat = {
  readonly label: string;
  hookRuns(): HookRun[];
  isLord(): Promise<boolean>;
  uuid(): Promise<string>;
  /** Waits for a hook of this event, not before `since`. */
  ran(event: HookEvent, withinMs?: number, since?: number): Promise<HookRun>;
};
export type RealSeat = Seat & { readonly uwsgi: Uwsgi };
/** Ours; what a window or a script would do. */
export type OurSeat = Seat & {
  get(): Promise<Legion>;
  role(role: LegionInput['role'], valor?: number): Promise<Legion>;
};
export type InnerSeat = OurSeat & { readonly ours: OurLegions };
export type ServedSeat = OurSeat & { readonly served: PlacedConsole };

/** From when to when somebody was lord; `to` null: still. */
export type Reign = { readonly label: string; readonly from: number; readonly to: number | null };

const RULES: StageRules = {
  ...{ legion: 'web', cipher: 'aes-256-cbc', secret: '0123456789abcdef0123456789abcdef' },
  ...{ iv: 'iviviviviviviviv', freqS: 1, toleranceS: 3, quorum: 0, group: null },
};
const GROUP_PORT = 7_109;

export type Stage = Awaited<ReturnType<typeof aStage>>;

/** Seats for these; each is taken when the test says so. End it with `end`. */
export async function aStage(
  labels: readonly string[],
  given: Partial<StageRules> = {},
  network: Network | null = null,
) {
  const rules = { ...RULES, ...given };
  const folder = mkdtempSync(join(tmpdir(), 'legion-stage-'));
  const ports = new Map<string, number>();
  for (const label of labels) ports.set(label, network ? GROUP_PORT : await freeUdpPort());
  const ear: Ear | null = network ? null : await anEar(rules);
  const seats = new Map<string, Seat>();
  const stops = new Map<string, { at: number; until: number | null }[]>();
  const ends: (() => Promise<void>)[] = [];

  const hostOf = (label: string): string => network?.address(label) ?? '127.0.0.1';
  const portOf = (label: string): number => ports.get(label) ?? 0;
  const destinations = (label: string) => [
    ...labels
      .filter((other) => other !== label)
      .map((other) => ({ host: hostOf(other), port: portOf(other) })),
    ...(ear ? [{ host: '127.0.0.1', port: ear.port }] : []),
  ];
  const input = (
    label: string,
    valor: number,
    extra: ExtraHooks,
    over: Partial<LegionInput>,
  ): LegionInput => ({
    ...{ name: rules.legion, role: 'standby', valor, cipher: rules.cipher },
    ...{ secret: rules.secret, iv: rules.iv, freqS: rules.freqS, toleranceS: rules.toleranceS },
    ...{ quorum: rules.quorum, address: rules.group ?? hostOf(label), port: portOf(label) },
    ...(rules.group && network ? { interface: hostOf(label) } : {}),
    nodes: rules.group ? [{ host: rules.group, port: GROUP_PORT }] : destinations(label),
    hooks: [
      ...HOOK_EVENTS.filter((event) => event !== 'setup').map(
        (event) => [event, writesDown(fileOf(label), event)] as const,
      ),
      ...extra,
    ].map(([event, argument]) => ({ event, action: 'cmd' as const, argument, shell: true })),
    ...over,
  });
  const fileOf = (label: string): string => join(folder, label);
  const taken = <S extends Seat>(seat: S, end: () => Promise<void>): S => {
    seats.set(seat.label, seat);
    ends.push(end);
    return seat;
  };
  const seatOf = (label: string, get: () => Promise<Legion>) => ({
    label,
    get,
    hookRuns: () => readHookRuns(fileOf(label)),
    isLord: async () => (await get()).isLord,
    uuid: async () => (await get()).uuid ?? '',
    ran: (event: HookEvent, withinMs = 10_000, since = 0) =>
      until(
        () => readHookRuns(fileOf(label)).find((run) => run.event === event && run.at >= since),
        withinMs,
      ).catch((cause: unknown) => {
        throw new Error(`${label} did not run its ${event} hooks`, { cause });
      }),
  });

  const stage = {
    ...{ rules, ear, network },
    port: portOf,

    async real(label: string, valor: number, hooks: ExtraHooks = []): Promise<RealSeat> {
      const uwsgi = await startUwsgi({
        ...{ name: label, legion: rules.legion, valor, hooks, cipher: rules.cipher, secret: rules.secret },
        ...{ iv: rules.iv, freqS: rules.freqS, toleranceS: rules.toleranceS, quorum: rules.quorum },
        listen: `${rules.group ?? hostOf(label)}:${portOf(label)}`,
        multicast: rules.group !== null,
        nodes: rules.group ? [] : destinations(label).map(({ host, port }) => `${host}:${port}`),
        via: network?.via(label) ?? [],
      });
      return taken(
        {
          ...{ label, uwsgi, hookRuns: uwsgi.hookRuns, ran: uwsgi.ran },
          isLord: async () => (await uwsgi.stats()).i_am_the_lord > 0,
          uuid: async () => (await uwsgi.stats()).uuid,
        },
        uwsgi.end,
      );
    },

    /** In this process: its network card can be pulled and its power port held. */
    async ours(
      label: string,
      valor: number,
      extra: ExtraHooks = [],
      over: Partial<LegionInput> = {},
    ): Promise<InnerSeat> {
      const ours = await ourLegions(label);
      const saved = await ours.legions.save(input(label, valor, extra, over));
      for (const { id } of saved.hooks) await ours.legions.hook(rules.legion, id, true);
      return taken(
        {
          ...seatOf(label, async () => ours.legions.get(rules.legion)),
          ours,
          role: (role, to) =>
            ours.legions.role(rules.legion, { role, ...(to === undefined ? {} : { valor: to }) }),
        },
        ours.end,
      );
    },

    /** The built product as a process of its own. */
    async served(
      label: string,
      valor: number,
      extra: ExtraHooks = [],
      over: Partial<LegionInput> = {},
    ): Promise<ServedSeat> {
      const served = await startPlacedConsole(network?.via(label) ?? []);
      ends.push(served.end);
      const saved = await served.call('legion.save', input(label, valor, extra, over));
      for (const { id } of saved.hooks)
        await served.call('legion.hook', { name: rules.legion, id, isOn: true });
      return taken(
        {
          ...seatOf(label, () => served.call('legion.get', { name: rules.legion })),
          served,
          role: (role, to) =>
            served.call('legion.role', {
              ...{ name: rules.legion, role },
              ...(to === undefined ? {} : { valor: to }),
            }),
        },
        served.end,
      );
    },

    /** From now on this one is no lord whatever it believes: killed, or stopped. */
    fell(label: string): number {
      const at = Date.now();
      stops.set(label, [...(stops.get(label) ?? []), { at, until: null }]);
      return at;
    },
    /** A stopped one goes on. */
    rose(label: string): number {
      const last = stops.get(label)?.at(-1);
      if (last) last.until = Date.now();
      return Date.now();
    },

    /** Of everybody, by their hooks and by when they fell. */
    reigns: (): Reign[] => [...seats.values()].flatMap((seat) => reignsOf(seat, stops.get(seat.label) ?? [])),
    /** How long more than one of these was lord at the same time, ms, since `since`. */
    doubleMs(among: readonly string[] = labels, since = 0): number {
      const spans = stage.reigns().filter(({ label }) => among.includes(label));
      const now = Date.now();
      const edges = spans
        .flatMap(({ from, to }) => [
          { at: Math.max(from, since), step: 1 },
          { at: Math.max(to ?? now, since), step: -1 },
        ])
        .sort((a, b) => a.at - b.at || a.step - b.step);
      let sum = 0;
      let lords = 0;
      edges.forEach(({ at, step }, place) => {
        if (lords > 1) sum += at - (edges[place - 1]?.at ?? at);
        lords += step;
      });
      return sum;
    },
    /** Waits until this one is lord, by its own word, and no other of `among` is. */
    async onlyLord(seat: Seat, withinMs = 15_000, among = [...seats.values()]): Promise<void> {
      const others = among.filter((other) => other !== seat);
      await until(async () => {
        if (!(await seat.isLord().catch(() => false))) return false;
        for (const other of others) if (await other.isLord().catch(() => false)) return false;
        return true;
      }, withinMs).catch((cause: unknown) => {
        throw new Error(`${seat.label} did not become the only lord`, { cause });
      });
    },

    async end(): Promise<void> {
      await Promise.all(ends.map((end) => end()));
      await ear?.close();
      network?.end();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return stage;
}

function reignsOf(seat: Seat, stops: readonly { at: number; until: number | null }[]): Reign[] {
  const whole: { from: number; to: number | null }[] = [];
  for (const { at, event } of seat.hookRuns()) {
    const last = whole.at(-1);
    if (event === 'lord') {
      if (!last || last.to !== null) whole.push({ from: at, to: null });
    } else if ((event === 'unlord' || event === 'death') && last?.to === null) last.to = at;
  }
  // Who is stopped does nothing, and takes up where it was when it goes on.
  return whole
    .flatMap(({ from, to }) => {
      let parts: { from: number; to: number | null }[] = [{ from, to }];
      for (const stop of stops)
        parts = parts.flatMap((part) => {
          const end = part.to ?? Infinity;
          if (stop.at >= end || (stop.until ?? Infinity) <= part.from) return [part];
          return [
            ...(stop.at > part.from ? [{ from: part.from, to: stop.at }] : []),
            ...(stop.until !== null && stop.until < end ? [{ from: stop.until, to: part.to }] : []),
          ];
        });
      return parts;
    })
    .map((part) => ({ label: seat.label, ...part }));
}
