import type { RequestTable } from '../../record/request-table.ts'
import type { Percentiles } from '../../record/schema/trial.ts'
import { noPercentiles } from '../../stats/percentiles.ts'
import { type Weighted, weightedPercentiles } from '../../stats/weighted-percentiles.ts'
import { EDGES_COUNT_SINCE, METRIC_DEFINITIONS } from '../definitions.ts'
import { countedIn, NONE_FITS } from './in-window.ts'
import { tpotMsOf } from './pace.ts'

/** Latencies of a trial, from its successful requests; which of them count for each is in in-window.ts. */
export interface Latencies {
  /** firstToken - dispatched. */
  readonly ttftMs: Percentiles
  /** firstChunk - dispatched: vLLM's own client counts the role chunk. */
  readonly ttftFirstChunkMs: Percentiles
  /** firstToken - scheduled: includes the time that a request waited in the client. */
  readonly ttftFromScheduleMs: Percentiles
  /** tpotMsOf (pace.ts), for answers of more than one token that did not arrive at one moment. */
  readonly tpotMs: Percentiles
  /** lastToken - dispatched. */
  readonly e2eMs: Percentiles
}

/** Why a value is missing where no answer began in the window. */
export const NONE_STARTED = 'no successful request received its first token inside the window'
/** Why a value is missing where no answer ended in the window. */
export const NONE_COMPLETED = 'no successful request completed inside the window'
/** Why an answer of a trial has no TPOT: caused by a proxy that buffers the stream, or by a client short of CPU. */
export const AT_ONE_MOMENT =
  'all output tokens of each request arrived at one moment: something between server and client buffers the stream'

/** The latencies of a trial that has none, each missing for this reason. */
export function noLatencies(reason: string): Latencies {
  const none = noPercentiles(reason)
  return { ttftMs: none, ttftFirstChunkMs: none, ttftFromScheduleMs: none, tpotMs: none, e2eMs: none }
}

/**
 * Latency percentiles (docs/metrics.md#one-trial). TTFT counts where the first token arrived inside the window, E2E where the
 * request completed inside it. TPOT is that of the whole answer: which of its tokens arrived inside is not on disk, and a
 * count of them would be off by a lump where tokens arrive in lumps. Each answer weighs by the share of its time from the
 * first to the last token that lies inside, so that the requests at the edges count as much as the window saw of them.
 * Failed requests are in no percentile. Older `definitions`: see in-window.ts.
 */
export function latenciesOf(
  requests: RequestTable,
  startMs: number,
  endMs: number,
  definitions = METRIC_DEFINITIONS,
): Latencies {
  const counted = countedIn(requests, { startMs, endMs }, definitions)
  const scheduled = requests.column('scheduledMs')
  const dispatched = requests.column('dispatchedMs')
  const firstChunk = requests.column('firstChunkMs')
  const firstToken = requests.column('firstTokenMs')
  const lastToken = requests.column('lastTokenMs')
  const outputTokens = requests.column('outputTokens')
  const firstTokens = requests.column('firstTokens')
  // one array for all metrics, released at once: garbage collection may come late, and a million requests take 8 MB each
  const scratch = new Float64Array(requests.length)
  const over = (weightAt: (index: number) => number, valueAt: (index: number) => number, reason: string) => {
    let n = 0
    const others: Weighted[] = []
    for (let index = 0; index < requests.length; index += 1) {
      const weight = weightAt(index)
      if (weight === 0) continue
      const value = valueAt(index)
      // NaN: a missing time, or an answer without a TPOT
      if (!Number.isFinite(value)) continue
      if (weight < 1) others.push({ value, weight })
      else {
        scratch[n] = value
        n += 1
      }
    }
    return weightedPercentiles({ ones: scratch.subarray(0, n), others }, reason)
  }
  const whether = (counts: (index: number) => boolean) => (index: number) => (counts(index) ? 1 : 0)
  const reasons = reasonsBy(definitions)
  const toFirst = (from: Float64Array, to: Float64Array) =>
    over(whether(counted.ttft), (index) => (to[index] as number) - (from[index] as number), reasons.ttft)
  const tpotAt = (index: number) =>
    tpotMsOf({
      firstMs: firstToken[index] as number,
      lastMs: lastToken[index] as number,
      tokens: outputTokens[index] as number,
      firstTokens: firstTokens[index] as number,
    })
  const e2eAt = (index: number) => (lastToken[index] as number) - (dispatched[index] as number)
  const latencies = {
    ttftMs: toFirst(dispatched, firstToken),
    ttftFirstChunkMs: toFirst(dispatched, firstChunk),
    ttftFromScheduleMs: toFirst(scheduled, firstToken),
    tpotMs: over(counted.pace, tpotAt, whyNoPace(outputTokens, counted.pace, reasons)),
    e2eMs: over(whether(counted.completion), e2eAt, reasons.e2e),
  }
  scratch.buffer.transfer(0)
  return latencies
}

type Reasons = ReturnType<typeof reasonsBy>

/** Why there is no percentile of a kind, by the definitions of the record. */
function reasonsBy(definitions: number) {
  if (definitions >= EDGES_COUNT_SINCE) {
    return {
      ttft: NONE_STARTED,
      e2e: NONE_COMPLETED,
      pace: 'no successful request received tokens inside the window',
      oneToken: 'no successful request of more than one token received tokens inside the window',
    }
  }
  return {
    ttft: definitions < 2 ? NONE_FITS : NONE_STARTED,
    e2e: NONE_FITS,
    pace: NONE_FITS,
    oneToken: 'no successful request of more than one token lies wholly inside the window',
  }
}

function whyNoPace(outputTokens: Float32Array, weightAt: (index: number) => number, reasons: Reasons): string {
  let isAnyCounted = false
  for (let index = 0; index < outputTokens.length; index += 1) {
    if (weightAt(index) === 0) continue
    if ((outputTokens[index] as number) > 1) return AT_ONE_MOMENT
    isAnyCounted = true
  }
  return isAnyCounted ? reasons.oneToken : reasons.pace
}
