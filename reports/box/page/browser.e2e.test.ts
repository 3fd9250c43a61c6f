import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSample } from '../../testing/rows-builder.ts'
import { simulatedBox } from '../../testing/simulated-box.ts'
import { boxResult } from '../result/judge-box.ts'
import { cardSeries } from './night-series.ts'
import { serverPage } from './page.ts'

/** The page as a browser has it. Skipped with a word where there is no Chromium; CHROMIUM says where else it is. */
const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
if (executablePath === undefined)
  process.stderr.write('no Chromium here (CHROMIUM=path): the page of a server is not tried in a browser\n')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

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

describe.skipIf(executablePath === undefined)('the page of a server in a browser', () => {
  const requests: string[] = []
  const problems: string[] = []
  // A browser keeps caches and settings at home, whatever its profile is.
  let home: string
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'joulemark-browser-'))
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox'],
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.route('**/*', (route) => {
      requests.push(route.request().url())
      return route.request().url() === 'http://report.invalid/'
        ? route.fulfill({ contentType: 'text/html', body: html })
        : route.abort()
    })
    await page.goto('http://report.invalid/')
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  })

  test('asks for nothing beyond itself, and its own policy finds nothing to refuse', () => {
    expect(requests).toEqual(['http://report.invalid/'])
    expect(problems).toEqual([])
  })

  test.each(['light', 'dark'] as const)('axe finds nothing wrong, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme })
    const script = `(async () => { const module = undefined; ${axe}; return (await window.axe.run()).violations.map((at) => at.id + ': ' + at.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')) })()`
    // Evaluated from outside, so that the page's own policy stays as strict as it is.
    expect(await page.evaluate(script)).toEqual([])
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
})
