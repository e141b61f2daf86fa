/**
 * The verbs about the cluster secret and about who asks for it. The secret itself goes in once, from a file or from
 * standard input, and is never printed: what is shown is that it is held, since when and from whom.
 */
import type { Command } from 'commander';
import { SECRET_POLICIES, type SecretPolicy, type Secrets } from '../../shared/domain/secret.js';
import { text, visible } from '../../shared/i18n/index.js';
import { acting, asks, family, find, jsonLines, type Verbs, type Where } from './asking.js';
import type { ConsoleClient } from './client.js';
import { CliError, EXIT } from './exit.js';
import { numberUpTo, readText } from './input.js';
import { requestsText, secretsText } from './views-keys.js';

const SECRET_FILE_LIMIT = 4_096;
const MAX_WAIT_S = 3_600;

export const secretVerbs: Verbs = (program, deps, end) => {
  const { out } = deps;
  const json = (value: unknown): void => out(JSON.stringify(value));
  const act = acting(deps);
  const secrets = family(program, 'secrets', text('cli.secrets'));
  const verb = (name: string, about: string): Command => asks(secrets.command(name).description(about));

  secrets.action(async (where: Where) => {
    const picture = await (await find(where, deps)).call('secret.get', {});
    if (where.json) json(picture);
    else out(secretsText(picture));
  });

  verb('ask', text('cli.secrets.ask'))
    .option('--wait <seconds>', text('cli.option.wait'), numberUpTo(MAX_WAIT_S, 30, 0))
    .action(async ({ wait }: { wait?: number }, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const client = await find(where, deps);
      const { asked } = await client.call('secret.ask', {});
      if (!where.json) out(text('cli.secrets.asked', { count: asked }));
      if (wait === 0) return where.json ? json({ asked }) : undefined;
      const picture = await answer(client, wait);
      if (where.json) json(picture);
      else out(secretsText(picture));
      if (picture.secret.state !== 'held') end(EXIT.failed);
    });

  verb('set', text('cli.secrets.set'))
    .requiredOption('--file <file>', text('cli.option.secret-file'))
    .action(async ({ file }: { file: string }, command: Command) => {
      const secret = (await readText(file, { limit: SECRET_FILE_LIMIT, private: true })).trim();
      await act(command, 'secret.set', { secret }, text('cli.secrets.set.done'));
    });

  verb('adopt <id>', text('cli.secrets.adopt')).action(async (id: string, _: object, command: Command) =>
    act(command, 'secret.adopt', { id }, text('cli.secrets.adopt.done')),
  );
  verb('dismiss <id>', text('cli.secrets.dismiss')).action(async (id: string, _: object, command: Command) =>
    act(command, 'secret.dismiss', { id }, text('cli.secrets.dismiss.done')),
  );

  verb('rotate', text('cli.secrets.rotate'))
    .option('--first', text('cli.option.first'))
    .option('--confirm <number>', text('cli.option.confirm'))
    .action(async ({ first, confirm }: { first?: boolean; confirm?: string }, command: Command) => {
      const client = await find(command.optsWithGlobals<Where>(), deps);
      const total = await countReceivers(client);
      if (confirm !== String(total)) {
        throw new CliError(EXIT.usage, [
          text('cli.secrets.rotate.confirm', { count: total }),
          text('cli.secrets.rotate.confirm.next', { total: String(total) }),
        ]);
      }
      await act(
        command,
        'secret.rotate',
        first === undefined ? {} : { first },
        text('cli.secrets.rotate.done'),
      );
    });

  verb('policy [policy]', text('cli.secrets.policy')).action(
    async (typed: string | undefined, _: object, command: Command) => {
      if (typed !== undefined) {
        const policy = policyOf(typed);
        return act(command, 'secret.policy', { policy }, text(`policy.${policy}`));
      }
      const where = command.optsWithGlobals<Where>();
      const { policy } = await (await find(where, deps)).call('secret.get', {});
      if (where.json) json({ policy });
      else out(`${policy}: ${text(`policy.${policy}`)}`);
    },
  );

  const requests = family(program, 'requests', text('cli.requests'));
  requests.action(async (where: Where) => {
    const picture = await (await find(where, deps)).call('secret.get', {});
    if (where.json) return out(jsonLines(picture.requests));
    out(picture.requests.length > 0 ? requestsText(picture) : text('cli.requests.none'));
  });
  for (const name of ['give', 'refuse'] as const) {
    asks(requests.command(`${name} <id>`).description(text(`cli.requests.${name}`))).action(
      async (id: string, _: object, command: Command) =>
        act(command, `request.${name}`, { id }, text(`cli.requests.${name}.done`)),
    );
  }
};

/** Who would get a new secret: the trusted keys, less our own, which is among them once it is made. */
async function countReceivers(client: ConsoleClient): Promise<number> {
  const [{ keys }, own] = await Promise.all([client.call('session.get', {}), client.call('key.own', {})]);
  return Math.max(0, keys.trusted - (own.fingerprint === null ? 0 : 1));
}

/**
 * The picture once the question is over: a secret is held, or a person has to decide, or the time to answer has
 * passed. With `wait` that many seconds are given for it, also for answers that come late.
 */
async function answer(client: ConsoleClient, wait: number | undefined): Promise<Secrets> {
  const signal = wait === undefined ? undefined : AbortSignal.timeout(wait * 1_000);
  let last: Secrets | null = null;
  for await (const picture of client.watch('secret.watch', {}, signal)) {
    last = picture;
    const { state } = picture.secret;
    if (state === 'held' || (wait === undefined && state !== 'asked')) return picture;
  }
  return last ?? client.call('secret.get', {});
}

function policyOf(typed: string): SecretPolicy {
  const policy = SECRET_POLICIES.find((known) => known === typed);
  if (policy !== undefined) return policy;
  throw new CliError(EXIT.usage, [
    text('cli.secrets.policy.unknown', { typed: visible(typed, 60), policies: SECRET_POLICIES.join(', ') }),
  ]);
}
