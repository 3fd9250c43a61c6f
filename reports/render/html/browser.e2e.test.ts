import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import article from '../../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { gbpPerMillionOutputTokens } from '../../../harness/metrics/cost.ts'
import { makeRun } from '../../../harness/testing/record-builder.ts'
import { counted } from '../../../harness/units.ts'
import { buildReport } from '../../build.ts'
import { runSeries } from '../../charts/run-series.ts'
import { parseClaims } from '../../claims/file/parse.ts'
import type { Report } from '../../report.ts'
import { articleSuite } from '../../testing/article-suite.ts'
import { axeViolations, type BrowserPage, chromiumHere, openInBrowser } from '../../testing/in-browser.ts'
import { makeRequest, makeRows, makeSample, makeTrial } from '../../testing/rows-builder.ts'
import { formatGbp } from '../format-cell.ts'
import { renderHtml } from './page.ts'

/** The page as a browser has it. Skipped where there is no Chromium. */
function wholeReport(): Report {
  const trialList = [makeTrial(0, 0, [1000, 3000], 4000)]
  const of = (card: string, concurrency: number, tokens: number, watts: number) =>
    makeRun({
      ...{
        card,
        concurrency,
        scenario: `chat-c${concurrency}`,
        title: `Chat, ${counted(concurrency, 'stream')}`,
        trialList,
      },
      source: 'simulated',
      slo: { ttftMs: 500 },
      gates: [{ id: 'precision', status: 'warn', required: false, evidence: '± 3 % <b>' }],
      result: {
        outputTokensPerS: [tokens, tokens * 0.99, tokens * 1.01],
        decodeTokensPerS: tokens / concurrency,
        meanPowerW: [watts, watts - 5, watts + 5],
        tokensPerJ: [tokens / watts, (tokens / watts) * 0.98, (tokens / watts) * 1.02],
        goodputRequestsPerS: [4, 3.9, 4.1],
        ttftMsP50: 100,
      },
    })
  const runs = [of('rtx-4090', 1, 90, 340), of('rtx-4090', 32, 1100, 360)]
  runs.push(of('rtx-pro-6000-max-q', 1, 150, 270), of('rtx-pro-6000-max-q', 32, 1380, 250))
  runs.push(of('rtx-4090', 8, 500, 350), of('rtx-4090', 16, 800, 355))
  const rows = makeRows([makeRequest({ dispatchedMs: 1500 }), makeRequest({ dispatchedMs: 1600 })], {
    gpu: [makeSample(500, 300), makeSample(1500, 350)],
    tokens: [{ trial: 0, binStartMs: 1520, tokens: 11 }],
  })
  const series = new Map(runs.map((run) => [run.id, runSeries(run, rows)]))
  const serving = ({ load }: { load: object }, card: string) => ({
    lines: ['docker run \\', `  --max-num-seqs ${'concurrency' in load ? load.concurrency : 0} \\`, '  --model <b>'],
    ...{ corrections: card === 'rtx-4090' ? ['a < b'] : [], refusal: null },
  })
  return buildReport(runs, { series, serving, claims: parseClaims(article, 'article') })
}

describe.skipIf(chromiumHere === undefined)('the page in a browser', () => {
  const report = wholeReport()
  let opened: BrowserPage
  let page: Page
  beforeAll(async () => {
    opened = await openInBrowser(renderHtml(report))
    page = opened.page
  })
  afterAll(() => opened?.close())

  const column = (table: string, index: number) =>
    page.$$eval(`#t-${table} tbody tr`, (rows, at) => rows.map((row) => row.children[at]?.textContent ?? ''), index)

  test('asks for nothing beyond itself, and its own policy finds nothing to refuse', () => {
    expect(opened.requests).toEqual(['http://report.invalid/'])
    expect(opened.problems).toEqual([])
  })

  test('sorts by figure, both ways and back, and by keyboard; only where that helps', async () => {
    const before = await column('throughput', 1)
    expect(before).toHaveLength(4)
    const head = page.locator('#t-throughput thead button')
    expect(await head.allTextContents()).toEqual(['RTX 4090'])
    await head.click()
    await head.press('Enter')
    expect(await page.locator('#t-throughput thead th').nth(1).getAttribute('aria-sort')).toBe('descending')
    expect(await column('throughput', 1)).toEqual(before.toReversed())
    await head.click()
    expect(await column('throughput', 1)).toEqual(before)
    expect(await page.locator(':is(#t-spec, #t-economics, #t-gotchas, #t-metrics) thead button').count()).toBe(0)
  })

  test('a note opens by keyboard, closes with Escape, and is clean while it is open', async () => {
    await page.locator('#c-cards > summary').click()
    const [number, note] = [page.locator('#t-fits .ref').first(), page.locator('#n-fits-1')]
    expect(await note.isVisible()).toBe(false)
    await number.click()
    expect(await note.isVisible()).toBe(true)
    await number.press('Enter')
    expect(await note.isVisible()).toBe(false)
    await number.press('Enter')
    expect(await note.textContent()).toContain('GB of weights')
    expect(await note.isVisible()).toBe(true)
    expect(await axeViolations(page)).toEqual([])
    await page.keyboard.press('Escape')
    expect(await note.isVisible()).toBe(false)
    await page.locator('button[popovertarget=n-spec-source]').click()
    expect(await page.locator('#n-spec-source').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await page.locator('#c-cards > summary').click()
  })

  test('the economics follow the utilisation, by the formula of the harness', async () => {
    const [bar, words] = [page.locator('#own-assumptions'), page.locator('#s-cost-utilisation')]
    const marks = page.locator('.kept-mark')
    expect([await bar.isVisible(), await marks.filter({ visible: true }).count()]).toEqual([false, 0])
    expect(await words.textContent()).not.toContain('With your assumptions')
    await page.locator('input[name=utilisation]').fill('25')
    expect(await bar.textContent()).toMatch(/RTX 4090 £0\.\d+.*keeps 3 years, £/)
    const isMarked = (part: string) => page.locator(`.kept:has(${part}) > .kept-mark`).first().isVisible()
    expect(await Promise.all(['.verdict', '#t-winners', '#g-relative-cost'].map(isMarked))).toEqual([true, true, true])
    expect(await page.locator('.kept :is(#t-economics, #g-cost-utilisation)').count()).toBe(0)
    expect(await words.textContent()).toContain('With your assumptions')
    const { cards, years, tariffGbpPerKwh, pue } = report.money!
    const expected = cards.map(({ priceGbp, idleW, meanPowerW, outputTokensPerS }) => {
      const inputs = { years, tariffGbpPerKwh, pue, utilisation: 0.25, priceGbp: priceGbp!, idleW: idleW! }
      return formatGbp(gbpPerMillionOutputTokens(outputTokensPerS!, meanPowerW!, inputs)!, 4)
    })
    const shown = await page.$$eval('#t-economics tr[data-row=gbp-per-million-tokens] td .main', (cells) =>
      cells.map((cell) => cell.textContent),
    )
    expect(shown).toEqual(expected)
    await page.locator('input[name=tariff]').fill('')
    expect(await page.locator('#money output').textContent()).not.toContain('£')
    const interval = page.locator('#t-economics tr[data-row=gbp-per-million-tokens] td small').first()
    expect(await interval.isVisible()).toBe(false)
    await bar.locator('button').click()
    expect([await bar.isVisible(), await marks.filter({ visible: true }).count()]).toEqual([false, 0])
    expect([await interval.isVisible(), await page.locator('input[name=tariff]').inputValue()]).toEqual([true, '0.18'])
    expect(await words.textContent()).not.toContain('With your assumptions')
  })

  test('the chart of the cost follows tariff and price, and so do the rows of the price', async () => {
    const picture = page.locator('#g-cost-utilisation')
    const lines = () => picture.locator('polyline').evaluateAll((all) => all.map((at) => at.getAttribute('points')))
    const before = await lines()
    expect(before).toHaveLength(2)
    await page.locator('input[name=price-1]').fill('1300')
    expect(await lines()).not.toEqual(before)
    const row = page.locator('#t-economics tr[data-row=price] td .main')
    expect(await row.allTextContents()).toEqual(['£1,300', '£1,300'])
    expect(await picture.locator('figcaption').textContent()).toMatch(
      /RTX 4090 and RTX PRO 6000 Max-Q (do not )?cost the same/,
    )
    await page.locator('input[name=price-1]').fill('8500')
    await page.locator('input[name=tariff]').fill('0.9')
    expect(await lines()).not.toEqual(before)
    await page.locator('input[name=tariff]').fill('0.18')
    expect(await lines()).toEqual(before)
    expect(await picture.innerHTML()).not.toMatch(/NaN|undefined/)
  })

  test('a link opens the folded chapter that it leads into, and the contents mark where the reader is', async () => {
    const chapter = page.locator('#c-serving')
    expect(await chapter.getAttribute('open')).toBeNull()
    await page.locator('nav.beside a[href="#c-serving"]').click()
    expect(await chapter.getAttribute('open')).toBe('')
    await page.waitForSelector('nav.beside a[href="#c-serving"][aria-current]')
    await page.evaluate("location.hash = 'h-spec'")
    await page.waitForSelector('#c-cards[open]')
  })

  test('one serving example is shown, that of the chosen workload and card, and is copied with its line breaks', async () => {
    const blocks = page.locator('details.command')
    expect(await blocks.count()).toBe(2)
    const shown = blocks.filter({ visible: true })
    await page.locator('.picker select[name=workload]').selectOption('Chat, 32 streams')
    expect(await shown.locator('pre').allTextContents()).toEqual([
      'docker run \\\n  --max-num-seqs 32 \\\n  --model <b>',
    ])
    await page.locator('.picker select[name=card]').selectOption('RTX PRO 6000 Max-Q')
    await page.locator('.picker select[name=workload]').selectOption('Chat, 1 stream')
    expect(await shown.locator('pre').allTextContents()).toEqual([
      'docker run \\\n  --max-num-seqs 1 \\\n  --model <b>',
    ])
    await shown.locator('button.copy').click()
    expect(await page.evaluate('getSelection().toString()')).toContain('docker run')
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('axe finds nothing wrong, %s, %i px wide', async (colorScheme, width) => {
    await page.setViewportSize({ width, height: 740 })
    await page.emulateMedia({ colorScheme })
    // what is folded would not be looked at
    await page.$$eval('details:not(.command)', (all) => {
      for (const at of all) at.setAttribute('open', '')
    })
    expect(await axeViolations(page)).toEqual([])
  })

  test('a phone shows every column, the second card among them; nothing is cut on paper, which has the notes', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    const cut = await page.$$eval('td', (cells) =>
      cells.filter((at) => at.getBoundingClientRect().right > 360).map((at) => at.closest('table')!.id),
    )
    expect(cut).toEqual([])
    expect(await page.locator('#t-economics tbody td[data-column=rtx-pro-6000-max-q]').first().isVisible()).toBe(true)
    await page.emulateMedia({ media: 'print', colorScheme: 'light' })
    expect(await page.locator('#n-fits-1').isVisible()).toBe(true)
    expect(await page.locator('.end-notes h2').isVisible()).toBe(true)
    expect(await page.locator('#money-model').isVisible()).toBe(false)
    await page.setViewportSize({ width: 720, height: 1000 })
    // what is folded is not printed, and named
    await page.$eval('#c-metrics', (at) => at.removeAttribute('open'))
    expect(await page.locator('#c-metrics').isVisible()).toBe(false)
    expect(await page.locator('.unprinted .u-metrics').isVisible()).toBe(true)
    expect(await page.locator('.unprinted .u-cost').isVisible()).toBe(false)
    const wide = await page.$$eval('table, figure', (all) =>
      all.filter((at) => at.scrollWidth > 720).map((at) => at.id),
    )
    expect(wide).toEqual([])
    await page.emulateMedia({ media: 'screen' })
  })
})

test('the page of the whole article on two cards stays under 1 MB', async () => {
  const { runs, series } = await articleSuite()
  const html = renderHtml(buildReport(runs, { series, claims: parseClaims(article, 'article') }))
  expect(Buffer.byteLength(html)).toBeLessThan(1e6)
})
