/**
 * What there is to say about a file, within bounds: the first ones are kept, of the others it is told how many they are,
 * from which line on, and whether one of them is an error. A file of a megabyte may have a mistake in each of its lines.
 */
export const MOST_TOLD = 200;

type More = { readonly line: number; readonly count: number; readonly isError: boolean };

export function firstOnes<T>(toldOf: (more: More) => T) {
  const kept: T[] = [];
  let more: More | null = null;
  return {
    /** `make` is asked only for what is kept. */
    add(line: number, isError: boolean, make: () => T): void {
      if (kept.length < MOST_TOLD) kept.push(make());
      else
        more = {
          ...{ line: more?.line ?? line, count: (more?.count ?? 0) + 1 },
          isError: isError || (more?.isError ?? false),
        };
    },
    all: (): T[] => (more ? [...kept, toldOf(more)] : kept),
  };
}
