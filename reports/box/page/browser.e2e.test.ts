import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { axeViolations, type BrowserPage, chromiumHere, openInBrowser } from '../../testing/in-browser.ts'
import { makeSample } from '../../testing/rows-builder.ts'
import { simulatedBox } from '../../testing/simulated-box.ts'
import { soakCertificate, soakedCard } from '../../testing/soak-certificate.ts'
import { boxResult } from '../result/judge-box.ts'
import { cardSeries } from './night-series.ts'
import { serverPage } from './page.ts'

/** The page as a browser has it. Skipped where there is no Chromium. */
const input = simulatedBox(
  [{}, { memory: 0.9 }, { clock: 0.88, temperatureC: 88, beside: { level: 0.88 } }, { linkWidth: 8 }],
  { spread: 0, normal: () => 0, card: 'rtx-pro-6000-max-q' },
  {
    leftOut: [{ name: 'a scenario', reason: 'requires 8 GPUs; this server has 4' }],
    checks: [{ id: 'persistence', status: 'warn', read: 'off', why: 'unloads', fix: 'sudo nvidia-smi -pm 1' }],
    plannedMinutes: 34,
  },
)
const sealed = input.records.map((run) => ({ ...run, manifestSha256: 'ab12cd34'.repeat(8) }))
const series = sealed.flatMap((run, at) =>
  cardSeries(
    { ...run, clock: { originMs: at * 130_000 } },
    Array.from({ length: 120 }, (_, second) => ({
      ...makeSample(second * 1000, second < 10 ? 60 : 290),
      uuid: run.gpus[0]!.uuid,
      temperatureC: 40 + second / 4,
    })),
  ),
)
const html = serverPage(boxResult({ ...input, records: sealed }), series)
const soaked = soakCertificate({
  verdict: 'rejected',
  cards: input.cards.map(({ index, uuid }) =>
    soakedCard({ index, uuid, ...(index === 3 ? { verdict: 'rejected', reasons: ['Xid 79 in the kernel log'] } : {}) }),
  ),
})

describe.skipIf(chromiumHere === undefined)('the page of a server in a browser', () => {
  let opened: BrowserPage
  let page: Page
  beforeAll(async () => {
    opened = await openInBrowser(html)
    page = opened.page
  })
  afterAll(() => opened?.close())

  test('asks for nothing beyond itself, and its own policy finds nothing to refuse', () => {
    expect(opened.requests).toEqual(['http://report.invalid/'])
    expect(opened.problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing wrong, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    expect(await axeViolations(page)).toEqual([])
  })

  test('the verdict is on the first screen, also of a phone, which scrolls tables and never the page', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
      const box = await page.locator('#h-verdict').boundingBox()
      expect(box!.y + box!.height).toBeLessThan(viewport.height)
    }
  })

  test('on paper it takes two pages at most, and nothing is cut', async () => {
    const pdf = await page.pdf({ preferCSSPageSize: true })
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) ?? []
    expect(pages.length).toBeGreaterThan(0)
    expect(pages.length).toBeLessThanOrEqual(2)
    await page.emulateMedia({ media: 'print', colorScheme: 'light' })
    await page.setViewportSize({ width: 703, height: 1032 })
    const wide = await page.$$eval('table, figure', (all) =>
      all.filter((at) => at.scrollWidth > 703).map((at) => at.className),
    )
    expect(wide).toEqual([])
  })

  test('with a soak it takes one page more, axe finds nothing wrong, and a phone scrolls the table only', async () => {
    const other = await openInBrowser(serverPage(boxResult({ ...input, records: sealed, soak: soaked }), series))
    try {
      expect(other.problems).toEqual([])
      expect(await axeViolations(other.page)).toEqual([])
      await other.page.setViewportSize({ width: 390, height: 844 })
      expect(await other.page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      const pdf = await other.page.pdf({ preferCSSPageSize: true })
      const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g) ?? []
      expect(pages.length).toBeLessThanOrEqual(3)
    } finally {
      await other.close()
    }
  })
})
