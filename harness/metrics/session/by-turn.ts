import { measured, missing } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { TurnValues } from '../../record/schema/session.ts'
import { percentilesOf } from '../../stats/percentiles.ts'
import { countedIn, type Window } from '../trial/in-window.ts'
import { NONE_STARTED } from '../trial/latency.ts'
import { tpotMsOf } from '../trial/pace.ts'
import { turnBinOf, turnBins } from './turn-bins.ts'

interface Bin {
  readonly ttftMs: number[]
  readonly tpotMs: number[]
  requests: number
  promptTokens: number
  cachedTokens: number
}

/**
 * Latency and cache hits by the depth of a turn in its session. TTFT, prompt and cached tokens are of the requests whose
 * first token arrived inside the window; TPOT is of those that completed inside it. Cached tokens by usage, because the
 * counters of a server have no depth.
 */
export function valuesByTurn(requests: RequestTable, window: Window, definitions: number): TurnValues[] {
  const counted = countedIn(requests, window, definitions)
  const column = (name: Parameters<RequestTable['column']>[0]) => requests.column(name)
  const [turn, dispatched, first, last] = [
    column('turn'),
    column('dispatchedMs'),
    column('firstTokenMs'),
    column('lastTokenMs'),
  ]
  const [prompt, cached, output, firstTokens] = [
    column('promptTokens'),
    column('cachedTokens'),
    column('outputTokens'),
    column('firstTokens'),
  ]
  const bins = turnBins.map((): Bin => ({ ttftMs: [], tpotMs: [], requests: 0, promptTokens: 0, cachedTokens: 0 }))
  let isCachedReported = false
  for (let index = 0; index < requests.length; index += 1) {
    // vLLM before 2026 leaves the cached tokens out of an answer that had none
    isCachedReported ||= requests.isOk(index) && !Number.isNaN(cached[index])
    if (Number.isNaN(turn[index])) continue
    const bin = bins[turnBinOf(turn[index] as number)] as Bin
    if (counted.ttft(index)) {
      bin.requests += 1
      bin.ttftMs.push((first[index] as number) - (dispatched[index] as number))
      bin.promptTokens += prompt[index] as number
      bin.cachedTokens += Number.isNaN(cached[index]) ? 0 : (cached[index] as number)
    }
    if (!counted.completion(index)) continue
    const tpotMs = tpotMsOf({
      firstMs: first[index] as number,
      lastMs: last[index] as number,
      tokens: output[index] as number,
      firstTokens: firstTokens[index] as number,
    })
    if (!Number.isNaN(tpotMs)) bin.tpotMs.push(tpotMs)
  }
  return bins.flatMap((bin, index) =>
    bin.requests === 0 && bin.tpotMs.length === 0
      ? []
      : [
          {
            ...(turnBins[index] as (typeof turnBins)[number]),
            requests: bin.requests,
            promptTokens:
              bin.requests === 0
                ? missing(NONE_STARTED)
                : measured(bin.promptTokens / bin.requests, 'the server reported no prompt tokens for a request'),
            cachedShare: !isCachedReported
              ? missing('the server does not report cached tokens')
              : bin.requests === 0
                ? missing(NONE_STARTED)
                : measured(bin.cachedTokens / bin.promptTokens, 'the server reported no prompt tokens for a request'),
            ttftMs: percentilesOf(bin.ttftMs, NONE_STARTED),
            tpotMs: percentilesOf(bin.tpotMs, 'no answer of more than one token ended inside the window'),
          },
        ],
  )
}
