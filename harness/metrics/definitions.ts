/**
 * Version of the definitions by which values are computed. A record keeps it (`metricDefinitions`), so that its values
 * come out the same when they are computed again: an older record by its own definitions, a new one by the current.
 *
 * 1: TTFT from successful requests that lie wholly inside the window. Records without the key.
 * 2: TTFT from successful requests whose first token arrived inside the window.
 */
export const METRIC_DEFINITIONS = 2
