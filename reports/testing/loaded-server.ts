import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { makeTextTrial, median } from '../../harness/testing/trial-builder.ts'

/** A closed loop on a server whose step takes 10 ms and 0.25 ms per request, and 100 ms for the prompt of 512 tokens. */
export function loadedRun(card: string, concurrency: number, more: Partial<RunOverrides> = {}): RunRecord {
  const step = 10 + 0.25 * concurrency
  const answerMs = 255 * step + concurrency * (100 - step)
  const tokens = (concurrency * 256 * 1000) / answerMs
  const trial = (by: number, index: number) =>
    makeTextTrial({
      index,
      outputTokensPerS: tokens * by,
      ttftMs: { ...median(103), mean: (103 + concurrency) / by },
      sloShare: concurrency <= 16 ? 1 : 0.9,
    })
  return makeRun({
    card,
    concurrency,
    scenario: `chat-c${concurrency}`,
    title: `Chat, ${concurrency} streams`,
    slo: { ttftMs: 1000, tpotMs: 50 },
    trialList: [0.99, 1, 1.01].map(trial),
    result: { outputTokensPerS: [tokens, tokens * 0.99, tokens * 1.01], meanPowerW: [300, 297, 303] },
    scenarioFields: { prompt: { tokens: 512, prefixCache: 'cold' }, output: { tokens: 256 } },
    ...more,
  })
}

/** A sweep of it. */
export const loadedSweep = (card: string, more: Partial<RunOverrides> = {}): RunRecord[] =>
  [1, 2, 4, 8, 16, 32].map((load) => loadedRun(card, load, more))
