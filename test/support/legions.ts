/** Services of legions that hear each other in one process, in virtual time. */
import { createMemoryJournals } from '../../app/main/adapters/memory-journals.js';
import { createMemoryStore } from '../../app/main/adapters/memory-store.js';
import type { NewEvent } from '../../app/main/core/history/event-log.js';
import type { Clock } from '../../app/main/ports/clock.js';
import type { Datagrams } from '../../app/main/ports/datagrams.js';
import type { HookCall, HookResult } from '../../app/main/ports/hook-runner.js';
import type { Power } from '../../app/main/ports/power.js';
import type { Store } from '../../app/main/ports/store.js';
import { createLegions } from '../../app/main/services/legions/index.js';
import type { LegionInput } from '../../app/shared/domain/legion.js';
import { createFakeClock } from './fake-clock.js';
import { seededRandom, silentLog } from './fake-parts.js';

export const SECRET = '0123456789abcdef0123456789abcdef';

export function legionStage() {
  const clock = createFakeClock();
  const ears = new Map<number, (bytes: Buffer) => void>();
  const cut = new Set<number>();
  let fate = (_: number): number | null => 0;
  const datagrams = (own: { port: number }): Datagrams => ({
    open: async ({ port }, { onPacket }) => {
      own.port = port;
      ears.set(port, onPacket);
      return {
        send(bytes, to) {
          if (cut.has(port) || cut.has(to.port)) return;
          const copy = Buffer.from(bytes);
          const late = fate(port);
          const arrive = (): void => ears.get(to.port)?.(copy);
          if (late === 0) queueMicrotask(arrive);
          else if (late !== null) clock.after(late, arrive);
        },
        close: async () => void ears.delete(port),
      };
    },
  });
  let made = 0;

  const console = (host: string, given: { store?: Store; isReadOnly?: boolean; clock?: Clock } = {}) => {
    made += 1;
    const events: NewEvent[] = [];
    const ran: HookCall[] = [];
    const power = { suspend: () => undefined as void, resume: () => undefined as void, isOnBattery: false };
    let battery = (_: boolean): void => undefined;
    let answer = async (_: HookCall): Promise<HookResult> => ({ ok: true, code: 0, output: '' });
    const port: Power = {
      onBattery: () => power.isOnBattery,
      listen(on) {
        Object.assign(power, { suspend: on.suspend, resume: on.resume });
        battery = on.battery;
        return () => undefined;
      },
    };
    const own = { port: 0 };
    /** By place of a stats server: what it says. */
    const stats = new Map<string, string>();
    const asked: string[] = [];
    const gone = new Set<string>();
    let isGone = async (name: string): Promise<boolean> => gone.has(name);
    let isHeard = (_: string): boolean => true;
    let nodesOn = (host: string): readonly string[] => [host];
    const legions = createLegions(
      { profileId: 'test', isReadOnly: given.isReadOnly ?? false, host, pid: 100 + made },
      {
        ...{
          clock: given.clock ?? clock,
          log: silentLog,
          random: seededRandom(made),
          power: port,
          datagrams: datagrams(own),
        },
        hookRunner: {
          run(call) {
            ran.push(call);
            return answer(call);
          },
        },
        statsReader: {
          read: async (place) => {
            asked.push(place);
            return stats.get(place) ?? Promise.reject(new Error('connect ECONNREFUSED'));
          },
        },
        secretStore: given.store ?? createMemoryStore(),
        journals: createMemoryJournals(),
        bus: {
          ...{ nodeOn: (name) => name, nodesOn: (host) => nodesOn(host) },
          ...{ isHeard: (name) => isHeard(name), isGone: (name) => isGone(name) },
        },
        record: (event) => void events.push(event),
      },
    );
    return {
      ...{ legions, events, ran, power, gone, stats, asked },
      kinds: () => events.map(({ kind }) => kind),
      web: () => legions.get('web'),
      answers: (next: (call: HookCall) => Promise<HookResult>) => void (answer = next),
      /** What its bus says when it is asked for a queue, instead of what `gone` has. */
      busAnswers: (next: (name: string) => Promise<boolean>) => void (isGone = next),
      /** Which nodes its bus knows on a machine. */
      busNodes: (next: (host: string) => readonly string[]) => void (nodesOn = next),
      /** Which of them beat, as its roster has it. */
      busHears: (next: (name: string) => boolean) => void (isHeard = next),
      onBattery(isOn: boolean) {
        power.isOnBattery = isOn;
        battery(isOn);
      },
      /** kill -9, or a cable that was pulled. */
      cut: (isCut = true) => void (isCut ? cut.add(own.port) : cut.delete(own.port)),
    };
  };
  /** A legion `web` of consoles on ports 1, 2, …; the first has the highest valor. */
  const web = async (
    hosts: readonly string[],
    given: Partial<LegionInput> = {},
    made: (host: string) => ReturnType<typeof console> = console,
  ) => {
    const all = hosts.map(made);
    for (const each of all) await each.legions.load();
    const ports = hosts.map((_, index) => index + 1);
    for (const [index, each] of all.entries())
      await each.legions.save({
        ...{ name: 'web', role: 'standby', valor: 100 - 10 * index, address: '', port: index + 1 },
        nodes: ports.filter((port) => port !== index + 1).map((port) => ({ host: '127.0.0.1', port })),
        ...{ cipher: 'aes-256-cbc', secret: SECRET, freqS: 1, toleranceS: 4, ...given },
      });
    await clock.advanceAsync(6_000);
    return all;
  };
  return {
    ...{ clock, console, web },
    /** One that is no console: hears what comes to this port, and says what it likes. */
    stranger: (port: number, hears: (bytes: Buffer, say: (to: number, bytes: Buffer) => void) => void) =>
      void ears.set(port, (bytes) => hears(bytes, (to, said) => ears.get(to)?.(said))),
    /** How late each packet of this port is, ms, for each that it goes to; null: it is lost. */
    packets: (next: (from: number) => number | null) => void (fate = next),
  };
}
