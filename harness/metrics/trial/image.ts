import { isKnown, missing, quotient } from '../../record/measured.ts'
import type { ImageTrial } from '../../record/schema/trial.ts'
import type { ImageScenario } from '../../scenario/schema.ts'
import { noPercentiles, percentilesOf } from '../../stats/percentiles.ts'
import { EDGES_COUNT_SINCE, METRIC_DEFINITIONS } from '../definitions.ts'
import { NONE_FITS } from './in-window.ts'
import { NONE_COMPLETED } from './latency.ts'
import { countOutcomes, noWindow, sharedTrial, type TrialObservations, windowFor } from './shared.ts'
import { e2eCompleted, e2eInside, requestGoodput, requestsInside } from './whole-requests.ts'

/**
 * Every value of a trial of images (docs/metrics.md#one-trial). Seconds per image: median E2E of the requests that completed in
 * the window / images per request. Images/s, J per image and per request, and goodput count the requests of the window,
 * where one that crosses an edge counts by the share of its time inside (a window holds few images, so that one image
 * more or less could be 10 % of them). By older definitions E2E and goodput are of requests wholly inside the window.
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
  const edgesCount = (observed.definitions ?? METRIC_DEFINITIONS) >= EDGES_COUNT_SINCE
  const { batch } = scenario.image
  const seconds = (window.endMs - window.startMs) / 1000
  const inside = e2eInside(observed.requests, window)
  const e2eMs = edgesCount
    ? percentilesOf(e2eCompleted(observed.requests, window), NONE_COMPLETED)
    : percentilesOf(inside, NONE_FITS)
  const requests = requestsInside(observed.requests, window)
  const images = batch * requests
  return {
    ...shared,
    e2eMs,
    joulesPerRequest: inside.length === 0 ? missing(NONE_FITS) : quotient(shared.energyJ, requests, NONE_FITS),
    goodputRequestsPerS: requestGoodput(observed.requests, window, { limitMs: scenario.slo?.e2eMs, edgesCount }),
    image: {
      images,
      imagesPerS: images / seconds,
      secondsPerImage: isKnown(e2eMs.p50) ? e2eMs.p50 / 1000 / batch : e2eMs.p50,
      joulesPerImage: quotient(shared.energyJ, images, 'no image was made inside the window'),
    },
  }
}
