import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'

/** A Chromium of this machine; undefined where there is none. CHROMIUM says where else it is. */
export const chromiumHere = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
if (chromiumHere === undefined)
  process.stderr.write('no Chromium here (CHROMIUM=path): pages are not tried in a browser\n')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A page as a browser has it. */
export interface BrowserPage {
  readonly page: Page
  /** Every address that it asked for. */
  readonly requests: string[]
  /** Errors of its console and of its script. */
  readonly problems: string[]
  close(): Promise<void>
}

/** Opens a page in Chromium, 1280 x 900, from an address of its own; every other address is refused and kept. */
export async function openInBrowser(html: string): Promise<BrowserPage> {
  const requests: string[] = []
  const problems: string[] = []
  // A browser keeps caches and settings at home, whatever its profile is.
  const home = mkdtempSync(join(tmpdir(), 'joulemark-browser-'))
  const browser = await chromium.launch({
    executablePath: chromiumHere!,
    args: ['--no-sandbox'],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  })
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  await page.route('**/*', (route) => {
    requests.push(route.request().url())
    return route.request().url() === 'http://report.invalid/'
      ? route.fulfill({ contentType: 'text/html', body: html })
      : route.abort()
  })
  await page.goto('http://report.invalid/')
  return {
    ...{ page, requests, problems },
    close: async () => {
      await browser.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** What axe-core finds wrong with a page, a line each. Evaluated from outside, so that the page's own policy stays as strict as it is. */
export const axeViolations = (page: Page): Promise<unknown> =>
  page.evaluate(
    `(async () => { const module = undefined; ${axe}; return (await window.axe.run()).violations.map((at) => at.id + ': ' + at.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')) })()`,
  )

/** What a reader would trip over on a page that loads nothing, in both themes and on a phone; the page is 390 px wide afterwards. */
export async function tripsOn({ page, requests, problems }: BrowserPage) {
  const axeByTheme: Record<string, unknown> = {}
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    axeByTheme[colorScheme] = await axeViolations(page)
  }
  await page.setViewportSize({ width: 390, height: 844 })
  const widthPx = await page.evaluate('document.documentElement.scrollWidth')
  return { requests, problems, axeByTheme, widthPx }
}

/** What `tripsOn` finds on a sound page. */
export const nothingToTripOn = {
  requests: ['http://report.invalid/'],
  problems: [],
  axeByTheme: { light: [], dark: [] },
  widthPx: 390,
}
