/** One figure of several rounds: the middle one, and how far the others lie. */
export type Figure = { median: number; least: number; most: number }

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)]!, least: sorted[0]!, most: sorted.at(-1)! }
}

/**
 * Measures every contestant in turn, round after round, so that whatever else the machine does meets all of them alike. Returns what
 * each reached, by round.
 */
export async function alternate(rounds: number, contestants: readonly (() => Promise<number>)[]): Promise<number[][]> {
  const reached = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of contestants.entries()) reached[index]!.push(await measure())
  }
  return reached
}

/** Of each round the ratio of one to the other. */
export const ratios = (of: readonly number[], to: readonly number[]): Figure =>
  figureOf(of.map((value, round) => value / to[round]!))
