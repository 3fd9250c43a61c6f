import type { RequestTable } from '../../record/request-table.ts'
import type { Lengths } from '../../record/schema/trial.ts'
import { noPercentiles, percentilesBySorting } from '../../stats/percentiles.ts'
import { METRIC_DEFINITIONS } from '../definitions.ts'
import { countedIn, type Window } from '../trial/in-window.ts'
import { NONE_COMPLETED } from '../trial/latency.ts'

/** The lengths of a trial without a window, each missing for this reason. */
export const noLengths = (reason: string): Lengths => ({
  promptTokens: noPercentiles(reason),
  outputTokens: noPercentiles(reason),
})

/**
 * Prompt and answer lengths in tokens, by the server's usage: distributions over the successful requests that completed
 * inside the window.
 */
export function lengthsOf(requests: RequestTable, window: Window, definitions = METRIC_DEFINITIONS): Lengths {
  const counted = countedIn(requests, window, definitions)
  const distributionOf = (name: 'promptTokens' | 'outputTokens') => {
    const column = requests.column(name)
    const scratch = new Float64Array(requests.length)
    let n = 0
    for (let index = 0; index < requests.length; index += 1) {
      const tokens = column[index] as number
      if (!counted.completion(index) || Number.isNaN(tokens)) continue
      scratch[n] = tokens
      n += 1
    }
    return percentilesBySorting(scratch.subarray(0, n), NONE_COMPLETED)
  }
  return { promptTokens: distributionOf('promptTokens'), outputTokens: distributionOf('outputTokens') }
}
