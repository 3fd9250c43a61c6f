import { expect, test } from 'vitest'
import { later, threeLater, threeStarts } from '../testing/compare-builder.ts'
import { comparisonAnswer } from './answer.ts'
import { compareRuns } from './comparison.ts'

test('of several scenarios, the changed metrics that are not shown are counted', () => {
  const both = (speed: number, of: typeof threeLater) => [...of({ scenario: 'a' }), ...of({ scenario: 'b', speed })]
  const comparison = compareRuns(both(1, threeStarts), both(0.9, threeLater))
  const changed = comparison.scenarios[1]!.metrics.filter(({ verdict }) => verdict !== 'equivalent').length
  expect(changed).toBeGreaterThan(3)
  const texts = comparisonAnswer(comparison).map(({ text }) => text)
  const scenario = texts.slice(
    texts.findIndex((text) => text.endsWith(': regressed') && !text.startsWith('Verdict')) + 1,
  )
  expect(scenario.slice(0, 3).filter((text) => /^ {2}(regressed|improved|inconclusive) /.test(text))).toHaveLength(3)
  expect(scenario[3]).toBe(`  and ${changed - 3} more (--verbose)`)
})

test('of one scenario every metric is shown, and nothing is counted', () => {
  const comparison = compareRuns(threeStarts({}), threeLater({ speed: 0.9 }))
  const texts = comparisonAnswer(comparison).map(({ text }) => text)
  expect(texts.filter((text) => /^ {2}and \d+ more/.test(text))).toEqual([])
})

test('a required gate that failed is the reason of the verdict, and not that a side has one start', () => {
  const gates = [{ id: 'client-headroom', status: 'fail' as const, required: true, evidence: '31 %' }]
  const [before, after] = [threeStarts({ gates }), [later({ gates })]]
  const texts = comparisonAnswer(compareRuns(before, after)).map(({ text }) => text)
  expect(texts[0]).toBe('Verdict: not comparable (required gate client-headroom failed in 4 of 4 runs)')
  const [one] = comparisonAnswer(compareRuns(threeStarts(), [later({ gates })]))
  expect(one!.text).toBe('Verdict: not comparable (required gate client-headroom failed in 1 of 4 runs)')
})
