/** Who comes first, and the sum by which members see that they see the same. As uWSGI 2.0.21 computes both. */

/** Enough of a member to rank it. */
export type Ranked = { readonly valor: number; readonly uuid: string };

/** EL1 the higher valor comes first; EL2 of equal ones the greater uuid, byte by byte. EL3, arbiters, is the caller's. */
export const outranks = (one: Ranked, other: Ranked): boolean =>
  one.valor > other.valor || (one.valor === other.valor && one.uuid > other.uuid);

/** EL4 The part of a member in the checksum: valor and the bytes of its uuid. */
export function weightOf({ valor, uuid }: Ranked): number {
  let sum = valor;
  for (let at = 0; at < uuid.length; at += 1) sum += uuid.charCodeAt(at);
  return sum;
}
