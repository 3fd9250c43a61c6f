import { cardByKey } from '../../catalogue/cards.ts'
import type { MoneyInputs } from '../../metrics/cost.ts'
import type { TunePoint } from '../../operating/point.ts'
import { mixSeed, type Random, seededRandom } from '../../plan/random.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import type { RunSetting } from '../../record/schema/setting.ts'
import { powerSweeps } from '../../testing/measured-power.ts'
import { NoiseStream, normal } from '../../testing/noise-stream.ts'
import { type TunedCard, trueAt, tunedRun } from '../../testing/tuned-card.ts'

/**
 * What disturbs a tuning. Shares of the value.
 *
 * - Trials: as in verdict-noise.ts (vllm-project/vllm#53436: 0.36 to 0.64 %; ggml-org/llama.cpp#21282: 0.3 to 2 %). A run is the mean
 *   of three.
 * - Runs: one start of the server serves all of a tuning, so that starts do not differ; its level moves slowly from run to run.
 *   No published figure was found: 0.3 %, with a correlation of 0.8 between neighbours, is an assumption.
 * - Drift: the whole tuning gets slower or faster by up to 1 % (a room that warms up). An assumption.
 * - Heat: a run after one of more power begins on a warmer chip, and is slower by 0.1 % per 100 W: what is left after the cards
 *   have settled. An assumption.
 * - Power: at a limit that binds the driver holds it, 0.2 %; else half of the spread of the speed.
 */
export interface TuneNoise {
  readonly trialShare: readonly [number, number]
  readonly heavyTails?: boolean
  /** Spread of the slow level, correlated from run to run. */
  readonly levelShare: number
  /** Change from the first run to the sixtieth, at most, in either direction. */
  readonly driftShare: number
  /** Loss per 100 W that the run before drew more. */
  readonly heatShare: number
  /** Runs that something slows down by 4 %, unseen by the gates: their share. */
  readonly slowRuns?: number
  /** Runs of the highest limits (above 0.9 of the demand) spread this much more. */
  readonly unstableTop?: number
}

export const asPublished: TuneNoise = {
  trialShare: [0.003, 0.01],
  levelShare: 0.003,
  driftShare: 0.01,
  heatShare: 0.001,
}

const TRIALS = 3
/** Runs over which the drift is counted. */
const DRIFT_RUNS = 60
const SLOW_SHARE = 0.04
const POWER_HELD_SHARE = 0.002

/** One card with one load, its range of limits and its costs. */
export interface World {
  readonly card: TunedCard
  readonly minW: number
  readonly maxW: number
  readonly money: MoneyInputs
}

/** Ranges of limits in W as their drivers allow, and what loads may draw (harness/testing/measured-power.ts). */
const cards = [
  { key: 'rtx-pro-6000-workstation', minW: 150, maxW: 600, demandW: [480, 590], priceGbp: [6500, 9000] },
  { key: 'rtx-4090', minW: 150, maxW: 450, demandW: [300, 440], priceGbp: [1400, 2200] },
  { key: 'rtx-5090', minW: 400, maxW: 600, demandW: [510, 590], priceGbp: [2000, 3500] },
] as const

type Range = readonly [number, number]

/** Price of the cards, in GBP, and everything else that is paid for, by a seed. */
function moneyOf(random: Random, priceGbp: Range, idleW: number): MoneyInputs {
  return {
    priceGbp: between(random, priceGbp),
    years: 3 + Math.floor(3 * random()),
    tariffGbpPerKwh: between(random, [0.12, 0.35]),
    utilisation: between(random, [0.3, 0.95]),
    pue: between(random, [1.05, 1.6]),
    idleW,
  }
}

const between = (random: Random, [low, high]: Range): number => low + (high - low) * random()

/** A card, load and costs by a seed: its speed follows the formula. */
export function worldOf(seed: number): World {
  const random = seededRandom(mixSeed(seed, 1))
  const { key, minW, maxW, demandW, priceGbp } = cards[Math.floor(random() * cards.length)]!
  const idleW = cardByKey(key)!.idleW.value
  const card = { demandW: between(random, demandW), idleW, tokensPerS: 1400 }
  return { card, minW, maxW, money: moneyOf(random, priceGbp, idleW) }
}

/** The published sweeps that have four limits or more: all of one RTX PRO 6000 under vLLM, 300 to 600 W. */
const sweeps = powerSweeps.filter(({ points }) => points.length > 3)

/** A card as somebody measured it, at costs by a seed: the tokens/s of a published sweep, errors of that measurement included. */
export function measuredWorldOf(seed: number): World {
  const random = seededRandom(mixSeed(seed, 1))
  const { card: key, demandW, tokensPerS, points } = sweeps[Math.floor(random() * sweeps.length)]!
  const idleW = cardByKey(key)!.idleW.value
  const measured = points.toSorted((a, b) => a.limitW - b.limitW)
  const { priceGbp, maxW } = cards[0]
  const card = { demandW, idleW, tokensPerS, measured }
  return { card, minW: measured[0]!.limitW, maxW, money: moneyOf(random, priceGbp, idleW) }
}

/** A tuning on a card with noise: each call is the next run in time. */
export class NoisyTuning {
  readonly #random: Random
  readonly #card: TunedCard
  readonly #noise: TuneNoise
  readonly #trialShare: number
  readonly #drift: number
  readonly #trials: NoiseStream
  readonly #level: NoiseStream
  #lastW: number | null = null
  #runs = 0

  constructor(card: TunedCard, noise: TuneNoise, seed: number) {
    this.#random = seededRandom(mixSeed(seed, 2))
    this.#card = card
    this.#noise = noise
    const [low, high] = noise.trialShare
    this.#trialShare = low + (high - low) * this.#random()
    this.#drift = noise.driftShare * (2 * this.#random() - 1)
    this.#trials = new NoiseStream(this.#random, 0, noise.heavyTails ?? false)
    this.#level = new NoiseStream(this.#random, 0.8, false)
  }

  get runs(): number {
    return this.#runs
  }

  /** What the drift made of the speed, on average over the runs so far. */
  get meanDrift(): number {
    return (this.#drift * (this.#runs - 1)) / 2 / DRIFT_RUNS
  }

  run(point: TunePoint, setting: RunSetting): RunRecord {
    const random = this.#random
    const noise = this.#noise
    const limitW = point.setting.powerLimitW!
    const { tokensPerS, powerW } = trueAt(this.#card, limitW)
    const binds = limitW < this.#card.demandW
    const ofTrials =
      Array.from({ length: TRIALS }, () => this.#trials.next()).reduce((sum, each) => sum + each, 0) / TRIALS
    const heat = this.#lastW === null ? 0 : (noise.heatShare * Math.max(0, this.#lastW - powerW)) / 100
    const slow = random() < (noise.slowRuns ?? 0) ? SLOW_SHARE : 0
    const top = limitW > 0.9 * this.#card.demandW ? (noise.unstableTop ?? 0) * normal(random) : 0
    const shift =
      this.#trialShare * ofTrials +
      noise.levelShare * this.#level.next() +
      (this.#drift * this.#runs) / DRIFT_RUNS -
      heat -
      slow +
      top
    const draw = binds ? POWER_HELD_SHARE * normal(random) : shift / 2
    this.#lastW = powerW
    this.#runs += 1
    return tunedRun({ point, setting, tokensPerS: tokensPerS * (1 + shift), powerW: powerW * (1 + draw) })
  }
}
