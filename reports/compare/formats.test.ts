import { describe, expect, test } from 'vitest'
import { comparedMetrics } from '../../harness/metrics/catalogue.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderTerminal } from '../render/terminal.ts'
import { later, makeComparedRun, threeLater, threeStarts } from '../testing/compare-builder.ts'
import { compareRuns } from './comparison.ts'
import { comparisonDocument } from './json.ts'
import { comparisonJunit, escapeXml } from './junit.ts'
import { comparisonReport } from './report.ts'

const source = 'simulated' as const
const comparison = compareRuns(threeStarts({ source }), threeLater({ source, speed: 0.95, driver: '<590> & "co"' }))

test('the terminal shows what differs first, and the verdict last', () => {
  const text = renderTerminal(comparisonReport(comparison), { columns: 100 }).replaceAll('\u00a0', ' ')
  expect(text).toMatch(/^SIMULATED: produced by the simulator[^\n]*\n\nDifferences between/)
  expect(text).toContain('Verdict: regressed SIMULATED')
  expect(text).toMatch(/Output.*1,000\.0 t\/s.*950\.0 t\/s.*-5\.0 %.*regressed/)
})

test('the line of the verdict says what limits it', () => {
  const one = compareRuns([makeComparedRun()], [later()])
  expect(renderMarkdown(comparisonReport(one))).toContain(
    'Verdict: inconclusive (one start per side: the level of a start is not separated from the change)',
  )
  const gates = [{ id: 'token-audit', status: 'fail' as const, required: true, evidence: '2 %' }]
  const text = renderMarkdown(comparisonReport(compareRuns(threeStarts(), threeLater({ gates }))))
  expect(text).toContain('Verdict: not comparable')
  expect(text).toContain('NOT JUDGED: the required gate token-audit failed in the candidate')
})

test('Markdown escapes what came from outside', () => {
  const text = renderMarkdown(comparisonReport(comparison))
  expect(text).toContain('# Candidate against baseline: regressed (SIMULATED)')
  expect(text).toContain('&lt;590&gt; &amp; "co"')
})

test('JSON holds the numbers behind the verdict', () => {
  const document = comparisonDocument(comparison) as { scenarios: { metrics: Record<string, unknown>[] }[] }
  expect(document).toMatchObject({
    format: 'joulemark-comparison',
    version: 1,
    verdict: 'regressed',
    stamp: 'SIMULATED',
  })
  expect(document.scenarios[0]!.metrics[0]).toMatchObject({
    key: 'outputTokensPerS',
    unit: 'tokens/s',
    decides: true,
    verdict: 'regressed',
    relative: { value: expect.closeTo(-0.05, 10), ci95: [expect.any(Number), expect.any(Number)] },
  })
})

describe('JUnit', () => {
  const compared = comparedMetrics(makeComparedRun().scenario).length
  const xml = comparisonJunit(comparison)

  test('a suite a scenario, a case a metric, a failure a regression', () => {
    // tokens/s, decode, TTFT, TPOT, tokens/J follow the speed; power and memory do not
    expect(xml).toContain(`tests="${compared}" failures="5"`)
    expect(xml).toContain('<failure type="regressed" message="regressed: -5.0 %')
    expect(xml.match(/<testcase /g)).toHaveLength(compared)
    expect(xml.match(/<testcase [^>]*[^/]>/g)).toHaveLength(xml.match(/<\/testcase>/g)!.length)
  })

  test('what differs stands in the properties, escaped', () => {
    expect(xml).toContain('<property name="Driver" value="580.0 -&gt; &lt;590&gt; &amp; &quot;co&quot;"/>')
  })

  test('what is open is skipped', () => {
    const open = comparisonJunit(compareRuns([makeComparedRun()], [later({ trials: 1 })]))
    expect(open).toContain(`failures="0" skipped="${compared}"`)
  })

  test('what is not judged is an error, with its reason', () => {
    const gates = [{ id: 'token-audit', status: 'fail' as const, required: true, evidence: '2 %' }]
    const bad = comparisonJunit(compareRuns(threeStarts(), threeLater({ speed: 0.9, gates })))
    expect(bad).toContain(`failures="0" skipped="0" errors="${compared}"`)
    expect(bad).toContain('<error type="not-comparable" message="the required gate token-audit failed in the candidate')
  })

  test('no control character and no lone surrogate gets in', () => {
    expect(escapeXml('a\u0000\u001b[31mb\ud800<')).toBe('ab&lt;')
  })
})
