import type { MetricKey } from '../metrics/catalogue.ts'
import { mixSeed, type Random, seededRandom } from '../plan/random.ts'
import { NoiseStream, normal } from '../testing/noise-stream.ts'

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
  /** Spread of the candidate's trials, where it differs from that of the baseline. */
  readonly candidateTrialShare?: number
  /** Student's t with 3 degrees instead of the normal distribution, of the same standard deviation. */
  readonly heavyTails?: boolean
  /** Correlation of neighbouring trials: an AR(1) process. */
  readonly correlation?: number
  /** Two states of the clock, `share` above and below the mean, which a trial keeps with the probability `stay`. */
  readonly clock?: { readonly share: number; readonly stay: number }
  readonly restartShare: number
  /** Spread of the candidate's starts, where it differs from that of the baseline. */
  readonly candidateRestartShare?: number
  /** Starts that land lower by a share, with a probability: drawn for each scenario, or once for the whole suite. */
  readonly lowStarts?: { readonly share: number; readonly probability: number; readonly oncePerSuite?: boolean }
  readonly driftSharePerTrial: number
  /** Change per trial on both servers. */
  readonly commonDrift?: number
  /** How far below its level the candidate begins; half of it is left after every trial. */
  readonly coldShare?: number
  /** Standard deviation of the logarithm of TTFT. */
  readonly lognormalTtft?: number
  readonly memoryShare?: number
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

/** What both servers of a pair share, and which of them this is. */
export interface Server {
  readonly trialShares: readonly number[]
  readonly drift: number
  readonly isCandidate: boolean
}

/** One start of a server: trials of each scenario, one after another, on demand. */
export class NoisyRun {
  readonly #random: Random
  readonly #suite: readonly TrueScenario[]
  readonly #noise: NoiseModel
  readonly #trialShares: readonly number[]
  readonly #levels: readonly number[]
  readonly #drift: number
  readonly #coldShare: number
  readonly #streams: readonly (readonly NoiseStream[])[]
  /** 1 or -1. */
  #clockState: number

  constructor(truth: readonly TrueScenario[], noise: NoiseModel, server: Server, seed: number) {
    const random = seededRandom(seed)
    this.#random = random
    this.#suite = truth
    this.#noise = noise
    this.#trialShares =
      server.isCandidate && noise.candidateTrialShare !== undefined
        ? truth.map(() => noise.candidateTrialShare!)
        : server.trialShares
    const common = normal(random)
    const { lowStarts: low, candidateRestartShare: unstable } = noise
    const restartShare = server.isCandidate && unstable !== undefined ? unstable : noise.restartShare
    const landsLow = () => (low && random() < low.probability ? -low.share : 0)
    const lowOnce = landsLow()
    this.#levels = truth.map(
      () => (restartShare * (common + normal(random))) / Math.SQRT2 + (low?.oncePerSuite ? lowOnce : landsLow()),
    )
    this.#drift = server.drift + (noise.driftSharePerTrial / 3) * normal(random) + (noise.commonDrift ?? 0)
    this.#coldShare = server.isCandidate ? (noise.coldShare ?? 0) : 0
    const stream = () => new NoiseStream(random, noise.correlation ?? 0, noise.heavyTails ?? false)
    this.#streams = truth.map(() => [stream(), stream(), stream(), stream()])
    this.#clockState = random() < 0.5 ? 1 : -1
  }

  /** The level that the first `trials` trials of a scenario vary around: relative difference from the true value. */
  level(scenario: number, trials: number): number {
    return this.#levels[scenario]! + (this.#drift * (trials - 1)) / 2
  }

  trial(scenario: number, index: number): TrialValues {
    const truth = this.#suite[scenario]!
    const share = this.#trialShares[scenario]!
    const [speed, pacing, prefill, draw] = this.#streams[scenario]!.map((stream) => stream.next()) as Four
    // a faster trial mostly has a faster decode rate
    const pace = 0.8 * speed + 0.6 * pacing
    const level = this.#levels[scenario]! + this.#drift * index - this.#coldShare * 0.5 ** index + this.#clock()
    const outputTokensPerS = truth.tokensPerS * (1 + level + share * speed)
    const tpotMsP50 = truth.tpotMs / (1 + level + share * pace)
    const meanPowerW = truth.powerW * (1 + level / 2 + (share / 2) * draw)
    const { lognormalTtft: skewed, memoryShare = 0.0001 } = this.#noise
    const ttft = skewed === undefined ? 1 + 3 * share * prefill : Math.exp(skewed * prefill - skewed ** 2 / 2)
    return {
      outputTokensPerS,
      tpotMsP50,
      decodeTokensPerS: 1000 / tpotMsP50,
      ttftMsP50: truth.ttftMs * (ttft - level),
      meanPowerW,
      tokensPerJ: outputTokensPerS / meanPowerW,
      peakMemoryMiB: truth.memoryMiB * (1 + memoryShare * normal(this.#random)),
    }
  }

  /** The state of the clock in the next trial. */
  #clock(): number {
    const { clock } = this.#noise
    if (clock === undefined) return 0
    if (this.#random() >= clock.stay) this.#clockState *= -1
    return this.#clockState * clock.share
  }
}

type Four = [number, number, number, number]

/** What both servers of a pair share: the noise of each scenario, and the drift of the cards. */
export function sharedNoise(noise: NoiseModel, scenarios: number, seed: number): Omit<Server, 'isCandidate'> {
  const random = seededRandom(mixSeed(seed, 1))
  const [low, high] = noise.trialShare
  return {
    trialShares: Array.from({ length: scenarios }, () => low + (high - low) * random()),
    drift: noise.driftSharePerTrial * (2 * random() - 1),
  }
}
