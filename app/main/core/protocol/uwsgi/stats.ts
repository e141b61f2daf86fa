/**
 * What the stats server of a uWSGI says of one legion (uWSGI 2.0.21: a list `legions`, whose members do not include the
 * process itself). It is a stranger's text: what does not fit is refused, and nothing is believed but shown.
 */
import * as z from 'zod';

const Uuid = z.string().max(64);
const Stats = z.object({
  legions: z.array(
    z.object({
      legion: z.string().max(255),
      uuid: Uuid,
      valor: z.number().int(),
      quorum: z.number().int(),
      /** Unix seconds since when; 0: it is not. */
      i_am_the_lord: z.number().int(),
      lord_uuid: Uuid,
      members: z.array(z.object({ name: z.string().max(255), uuid: Uuid })).max(10_000),
    }),
  ),
});

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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('what it says is no JSON');
  }
  const read = Stats.safeParse(json);
  if (!read.success) throw new Error('it is no stats server of uWSGI, or of one without legions');
  const said = read.data.legions.find((each) => each.legion === legion);
  if (!said) throw new Error('it is not in this legion');
  const vote = /[1-9a-f]/.test(said.lord_uuid) ? said.lord_uuid : null;
  return {
    ...{ uuid: said.uuid, valor: said.valor, quorum: said.quorum, isLord: said.i_am_the_lord > 0 },
    voteUuid: vote,
    members: new Map(said.members.map(({ uuid, name }) => [uuid, name])),
  };
}
