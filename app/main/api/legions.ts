/** Legions, for windows, scripts and the command line. */
import type { Api } from '../../shared/contract/contract.js';
import type { LegionFrame } from '../../shared/domain/legion.js';
import { AppError } from '../../shared/errors/app-error.js';
import type { Clock } from '../ports/clock.js';
import type { LegionService } from '../services/legions/index.js';
import type { SessionService } from '../services/session-service.js';
import { watchPaced } from '../services/watch.js';

type LegionsApi = Pick<Api, Extract<keyof Api, `legion.${string}`>>;

const OK = { ok: true } as const;

export function legionsApi(
  session: SessionService,
  clock: Clock,
  /** Rejects with AppError EXPORT_FILE_EXISTS or EXPORT_FILE_FAILED. */
  writeNewFile: (file: string, text: string) => Promise<void>,
): LegionsApi {
  const legions = (): LegionService => {
    const node = session.node();
    if (!node) throw new AppError('BUS_NOT_CONNECTED', 'connected to nothing');
    return node.legions;
  };
  const list = (): LegionFrame => ({ at: clock.now(), legions: session.node()?.legions.list() ?? [] });

  return {
    'legion.watch': (_input, signal) => watchPaced<LegionFrame>(clock, signal, list),
    'legion.list': async () => list(),
    'legion.get': async ({ name }) => legions().get(name),
    'legion.timeline': async ({ name, rangeMs }) => legions().timeline(name, rangeMs),
    'legion.save': async (input) => legions().save(input),
    async 'legion.remove'({ name }) {
      await legions().remove(name);
      return OK;
    },
    'legion.role': async ({ name, ...change }) => legions().role(name, change),
    'legion.stepDown': async ({ name }) => legions().stepDown(name),
    'legion.return': async ({ name }) => legions().comeBack(name),
    'legion.whatIf': async ({ name, fallen }) => legions().whatIf(name, fallen),
    'legion.hook': async ({ name, id, isOn }) => legions().hook(name, id, isOn),
    'legion.import': async ({ text, save }) => legions().import(text, save),
    async 'legion.export'({ name, file }) {
      await writeNewFile(file, legions().export(name));
      return { file };
    },
  };
}
