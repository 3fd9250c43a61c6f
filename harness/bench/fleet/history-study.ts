import { mixSeed, seededRandom } from '../../plan/random.ts'
import { NoiseStream } from '../../testing/noise-stream.ts'
import { cardHistories } from '../../verdict/history/card-history.ts'
import type { HistoryPoint } from '../../verdict/history/history-values.ts'
import { SMALLEST_STEP, seriesHistory } from '../../verdict/history/series-history.ts'

/** Histories with known truth: one start a fortnight for a year, the driver changed in the middle. */
export interface HistoryTruth {
  readonly starts: number
  readonly days: number
  /** Standard deviation of the level of a start, trials included, as a share. */
  readonly startShare: number
  readonly heavyTails?: boolean
  readonly correlation?: number
  /** Change of the level per year, and at the driver. */
  readonly perYear?: number
  readonly step?: number
}

export const usualHistory: HistoryTruth = { starts: 26, days: 365, startShare: 0.005 }

/** Counts over simulated histories. */
export interface HistoryStudy {
  readonly series: number
  /** With any step that was not there. */
  readonly falseSteps: number
  /** With the step found within one start of its place, and with its driver. */
  readonly found: number
  readonly named: number
  readonly stepCovered: number
  /** Trends whose 95 % interval covers the truth, and those that are significant at 5 %. */
  readonly trendCovered: number
  readonly trendShown: number
}

/** Level of one series: that of one card alone; of many cards each has a share of it. */
const LEVEL = 0.05

/** Simulates series and looks for steps and the trend in each. */
export function studyHistory(series: number, truth: HistoryTruth, seed: number): HistoryStudy {
  const counts = { falseSteps: 0, found: 0, named: 0, stepCovered: 0, trendCovered: 0, trendShown: 0 }
  const middle = Math.floor(truth.starts / 2)
  for (let at = 0; at < series; at += 1) {
    const noise = new NoiseStream(seededRandom(mixSeed(seed, at)), truth.correlation ?? 0, truth.heavyTails ?? false)
    const points = Array.from({ length: truth.starts }, (_, start): HistoryPoint => {
      const atDays = (truth.days * start) / (truth.starts - 1)
      const level = (1 + (truth.perYear ?? 0)) ** (atDays / 365.25) * (start >= middle ? 1 + (truth.step ?? 0) : 1)
      const driver = start >= middle ? '590.10' : '580.65'
      return {
        atDays,
        value: 1000 * level * (1 + truth.startShare * noise.next()),
        settings: { driver, kernel: '6.8' },
      }
    })
    const { steps, trend } = seriesHistory(points, { level: LEVEL, smallestStep: 0 })
    const near = truth.step === undefined ? [] : steps.filter(({ index }) => Math.abs(index - middle) <= 1)
    counts.falseSteps += Number(steps.length > near.length)
    counts.found += Number(near.length > 0)
    counts.named += Number(near.some(({ settings }) => settings.length > 0))
    counts.stepCovered += Number(
      near.some(({ change }) => change.ci95[0] <= truth.step! && truth.step! <= change.ci95[1]),
    )
    const rate = truth.perYear ?? 0
    counts.trendCovered += Number(trend !== null && trend.perYear.ci95[0] <= rate && rate <= trend.perYear.ci95[1])
    counts.trendShown += Number(trend !== null && trend.p <= 0.05)
  }
  return { series, ...counts }
}

/** A fleet in which the driver changed in the middle and changed nothing. */
export interface IdleDriver {
  readonly boxes: number
  readonly scenarios: number
  readonly starts: number
  /** Standard deviation of the level of a start, as a share. */
  readonly startShare: number
}

/** How many of these fleets say that the driver came with a change: as they are told, and without the least step. */
export function studyIdleDriver(fleets: number, truth: IdleDriver, seed: number): { told: number; shown: number } {
  const counts = { told: 0, shown: 0 }
  for (let at = 0; at < fleets; at += 1) {
    const noise = new NoiseStream(seededRandom(mixSeed(seed, at)), 0, false)
    const point = (start: number): HistoryPoint => ({
      atDays: 14 * start,
      value: 1000 * (1 + truth.startShare * noise.next()),
      settings: { driver: start >= Math.floor(truth.starts / 2) ? '590.10' : '580.65' },
    })
    const boxes = Array.from({ length: truth.boxes }, (_, box) => `box-${box}`)
    const model = () =>
      boxes.map((box) => ({ unit: box, box, points: Array.from({ length: truth.starts }, (_, start) => point(start)) }))
    const steps = cardHistories(Array.from({ length: truth.scenarios }, model))
      .flatMap((whole) => whole.steps)
      .filter(({ pAdjusted }) => pAdjusted <= LEVEL)
    counts.shown += Number(steps.length > 0)
    counts.told += Number(steps.some(({ change }) => Math.abs(change.value) >= SMALLEST_STEP))
  }
  return counts
}
