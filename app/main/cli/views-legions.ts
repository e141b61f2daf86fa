/** Legions as plain text, in the words of the window. */
import type {
  Legion,
  LegionFrame,
  LegionHook,
  LegionMember,
  LegionWitness,
} from '../../shared/domain/legion.js';
import type { Out } from '../../shared/contract/contract.js';
import {
  errorText,
  formatAge,
  formatMoment,
  formatSkew,
  text,
  type TextKey,
  visible,
} from '../../shared/i18n/index.js';
import { warningText, whyText } from '../../shared/i18n/legion-text.js';
import { fields, table } from './table.js';

const NOTHING = text('cli.nothing');
const heads = (...names: readonly string[]): string[] =>
  names.map((name) => text(`cli.head.${name}` as TextKey));

export const legionsText = ({ legions, at }: LegionFrame): string =>
  [
    table(
      heads('name', 'role', 'valor', 'lord', 'votes', 'members'),
      legions.map((legion) => [
        legion.name,
        text(`legion.role.${legion.role}`),
        legion.announcedValor === null ? NOTHING : String(legion.announcedValor),
        legion.lord?.name ?? NOTHING,
        legion.quorum > 0 ? `${legion.votes}/${legion.quorum}` : String(legion.votes),
        String(legion.members.length),
      ]),
      [2, 4, 5],
    ),
    ...legions
      .filter(({ lord, role }) => lord === null && role !== 'off')
      .map((legion) => `${fields([[legion.name, whyText(legion.why, legion.quorum, at)]])}`),
  ].join('\n');

export function legionText(legion: Legion, now: number): string {
  const { warnings, drops, hooks, members, next, witnesses } = legion;
  const part = text('cli.legion.self', {
    role: text(`legion.role.${legion.role}`),
    valor: legion.announcedValor === null ? 'none' : String(legion.announcedValor),
    lord: legion.isLord ? 'yes' : 'no',
  });
  const { freqS: freq, toleranceS: tolerance, skewS: skew } = legion;
  const blocks = [
    [whyText(legion.why, legion.quorum, now)],
    [
      fields([
        [text('cli.field.role'), part],
        ...(legion.uuid === null ? [] : [[text('cli.field.uuid'), legion.uuid] as const]),
        ...problemPairs(legion.problem),
        [text('cli.field.address'), text('cli.legion.way', { address: legion.address, way: legion.way })],
        [text('cli.field.sends-to'), legion.nodes.slice(0, 20).join(', ') || NOTHING],
        [text('cli.field.cipher'), legion.cipher],
        [text('cli.field.times'), text('cli.legion.times', { freq, tolerance, skew })],
        [
          text('cli.field.next-lord'),
          next ? text('cli.legion.next', { lord: next.name ?? 'none', votes: next.votes }) : NOTHING,
        ],
      ]),
    ],
    members.length > 0 ? [membersText(members, now)] : [],
    witnesses.length > 0
      ? [text('cli.legion.witnesses'), ...witnesses.map((each) => `  ${witnessText(each, now)}`)]
      : [],
    warnings.length > 0
      ? [text('cli.legion.warnings'), ...warnings.map((warning) => `  ${warningText(warning)}`)]
      : [],
    drops.length > 0
      ? [
          text('cli.legion.drops'),
          ...drops.map(
            ({ kind, count, lastAt }) =>
              `  ${text('cli.legion.drop', { kind: text(`legion.drop.${kind}`), count, age: formatAge(now - lastAt) })}`,
          ),
        ]
      : [],
    hooks.length > 0 ? [hooksText(hooks, now)] : [],
  ];
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

/** What is wrong, the system’s own words, and what to do about it, as the window has them. */
function problemPairs(problem: Legion['problem']): readonly (readonly [string, string])[] {
  if (problem === null) return [];
  const { what, next } = errorText(problem.code);
  return [
    [text('cli.field.error'), `${what} (${problem.message})`],
    [text('cli.field.next'), next],
  ];
}

function witnessText(witness: LegionWitness, now: number): string {
  const { address, at, problem, name, valor, isLord, votesFor, quorum, members, agrees } = witness;
  const place = visible(address, 120);
  const age = at === null ? 'none' : formatAge(Math.max(0, now - at));
  if (problem !== null)
    return text('cli.legion.witness.problem', { address: place, problem: visible(problem, 200), age });
  if (at === null) return text('cli.legion.witness.never', { address: place });
  return text('cli.legion.witness', {
    ...{ address: place, age, valor: valor ?? 0, quorum: quorum ?? 0, members: members ?? 0 },
    name: name === null ? 'none' : visible(name, 60),
    lord: isLord ? 'yes' : 'no',
    votesFor: votesFor === null ? 'none' : visible(votesFor, 60),
    differs: agrees === false ? 'yes' : 'no',
  });
}

const membersText = (members: readonly LegionMember[], now: number): string =>
  table(
    heads('name', 'valor', 'votes-for', 'lord-since', 'heard', 'skew', 'left', 'uuid'),
    members.map((member) => [
      member.isSelf ? text('cli.legion.you', { name: member.name }) : member.name,
      String(member.valor),
      member.votesFor ?? NOTHING,
      member.lordSince === null ? NOTHING : formatAge(now - member.lordSince),
      member.isSelf ? NOTHING : formatAge(now - member.lastHeardAt),
      member.skewMs === null ? NOTHING : formatSkew(member.skewMs),
      String(member.leavesToday),
      member.uuid,
    ]),
    [1, 3, 4, 5, 6],
  );

const hooksText = (hooks: readonly LegionHook[], now: number): string =>
  table(
    heads('id', 'is-on', 'hook', 'last-run'),
    hooks.map((hook) => [
      hook.id.slice(0, 8),
      text(hook.isOn ? 'cli.legion.on' : 'cli.legion.off'),
      hookName(hook),
      lastText(hook, now),
    ]),
  );

export const hookName = ({ event, action, argument }: LegionHook): string => `${event} ${action}:${argument}`;

function lastText({ last }: LegionHook, now: number): string {
  if (last === null) return NOTHING;
  const age = formatAge(now - last.at);
  return last.ok
    ? text('cli.legion.hook.ok', { age })
    : text('cli.legion.hook.failed', { age, code: last.code === null ? 'none' : String(last.code) });
}

/** One line per change, for whoever follows. */
export const legionLine = (legion: Legion, at: number): string =>
  `${formatMoment(at)}  ${whyText(legion.why, legion.quorum, at)}`;

/** Line 0: about a whole legion of the file. */
export function importLine({ line, text: said }: { readonly line: number; readonly text: string }): string {
  const words = visible(said, 300);
  return line > 0 ? text('cli.legion.import.line', { line, words }) : words;
}

export function importText({ legions, ignored }: Out<'legion.import'>): string {
  const lines = ignored.map(importLine);
  if (legions.length === 0) return [text('cli.legion.import.none'), ...lines].join('\n');
  return [
    table(
      heads('name', 'valor', 'address', 'cipher', 'members'),
      legions.map(({ name, valor, address, port, cipher, nodes }) => [
        name,
        String(valor),
        `${address}:${port}`,
        cipher,
        nodes.map((node) => `${node.host}:${node.port}`).join(', ') || NOTHING,
      ]),
      [1],
    ),
    ...lines,
  ].join('\n');
}
