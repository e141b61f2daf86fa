/** The verbs about what others push to this console: what waits, what was applied, and what may be changed at all. */
import type { Command } from 'commander';
import { RECEIVE_MODES, RECEIVED_KINDS } from '../../shared/domain/received.js';
import { text, visible } from '../../shared/i18n/index.js';
import { acting, asks, family, find, type Verbs, type Where } from './asking.js';
import { CliError, EXIT } from './exit.js';
import { receivedText } from './views-received.js';

export const receivedVerbs: Verbs = (program, deps) => {
  const { out } = deps;
  const act = acting(deps);
  const received = family(program, 'received', text('cli.received'));
  const verb = (name: string, about: string): Command => asks(received.command(name).description(about));
  /** The list shows how ids begin; one that begins nothing is for the console to refuse. */
  const wholeId = async (command: Command, typed: string): Promise<string> => {
    const client = await find(command.optsWithGlobals<Where>(), deps);
    const { items } = await client.call('receive.get', {});
    const ids = items.map(({ id }) => id).filter((id) => id.startsWith(typed));
    if (ids.includes(typed) || ids.length === 0) return typed;
    if (ids.length === 1) return ids[0] ?? typed;
    throw new CliError(EXIT.usage, [
      text('cli.received.several', { typed: visible(typed, 60), ids: ids.slice(0, 10).join(', ') }),
    ]);
  };

  received.action(async (where: Where) => {
    const picture = await (await find(where, deps)).call('receive.get', {});
    out(where.json ? JSON.stringify(picture) : receivedText(picture));
  });

  for (const [name, accept] of [
    ['accept', true],
    ['refuse', false],
  ] as const) {
    verb(`${name} <id>`, text(`cli.received.${name}`)).action(
      async (id: string, _: object, command: Command) =>
        act(
          command,
          'receive.decide',
          { id: await wholeId(command, id), accept },
          text(`cli.received.${name}.done`),
        ),
    );
  }
  verb('undo <id>', text('cli.received.undo')).action(async (id: string, _: object, command: Command) =>
    act(command, 'receive.undo', { id: await wholeId(command, id) }, text('cli.received.undo.done')),
  );

  verb('mode <kind> <mode>', text('cli.received.mode')).action(
    async (typedKind: string, typedMode: string, _: object, command: Command) => {
      const kind = oneOf(RECEIVED_KINDS, typedKind);
      const mode = oneOf(RECEIVE_MODES, typedMode);
      const done = `${text(`received.kind.${kind}`)}: ${text(`received.mode.${mode}`)}`;
      await act(command, 'receive.mode', { kind, mode }, done);
    },
  );
};

function oneOf<T extends string>(choices: readonly T[], typed: string): T {
  const found = choices.find((known) => known === typed);
  if (found !== undefined) return found;
  throw new CliError(EXIT.usage, [
    text('cli.received.unknown', { typed: visible(typed, 60), choices: choices.join(', ') }),
  ]);
}
