import { isKnown, type Measured, missing, quotient } from '../../record/measured.ts'
import type { RequestTable } from '../../record/request-table.ts'
import type { ImageTrial } from '../../record/schema/trial.ts'
import type { ImageScenario } from '../../scenario/schema.ts'
import { noPercentiles, percentilesOf } from '../../stats/percentiles.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './shared.ts'

const NONE_INSIDE = 'no successful request lies wholly inside the window'

/**
 * Every value of a trial of images (docs/metrics.md#one-trial). Seconds per image: median E2E of the requests wholly inside the
 * window / images per request. Images/s: images inside / window, where one that crosses an edge counts by the share of
 * its time inside (a window holds few images, so that one image more or less could be 10 % of them).
 */
export function imageTrial(scenario: ImageScenario, observed: TrialObservations): ImageTrial {
  const window = windowFor(scenario, observed)
  const shared = { kind: 'image' as const, ...sharedTrial(observed, window, countOutcomes(observed.requests)) }
  if (window.startMs === null) {
    const none = missing(noWindow(window))
    return {
      ...shared,
      e2eMs: noPercentiles(none.reason),
      joulesPerRequest: none,
      goodputRequestsPerS: none,
      image: { images: none, imagesPerS: none, secondsPerImage: none, joulesPerImage: none },
    }
  }
  const { startMs, endMs } = window
  const { batch } = scenario.image
  const seconds = (endMs - startMs) / 1000
  const inside = e2eInside(observed.requests, startMs, endMs)
  const e2eMs = percentilesOf(inside, NONE_INSIDE)
  const images = batch * requestsInside(observed.requests, startMs, endMs)
  return {
    ...shared,
    e2eMs,
    joulesPerRequest:
      inside.length === 0 ? missing(NONE_INSIDE) : quotient(shared.energyJ, images / batch, NONE_INSIDE),
    goodputRequestsPerS: goodput(inside, seconds, scenario.slo?.e2eMs),
    image: {
      images,
      imagesPerS: images / seconds,
      secondsPerImage: isKnown(e2eMs.p50) ? e2eMs.p50 / 1000 / batch : e2eMs.p50,
      joulesPerImage: quotient(shared.energyJ, images, 'no image was made inside the window'),
    },
  }
}

function goodput(insideMs: readonly number[], seconds: number, limitMs: number | undefined): Measured {
  if (limitMs === undefined) return missing('the scenario states no slo.e2eMs')
  return insideMs.filter((ms) => ms <= limitMs).length / seconds
}

/** E2E in ms of the successful requests wholly inside a window. */
function e2eInside(requests: RequestTable, startMs: number, endMs: number): number[] {
  const dispatched = requests.column('dispatchedMs')
  const ended = requests.column('endMs')
  const inside: number[] = []
  for (let index = 0; index < requests.length; index += 1) {
    const [from, to] = [dispatched[index] as number, ended[index] as number]
    if (requests.isOk(index) && from >= startMs && to <= endMs) inside.push(to - from)
  }
  return inside
}

/** Number of successful requests inside a window, each weighted by the share of its time inside. */
function requestsInside(requests: RequestTable, startMs: number, endMs: number): number {
  const dispatched = requests.column('dispatchedMs')
  const ended = requests.column('endMs')
  let sum = 0
  for (let index = 0; index < requests.length; index += 1) {
    if (!requests.isOk(index)) continue
    const [from, to] = [dispatched[index] as number, ended[index] as number]
    const overlap = Math.min(to, endMs) - Math.max(from, startMs)
    if (overlap > 0) sum += overlap / (to - from)
  }
  return sum
}
