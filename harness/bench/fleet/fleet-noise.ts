import type { MetricKey } from '../../metrics/catalogue.ts'
import { mixSeed, type Random, seededRandom } from '../../plan/random.ts'
import { heavyTailed, normal } from '../../testing/noise-stream.ts'
import type { FleetCell } from '../../verdict/fleet/fleet-values.ts'
import { suite } from '../verdict-noise.ts'

/**
 * Fleets with known truth. Standard deviations are shares of the value. Trials and starts as published (verdict-noise.ts);
 * the level of a card: eight H100 of one server differ by up to 1.6 % in copy bandwidth (NVIDIA/nccl issue 1264), here 1 %;
 * how differently boxes react to a change: no published figure found, 0.3 %, as much as a start.
 */
export interface FleetTruth {
  readonly boxes: number
  /** Starts of each side; several: each box draws one of them for each side. */
  readonly starts: readonly number[]
  readonly trials: number
  readonly trialShare: number
  readonly startShare: number
  readonly reactionShare: number
  readonly cardShare: number
  /** Student's t with 3 degrees, of the same standard deviations, for trials and starts; what a box really lost is no noise. */
  readonly heavyTails?: boolean
  /** Boxes whose starts vary three times as much as those of the others, as a share of the boxes. */
  readonly noisyBoxes?: number
  /** What the change costs on every box. */
  readonly fleetLoss: number
  /** What it costs the first box besides; it is lost before the change too where `weakBefore` says so. */
  readonly boxLoss: number
  readonly weakBefore?: boolean
}

export const usualFleet: FleetTruth = {
  boxes: 40,
  starts: [3],
  trials: 3,
  trialShare: 0.006,
  startShare: 0.003,
  reactionShare: 0.003,
  cardShare: 0.01,
  fleetLoss: 0,
  boxLoss: 0,
}

/** The metrics whose noise is modelled, one for each hypothesis. */
export const fleetKeys = [
  'outputTokensPerS',
  'tpotMsP50',
  'ttftMsP50',
  'tokensPerJ',
  'peakMemoryMiB',
] as const satisfies readonly MetricKey[]
type FleetKey = (typeof fleetKeys)[number]

/** How a loss of speed appears in a metric (verdict-noise.ts), and the noise of its trials beside that of throughput. */
const shapes: Readonly<
  Record<FleetKey, { readonly exponent: number; readonly noise: number; readonly level: number }>
> = {
  outputTokensPerS: { exponent: 1, noise: 1, level: 1 },
  tpotMsP50: { exponent: -1, noise: 1, level: 1 },
  ttftMsP50: { exponent: -0.25, noise: 3, level: 1 },
  tokensPerJ: { exponent: 0.8, noise: 0.7, level: 0.5 },
  peakMemoryMiB: { exponent: 0, noise: 0.02, level: 0 },
}

/** The change that a loss of speed is in a metric: candidate / baseline. */
export const trueRatio = (key: FleetKey, loss: number): number => (1 - loss) ** shapes[key].exponent

const truthOf = (key: FleetKey, scenario: number): number => {
  const { tokensPerS, tpotMs, ttftMs, powerW, memoryMiB } = suite[scenario]!
  return {
    outputTokensPerS: tokensPerS,
    tpotMsP50: tpotMs,
    ttftMsP50: ttftMs,
    tokensPerJ: tokensPerS / powerW,
    peakMemoryMiB: memoryMiB,
  }[key]
}

/** A simulated fleet, and how much speed each box really lost. */
export interface SimulatedFleet {
  readonly cells: readonly FleetCell[]
  readonly losses: readonly number[]
}

/** One fleet: every box with its level, its reaction, its starts and their trials, in every scenario of the suite. */
export function simulateFleet(truth: FleetTruth, seed: number): SimulatedFleet {
  const random = seededRandom(mixSeed(seed, 77))
  const draw = () => (truth.heavyTails ? heavyTailed(random) : normal(random))
  const cells: FleetCell[] = []
  const losses: number[] = []
  for (let box = 0; box < truth.boxes; box += 1) {
    const card = truth.cardShare * normal(random)
    const own = box === 0 ? truth.boxLoss : 0
    const loss = 1 - (1 - truth.fleetLoss) * (1 - own) * (1 + truth.reactionShare * normal(random))
    losses.push(loss)
    const before = truth.weakBefore ? own : 0
    const noisy = box < truth.boxes * (truth.noisyBoxes ?? 0) ? 3 : 1
    const count = () => truth.starts[Math.floor(random() * truth.starts.length)]!
    const side = (sideLoss: number) =>
      startsOf(truth, { count: count(), speed: (1 + card) * (1 - sideLoss), noisy }, draw)
    const [baseline, candidate] = [side(before), side(loss)]
    for (const scenario of suite.keys()) {
      cells.push({
        unit: `GPU-${box}`,
        box: `box-${box}`,
        group: `${scenario}`,
        baseline: baseline[scenario]!,
        candidate: candidate[scenario]!,
        inFleet: true,
      })
    }
  }
  return { cells, losses }
}

type Values = Readonly<Record<FleetKey, number[][]>>

/** The starts of one side in every scenario; half of what a start does is common to its scenarios. */
function startsOf(
  { trials, trialShare, startShare }: FleetTruth,
  server: { readonly count: number; readonly speed: number; readonly noisy: number },
  draw: Random,
): Values[] {
  const common = Array.from({ length: server.count }, draw)
  return suite.map((_, scenario) => {
    const levels = common.map((shared) => (server.noisy * startShare * (shared + draw())) / Math.SQRT2)
    const values = (key: FleetKey): number[][] => {
      const { exponent, noise, level } = shapes[key]
      const centre = truthOf(key, scenario) * server.speed ** exponent
      return levels.map((start) =>
        Array.from(
          { length: trials },
          () => centre * Math.max(0.01, 1 + level * Math.sign(exponent) * start + noise * trialShare * draw()),
        ),
      )
    }
    return Object.fromEntries(fleetKeys.map((key) => [key, values(key)])) as Values
  })
}
