/**
 * Version of the definitions by which values are computed. A record keeps it (`metricDefinitions`), so that its values
 * come out the same when they are computed again: an older record by its own definitions, a new one by the current.
 *
 * 1: TTFT from successful requests that lie wholly inside the window. Records without the key.
 * 2: TTFT from successful requests whose first token arrived inside the window.
 * 3: goodput, J per request and E2E from requests that completed inside the window; TPOT from requests that received tokens
 *    in it; prompt tokens from requests whose first token arrived in it. Before, all from requests wholly inside it. Goodput
 *    and input efficiency are missing where no request fits into the window; before, they were 0.
 */
export const METRIC_DEFINITIONS = 3

/** Since these definitions a request that crosses an edge of the window counts. */
export const EDGES_COUNT_SINCE = 3
