import type { RequestTable } from '../record/request-table.ts'
import type { ImageFigures, Trial } from '../record/schema/trial.ts'
import { targetInFlight } from '../scenario/load-shape.ts'
import type { ImageScenario } from '../scenario/schema.ts'
import { percentilesOf } from '../stats/percentiles.ts'
import { countOutcomes, type TrialObservations } from './trial.ts'
import { jobTrial, joulesEach } from './trial-job.ts'
import { type SteadyWindow, scheduledWindow, steadyWindow } from './window.ts'

/**
 * Figures of a trial of images (metrics section 3). Seconds an image: median E2E of the requests wholly inside the
 * window / images a request. Images/s: images inside / window, where one that crosses an edge counts by the share of
 * its time that lies inside (a window holds few images, and a whole one more or less would be 10 % of them).
 */
export function imageTrial(scenario: ImageScenario, seen: TrialObservations): Trial {
  const window = windowOf(scenario, seen)
  const { ok, outcomes } = countOutcomes(seen.requests)
  const trial = jobTrial(seen, window, { sent: seen.requests.length, ok, outcomes }, 'image')
  if (window.startMs === null) return { ...trial, image: withoutImages(trial) }
  const { startMs, endMs } = window
  const { batch } = scenario.image
  const seconds = (endMs - startMs) / 1000
  const inside = e2eInside(seen.requests, startMs, endMs)
  const e2eMs = percentilesOf(inside)
  const images = batch * requestsInside(seen.requests, startMs, endMs)
  if (e2eMs.p50 === null) trial.reasons['secondsPerImage'] = 'no successful request lies wholly inside the window'
  const limit = scenario.slo?.e2eMs
  if (limit === undefined) trial.reasons['goodputRequestsPerS'] = 'the scenario states no slo.e2eMs'
  if (inside.length === 0) trial.reasons['joulesPerRequest'] = 'no successful request lies wholly inside the window'
  const requests = images / batch
  return {
    ...trial,
    e2eMs,
    joulesPerRequest: joulesEach(trial, 'joulesPerRequest', requests),
    goodputRequestsPerS: limit === undefined ? null : inside.filter((ms) => ms <= limit).length / seconds,
    image: {
      images,
      imagesPerS: images / seconds,
      secondsPerImage: e2eMs.p50 === null ? null : e2eMs.p50 / 1000 / batch,
      joulesPerImage: joulesEach(trial, 'joulesPerImage', images),
    },
  }
}

function withoutImages(trial: Trial): ImageFigures {
  const none = { images: null, imagesPerS: null, secondsPerImage: null, joulesPerImage: null }
  for (const field of Object.keys(none)) trial.reasons[field] = trial.reasons['outputTokensPerS'] ?? 'no steady window'
  return none
}

function windowOf(scenario: ImageScenario, seen: TrialObservations): SteadyWindow {
  const target = targetInFlight(scenario.load)
  if (target !== null) return steadyWindow(seen.requests, target)
  return scheduledWindow(seen.requests, seen.startMs, seen.sendUntilMs)
}

/** E2E in ms of the successful requests that lie wholly inside a window. */
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

/** Successful requests inside a window, each by the share of its time that lies there. */
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
