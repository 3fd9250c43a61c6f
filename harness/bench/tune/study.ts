import { quantileSorted } from 'simple-statistics'
import type { Best } from '../../operating/best.ts'
import type { TunePoint } from '../../operating/point.ts'
import { FEWEST_BLOCKS } from '../../operating/test-levels.ts'
import { mixSeed } from '../../plan/random.ts'
import { trueAt } from '../../testing/tuned-card.ts'
import { playTune, type TunePlan } from '../../tune/play.ts'
import { SMALLEST_EFFECT } from '../../verdict/verdict.ts'
import { lowestWithoutLoss, type Truth, trueCheapest, trueMostEfficient } from './truth.ts'
import { NoisyTuning, type TuneNoise, type World, worldOf } from './world.ts'

/** How a tuning is made: a grid of limits or a search, and its blocks. */
export interface TuneProtocol {
  readonly kind: 'grid' | 'search'
  readonly resolutionW: number
  readonly blocks: number
  /** Cards and costs by a seed; `worldOf` unless given. */
  readonly worlds?: (seed: number) => World
}

/** Errors of one kind of best point over all tunings. Shares. */
export interface BestErrors {
  /** Distance of the proposal from the true optimum, a real number in the whole range, in W. */
  readonly medianW: number
  readonly p90W: number
  /** True figure at the proposal against that of the optimum. */
  readonly meanRegret: number
  readonly p95Regret: number
  /** A point is stated as the best alone. */
  readonly alone: number
  /** That point is truly worse than the best of the range by more than the practical threshold. */
  readonly falseOptimum: number
  /** That point is not the best of the measured ones, by however little. */
  readonly notBest: number
  /** The true regret, against the measured points, is within the bound that is stated. */
  readonly bounded: number
}

export interface TuneStudy {
  readonly cheapest: BestErrors
  readonly mostEfficient: BestErrors
  /** "No measurable loss down to X W", which loses more than the threshold. */
  readonly falseNoLoss: number
  /** How far X is above the true boundary, median in W. */
  readonly noLossShortW: number
  /** Share of the 95 % intervals of ratios to the reference, and of levels, that hold the truth. */
  readonly ratiosCovered: number
  readonly levelsCovered: number
  /** Runs per tuning, and those of the whole grid in `FEWEST_BLOCKS` blocks. */
  readonly runs: number
  readonly gridRuns: number
  /** Share of tunings in which all was decided. */
  readonly decided: number
}

/** The practical threshold of the study: that of `tune`. */
const THRESHOLD = SMALLEST_EFFECT

const limitsOf = ({ minW, maxW }: World, resolutionW: number): number[] =>
  Array.from({ length: Math.floor((maxW - minW) / resolutionW) + 1 }, (_, step) => maxW - step * resolutionW)

const pointAt = (powerLimitW: number): TunePoint => ({ setting: { powerLimitW, smClockMHz: null }, concurrency: 32 })

/** Plays seeded tunings on cards whose optimum is known, as `tune` plays them, and counts its errors. */
export async function tuneStudy(
  tunings: number,
  noise: TuneNoise,
  protocol: TuneProtocol,
  seed: number,
): Promise<TuneStudy> {
  const found = { cheapest: [] as Found[], mostEfficient: [] as Found[] }
  const counts = {
    falseNoLoss: 0,
    ratios: 0,
    ratiosCovered: 0,
    levels: 0,
    levelsCovered: 0,
    runs: 0,
    gridRuns: 0,
    decided: 0,
  }
  const shortW: number[] = []
  for (let index = 0; index < tunings; index += 1) {
    const world = (protocol.worlds ?? worldOf)(mixSeed(seed, index))
    const { card, money, minW, maxW } = world
    const cost = trueCheapest(world)
    const energy = trueMostEfficient(world)
    const tuning = new NoisyTuning(card, noise, mixSeed(seed, index))
    const grid = limitsOf(world, protocol.resolutionW)
    const plan: TunePlan = {
      tune: 'bench',
      points:
        protocol.kind === 'grid'
          ? grid.map(pointAt)
          : { minW, maxW, resolutionW: protocol.resolutionW, concurrencies: [32] },
      blocks: protocol.blocks,
      seed: index,
      found: { powerLimitW: maxW },
      money: () => money,
    }
    const { table, operating, ended } = await playTune(plan, {
      apply: async (setting) => ({ powerLimitW: setting.powerLimitW, smClockMHz: null }),
      settle: async () => {},
      run: async (point, setting) => tuning.run(point, setting),
      say: () => {},
      signal: new AbortController().signal,
    })
    const measured = table!.rows.map(({ limitW }) => limitW!)
    found.cheapest.push(foundOf(operating!.best.cheapest, cost, measured))
    found.mostEfficient.push(foundOf(operating!.best.mostEfficient, energy, measured))
    const kept = (watts: number) => trueAt(card, watts).tokensPerS / trueAt(card, maxW).tokensPerS
    const [loss] = operating!.noLoss
    const downToW = loss!.downTo?.limitW ?? maxW
    counts.falseNoLoss += Number(kept(downToW) < 1 - THRESHOLD)
    shortW.push(downToW - lowestWithoutLoss(world, THRESHOLD))
    for (const row of table!.rows) {
      if (row.vsReference !== null) {
        counts.ratios += 1
        counts.ratiosCovered += Number(isWithin(kept(row.limitW!) - 1, row.vsReference.ci95))
      }
      const speed = trueAt(card, row.limitW!).tokensPerS * (1 + tuning.meanDrift)
      const level = row.figures.outputTokensPerS!
      if (level.ci95 === null) continue
      counts.levels += 1
      counts.levelsCovered += Number(isWithin(speed, level.ci95))
    }
    counts.runs += tuning.runs
    counts.gridRuns += grid.length * FEWEST_BLOCKS
    counts.decided += Number(ended === 'decided')
  }
  return {
    cheapest: errorsOf(found.cheapest),
    mostEfficient: errorsOf(found.mostEfficient),
    falseNoLoss: counts.falseNoLoss / tunings,
    noLossShortW: quantile(shortW, 0.5),
    ratiosCovered: counts.ratiosCovered / counts.ratios,
    levelsCovered: counts.levelsCovered / counts.levels,
    runs: counts.runs / tunings,
    gridRuns: counts.gridRuns / tunings,
    decided: counts.decided / tunings,
  }
}

const isWithin = (value: number, [low, high]: readonly [number, number]): boolean => value >= low && value <= high

/** What one tuning said of one best point, beside the truth. */
interface Found {
  readonly errorW: number
  readonly regret: number
  readonly regretOfMeasured: number
  readonly isAlone: boolean
  readonly atMostWorse: number
}

function foundOf(best: Best, { figure, bestW }: Truth, measured: readonly number[]): Found {
  if (best.proposal === null) throw new Error(`no best point: ${best.reason}`)
  const watts = best.proposal.limitW!
  return {
    errorW: Math.abs(watts - bestW),
    regret: figure(watts) / figure(bestW) - 1,
    regretOfMeasured: figure(watts) / Math.min(...measured.map(figure)) - 1,
    isAlone: best.members.length === 1,
    atMostWorse: best.atMostWorse,
  }
}

const quantile = (values: readonly number[], p: number): number =>
  quantileSorted(
    values.toSorted((a, b) => a - b),
    p,
  )

function errorsOf(found: readonly Found[]): BestErrors {
  const share = (is: (each: Found) => boolean) => found.filter(is).length / found.length
  return {
    medianW: quantile(
      found.map(({ errorW }) => errorW),
      0.5,
    ),
    p90W: quantile(
      found.map(({ errorW }) => errorW),
      0.9,
    ),
    meanRegret: found.reduce((sum, { regret }) => sum + regret, 0) / found.length,
    p95Regret: quantile(
      found.map(({ regret }) => regret),
      0.95,
    ),
    alone: share(({ isAlone }) => isAlone),
    falseOptimum: share(({ isAlone, regret }) => isAlone && regret > THRESHOLD),
    notBest: share(({ isAlone, regretOfMeasured }) => isAlone && regretOfMeasured > 1e-9),
    bounded: share(({ regretOfMeasured, atMostWorse }) => regretOfMeasured <= atMostWorse + 1e-9),
  }
}
