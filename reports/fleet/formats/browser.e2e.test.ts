import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeFleet } from '../../testing/fleet-builder.ts'
import { type BrowserPage, chromiumHere, nothingToTripOn, openInBrowser, tripsOn } from '../../testing/in-browser.ts'
import { compareFleet } from '../fleet-comparison.ts'
import { fleetComparisonPage } from './page.ts'

/** The page as a browser has it. Skipped where there is no Chromium. */
const { baseline, candidate } = makeFleet({
  boxes: 8,
  starts: 2,
  scenarios: [
    'llama-3.1-8b-fp8-batch32',
    'llama-3.1-8b-fp8-single',
    'llama-3.1-8b-fp8-prefill',
    'llama-3.1-70b-fp8-single',
  ],
  losses: { 2: 0.15 },
  odd: (box, side) => (box === 5 && side === 'candidate' ? null : undefined),
})

describe.skipIf(chromiumHere === undefined)('the page of a fleet in a browser', () => {
  let opened: BrowserPage
  beforeAll(async () => {
    opened = await openInBrowser(await fleetComparisonPage(compareFleet(baseline, candidate, {})))
  })
  afterAll(() => opened?.close())

  test('asks for nothing beyond itself, axe finds nothing wrong in either theme, and only tables scroll on a phone', async () => {
    expect(await tripsOn(opened)).toEqual(nothingToTripOn)
  })
})
