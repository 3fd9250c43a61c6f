import type { RunRecord } from '../../harness/record/schema/run.ts'
import { type LatencyKey, latencyNames } from './latency-names.ts'

/** The limits of an SLO as text, such as "TTFT 500 ms, TPOT 50 ms"; null where a scenario states none. */
export function sloText({ scenario }: RunRecord): string | null {
  const limits = (Object.keys(latencyNames) as LatencyKey[]).flatMap((key) => {
    const limitMs = scenario.slo?.[key]
    return limitMs === undefined ? [] : [`${latencyNames[key].short} ${limitMs}\u00a0ms`]
  })
  return limits.length > 0 ? limits.join(', ') : null
}
