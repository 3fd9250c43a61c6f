import { describe, expect, test } from 'vitest'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow } from '../../record/rows.ts'
import { type ImageScenario, scenarioSchema } from '../../scenario/schema.ts'
import { gpuRow, requestRow } from '../../testing/rows.ts'
import { METRIC_DEFINITIONS } from '../definitions.ts'
import { imageTrial } from './image.ts'

const scenario = scenarioSchema.parse({
  name: 'sdxl',
  title: 'SDXL',
  kind: 'image',
  model: 'sdxl',
  load: { shape: 'closed', concurrency: 2 },
  image: { size: '1024x1024', steps: 30, guidance: 5, batch: 2 },
  slo: { e2eMs: 3500 },
}) as ImageScenario
const client = { eventLoopDelayP99Ms: 1, cpuShareOfCore: 0.1, lateSends: 0, dropped: 0, sharedStampShare: 0 }
const request = (fromMs: number, toMs: number, over: Partial<RequestRow> = {}) =>
  requestRow({ dispatchedMs: fromMs, lastTokenMs: toMs, endMs: toMs, ...over })

/** Figures of these requests at 300 W without a break. */
const trialOfRows = (requests: readonly RequestRow[], toMs = 12_000, definitions = METRIC_DEFINITIONS) =>
  imageTrial(scenario, {
    index: 0,
    startMs: 0,
    sendUntilMs: toMs,
    endMs: toMs,
    requests: new RequestTable(requests),
    tokens: [],
    gaps: [],
    gpuRows: Array.from({ length: toMs / 200 + 11 }, (_, index) => gpuRow(index * 200, { powerW: 300 })),
    servingUuids: ['GPU-a'],
    gpuReason: null,
    client,
    definitions,
  })

describe('images at the edges of a window', () => {
  // two streams, full from 0 to 9.5 s: a window of 8 s from 1.5 s on
  const rows = [
    request(0, 2000), // 0.5 s of 2 s inside: a quarter
    request(2000, 5000),
    request(5000, 9500),
    request(0, 4000), // 2.5 s of 4 s inside
    request(4000, 7000, { outcome: 'timeout' }), // none
    request(7000, 12_000), // 2.5 s of 5 s inside
  ]
  const trial = trialOfRows(rows)

  test('count by the share of their time that lies inside', () => {
    expect([trial.windowStartMs, trial.windowEndMs]).toEqual([1500, 9500])
    // 0.25 + 1 + 1 + 0.625 + 0.5 = 3.375 requests of two images
    expect(trial.image?.images).toBeCloseTo(6.75, 9)
    expect(trial.image?.imagesPerS).toBeCloseTo(6.75 / 8, 9)
  })

  test('share the energy of the window: 300 W x 8 s over 6.75 images, 3.375 requests', () => {
    expect(trial.energyJ).toBeCloseTo(2400, 6)
    expect(trial.image?.joulesPerImage).toBeCloseTo(2400 / 6.75, 6)
    expect(trial.joulesPerRequest).toBeCloseTo(2400 / 3.375, 6)
  })

  test('have a time where they were done inside: the median of 2, 3, 4 and 4.5 s, for two images', () => {
    expect(trial.e2eMs).toMatchObject({ n: 4, p50: 3500 })
    expect(trial.image?.secondsPerImage).toBeCloseTo(1.75, 9)
  })

  test('count for goodput as for images/s: a quarter of the first and the second took at most 3.5 s', () => {
    expect(trial.goodputRequestsPerS).toBeCloseTo(1.25 / 8, 9)
  })

  test('by older definitions have a time, and count for goodput, only where they lie wholly inside', () => {
    const old = trialOfRows(rows, 12_000, 2)
    expect(old.e2eMs).toMatchObject({ n: 2, p50: 3750 })
    expect(old.goodputRequestsPerS).toBeCloseTo(1 / 8, 9)
    expect(old.image).toMatchObject({ images: trial.image?.images, secondsPerImage: 1.875 })
  })
})

test('a request that ends as the window begins, or begins as it ends, counts nothing', () => {
  const trial = trialOfRows([request(0, 1500), request(1500, 5500), request(0, 5500), request(5500, 6000)], 6000)
  expect([trial.windowStartMs, trial.windowEndMs]).toEqual([1500, 5500])
  // one whole request, and 4 s of the 5.5 s of another
  expect(trial.image?.images).toBeCloseTo(2 * (1 + 4 / 5.5), 9)
})

test('images that took longer than the window have no goodput and no energy per request, and a rate', () => {
  const none = { value: null, reason: 'no successful request lies wholly inside the window' }
  const trial = trialOfRows([request(0, 4000), request(0, 4000), request(4000, 8000)], 8000)
  expect([trial.windowStartMs, trial.windowEndMs]).toEqual([1500, 4000])
  expect(trial).toMatchObject({ joulesPerRequest: none, goodputRequestsPerS: none })
  // 2.5 s of the 4 s of two requests of two images
  expect(trial.image?.imagesPerS).toBeCloseTo((2 * 2 * 0.625) / 2.5, 9)
})
