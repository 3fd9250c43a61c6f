import { mean } from 'simple-statistics'
import { HELD_OF_ANSWER, play } from './play/play.ts'
import type { Played } from './play/tally.ts'
import type { DecodeStep, RequestSize, ServedModel } from './served-model.ts'

/** What a closed loop showed at one load. */
export interface MeasuredLoad {
  /** Requests in flight. */
  readonly concurrency: number
  /** Of all requests together. */
  readonly outputTokensPerS: number
  /** Mean TTFT in ms, and the mean number of prompt tokens that were computed for it. */
  readonly ttftMs: number
  readonly promptTokens: number
}

/** What is known of a server beside its measured loads. */
export type ServerLimits = Omit<ServedModel, 'decode' | 'promptTokenMs' | 'frontEndMs'>

/** A server that was fitted to measured loads. */
export interface FittedServer {
  readonly model: ServedModel
  /** Largest difference between the throughput of the fitted server and that of a measured load, as a share. */
  readonly fitError: number
  readonly highestConcurrency: number
}

/**
 * What HTTP, tokenising and the hop to the engine take at least. The rest of a TTFT that is not the engine's counts as if it kept the
 * engine busy: that promises less, never more.
 */
const FRONT_END_MS = 3
const MOST_FRONT_END = 0.15
/** Times that the fit is corrected by what the fitted server would have shown. */
const ROUNDS = 10
/** Requests of a played closed loop, beside those that fill it. */
const PLAYED = 600

/**
 * The server whose closed loops have the throughput of every measured load, and the TTFT of the lowest: each decode step follows
 * from the throughput at its load, and what a prompt adds to a step from the TTFT where hardly another request runs. Throws
 * `TypeError` without a load.
 */
export function fitServer(
  loads: readonly MeasuredLoad[],
  sizes: readonly RequestSize[],
  limits: ServerLimits,
): FittedServer {
  const all = loads.toSorted((a, b) => a.concurrency - b.concurrency)
  if (all.length === 0) throw new TypeError('a fit without a measured load')
  const { loads: measured, running } = tellingLoads(all, sizes, limits)
  const newTokens = mean(sizes.map(({ promptTokens, cachedTokens }) => promptTokens - cachedTokens))
  let model = firstGuess(measured, sizes, { ...limits, running })
  let played = measured.map((load) => playClosed(model, sizes, load))
  let mostTokenMs = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    mostTokenMs = Math.min(mostTokenMs, mostTokenMsOf(model, measured, played))
    model = corrected(model, measured, { played, newTokens, mostTokenMs })
    played = measured.map((load) => playClosed(model, sizes, load))
  }
  const errors = measured.map(({ outputTokensPerS }, at) =>
    Math.abs(played[at]!.outputTokensPerS / outputTokensPerS - 1),
  )
  return { model, fitError: Math.max(...errors), highestConcurrency: all.at(-1)!.concurrency }
}

/** Steps by the law of Little: of c requests, X · TTFT wait for their first token, and the others decode. */
function firstGuess(
  measured: readonly MeasuredLoad[],
  sizes: readonly RequestSize[],
  { running, ...limits }: ServerLimits & { readonly running: readonly number[] },
): ServedModel {
  const output = mean(sizes.map(({ outputTokens }) => outputTokens))
  const stepOf = ({ concurrency, outputTokensPerS, ttftMs }: MeasuredLoad, promptMs: number) => {
    const requestsPerMs = outputTokensPerS / output / 1000
    const decoding = Math.max(0.2 * concurrency, concurrency - requestsPerMs * ttftMs)
    const free = Math.max(0.1, 1 - requestsPerMs * promptMs)
    return (decoding * free) / (requestsPerMs * Math.max(1, output - 1))
  }
  const [lowest] = measured as [MeasuredLoad, ...MeasuredLoad[]]
  const promptMs = Math.max(0, lowest.ttftMs - stepOf(lowest, 0))
  const decode = measured.map((load, at) => ({ running: running[at]!, stepMs: stepOf(load, promptMs) }))
  const frontEndMs = Math.min(FRONT_END_MS, MOST_FRONT_END * lowest.ttftMs)
  const promptTokenMs = (lowest.ttftMs - frontEndMs) / Math.max(1, lowest.promptTokens)
  return { ...limits, decode: rising(decode), promptTokenMs, frontEndMs }
}

/** The model nearer to what was measured, by how far its played loads are from it. */
function corrected(
  model: ServedModel,
  measured: readonly MeasuredLoad[],
  { played, newTokens, mostTokenMs }: Round,
): ServedModel {
  const [lowest] = measured as [MeasuredLoad, ...MeasuredLoad[]]
  const [first] = played as [Played, ...Played[]]
  const perToken = (ttftMs: number, tokens: number) => (ttftMs - model.frontEndMs) / Math.max(1, tokens)
  const prompt = within(perToken(lowest.ttftMs, lowest.promptTokens) / perToken(first.meanTtftMs, newTokens))
  const decode = model.decode.map((step, at) => ({
    running: step.running,
    stepMs: step.stepMs * within(played[at]!.outputTokensPerS / measured[at]!.outputTokensPerS),
  }))
  const promptTokenMs = Math.min(model.promptTokenMs * prompt, mostTokenMs)
  // what the prompts cannot take, because the throughput would be less than was measured, is no work of the engine
  const frontEndMs =
    promptTokenMs < mostTokenMs
      ? model.frontEndMs
      : Math.max(model.frontEndMs, model.frontEndMs + lowest.ttftMs - first.meanTtftMs)
  return { ...model, decode: rising(decode), promptTokenMs, frontEndMs }
}

interface Round {
  readonly played: readonly Played[]
  readonly newTokens: number
  /** Most that a prompt token may take. */
  readonly mostTokenMs: number
}

/** Prompts take at least this share of the busy time where a throughput says how long they are. */
const TELLING_SHARE = 0.2
/** A throughput that is missed by less is noise. */
const MISSED = 1.02

/**
 * The most that a prompt token may take: less than now where played throughputs stay below the measured ones although their decode
 * steps are as short as those of fewer requests. One load alone may do so by chance.
 */
function mostTokenMsOf(model: ServedModel, measured: readonly MeasuredLoad[], played: readonly Played[]): number {
  const missed = measured.flatMap(({ outputTokensPerS }, at) => {
    const isShortest = at > 0 && model.decode[at]!.stepMs <= model.decode[at - 1]!.stepMs * (1 + 1e-9)
    const { promptShare, outputTokensPerS: reached } = played[at]!
    return isShortest && promptShare > TELLING_SHARE ? [outputTokensPerS / reached] : []
  })
  const [, second = 1] = missed.toSorted((a, b) => b - a)
  return second > MISSED ? model.promptTokenMs / within(second) : Number.POSITIVE_INFINITY
}

/** A correction of one round, so that no round overshoots. */
const within = (ratio: number): number => Math.min(1.5, Math.max(1 / 1.5, ratio))

/**
 * More requests never make a step shorter: neighbours of noisy loads that say so are joined to their mean (isotonic regression, pool
 * adjacent violators).
 */
function rising(decode: readonly DecodeStep[]): DecodeStep[] {
  const blocks: { sumMs: number; count: number }[] = []
  for (const { stepMs } of decode) {
    blocks.push({ sumMs: stepMs, count: 1 })
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)!]
      if (before === undefined || before.sumMs / before.count <= last.sumMs / last.count) break
      blocks.splice(-2, 2, { sumMs: before.sumMs + last.sumMs, count: before.count + last.count })
    }
  }
  const steps = blocks.flatMap(({ sumMs, count }) => new Array<number>(count).fill(sumMs / count))
  return decode.map(({ running }, at) => ({ running, stepMs: steps[at]! }))
}

const NO_PAUSE = Float64Array.of(0)

/** What a closed loop on a model shows; its requests start over the time of one answer. */
function playClosed(model: ServedModel, sizes: readonly RequestSize[], load: MeasuredLoad): Played {
  const users = load.concurrency
  const outputTokens = mean(sizes.map((size) => size.outputTokens))
  return play(model, {
    senders: {
      kind: 'users',
      users,
      pausesMs: NO_PAUSE,
      startMs: (1000 * users * outputTokens) / load.outputTokensPerS,
    },
    sizes,
    requests: users * 3 + PLAYED,
    warmup: users * 2,
    slo: {},
  })
}

/**
 * The loads that say how long a step takes: those that the server runs at once, and the first above them, of which it runs as many as it
 * can. At higher ones requests only wait.
 */
function tellingLoads(
  measured: readonly MeasuredLoad[],
  sizes: readonly RequestSize[],
  { mostRunning, kvTokens }: ServerLimits,
): { readonly loads: readonly MeasuredLoad[]; readonly running: readonly number[] } {
  const held = mean(sizes.map(({ promptTokens, outputTokens }) => promptTokens + HELD_OF_ANSWER * outputTokens))
  const most = Math.max(1, Math.min(mostRunning, kvTokens === null ? mostRunning : Math.floor(kvTokens / held)))
  const full = measured.findIndex(({ concurrency }) => concurrency >= most)
  const loads = full < 0 ? measured : measured.slice(0, full + 1)
  return { loads, running: loads.map(({ concurrency }) => Math.min(concurrency, most)) }
}
