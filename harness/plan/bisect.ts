/** The result of a search for the highest rate, and the rates that it tried, in order. */
export interface RateSearch {
  /** Highest rate that met the SLO; null when even the lowest did not. */
  readonly highestPerS: number | null
  readonly tried: readonly { readonly ratePerS: number; readonly meetsSlo: boolean }[]
}

/**
 * Bisects a bracket whose lower end should meet the SLO and whose upper end should not. Halves it (on a log scale,
 * because rates span decades) until its ends are within `tolerance`. An upper end that still meets the SLO is the result.
 */
export async function highestRate(
  fromPerS: number,
  toPerS: number,
  tolerance: number,
  meetsSloAt: (ratePerS: number) => Promise<boolean>,
): Promise<RateSearch> {
  const tried: { ratePerS: number; meetsSlo: boolean }[] = []
  const test = async (ratePerS: number): Promise<boolean> => {
    const meetsSlo = await meetsSloAt(ratePerS)
    tried.push({ ratePerS, meetsSlo })
    return meetsSlo
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
