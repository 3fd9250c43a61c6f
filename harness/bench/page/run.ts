import { loadavg } from 'node:os'
import { buildReport } from '../../../reports/build.ts'
import { parseClaims } from '../../../reports/claims/file/parse.ts'
import { renderHtml } from '../../../reports/render/html/page.ts'
import { articleSuite } from '../../../reports/testing/article-suite.ts'
import { chromiumHere, openInBrowser } from '../../../reports/testing/in-browser.ts'
import article from '../../catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }

/**
 * `npm run bench:page`: how large is the page of the whole article on two cards, and how long does a browser take to show its first
 * screen? Each opening is that of a fresh browser without a cache.
 */
const OPENINGS = 5

const { runs, series } = await articleSuite()
const startMs = performance.now()
const report = buildReport(runs, { series, claims: parseClaims(article, 'article') })
const html = renderHtml(report)
const madeMs = performance.now() - startMs
process.stdout.write(
  `${runs.length} runs, ${report.tables.length} tables, ${report.charts?.list.length ?? 0} charts: ${(Buffer.byteLength(html) / 1e6).toFixed(2)} MB, made in ${madeMs.toFixed(0)} ms\n`,
)

if (chromiumHere === undefined) process.exit(0)
process.stdout.write('| opening | first contentful paint, ms | parsed, ms | load average |\n|---|---|---|---|\n')
const paints: number[] = []
for (let at = 1; at <= OPENINGS; at += 1) {
  const opened = await openInBrowser(html)
  const [paintMs, parsedMs] = (await opened.page.evaluate(`new Promise((resolve) => {
    const done = () => {
      const paint = performance.getEntriesByName('first-contentful-paint')[0]
      if (paint === undefined) return requestAnimationFrame(done)
      resolve([paint.startTime, performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd])
    }
    done()
  })`)) as [number, number]
  await opened.close()
  paints.push(paintMs)
  process.stdout.write(`| ${at} | ${paintMs.toFixed(0)} | ${parsedMs.toFixed(0)} | ${loadavg()[0]!.toFixed(1)} |\n`)
}
process.stdout.write(`median ${paints.toSorted((a, b) => a - b)[Math.floor(OPENINGS / 2)]!.toFixed(0)} ms\n`)
