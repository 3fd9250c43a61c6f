import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { articleRuns } from '../../testing/customer-builder.ts'
import { axeViolations, type BrowserPage, chromiumHere, openInBrowser } from '../../testing/in-browser.ts'
import { buildCustomerReport } from '../customer-report.ts'
import { customerHtml } from './html.ts'

/** The page as a reader has it: on a desk, on a phone, on paper. Skipped where there is no Chromium. */
const serving = () => ({
  lines: ['docker run --rm \\', '  --model a/very-long-name-of-a-model-that-must-wrap-on-a-phone-somewhere'],
  corrections: [],
  refusal: null,
})
const MOST_PAGES = 8
const MOST_BYTES = 150_000

describe.skipIf(chromiumHere === undefined)('the report for customers in a browser', () => {
  const html = customerHtml(
    buildCustomerReport(articleRuns({ source: 'simulated' }), { serving, imprint: { author: 'Example Ltd' } }),
  )
  let opened: BrowserPage
  beforeAll(async () => {
    opened = await openInBrowser(html)
  })
  afterAll(() => opened?.close())

  test('asks for nothing, runs nothing, and is light', () => {
    expect(opened.requests).toEqual(['http://report.invalid/'])
    expect(opened.problems).toEqual([])
    expect(html).not.toContain('<script')
    expect(html.length).toBeLessThan(MOST_BYTES)
  })

  test.each([1280, 390])('%i px wide: accessible, and nothing is wider than the screen', async (width) => {
    await opened.page.setViewportSize({ width, height: 900 })
    expect(await axeViolations(opened.page)).toEqual([])
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  })

  test.skipIf(!existsSync('/usr/bin/pdfinfo'))(`at most ${MOST_PAGES} pages of A4`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'joulemark-pdf-'))
    try {
      const path = join(folder, 'page.pdf')
      writeFileSync(path, await opened.page.pdf({ preferCSSPageSize: true }))
      const info = execFileSync('/usr/bin/pdfinfo', [path], { encoding: 'utf8' })
      expect(Number(/Pages:\s+(\d+)/.exec(info)?.[1])).toBeLessThanOrEqual(MOST_PAGES)
      expect(info).toMatch(/A4/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
