/** Who comes first, and the sum by which members see that they see the same. As uWSGI 2.0.21 computes both. */

/** Enough of a member to rank it. */
export type Ranked = { readonly valor: number; readonly uuid: string };

/** The vote of one that has not evaluated yet. */
export const NO_UUID = '\0'.repeat(36);

/** EL1 the highest valor leads; EL2 of equal ones the greater uuid, byte by byte; EL3 an arbiter (valor 0) never. */
export function firstOf<M extends Ranked>(members: Iterable<M>): M | null {
  let first: M | null = null;
  for (const member of members) {
    if (member.valor === 0) continue;
    if (first === null || outranks(member, first)) first = member;
  }
  return first;
}

export const outranks = (one: Ranked, other: Ranked): boolean =>
  one.valor > other.valor || (one.valor === other.valor && one.uuid > other.uuid);

/** EL4 valor and the bytes of the uuid, summed over all members, arbiters too; the order does not matter. */
export function checksumOf(members: Iterable<Ranked>): bigint {
  let sum = 0;
  for (const { valor, uuid } of members) {
    sum += valor;
    for (let at = 0; at < uuid.length; at += 1) sum += uuid.charCodeAt(at);
  }
  return BigInt(sum);
}
