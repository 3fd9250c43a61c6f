import { mean } from 'simple-statistics'
import type { Spread } from '../operating/sweep/sweep-point.ts'
import { type FittedServer, fitServer, type MeasuredLoad, type ServerLimits } from './fit-server.ts'
import { type AskedLoad, type HighestLoad, highestLoad, JUDGED } from './highest-load.ts'
import type { LimitedBy } from './limited-by.ts'
import type { Played } from './play/tally.ts'

/** One load of a closed loop, with the 95 % intervals over its trials. */
export interface LoadSpread {
  readonly concurrency: number
  readonly outputTokensPerS: Spread
  /** Mean TTFT in ms. */
  readonly ttftMs: Spread
  /** Mean number of prompt tokens that were computed for a request. */
  readonly promptTokens: number
}

/** The highest load of one server within the SLO, in requests/s or users. */
export interface Capacity {
  readonly value: number
  /** 95 % interval: that of the trials, and the error of the model beside it; null where a load had one trial only. */
  readonly ci95: readonly [number, number] | null
  /** What is promised: the low end of the interval, or less where there is none. */
  readonly conservative: number
  readonly limitedBy: LimitedBy
  /** At the highest load: requests in the server, mean and highest; users are those of a load of users. */
  readonly inFlight: { readonly mean: number; readonly most: number }
  readonly requestsPerS: number
  /** Mean time of an answer at the highest load, in ms. */
  readonly e2eMs: number
  /** Whether more requests were in the server than at any measured load. */
  readonly beyondMeasured: boolean
  /** Largest difference of the fitted server from a measured throughput, as a share. */
  readonly fitError: number
}

/**
 * Shares by which the truth may lie below and above the highest load of a fitted server, besides what the trials show. The model is made to
 * promise less where it does not know, so that the truth is more often above: `npm run bench:size` counts both.
 */
export const MODEL_ERROR = { below: 0.05, above: 0.2 } as const
/** Taken off where one trial shows no spread. */
export const ONE_TRIAL_ERROR = 0.15

/**
 * The highest load within the SLO, from the measured loads of a closed loop: a server is fitted to them, and the peak hour is
 * played on it. The interval is that of servers that are as slow, and as fast, as every measured load may have been.
 */
export function capacityOf(
  loads: readonly LoadSpread[],
  { limits, asked }: { readonly limits: ServerLimits; readonly asked: AskedLoad },
): Capacity {
  const at = (side: Side) => capacityAt(loads, side, { limits, asked })
  const middle = at('mean')
  const hasSpread = loads.every(
    ({ outputTokensPerS, ttftMs }) => outputTokensPerS.ci95 !== null && ttftMs.ci95 !== null,
  )
  const [low, high] = hasSpread ? [at('slow').highest.value, at('fast').highest.value] : [null, null]
  const { highest, fitted } = middle
  const least =
    low === null ? highest.value * (1 - ONE_TRIAL_ERROR) : Math.min(low, highest.value) * (1 - MODEL_ERROR.below)
  return {
    value: highest.value,
    ci95: low === null || high === null ? null : [least, Math.max(high, highest.value) * (1 + MODEL_ERROR.above)],
    conservative: least,
    limitedBy: limitOf(middle, asked),
    inFlight: { mean: highest.at.meanInFlight, most: highest.at.mostInFlight },
    requestsPerS: highest.at.requestsPerS,
    e2eMs: highest.at.meanE2eMs,
    beyondMeasured: highest.at.meanInFlight > fitted.highestConcurrency,
    fitError: fitted.fitError,
  }
}

type Side = keyof typeof SIDES
const SIDES = { mean: 0, slow: 1, fast: -1 } as const

/**
 * By how much the share of a played load may be off by chance: two standard errors, no more than halfway to all requests. Requests that miss
 * come together, which counts as half as many again.
 */
const chanceOf = (share: number): number =>
  Math.min((1 - share) / 2, 2 * 1.5 * Math.sqrt((share * (1 - share)) / JUDGED))

interface Sized {
  readonly highest: HighestLoad
  readonly fitted: FittedServer
  /** Requests/s that are not exceeded. */
  readonly mostPerS: number
}

function capacityAt(
  loads: readonly LoadSpread[],
  side: Side,
  { limits, asked }: { readonly limits: ServerLimits; readonly asked: AskedLoad },
): Sized {
  const measured = loads.map((load) => atSide(load, side))
  const fitted = fitServer(measured, asked.sizes, limits)
  const output = mean(asked.sizes.map(({ outputTokens }) => outputTokens))
  const mostPerS = (FULL * Math.max(...measured.map(({ outputTokensPerS }) => outputTokensPerS))) / output
  const goodShare = asked.goodShare + SIDES[side] * chanceOf(asked.goodShare)
  return { highest: highestLoad(fitted.model, { ...asked, goodShare }, mostPerS), fitted, mostPerS }
}

function atSide({ concurrency, outputTokensPerS, ttftMs, promptTokens }: LoadSpread, side: Side): MeasuredLoad {
  const [tokensAt, ttftAt] = side === 'slow' ? ([0, 1] as const) : ([1, 0] as const)
  const end = ({ mean: middle, ci95 }: Spread, which: 0 | 1) =>
    side === 'mean' || ci95 === null ? middle : Math.max(ci95[which], middle / MOST_SPREAD)
  return {
    concurrency,
    outputTokensPerS: end(outputTokensPerS, tokensAt),
    ttftMs: end(ttftMs, ttftAt),
    promptTokens,
  }
}

/** An interval that reaches to nothing says that the load is not known; a fit takes a share of the mean instead. */
const MOST_SPREAD = 4

/** A server at its highest throughput has a queue that grows for ever; this share of it is the most that is promised. */
const FULL = 0.97

/**
 * What keeps the server from more load. Above the measured loads throughput is taken as constant, so that decode becomes slow
 * there by assumption alone: where throughput still rose at the highest measured load, no limit of it was seen.
 */
function limitOf(sized: Sized, asked: AskedLoad): LimitedBy {
  const { highest, fitted } = sized
  const limit = whatBreaks(sized, asked)
  const isAssumed = limit.what === 'decode' && highest.at.meanInFlight > fitted.highestConcurrency
  return isAssumed && fullness(fitted, highest.above).what === 'not-measured' ? { what: 'not-measured' } : limit
}

/** What breaks just above the highest load. */
function whatBreaks({ highest, fitted, mostPerS }: Sized, { goodShare, slo }: AskedLoad): LimitedBy {
  const { value, above, at } = highest
  if (above === at && value >= mostPerS * 0.999 && above.goodShare >= goodShare) return fullness(fitted, above)
  const missed = brokenLimit(above)
  if (missed === 'tpot') return { what: above.promptShare > 0.5 ? 'prefill' : 'decode', slo: 'tpot' }
  const waits = 1 - goodShare
  const what =
    above.waitedForKv > waits
      ? 'kv-cache'
      : above.waitedForPlace > waits
        ? 'places'
        : above.promptShare > 0.5 || slo.ttftMs !== undefined
          ? 'prefill'
          : 'decode'
  return { what, slo: missed }
}

/** A doubling that gains less shows a server that is full. */
const FLAT_GAIN = 0.1

/** Why no more throughput was seen: the server is full, or no higher load was measured. */
function fullness({ model, highestConcurrency }: FittedServer, above: Played): LimitedBy {
  const { decode, mostRunning } = model
  const [before, last] = [decode.at(-2), decode.at(-1)]
  if (above.waitedForKv > 0) return { what: 'kv-cache', slo: null }
  if (mostRunning <= highestConcurrency) return { what: 'places', slo: null }
  if (before === undefined || last === undefined) return { what: 'not-measured' }
  // throughput of a doubling, by the decode steps alone
  const gain =
    (last.running / last.stepMs / (before.running / before.stepMs)) ** (1 / Math.log2(last.running / before.running)) -
    1
  if (gain >= FLAT_GAIN) return { what: 'not-measured' }
  return { what: above.promptShare > 0.5 ? 'prefill' : 'decode', slo: null }
}

/** The limit that most requests miss. */
function brokenLimit({ lateFirst, slowDecode }: Played): 'ttft' | 'tpot' | 'e2e' {
  if (lateFirst === 0 && slowDecode === 0) return 'e2e'
  return slowDecode > lateFirst ? 'tpot' : 'ttft'
}
