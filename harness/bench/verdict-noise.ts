import type { MetricKey } from '../metrics/catalogue.ts'
import { mixSeed, type Random, seededRandom } from '../plan/random.ts'

/**
 * The noise model of the study. Standard deviations are shares of the value.
 *
 * - Trials of one server: vllm-project/vllm#53436 repeats fixed-seed runs and finds 0.36 to 0.64 % of spread in vLLM's
 *   throughput at 8 to 32 streams, 0.11 to 0.28 % in SGLang's on the same card; llama.cpp's own benchmark shows 0.3 to
 *   2 % (ggml-org/llama.cpp#21282). Each scenario of each pair draws its own value between 0.3 and 1 %.
 * - Starts of the server: vllm-project/vllm#42484 (see `RESTART_SHARE`): 0.3 %, half of it common to all scenarios.
 * - Drift: up to 0.05 % per trial in either direction, two thirds of it equal on both servers: a card that warms up.
 * - TTFT: no published repeats found; three times the spread of throughput, because it is a time of one request and not a sum.
 * - Power: half of that of throughput, because a card at its power limit stays there. Memory: allocated in steps, 0.01 %.
 */
export interface NoiseModel {
  readonly trialShare: readonly [number, number]
  readonly restartShare: number
  readonly driftSharePerTrial: number
}

export const realisticNoise: NoiseModel = { trialShare: [0.003, 0.01], restartShare: 0.003, driftSharePerTrial: 0.0005 }

/** True values of one scenario on one server, and the noise of its trials. */
export interface TrueScenario {
  readonly isSingleStream: boolean
  readonly tokensPerS: number
  readonly tpotMs: number
  readonly ttftMs: number
  readonly powerW: number
  readonly memoryMiB: number
}

/** The three scenarios of the project's suite, with values of a card of about 1 TB/s. */
export const suite: readonly TrueScenario[] = [
  { isSingleStream: true, tokensPerS: 98, tpotMs: 10.1, ttftMs: 28, powerW: 320, memoryMiB: 22_400 },
  { isSingleStream: false, tokensPerS: 1900, tpotMs: 15.4, ttftMs: 140, powerW: 410, memoryMiB: 22_400 },
  { isSingleStream: false, tokensPerS: 1450, tpotMs: 29.2, ttftMs: 700, powerW: 430, memoryMiB: 22_400 },
]

/** A server that loses a share of its speed: decode and throughput follow it, prefill hardly, power slightly. */
export const slower = (truth: TrueScenario, loss: number): TrueScenario => ({
  ...truth,
  tokensPerS: truth.tokensPerS * (1 - loss),
  tpotMs: truth.tpotMs / (1 - loss),
  ttftMs: truth.ttftMs * (1 + loss / 4),
  powerW: truth.powerW * (1 - loss / 5),
})

/** The metrics whose noise is modelled; a comparison of real runs has a few more. */
export const modelledKeys = [
  'outputTokensPerS',
  'decodeTokensPerS',
  'ttftMsP50',
  'tpotMsP50',
  'tokensPerJ',
  'meanPowerW',
  'peakMemoryMiB',
] as const satisfies readonly MetricKey[]
export type TextKey = (typeof modelledKeys)[number]
export type TrialValues = Readonly<Record<TextKey, number>>

/** One start of a server: trials of each scenario, one after another, on demand. */
export class NoisyRun {
  readonly #random: Random
  readonly #suite: readonly TrueScenario[]
  readonly #trialShares: readonly number[]
  readonly #levels: readonly number[]
  readonly #drift: number

  constructor(
    truth: readonly TrueScenario[],
    noise: NoiseModel,
    shared: { readonly trialShares: readonly number[]; readonly drift: number },
    seed: number,
  ) {
    this.#random = seededRandom(seed)
    this.#suite = truth
    this.#trialShares = shared.trialShares
    const common = this.#normal()
    this.#levels = truth.map(() => (noise.restartShare * (common + this.#normal())) / Math.SQRT2)
    this.#drift = shared.drift + (noise.driftSharePerTrial / 3) * this.#normal()
  }

  /** The level of this start in a scenario, which its trials vary around: relative difference from the true value. */
  level(scenario: number): number {
    return this.#levels[scenario]!
  }

  trial(scenario: number, index: number): TrialValues {
    const truth = this.#suite[scenario]!
    const share = this.#trialShares[scenario]!
    const speed = this.#normal()
    // a faster trial mostly has a faster decode rate
    const pace = 0.8 * speed + 0.6 * this.#normal()
    const level = this.#levels[scenario]! + this.#drift * index
    const outputTokensPerS = truth.tokensPerS * (1 + level + share * speed)
    const tpotMsP50 = truth.tpotMs / (1 + level + share * pace)
    const meanPowerW = truth.powerW * (1 + level / 2 + (share / 2) * this.#normal())
    return {
      outputTokensPerS,
      tpotMsP50,
      decodeTokensPerS: 1000 / tpotMsP50,
      ttftMsP50: truth.ttftMs * (1 - level + 3 * share * this.#normal()),
      meanPowerW,
      tokensPerJ: outputTokensPerS / meanPowerW,
      peakMemoryMiB: truth.memoryMiB * (1 + 0.0001 * this.#normal()),
    }
  }

  /** One draw from the normal distribution (Box and Muller). */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }
}

/** What both servers of a pair share: the noise of each scenario, and the drift of the cards. */
export function sharedNoise(noise: NoiseModel, scenarios: number, seed: number) {
  const random = seededRandom(mixSeed(seed, 1))
  const [low, high] = noise.trialShare
  return {
    trialShares: Array.from({ length: scenarios }, () => low + (high - low) * random()),
    drift: noise.driftSharePerTrial * (2 * random() - 1),
  }
}
