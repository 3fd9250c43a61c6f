import { arrivalTimes } from '../plan/arrivals.ts'
import { mixSeed, seededRandom } from '../plan/random.ts'
import { play } from './play/play.ts'
import type { Played } from './play/tally.ts'
import type { RequestSize, ServedModel, SloLimits } from './served-model.ts'

/** The load whose highest level is asked for, in one peak hour. */
export interface AskedLoad {
  readonly sizes: readonly RequestSize[]
  readonly slo: SloLimits
  /** Share of the requests that must meet every limit. */
  readonly goodShare: number
  /** `open`: requests/s at random times. `users`: users who each pause this long, in s on average, after an answer. */
  readonly senders:
    | { readonly kind: 'open'; readonly burstiness: number }
    | { readonly kind: 'users'; readonly pauseS: number }
  readonly seed: number
}

/** The highest load of one server, in requests/s or in users. */
export interface HighestLoad {
  /** 0 where even the lowest load breaks the SLO. */
  readonly value: number
  /** What the server does at it; at the lowest load where the value is 0. */
  readonly at: Played
  /** What it does just above: which limit breaks, and why. */
  readonly above: Played
}

/** Requests that a load is judged by, and those before them that fill the server. */
export const JUDGED = 10_000
const FILLING = 1000
/** Relative width of the bracket at which the search ends. */
const TOLERANCE = 0.01
/** Loads below this are not told from none. */
const LEAST_PER_S = 1e-4

/**
 * The highest load at which `goodShare` of the requests meet the SLO, by bisection of loads that are played on the model with the
 * same random numbers. Open loads end at `mostPerS`.
 */
export function highestLoad(server: ServedModel, asked: AskedLoad, mostPerS: number): HighestLoad {
  const { senders } = asked
  return senders.kind === 'open'
    ? highestRate(server, asked, { mostPerS, burstiness: senders.burstiness })
    : mostUsers(server, asked, senders.pauseS)
}

function highestRate(
  server: ServedModel,
  asked: AskedLoad,
  { mostPerS, burstiness }: { readonly mostPerS: number; readonly burstiness: number },
): HighestLoad {
  const unit = unitArrivals(burstiness, JUDGED + FILLING, asked.seed)
  const at = (ratePerS: number) => judged(server, asked, { kind: 'open', arrivalsMs: unit.map((ms) => ms / ratePerS) })
  let [low, high] = [LEAST_PER_S, mostPerS]
  let [met, broken] = [at(low), at(high)]
  if (met.goodShare < asked.goodShare) return { value: 0, at: met, above: met }
  // more than the server was ever seen to do
  if (broken.goodShare >= asked.goodShare) return { value: high, at: broken, above: broken }
  while (high / low > 1 + TOLERANCE) {
    const middle = high / low > 100 ? Math.sqrt(low * high) : (low + high) / 2
    const played = at(middle)
    if (played.goodShare >= asked.goodShare) [low, met] = [middle, played]
    else [high, broken] = [middle, played]
  }
  return { value: low, at: met, above: broken }
}

/** Users are whole: bisection between one and more than the server has places for. */
function mostUsers(server: ServedModel, asked: AskedLoad, pauseS: number): HighestLoad {
  const random = seededRandom(mixSeed(asked.seed, 3))
  const pausesMs = Float64Array.from({ length: JUDGED }, () => -Math.log1p(-random()) * pauseS * 1000)
  const at = (users: number) => judged(server, asked, { kind: 'users', users, pausesMs, startMs: START_MS })
  let met = at(1)
  if (met.goodShare < asked.goodShare) return { value: 0, at: met, above: met }
  let [low, high] = [1, 2]
  let broken = at(high)
  while (broken.goodShare >= asked.goodShare && high < MOST_USERS) {
    ;[low, met] = [high, broken]
    high *= 2
    broken = at(high)
  }
  while (high - low > Math.max(1, TOLERANCE * low)) {
    const middle = Math.floor((low + high) / 2)
    const played = at(middle)
    if (played.goodShare >= asked.goodShare) [low, met] = [middle, played]
    else [high, broken] = [middle, played]
  }
  return { value: low, at: met, above: broken }
}

/** Users do not come in the same moment. */
const START_MS = 10_000
/** More users of one server are not looked for. */
const MOST_USERS = 2 ** 16

function judged(
  server: ServedModel,
  { sizes, slo }: AskedLoad,
  senders: Parameters<typeof play>[1]['senders'],
): Played {
  const filling = senders.kind === 'users' ? FILLING + 2 * senders.users : FILLING
  return play(server, { senders, sizes, requests: filling + JUDGED, warmup: filling, slo })
}

/** Times of arrivals at one request per second, in ms. */
function unitArrivals(burstiness: number, count: number, seed: number): Float64Array {
  const arrivals = burstiness === 1 ? 'poisson' : 'gamma'
  const times = arrivalTimes({ ratePerS: 1, arrivals, burstiness, rampSeconds: 0 }, seededRandom(mixSeed(seed, 7)))
  return Float64Array.from({ length: count }, () => times.next().value as number)
}
