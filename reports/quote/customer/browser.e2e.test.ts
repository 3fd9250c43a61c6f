import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserPage, chromiumHere, nothingToTripOn, openInBrowser, tripsOn } from '../../testing/in-browser.ts'
import { customerFiles, quotableRun, quoteOf } from '../../testing/quote-builder.ts'
import { internalDocument } from '../internal/document.ts'
import { internalPage } from '../internal/page.ts'

/** Both pages of a quote as a browser has them. Skipped where there is no Chromium. */
const runsOf = (card: string) => [
  quotableRun({ card, scenario: 'chat', title: 'Chat' }),
  quotableRun({ card, scenario: 'search', title: 'Search' }),
]
const quote = quoteOf(
  [
    [{ name: 'RTX 4090' }, runsOf('rtx-4090')],
    [{ name: 'L40S', servers: 2, note: 'Two servers' }, runsOf('l40s')],
    [{ name: 'RTX PRO 6000' }, runsOf('rtx-pro-6000-max-q')],
  ],
  { inputs: { seller: undefined, setupFee: 150, termMonths: 12, support: 'Email, working days from 9:00 to 17:30' } },
)
const logo =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const { customerPage } = await import('./page.ts')

describe.skipIf(chromiumHere === undefined).each([
  ['customer', customerPage({ ...customerFiles(quote).document }, logo)],
  ['internal', internalPage(internalDocument(quote))],
])('the %s page of a quote in a browser', (_, html) => {
  let opened: BrowserPage
  beforeAll(async () => {
    opened = await openInBrowser(html)
  })
  afterAll(() => opened?.close())

  test('loads nothing, axe finds nothing wrong in either theme, and nothing is cut off on a phone', async () => {
    expect(await tripsOn(opened)).toEqual(nothingToTripOn)
  })
})
