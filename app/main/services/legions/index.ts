/** All legions of one profile: kept, joined, changed, left. */
import { maskText } from '../../../shared/lib/mask-text.js';
import { AppError } from '../../../shared/errors/app-error.js';
import type { Legion, LegionInput, LegionRole } from '../../../shared/domain/legion.js';
import { LegionOptions, type ImportProblem } from '../../../shared/domain/legion-options.js';
import { visible } from '../../../shared/i18n/visible.js';
import type { Need, Session } from '../../../shared/domain/session.js';
import type { LegionNodes } from '../../core/changes/plan.js';
import { importProblems, readIni, replacedIn, writeIni } from '../../core/legion-config/ini.js';
import { needOf } from '../key-needs.js';
import { asWatcher, check, configOf, inputOf, invalid, isSamePart, optionsOf } from './config.js';
import { nameOf } from './hooks.js';
import { createLords } from './lords.js';
import { createMembership, type Membership } from './membership.js';
import { journalName, LegionConfig, type LegionDeps, type LegionSettings } from './types.js';
import { seatsOf, viewOf, whatIfOf } from './views.js';

export type LegionService = ReturnType<typeof createLegions>;

const MAX_LEGIONS = 50;
const MAX_SHOWN = 20;
/** Nobody leads for so long before it is somebody's business. */
const NO_LORD_PERIODS = 3;

export function createLegions(settings: LegionSettings, deps: LegionDeps) {
  const { clock, random, secretStore, power, log, bus, record } = deps;
  const members = new Map<string, Membership>();
  const lordlessSince = new Map<string, number>();
  const key = `legions.${settings.profileId}`;
  let stopListening = (): void => undefined;
  let isStopped = false;
  /** What is kept could not be read: nothing is written over it. */
  let isBroken = false;
  /** Kept legions that this version cannot read: written back as they are. */
  const unread: unknown[] = [];
  let turns: Promise<unknown> = Promise.resolve();
  /** One after the other: two changes at once would leave a legion that nobody holds. */
  const turn = <T>(run: () => Promise<T>): Promise<T> => {
    const next = turns.then(run);
    turns = next.catch(() => undefined);
    return next;
  };

  const find = (name: string): Membership => {
    const found = members.get(name);
    if (!found) throw new AppError('LEGION_UNKNOWN', 'no legion of this name', { details: { name } });
    return found;
  };
  const mayChange = (): void => {
    if (settings.isReadOnly) throw new AppError('PROFILE_READ_ONLY', 'a read-only profile');
    if (isBroken) throw new AppError('STORE_UNREADABLE', 'the legions that are kept cannot be read');
  };
  const keep = async (): Promise<void> => {
    await secretStore.write(key, [...[...members.values()].map(({ config }) => config), ...unread]);
  };
  const view = (membership: Membership): Legion => viewOf(membership, bus, clock);

  const asAllowed = (config: LegionConfig): LegionConfig =>
    settings.isReadOnly ? asWatcher(config) : config;

  const add = async (kept: LegionConfig): Promise<Membership> => {
    const config = asAllowed(kept);
    const lords = createLords(deps.journals.open(journalName(config.name)), clock, log);
    await lords.load();
    const made = createMembership(config, settings, deps, lords);
    members.set(config.name, made);
    return made;
  };
  /** The same legion with other values: a new part in it, where the vote or the socket is another. */
  const replace = async (config: LegionConfig): Promise<Membership> => {
    const before = members.get(config.name);
    if (before && isSamePart(before.config, asAllowed(config))) {
      Object.assign(before.config, asAllowed(config));
      before.adjusted();
      await keep();
      return before;
    }
    await before?.stop(false);
    const made = await add(config);
    await keep();
    if (!isStopped) await made.start();
    return made;
  };

  const save = async (input: LegionInput): Promise<Legion> => {
    mayChange();
    const before = members.get(input.name)?.config ?? null;
    if (!before && members.size >= MAX_LEGIONS) throw invalid('name', `more than ${MAX_LEGIONS} legions`);
    const config = configOf(input, before, random);
    record({ kind: 'legion.saved', facts: { legion: config.name, policy: config.role } });
    return view(await replace(config));
  };

  return {
    /** What was kept is joined again. Never rejects. */
    load: (): Promise<void> =>
      turn(async () => {
        let kept: unknown;
        try {
          kept = await secretStore.read(key);
        } catch (error) {
          isBroken = true;
          log.error({ error }, 'the legions that are kept cannot be read; nothing is written over them');
          return;
        }
        const entries = Array.isArray(kept) ? (kept as unknown[]) : (settings.seed ?? []);
        for (const entry of entries) {
          const read = LegionConfig.safeParse(entry);
          try {
            if (read.success && !members.has(read.data.name)) await add(read.data);
            else unread.push(entry);
          } catch (error) {
            unread.push(entry);
            log.error({ error, legion: read.data?.name }, 'a kept legion cannot be read');
          }
        }
        if (isStopped) return;
        for (const each of members.values()) void each.start();
        stopListening = power.listen({
          suspend() {
            for (const each of members.values()) if (each.config.handOverBeforeSleep) void each.suspend();
          },
          resume() {
            for (const each of members.values()) each.woke();
          },
          battery() {
            for (const each of members.values())
              if (each.config.valor0OnBattery && each.config.role === 'standby') void each.restart();
          },
        });
      }),
    /** Hands over and leaves, within seconds. Never rejects. */
    async stop(): Promise<void> {
      isStopped = true;
      stopListening();
      await Promise.all([...members.values()].map((each) => each.stop()));
    },

    list: (): Legion[] => [...members.values()].map(view).sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name: string): Legion => view(find(name)),
    timeline: (name: string, rangeMs: number) => find(name).lords.timeline(rangeMs),
    whatIf: (name: string, fallen: readonly string[]) => whatIfOf(find(name), fallen),
    save: (input: LegionInput): Promise<Legion> => turn(() => save(input)),

    remove: (name: string): Promise<void> =>
      turn(async () => {
        mayChange();
        const found = find(name);
        await found.stop(false);
        members.delete(name);
        await keep();
        await deps.journals.remove(journalName(name)).catch(() => undefined);
        record({ kind: 'legion.removed', facts: { legion: name } });
      }),

    role: (
      name: string,
      change: {
        readonly role: LegionRole;
        readonly valor?: number | undefined;
        readonly handOverBeforeSleep?: boolean | undefined;
        readonly valor0OnBattery?: boolean | undefined;
      },
    ): Promise<Legion> =>
      turn(async () => {
        mayChange();
        const { config } = find(name);
        const { role, valor = config.valor, handOverBeforeSleep, valor0OnBattery } = change;
        const next = {
          ...{ ...config, role, valor },
          handOverBeforeSleep: handOverBeforeSleep ?? config.handOverBeforeSleep,
          valor0OnBattery: valor0OnBattery ?? config.valor0OnBattery,
        };
        check(next);
        record({ kind: 'legion.role', facts: { legion: name, policy: role, valor } });
        return view(await replace(next));
      }),
    async stepDown(name: string): Promise<{ lord: string | null; ms: number }> {
      mayChange();
      return find(name).stepDown();
    },
    async comeBack(name: string): Promise<Legion> {
      mayChange();
      const found = find(name);
      await found.comeBack();
      return view(found);
    },
    hook: (name: string, id: string, isOn: boolean): Promise<Legion> =>
      turn(async () => {
        mayChange();
        const found = find(name);
        const hook = found.config.hooks.find((each) => each.id === id);
        if (!hook) throw new AppError('HOOK_UNKNOWN', 'no hook of this id');
        hook.isOn = isOn;
        await keep();
        record({
          kind: 'legion.hook-switched',
          facts: { legion: name, what: maskText(nameOf(hook)), policy: isOn ? 'on' : 'off' },
        });
        return view(found);
      }),

    /** Legions of a uWSGI configuration; with `save` those without an error are joined as watchers. */
    import: (text: string, saves: boolean) =>
      turn(async () => {
        const { legions, problems, ignored } = readIni(text);
        const inputs = legions.map((options) => ({ options, input: inputOf(options) }));
        const saved: string[] = [];
        const refused = importProblems();
        const refuse = (name: string, why: string): void =>
          refused.add(0, true, () => refusedImport(why, name));
        if (saves) mayChange();
        for (const { options, input } of saves ? inputs : []) {
          if (members.has(options.name)) {
            refuse(options.name, 'it is here already; remove it first');
            continue;
          }
          try {
            await save({ ...input, secret: options.secret, iv: options.iv });
            saved.push(options.name);
          } catch (error) {
            refuse(options.name, error instanceof Error ? error.message : String(error));
          }
        }
        return {
          legions: inputs.map(({ input }) => input),
          ...{ problems: [...problems, ...refused.all()], ignored, saved },
        };
      }),
    /** With the secret: for a file, never for a window. */
    export(name: string): string {
      const options = LegionOptions.safeParse(optionsOf(find(name).config));
      if (!options.success) {
        const [issue] = options.error.issues;
        throw invalid(String(issue?.path.join('.') ?? ''), 'uWSGI cannot read this value in an .ini file');
      }
      const replaced = replacedIn(options.data);
      if (replaced) throw invalid(replaced.field, notExported(replaced));
      return writeIni(options.data);
    },

    heads: (): Session['legions'] =>
      [...members.values()].slice(0, MAX_SHOWN).map((each) => {
        const part = each.part();
        return {
          ...{ name: each.config.name, role: each.config.role, lord: each.lordName() },
          announcedValor: part && !part.election.rules.watches ? part.self.valor : null,
          isLord: part?.election.view().phase === 'lord',
        };
      }),
    /** The nodes on the machines of each. */
    nodes: (): LegionNodes[] =>
      [...members.values()].map((each) => {
        const seats = seatsOf(each);
        const nodes = new Set(seats.flatMap(({ name }) => bus.nodeOn(name) ?? []));
        return { name: each.config.name, nodes, members: seats.length, quorum: each.config.quorum };
      }),
    /** The host names of those that lead. */
    lords: (): string[] =>
      [...members.values()].flatMap((each) => {
        const name = each.lordName();
        return name === null ? [] : [name];
      }),
    needs(): Need[] {
      const needs: Need[] = [];
      for (const each of members.values()) {
        const { name, role, freqS } = each.config;
        const now = clock.now();
        const why = each.why();
        const about = (kind: Need['kind'], severity: Need['severity'], since: number): void => {
          needs.push({ ...needOf(kind, severity, since, []), id: `${kind}:${name}`, legion: name });
        };
        const isLordless =
          role !== 'off' && !['lord', 'disputed', 'settling', 'taking', 'nobody'].includes(why.kind);
        if (!isLordless) lordlessSince.delete(name);
        else if (!lordlessSince.has(name)) lordlessSince.set(name, now);
        const since = lordlessSince.get(name) ?? now;
        if (each.problem()) about('legion-failed', 'alarm', since);
        else if (each.part()?.election.view().isSuspended) about('legion-suspended', 'alarm', since);
        else if (isLordless && now - since > NO_LORD_PERIODS * freqS * 1_000)
          about(why.kind === 'split' ? 'legion-split' : 'legion-no-lord', 'alarm', since);
      }
      return needs;
    },
  };
}

const notExported = ({ field, form }: { readonly field: string; readonly form: string }): string => {
  const what = `uWSGI would put something else in for ${form} when it reads the file, and cannot be told not to; `;
  if (!field.startsWith('hooks.')) return `${what}take another value`;
  if (form !== '$(…)') return `${what}put the command into a script`;
  return `${what}put a blank after “$(” where a shell reads it, or the command into a script`;
};

/** About a whole legion of the file: no line of its own. */
const refusedImport = (why: string, name: string): ImportProblem => ({
  ...{ line: 0, kind: 'value', isError: true, text: `${visible(name)}: ${why}` },
});
