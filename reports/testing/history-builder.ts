import { seededRandom } from '../../harness/plan/random.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { normal } from '../../harness/testing/noise-stream.ts'
import { makeComparedRun } from './compare-builder.ts'
import { hostOf, uuidOf } from './fleet-builder.ts'

/** What a test says about the history of a fleet. */
export interface HistorySpec {
  readonly boxes?: number
  /** Starts, three weeks apart. */
  readonly starts?: number
  /** Start from which a box has the new driver. */
  readonly upgradeAt?: (box: number) => number
  /** What the driver costs. */
  readonly driverLoss?: number
  /** What a box loses per year. */
  readonly ageing?: (box: number) => number
  /** A loss of single boxes from their eighth start on, whose settings did not change. */
  readonly losses?: Readonly<Record<number, number>>
  readonly source?: RunRecord['source']
}

/** Runs of a fleet over months: cards 0.5 % apart, starts 0.3 %. */
export function makeHistory(spec: HistorySpec = {}): RunRecord[] {
  const { boxes = 6, starts = 14, upgradeAt = () => 7, driverLoss = 0, ageing = () => 0, losses = {} } = spec
  const random = seededRandom(11)
  return Array.from({ length: boxes }, (_, box) => {
    const card = 1 + 0.005 * normal(random)
    return Array.from({ length: starts }, (__, start) => {
      const isNew = start >= upgradeAt(box)
      const days = 21 * start
      const age = (1 - ageing(box)) ** (days / 365.25)
      const lost = start >= 8 ? (losses[box] ?? 0) : 0
      const speed = card * age * (1 - (isNew ? driverLoss : 0)) * (1 - lost) * (1 + 0.003 * normal(random))
      return makeComparedRun({
        speed,
        driver: isNew ? '590.10' : '580.65',
        uuid: uuidOf(box),
        startedAt: new Date(Date.UTC(2026, 0, 5, 10) + days * 86_400_000).toISOString().replace('.000Z', 'Z'),
        result: { outputTokensPerS: 1000 * speed, decodeTokensPerS: 80 * speed },
        ...(spec.source === undefined ? {} : { source: spec.source }),
        more: { host: { hostname: hostOf(box), kernel: 'Linux 6.8', cpu: 'a CPU', cpuCount: 16, memoryGiB: 128 } },
      })
    })
  }).flat()
}
