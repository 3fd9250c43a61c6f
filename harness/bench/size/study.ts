import { mixSeed, seededRandom } from '../../plan/random.ts'
import { type Capacity, capacityOf } from '../../size/capacity.ts'
import { type LoadTrials, pooledLoads } from '../../size/pooled-loads.ts'
import { serversFor } from '../../size/servers.ts'
import { closedLoop, openLoop } from './engine-play.ts'
import { normal, type SizeNoise, type SizeWorld, sizeWorld } from './world.ts'

/** What `size` said of a world, and what is true of it. */
export interface SizeTrial {
  readonly world: SizeWorld
  readonly capacity: Capacity
  /** Highest rate of the engine within the SLO, requests/s. */
  readonly truePerS: number
  /** A demand, the servers that `size` counted for it, and the share of requests within the SLO on each of them. */
  readonly demandPerS: number
  readonly servers: number
  readonly goodShare: number
}

const TRIALS = 3
const WARMUP_S = 15
const WINDOW_S = 60
/** Requests by which a rate is judged: in the search for the true highest one, and on the servers that were counted. */
const SEARCH_REQUESTS = 3000
const CHECK_REQUESTS = 10_000
const TOLERANCE = 1.03

/** One world of a seed: measured with noise, sized, and checked against the engine; null where the model does not fit. */
export function sizeTrial(seed: number, noise: SizeNoise): SizeTrial | null {
  const world = sizeWorld(seed, noise)
  if (world === null) return null
  const capacity = sizedFrom(world, sweepOf(world, noise))
  const truePerS = trueHighest(world, capacity.value)
  if (capacity.conservative <= 0) return { world, capacity, truePerS, demandPerS: 0, servers: 0, goodShare: 1 }
  const random = seededRandom(mixSeed(seed, 5))
  const demandPerS = capacity.conservative * (0.2 + 11.8 * random())
  const servers = serversFor({ demand: demandPerS, perServer: capacity.conservative, spare: 0 })
  const { goodShare } = at(world, demandPerS / servers, CHECK_REQUESTS, 17)
  return { world, capacity, truePerS, demandPerS, servers, goodShare }
}

/** The loads of a sweep, measured with noise: it ends where most requests miss the SLO. */
function sweepOf(world: SizeWorld, noise: SizeNoise): LoadTrials[] {
  const random = seededRandom(mixSeed(world.seed, 4))
  const loads: LoadTrials[] = []
  for (const concurrency of world.concurrencies) {
    const windows = closedLoop(
      world.measured,
      { sizes: world.sizes, slo: world.slo, seed: world.seed, concurrency },
      { warmupS: WARMUP_S, windowS: WINDOW_S, windows: TRIALS },
    )
    // a trial in which no request ended says nothing
    if (windows.some(({ counted }) => counted === 0)) continue
    const values = (of: (window: (typeof windows)[number]) => number, share: number) =>
      windows.map((window) => of(window) * (1 + share * normal(random)))
    loads.push({
      concurrency,
      outputTokensPerS: values((window) => window.outputTokensPerS, noise.trialShare),
      ttftMs: values((window) => window.ttftMs, noise.ttftShare),
      promptTokens: windows.reduce((sum, window) => sum + window.promptTokens, 0) / TRIALS,
    })
    if (windows.every(({ goodShare }) => goodShare < 0.5)) break
  }
  return loads
}

const sizedFrom = (world: SizeWorld, loads: readonly LoadTrials[]): Capacity =>
  capacityOf(pooledLoads(loads), {
    limits: { stepTokens: world.stepTokens, mostRunning: world.maxNumSeqs, kvTokens: world.kvTokens },
    asked: {
      sizes: world.sizes,
      slo: world.slo,
      goodShare: world.goodShare,
      senders: { kind: 'open', burstiness: world.burstiness },
      seed: 1,
    },
  })

const at = (world: SizeWorld, perS: number, requests: number, seed: number) =>
  openLoop(
    world.serving,
    { sizes: world.sizes, slo: world.slo, seed: mixSeed(world.seed, seed) },
    { perS, burstiness: world.burstiness, requests },
  )

/** The highest rate within the SLO, by bisection on the engine around what was said. */
function trueHighest(world: SizeWorld, said: number): number {
  const isMet = (perS: number) => at(world, perS, SEARCH_REQUESTS, 13).goodShare >= world.goodShare
  let [low, high] = [said * 0.85, said * 1.2]
  while (low > 1e-3 && !isMet(low)) [low, high] = [low / 1.5, low]
  while (isMet(high)) [low, high] = [high, high * 1.25]
  while (high / low > TOLERANCE) {
    const middle = (low + high) / 2
    if (isMet(middle)) low = middle
    else high = middle
  }
  return low
}
