import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import article from '../../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import {
  annualElectricityGbp,
  capexGbpPerYear,
  gbpPerMillionOutputTokens,
  totalGbpPerYear,
} from '../../../harness/metrics/cost.ts'
import { makeRun } from '../../../harness/testing/record-builder.ts'
import { buildReport } from '../../build.ts'
import { parseClaims } from '../../claims/file/parse.ts'
import { makeHostileReport, makeReport } from '../../testing/report-builder.ts'
import { economics } from './client/economics.ts'
import { clientScript } from './client-bundle.ts'
import { renderHtml } from './page.ts'
import { jsonOf } from './template.ts'

const html = renderHtml(makeReport())

test('loads nothing and lets only its own script run', () => {
  expect(html).not.toMatch(/(src|href)="(?!#)/)
  expect(html).not.toMatch(/@import|url\(/)
  const [, inner] = /<script>([\s\S]*?)<\/script>/.exec(html)!
  expect(html).toContain(`script-src 'sha256-${createHash('sha256').update(inner!).digest('base64')}'`)
})

test('shows what is simulated in title, banner, tables and figures', () => {
  expect(html).toMatch(/<title>RTX 4090 and RTX PRO 6000 Max-Q: .* \(SIMULATED\)<\/title>/)
  expect(html.match(/class="banner"/g)).toHaveLength(1)
  expect(html.match(/<span class="stamp">SIMULATED<\/span>/g)).toHaveLength(2)
  expect(html).toContain('<abbr title="simulated">ˢ</abbr>')
  expect(renderHtml(makeHostileReport('x'))).not.toContain('SIMULATED</span>')
})

test('tables have captions and heads, notes are opened by their buttons, ids are unique', () => {
  expect(html.match(/<caption/g)).toHaveLength(2)
  expect(html).toContain('<th scope="col"')
  expect(html).toContain('<th scope="row"')
  for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${target}"`)
  const notes = [...html.matchAll(/ popovertarget="([^"]+)"/g)].map(([, target]) => target)
  expect(new Set(notes)).toEqual(new Set([...html.matchAll(/ id="([^"]+)" popover>/g)].map(([, id]) => id)))
  expect(notes).toContain('n-throughput-1')
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('whatever comes from outside is text', () => {
  const page = renderHtml(makeHostileReport('<img src=x onerror=alert(1)>"\'</script><!--'))
  expect(page).not.toContain('<img')
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&lt;/script&gt;')
  expect(jsonOf({ a: '</script><!--' }).markup).toBe('{"a":"\\u003c/script>\\u003c!--"}')
})

test('a card that nobody listed can bring any name', () => {
  const run = makeRun({ card: 'x"><b>', result: { outputTokensPerS: 10, meanPowerW: 100 } })
  const page = renderHtml(buildReport([{ ...run, card: { key: null, name: 'x"><b>' } }]))
  expect(page).not.toContain('<b>')
})

test('the page of the whole audit is small', () => {
  const page = renderHtml(buildReport([], { claims: parseClaims(article, 'article.json') }))
  expect(page.length).toBeLessThan(200_000)
})

describe('the economics in the page', () => {
  test('are those of the harness at any assumptions', () => {
    const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true })
    const all = fc.record({
      priceGbp: positive(1e5),
      idleW: positive(100),
      meanPowerW: positive(700),
      outputTokensPerS: positive(1e4),
      years: positive(10),
      tariffGbpPerKwh: positive(2),
      utilisation: positive(1),
      pue: fc.double({ min: 1, max: 3, noNaN: true }),
    })
    fc.assert(
      fc.property(all, (at) => {
        const page = economics(at, at)
        expect(page['annual-electricity']).toBeCloseTo(annualElectricityGbp(at.meanPowerW, at), 6)
        expect(page['capex-per-year']).toBeCloseTo(capexGbpPerYear(at)!, 6)
        expect(page['total-per-year']).toBeCloseTo(totalGbpPerYear(at.meanPowerW, at)!, 6)
        const gbp = gbpPerMillionOutputTokens(at.outputTokensPerS, at.meanPowerW, at)!
        expect(page['gbp-per-million-tokens']! / gbp).toBeCloseTo(1, 9)
      }),
    )
  })

  test('know what they do not know', () => {
    const at = { years: 3, tariffGbpPerKwh: 0.18, utilisation: 0.5, pue: 1 }
    const card = { priceGbp: 1300, idleW: null, meanPowerW: 360, outputTokensPerS: 1100 }
    expect(economics(card, at)).toMatchObject({ 'total-per-year': null, 'gbp-per-million-tokens': null })
  })

  test('the script parses', () => {
    expect(() => new Function(clientScript())).not.toThrow()
  })
})
