/**
 * What the stats server of a uWSGI says of one legion (uWSGI 2.0.21: a list `legions`, whose members do not include the
 * process itself). It is a stranger's text: lists that are too long are refused before anything in them is looked at, of
 * the rest only our legion is read, what does not fit is refused, and nothing is believed but shown.
 */
import * as z from 'zod';

export const MAX_LEGIONS = 1_000;
export const MAX_MEMBERS = 5_000;
/** Of 1,000 members it is about 150 KB. */
const MAX_LIST = 1_048_576;
/** So many lists of that name are looked at. */
const MAX_LISTS = 16;

const Uuid = z.string().max(64);
const Said = z.object({
  uuid: Uuid,
  valor: z.number().int(),
  quorum: z.number().int(),
  /** Unix seconds since when; 0: it is not. */
  i_am_the_lord: z.number().int(),
  lord_uuid: Uuid,
});
const Member = z.object({ name: z.string().max(255), uuid: Uuid });

export type SaidStats = {
  readonly uuid: string;
  readonly valor: number;
  readonly quorum: number;
  readonly isLord: boolean;
  /** Whom it votes for; null: for nobody yet. */
  readonly voteUuid: string | null;
  /** Name by uuid, without itself. */
  readonly members: ReadonlyMap<string, string>;
};

/** Throws an Error whose words say what is wrong with the text. */
export function readStats(text: string, legion: string): SaidStats {
  try {
    // Apps and metrics may have a list of this name too: the first that tells of our legion is it.
    let problem: { readonly error: unknown; readonly worth: number } | null = null;
    for (const list of listsIn(text)) {
      const legions = JSON.parse(list) as unknown;
      try {
        return statsOf({ legions }, legion);
      } catch (error) {
        const worth = worthOf(legions);
        if (worth > (problem?.worth ?? -1)) problem = { error, worth };
      }
    }
    if (problem) throw problem.error;
    return statsOf(JSON.parse(text.slice(0, MAX_LIST)), legion);
  } catch (error) {
    throw error instanceof SyntaxError ? new Error('what it says is no JSON') : error;
  }
}

/** What is wrong with a list is told when it is the one of uWSGI, or else one that is empty. */
function worthOf(list: unknown): number {
  if (!Array.isArray(list)) return 0;
  if (list.some((each) => typeof fieldOf(each, 'legion') === 'string')) return 2;
  return list.length === 0 ? 1 : 0;
}

/**
 * The lists of legions alone, cut out of a text that may be megabytes long for other reasons: reading all of it would
 * keep us from announcing. So few of them, and together no longer than one may be. Throws when one is too long.
 */
function* listsIn(text: string): Generator<string> {
  const key = /"legions"\s{0,10}:\s{0,10}\[/g;
  let left = MAX_LIST;
  for (let looked = 0; looked < MAX_LISTS && key.test(text); looked += 1) {
    const start = key.lastIndex - 1;
    const end = endOf(text, start, left);
    left -= end - start;
    key.lastIndex = end;
    yield text.slice(start, end);
  }
}

/** Where the list that starts here is over. */
function endOf(text: string, start: number, longest: number): number {
  let depth = 0;
  let isText = false;
  for (let at = start; at < Math.min(text.length, start + longest); at += 1) {
    const char = text.charCodeAt(at);
    if (isText) {
      if (char === BACKSLASH) at += 1;
      else if (char === QUOTE) isText = false;
    } else if (char === QUOTE) isText = true;
    else if (char === OPEN) depth += 1;
    else if (char === CLOSE && (depth -= 1) === 0) return at + 1;
  }
  if (text.length < start + longest) throw new SyntaxError('cut off within its legions');
  throw new Error(`its legions are more than ${MAX_LIST} characters`);
}
const [QUOTE, BACKSLASH, OPEN, CLOSE] = [0x22, 0x5c, 0x5b, 0x5d];

/** As `readStats`, of what the text held. */
export function statsOf(json: unknown, legion: string): SaidStats {
  const entries = fieldOf(json, 'legions');
  if (!Array.isArray(entries)) throw strange();
  if (entries.length > MAX_LEGIONS) throw new Error(`it has more than ${MAX_LEGIONS} legions`);
  const entry: unknown = entries.find((each) => fieldOf(each, 'legion') === legion);
  if (entry === undefined) throw new Error('it is not in this legion');
  const read = Said.safeParse(entry);
  const list = fieldOf(entry, 'members');
  if (!read.success || !Array.isArray(list)) throw strange();
  if (list.length > MAX_MEMBERS) throw new Error(`its legion has more than ${MAX_MEMBERS} members`);
  const members = new Map<string, string>();
  for (const each of list as unknown[]) {
    const member = Member.safeParse(each);
    if (!member.success) throw strange();
    members.set(member.data.uuid, member.data.name);
  }
  const { uuid, valor, quorum, i_am_the_lord: since, lord_uuid: vote } = read.data;
  return {
    ...{ uuid, valor, quorum, isLord: since > 0, members },
    voteUuid: /[1-9a-f]/.test(vote) ? vote : null,
  };
}

const strange = (): Error => new Error('it is no stats server of uWSGI, or of one without legions');

const fieldOf = (of: unknown, name: 'legions' | 'legion' | 'members'): unknown =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? (of as Record<string, unknown>)[name]
    : undefined;
