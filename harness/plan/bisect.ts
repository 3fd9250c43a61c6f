/** What a search for the highest rate found, and all that it tried, in order. */
export interface RateSearch {
  /** Highest rate that was seen to keep the SLO; null when even the lowest did not. */
  readonly highestPerS: number | null
  readonly tried: readonly { readonly ratePerS: number; readonly keeps: boolean }[]
}

/**
 * Bracket and bisect: the lower end should keep the SLO, the upper one should not. Halves the bracket (on a log scale,
 * for rates span decades) until its ends are within `tolerance`. An upper end that still keeps it is the answer.
 */
export async function highestRate(
  fromPerS: number,
  toPerS: number,
  tolerance: number,
  keepsSlo: (ratePerS: number) => Promise<boolean>,
): Promise<RateSearch> {
  const tried: { ratePerS: number; keeps: boolean }[] = []
  const test = async (ratePerS: number): Promise<boolean> => {
    const keeps = await keepsSlo(ratePerS)
    tried.push({ ratePerS, keeps })
    return keeps
  }
  if (!(await test(fromPerS))) return { highestPerS: null, tried }
  if (await test(toPerS)) return { highestPerS: toPerS, tried }
  let low = fromPerS
  let high = toPerS
  while (high / low > 1 + tolerance) {
    const middle = Math.sqrt(low * high)
    if (await test(middle)) low = middle
    else high = middle
  }
  return { highestPerS: low, tried }
}
