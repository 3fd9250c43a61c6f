import { seededRandom } from '../../harness/plan/random.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { normal } from '../../harness/testing/noise-stream.ts'
import { type ComparedRun, makeComparedRun } from './compare-builder.ts'

/** What a test says about a fleet: everything else is a healthy one. */
export interface FleetSpec {
  readonly boxes?: number
  readonly starts?: number
  readonly scenarios?: readonly string[]
  readonly source?: RunRecord['source']
  /** What the change costs on every box. */
  readonly fleetLoss?: number
  /** What it costs single boxes besides, by their number. */
  readonly losses?: Readonly<Record<number, number>>
  /** Changes the runs of one side of one box; null leaves it out. */
  readonly odd?: (box: number, side: 'baseline' | 'candidate') => ComparedRun | null | undefined
}

/** Runs of both sides of a fleet: cards 0.5 % apart, starts 0.1 %; the driver changes from 580.65 to 590.10. */
export function makeFleet(spec: FleetSpec = {}): { readonly baseline: RunRecord[]; readonly candidate: RunRecord[] } {
  const { boxes = 10, starts = 3, scenarios = ['llama-3.1-8b-fp8-batch32'], fleetLoss = 0, losses = {}, odd } = spec
  const random = seededRandom(7)
  const sides = { baseline: [] as RunRecord[], candidate: [] as RunRecord[] }
  for (let box = 0; box < boxes; box += 1) {
    const level = 1 + 0.005 * normal(random)
    for (const side of ['baseline', 'candidate'] as const) {
      const other = odd?.(box, side)
      if (other === null) continue
      const speed = side === 'baseline' ? level : level * (1 - fleetLoss) * (1 - (losses[box] ?? 0))
      for (const scenario of scenarios) {
        for (let start = 0; start < starts; start += 1) {
          const own = (other?.speed ?? speed) * (1 + 0.001 * normal(random))
          sides[side].push(
            makeComparedRun({
              scenario,
              title: scenario.replaceAll('-', ' '),
              result: { outputTokensPerS: 1000 * own, decodeTokensPerS: 80 * own },
              driver: side === 'baseline' ? '580.65' : '590.10',
              uuid: uuidOf(box),
              startedAt: `2026-11-0${side === 'baseline' ? 1 : 2}T1${start}:00:00Z`,
              ...(spec.source === undefined ? {} : { source: spec.source }),
              ...other,
              speed: own,
              more: {
                host: { hostname: hostOf(box), kernel: 'Linux 6.8', cpu: 'a CPU', cpuCount: 16, memoryGiB: 128 },
                ...other?.more,
              },
            }),
          )
        }
      }
    }
  }
  return sides
}

export const hostOf = (box: number): string => `box-${String(box).padStart(2, '0')}`
export const uuidOf = (box: number): string =>
  `GPU-${(0xa1b2c3d4 + 7919 * box).toString(16)}-5566-7788-99aa-${String(box).padStart(12, '0')}`
