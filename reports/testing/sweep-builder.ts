import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { batching } from '../../harness/testing/swept-server.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'

/** A card of which half the throughput is at `half` in flight, and the highest load that meets the SLO. */
export interface SweptCard {
  readonly card: string
  readonly half: number
  readonly meetsSloTo: number
  readonly loads: readonly number[]
  readonly more?: Partial<RunOverrides>
}

/** The runs of a sweep: three trials each, whose figures are known within 1 %. */
export const sweptRuns = ({ card, half, meetsSloTo, loads, more = {} }: SweptCard): RunRecord[] =>
  loads.map((concurrency) => {
    const tokens = batching(half, 4000).tokensPerS(concurrency)
    const user = tokens / concurrency
    const sloShare = concurrency <= meetsSloTo ? 1 : 0.9
    const ttftMs = 20 + 10 * concurrency
    return makeRun({
      card,
      concurrency,
      scenario: `chat-c${concurrency}`,
      title: `Chat, ${concurrency} streams`,
      slo: { ttftMs: 500, tpotMs: 20 },
      trialList: [0, 1, 2].map((index) => makeTextTrial({ index, sloShare })),
      result: {
        outputTokensPerS: [tokens, tokens * 0.99, tokens * 1.01],
        decodeTokensPerS: [user, user * 0.99, user * 1.01],
        meanPowerW: [300, 297, 303],
        tokensPerJ: tokens / 300,
        ttftMsP50: [ttftMs, ttftMs - 1, ttftMs + 1],
      },
      ...more,
    })
  })
