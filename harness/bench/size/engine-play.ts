import { arrivalTimes } from '../../plan/arrivals.ts'
import { mixSeed, seededRandom } from '../../plan/random.ts'
import { Engine, type EngineConfig } from '../../simulator/engine/engine.ts'
import type { RequestSize, SloLimits } from '../../size/served-model.ts'

/** A load on an engine. */
export interface EngineLoad {
  readonly sizes: readonly RequestSize[]
  readonly slo: SloLimits
  readonly seed: number
}

/** What became of the counted requests of a load. */
export interface EnginePlayed {
  readonly requestsPerS: number
  readonly outputTokensPerS: number
  readonly promptTokens: number
  readonly ttftMs: number
  readonly tpotMs: number
  readonly goodShare: number
  readonly counted: number
}

interface Ended {
  readonly promptTokens: number
  readonly ttftMs: number
  readonly tpotMs: number
  readonly e2eMs: number
  readonly endMs: number
}

/** A closed loop on an engine, in-process and on a clock of its own: windows after a warm-up, each with its figures. */
export function closedLoop(
  config: EngineConfig,
  load: EngineLoad & { readonly concurrency: number },
  time: { readonly warmupS: number; readonly windowS: number; readonly windows: number },
): EnginePlayed[] {
  const engine = new Engine(config)
  const ended: Ended[] = []
  const due: { atMs: number; request: number }[] = []
  let sent = 0
  const tokens = new Float64Array(time.windows)
  const onToken = (atMs: number) => {
    const window = Math.floor((atMs / 1000 - time.warmupS) / time.windowS)
    if (window >= 0 && window < time.windows) tokens[window]! += 1
  }
  const send = (atMs: number) =>
    submit(
      engine,
      load.sizes[sent++ % load.sizes.length]!,
      atMs,
      (end) => {
        ended.push(end)
        due.push({ atMs: end.endMs, request: sent })
      },
      onToken,
    )
  // the starts are spread over a second, as those of a scenario are
  const starts = Array.from({ length: load.concurrency }, (_, at) => (at * 1000) / load.concurrency)
  const untilMs = (time.warmupS + time.windowS * time.windows) * 1000
  for (const atMs of starts) {
    engine.advance(atMs)
    for (const next of due.splice(0)) send(next.atMs)
    send(atMs)
  }
  for (;;) {
    const nextMs = engine.nextEventMs
    if (nextMs === null || nextMs > untilMs) break
    engine.advance(nextMs)
    for (const next of due.splice(0)) send(next.atMs)
  }
  return Array.from({ length: time.windows }, (_, window) => {
    const fromMs = (time.warmupS + window * time.windowS) * 1000
    const toMs = fromMs + time.windowS * 1000
    const within = ended.filter(({ endMs }) => endMs >= fromMs && endMs < toMs)
    return { ...figures(within, load.slo, time.windowS), outputTokensPerS: tokens[window]! / time.windowS }
  })
}

/** An open loop on an engine: requests at random times, judged after the first tenth of them. */
export function openLoop(
  config: EngineConfig,
  load: EngineLoad,
  rate: { readonly perS: number; readonly burstiness: number; readonly requests: number },
): EnginePlayed {
  const engine = new Engine(config)
  const arrivals = rate.burstiness === 1 ? 'poisson' : 'gamma'
  const times = arrivalTimes(
    { ratePerS: rate.perS, arrivals, burstiness: rate.burstiness, rampSeconds: 0 },
    seededRandom(mixSeed(load.seed, 11)),
  )
  const ended: Ended[] = []
  const filling = Math.ceil(rate.requests / 10)
  let waitedTooLong = 0
  for (let request = 0; request < rate.requests + filling; request += 1) {
    const atMs = times.next().value as number
    engine.advance(atMs)
    // a queue that only grows decides the question
    if (engine.gauges.waiting > 2000) {
      waitedTooLong = rate.requests + filling - request
      break
    }
    submit(engine, load.sizes[request % load.sizes.length]!, atMs, (end) => {
      if (request >= filling) ended.push(end)
    })
  }
  if (waitedTooLong > 0) return { ...figures(ended, load.slo, 1), goodShare: 0 }
  while (engine.nextEventMs !== null) engine.advance(engine.nextEventMs)
  return figures(ended, load.slo, rate.requests / rate.perS)
}

function submit(
  engine: Engine,
  size: RequestSize,
  atMs: number,
  done: (ended: Ended) => void,
  onToken?: (atMs: number) => void,
): void {
  const sequence = engine.submit(
    {
      promptTokens: promptOf(size.promptTokens),
      cacheSalt: '',
      maxTokens: size.outputTokens,
      stopAfterTokens: Number.POSITIVE_INFINITY,
      onToken: (_piece, count, finish) => {
        onToken?.(sequence.lastTokenMs!)
        if (finish === null) return
        const first = sequence.firstTokenMs!
        const last = sequence.lastTokenMs!
        done({
          promptTokens: size.promptTokens,
          ttftMs: first - atMs,
          tpotMs: count > 1 ? (last - first) / (count - 1) : 0,
          e2eMs: last - atMs,
          endMs: last,
        })
      },
    },
    atMs,
  )
}

const prompts = new Map<number, readonly number[]>()
/** Without a prefix cache the tokens themselves do not matter. */
function promptOf(length: number): readonly number[] {
  const known = prompts.get(length)
  if (known !== undefined) return known
  const made = new Array<number>(length).fill(1)
  prompts.set(length, made)
  return made
}

function figures(ended: readonly Ended[], slo: SloLimits, seconds: number): EnginePlayed {
  const mean = (of: (end: Ended) => number) =>
    ended.length === 0 ? Number.NaN : ended.reduce((sum, end) => sum + of(end), 0) / ended.length
  const good = ended.filter(
    ({ ttftMs, tpotMs, e2eMs }) =>
      ttftMs <= (slo.ttftMs ?? Number.POSITIVE_INFINITY) &&
      tpotMs <= (slo.tpotMs ?? Number.POSITIVE_INFINITY) &&
      e2eMs <= (slo.e2eMs ?? Number.POSITIVE_INFINITY),
  ).length
  return {
    requestsPerS: ended.length / seconds,
    outputTokensPerS: 0,
    promptTokens: mean((end) => end.promptTokens),
    ttftMs: mean((end) => end.ttftMs),
    tpotMs: mean((end) => end.tpotMs),
    goodShare: ended.length === 0 ? 0 : good / ended.length,
    counted: ended.length,
  }
}
