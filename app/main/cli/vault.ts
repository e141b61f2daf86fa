/**
 * The verbs about Vault. A token goes in once, from standard input or from a file that nobody else may read, never from
 * the arguments; nothing here prints one. What is shown is the picture that the window shows.
 */
import type { Command } from 'commander';
import type { GivenToken, Vault, VaultToken } from '../../shared/domain/vault.js';
import {
  errorText,
  formatAge,
  formatMoment,
  formatSkew,
  lifeText,
  renewalText,
  SKEW_MS,
  text,
  tokenKindText,
  vaultAbout,
  vaultAgainText,
  vaultHealthText,
  vaultProblem,
  vaultStateText,
  vaultUnansweredText,
  visible,
} from '../../shared/i18n/index.js';
import { acting, asks, family, find, type Verbs, type Where } from './asking.js';
import { CliError, EXIT } from './exit.js';
import { readText } from './input.js';
import { fields } from './table.js';

/** As much as a token may be long, and the line's end. */
const TOKEN_LIMIT = 10_242;
const STANDARD_INPUT = '-';

type Pair = readonly [string, string];

export const vaultVerbs: Verbs = (program, deps) => {
  const { out } = deps;
  const act = acting(deps);
  const vault = family(program, 'vault', text('cli.vault'));
  const verb = (name: string, about: string): Command => asks(vault.command(name).description(about));

  vault.action(async (where: Where) => {
    const picture = await (await find(where, deps)).call('vault.get', {});
    out(where.json ? JSON.stringify(picture) : vaultText(picture));
  });

  verb('ask', text('cli.vault.ask'))
    .alias('request')
    .action(async (_: object, command: Command) => act(command, 'vault.ask', {}, text('cli.vault.ask.done')));

  verb('renew', text('cli.vault.renew')).action(async (_: object, command: Command) =>
    act(command, 'vault.renew', {}, text('cli.vault.renew.done')),
  );

  verb('revoke', text('cli.vault.revoke'))
    .option('--accessor <accessor>', text('cli.option.vault-accessor'))
    .action(async ({ accessor }: { accessor?: string }, command: Command) => {
      const where = command.optsWithGlobals<Where>();
      const client = await find(where, deps);
      const [answer, [done, else_]] =
        accessor === undefined
          ? [
              await client.call('vault.revoke', {}),
              ['cli.vault.revoke.done', 'cli.vault.revoke.letGo'] as const,
            ]
          : [
              await client.call('vault.revokeGiven', { accessor }),
              ['cli.vault.revoke.given', 'cli.vault.revoke.gone'] as const,
            ];
      if (where.json) out(JSON.stringify(answer));
      else out(text(answer.revoked ? done : else_));
    });

  verb('enter', text('cli.vault.enter'))
    .option('--file <file>', text('cli.option.vault-file'), STANDARD_INPUT)
    .action(async ({ file }: { file: string }, command: Command) => {
      if (file === STANDARD_INPUT && process.stdin.isTTY) throw refused('terminal');
      const token = (await readText(file, { limit: TOKEN_LIMIT, private: true })).trim();
      if (token === '') throw refused('empty');
      await act(command, 'vault.enter', { token }, text('cli.vault.enter.done'));
    });
};

const refused = (why: 'terminal' | 'empty'): CliError =>
  new CliError(EXIT.usage, [text(`cli.vault.enter.${why}`), text(`cli.vault.enter.${why}.next`)]);

function vaultText(vault: Vault): string {
  const { at, since, state, address, namespace, login, token, warnings, given } = vault;
  const problem = vaultProblem(vault);
  const isOff = state === 'off';
  const about = vaultAbout(vault, at)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('');
  const again = vaultAgainText(vault, at);
  const unanswered = vaultUnansweredText(vault, at);
  const word = vaultStateText(vault);
  const pairs: Pair[] = [
    [text('cli.field.vault'), isOff ? word : `${word}, ${formatAge(at - since)}`],
    ['', about],
  ];
  if (problem) {
    const { what, next } = errorText(problem.code, { name: problem.fault });
    pairs.push([text('cli.field.vault-problem'), `${what} ${next}`]);
    if (problem.words !== '') pairs.push([text('cli.field.vault-words'), problem.words]);
  }
  if (again !== null) pairs.push([text('cli.field.vault-next'), again]);
  if (unanswered !== null) pairs.push([text('cli.field.vault-asked'), unanswered]);
  if (address !== null) {
    pairs.push([text('cli.field.vault-address'), addressText(vault, address)]);
    if (namespace !== null) pairs.push([text('cli.field.vault-namespace'), namespace]);
    pairs.push(...serverPairs(vault), [text('cli.field.vault-login'), text(`vault.login.${login}`)]);
  }
  if (token) pairs.push(...tokenPairs(token, at));
  pairs.push(
    ...given.map((one, n): Pair => [n === 0 ? text('cli.field.vault-given') : '', givenText(one, at)]),
  );
  for (const warning of warnings) pairs.push([text('cli.field.vault-warning'), warning]);
  return fields(pairs);
}

function givenText({ accessor, to, at, expiresAt, state, problem }: GivenToken, now: number): string {
  const [age, until] = [formatAge(now - at), formatMoment(expiresAt)];
  const given = text('cli.vault.given', { state, name: visible(to, 255), accessor, age, until });
  if (problem === null) return given;
  const words = problem.words === '' ? 'none' : problem.words;
  return text('cli.vault.given.problem', { given, what: errorText(problem.code).what, words });
}

const addressText = ({ isUnverified }: Vault, address: string): string =>
  /^http:/i.test(address)
    ? `${address}, ${text('vault.plain')}`
    : isUnverified
      ? `${address}, ${text('vault.unverified')}`
      : address;

function serverPairs({ server }: Vault): Pair[] {
  const { version, clusterName, unseal, skewMs } = server;
  const words = [
    vaultHealthText(server),
    ...(unseal === null ? [] : [text('vault.unseal', unseal)]),
    ...(version === null ? [] : [text('vault.version', { version })]),
    ...(clusterName === null ? [] : [clusterName]),
  ];
  const pairs: Pair[] = [[text('cli.field.vault-server'), words.join(', ')]];
  if (skewMs !== null && Math.abs(skewMs) > SKEW_MS)
    pairs.push([text('cli.field.vault-clock'), text('vault.skew', { skew: formatSkew(skewMs) })]);
  return pairs;
}

function tokenPairs(token: VaultToken, at: number): Pair[] {
  const { endsAt, policies, isRoot, usesLeft, failures, source, from, receivedAt } = token;
  const failed = failures > 0 ? `; ${text('vault.failures', { count: failures })}` : '';
  const came = [text(`vault.source.${source}`), ...(from === null ? [] : [from])].join(' ');
  const pairs: Pair[] = [
    [
      text('cli.field.vault-token'),
      lifeText(token, at) + (endsAt === null ? '' : ` (${formatMoment(endsAt)})`),
    ],
    [text('cli.field.vault-policies'), policies.join(', ') || text('vaultPage.policies.none')],
  ];
  if (isRoot) pairs.push(['', text('vault.root.why')]);
  if (usesLeft !== null) pairs.push([text('cli.field.vault-uses'), text('vault.uses', { count: usesLeft })]);
  pairs.push(
    [text('cli.field.vault-renewal'), renewalText(token, at) + failed],
    [text('cli.field.source'), `${came}, ${formatMoment(receivedAt)} (${formatAge(at - receivedAt)})`],
    [text('cli.field.vault-kind'), tokenKindText(token)],
    [text('cli.field.vault-name'), token.displayName || text('cli.nothing')],
    [text('cli.field.vault-accessor'), token.accessor ?? text('vault.accessor.none')],
  );
  return pairs;
}
