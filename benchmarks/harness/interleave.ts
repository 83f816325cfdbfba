/** What each contestant did in each round, contestants in their order. */
export type Rounds<Contestant extends string, Result> = ReadonlyMap<Contestant, readonly Result[]>

/** Round by round every contestant once (A B C, A B C, …): what slows the machine for a while slows all of them. */
export async function interleave<Contestant extends string, Result>(
  contestants: readonly Contestant[],
  rounds: number,
  measure: (contestant: Contestant, round: number) => Promise<Result>,
): Promise<Rounds<Contestant, Result>> {
  const results = new Map<Contestant, Result[]>(contestants.map(each => [each, []]))
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      results.get(contestant)?.push(await measure(contestant, round))
    }
  }
  return results
}

/** The least of a contestant's rounds: what else the machine did can only have added to it. NaN for none. */
export function least<Contestant extends string, Result>(
  rounds: Rounds<Contestant, Result>,
  contestant: Contestant,
  figure: (result: Result) => number,
): number {
  const values = (rounds.get(contestant) ?? []).map(figure)
  return values.length === 0 ? Number.NaN : Math.min(...values)
}

/** The greatest of a contestant's rounds: for what is better when it is more, and for limits that always hold. */
export function greatest<Contestant extends string, Result>(
  rounds: Rounds<Contestant, Result>,
  contestant: Contestant,
  figure: (result: Result) => number,
): number {
  return -least(rounds, contestant, result => -figure(result))
}
