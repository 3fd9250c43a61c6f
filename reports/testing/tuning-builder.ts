import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeSetting } from '../../harness/testing/setting-builder.ts'
import { trueAt, tunedRun } from '../../harness/testing/tuned-card.ts'

/** What a test says of a tuning. */
export interface TuningShape {
  readonly limits?: readonly (number | null)[]
  readonly streams?: readonly number[]
  readonly blocks?: number
  readonly tune?: string
  readonly more?: Partial<RunRecord>
}

/** A load that draws 520 W without a limit: the fewer streams, the less of both. */
const loadOf = (streams: number) => ({
  demandW: 200 + 320 * Math.sqrt(streams / 32),
  idleW: 40,
  tokensPerS: 1400 * (streams / 32) ** 0.7,
})

/** The runs of a tuning of a card that was found at 600 W, with noise of a third of a per cent that repeats. */
export function makeTuning({
  limits = [600, 450, 400, 300],
  streams = [32],
  blocks = 3,
  tune = 'tune-1',
  more = {},
}: TuningShape = {}): RunRecord[] {
  let place = 0
  return Array.from({ length: blocks }, (_, block) =>
    limits.flatMap((watts) =>
      streams.map((concurrency) => {
        const { tokensPerS, powerW } = trueAt(loadOf(concurrency), watts ?? 600)
        const factor = 1 + 0.003 * Math.sin(place * 12.9898)
        const setting = makeSetting({
          ...{ tune, block, blocks, place },
          powerLimitW: { asked: watts, enforced: watts ?? 600, found: 600 },
        })
        place += 1
        const run = tunedRun({
          ...{ setting, powerW },
          point: { setting: { powerLimitW: watts, smClockMHz: null }, concurrency },
          tokensPerS: tokensPerS * factor,
          ttftMs: 168_000 / tokensPerS,
        })
        const title = streams.length > 1 ? `${run.scenario.title}, ${concurrency} streams` : run.scenario.title
        return { ...run, id: `${tune}-${run.id}`, scenario: { ...run.scenario, title }, ...more } as RunRecord
      }),
    ),
  ).flat()
}
